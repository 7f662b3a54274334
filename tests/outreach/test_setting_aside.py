"""Signals and surveys that cannot be handled: set aside with growing gaps, in nobody's way, and seen to be stuck."""

from __future__ import annotations

import itertools
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Customer, Message
from outreach import tasks
from outreach.domain import planning
from outreach.domain.health import queues
from outreach.domain.health.standing import standing_of
from outreach.domain.setting_aside import GAPS
from outreach.domain.surveys import asking
from outreach.domain.surveys import planning as surveys
from outreach.enums import SignalFate, SurveyStatus
from outreach.models import Signal, Survey
from outreach.queries.programs import programs_in_force
from recovery.logs import JsonFormatter
from tests.api.conftest import Api
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again
from tests.outreach.conftest import Outreach

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P22", "P23", "P27")]
LATER = NOW + 2 * HOUR


def bad_signal(outreach: Outreach) -> Signal:
    """Of a customer in a time zone that there is none any more: nobody can say when they may be called."""
    signal = outreach.signal()
    Customer.objects.filter(pk=signal.customer_id).update(time_zone="Mars/Olympus")
    return signal


def planned(house: House) -> Survey:
    """A survey to be sent an hour after a closure."""
    house.closed_case()
    surveys.plan(now=NOW)
    return Survey.objects.latest("id")


def bad_survey(house: House) -> Survey:
    """One whose message is there, though nobody has written down that it was asked."""
    survey = planned(house)
    Message.objects.create(
        customer=survey.customer, kind="survey", channel="email", to="dana@example.com", body="Dana Quirk",
        key=f"survey:{survey.pk}", created_at=NOW, status="sent",
    )  # fmt: skip
    return survey


def mend() -> None:
    Customer.objects.filter(time_zone="Mars/Olympus").update(time_zone="America/Denver")
    Message.objects.filter(body="Dana Quirk").delete()


def tries_of(row: Signal | Survey, handle: Any) -> list[datetime]:
    """When it was tried, by a clock that looks whenever it may be tried again, six times."""
    at, tries = LATER, []
    for _ in range(len(GAPS) + 1):
        handle(now=at)
        tries.append(at)
        until = again(row).set_aside_until
        assert until is not None
        assert handle(now=until - timedelta(seconds=1)) == 0, "it is left alone"
        at = until
    return tries


def test_what_cannot_be_handled_is_tried_again_after_growing_gaps_and_never_dropped(
    house: House, outreach: Outreach
) -> None:
    for bad, handle in ((lambda: bad_signal(outreach), planning.plan), (lambda: bad_survey(house), asking.ask)):
        row = bad()
        tries = tries_of(row, handle)
        assert [later - earlier for earlier, later in itertools.pairwise(tries)] == list(GAPS)
        assert again(row).failed_tries == len(GAPS) + 1
        assert again(row).set_aside_until == tries[-1] + GAPS[-1]
        mend()
        handle(now=tries[-1] + GAPS[-1])
    assert Signal.objects.get().fate == SignalFate.CALL_PLANNED
    assert Survey.objects.get().status == SurveyStatus.ASKED


def test_however_many_cannot_be_handled_the_others_are_in_the_same_tick(house: House, outreach: Outreach) -> None:
    signals = [*(bad_signal(outreach) for _ in range(3)), good := outreach.signal()]
    tasks._until_done(lambda: planning.plan(now=NOW, limit=3), full=3)
    assert [again(signal).fate for signal in signals] == ["", "", "", SignalFate.CALL_PLANNED]
    assert again(good).failed_tries == 0
    asked = [*(bad_survey(house) for _ in range(3)), planned(house)]
    tasks._until_done(lambda: asking.ask(now=LATER, limit=3), full=3)
    assert [again(survey).status for survey in asked] == [*["planned"] * 3, "asked"]


def test_what_is_set_aside_is_seen_as_work_that_is_stuck(house: House, outreach: Outreach) -> None:
    bad_signal(outreach), bad_survey(house), outreach.signal()
    for at in (NOW, LATER):
        planning.plan(now=at)
        asking.ask(now=at)
    stuck = {each.name: (each.since, each.set_aside, each.old) for each in queues.waiting(now=LATER + 3 * MINUTE)}
    assert stuck["signals"] == (NOW, 1, True)
    assert stuck["surveys"] == (NOW + HOUR, 1, True)
    found = standing_of("work", now=LATER + 3 * MINUTE)
    assert found is not None
    assert (found.state, found.error, found.failing_since) == ("failing", "OldWork", NOW)
    assert found.detail is not None
    assert {"queue": "signals", "seconds": 7380, "set_aside": 1} in found.detail["queues"]


def test_the_page_and_the_api_say_how_many_could_not_be_handled(house: House, outreach: Outreach) -> None:
    bad_signal(outreach)
    planning.plan(now=NOW)
    client = Client()
    client.force_login(house.sue)
    page = client.get(reverse("setting-path")).content.decode()
    assert "1 could not be handled and is set aside" in " ".join(page.split())
    queued = {each["name"]: each["set_aside"] for each in Api(house.sue).get("path-health/").json()["queues"]}
    assert queued["signals"] == 1


def test_what_is_logged_of_it_names_nobody(house: House, outreach: Outreach, caplog: Any) -> None:
    signal, survey = bad_signal(outreach), bad_survey(house)
    with caplog.at_level(logging.DEBUG):
        planning.plan(now=NOW)
        asking.ask(now=LATER)
    lines = [JsonFormatter().format(record) for record in caplog.records if record.name.startswith("outreach")]
    assert any(f"Signal {signal.pk} could not be weighed; set aside." in line for line in lines)
    assert any(f"Survey {survey.pk} could not be sent; set aside." in line for line in lines)
    assert not any("Dana" in line or "Mars" in line or "example.com" in line for line in lines)


def test_a_signal_that_somebody_else_set_aside_meanwhile_is_left_alone(outreach: Outreach) -> None:
    signal = bad_signal(outreach)
    planning.plan(now=NOW)
    assert planning._plan_one(signal.pk, programs_in_force(), now=NOW) == 0
    assert again(signal).failed_tries == 1
    planning.plan(now=NOW + DAY)
    assert again(signal).failed_tries == 2
