"""The page of the path, its doors, and the warning on every page when reminders are late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from outreach.domain import heartbeats, ladder
from outreach.domain.health import probing
from outreach.models import Probe
from tests.api.conftest import Api
from tests.factories import MINUTE, NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P27")]
LATE = "Reminders are late."


@pytest.fixture(autouse=True)
def traveller(house: House) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(house.now, tick=False) as traveller:
        yield traveller


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(user: User, name: str = "setting-path") -> str:
    return as_(user).get(reverse(name)).content.decode()


def billing_is_gone(settings: Any) -> None:
    settings.RECOVERY = django_settings.RECOVERY | {"PAYOUT_WEBHOOK_URL": "http://127.0.0.1:1/payouts"}
    for at in (NOW, NOW + probing.AGAIN_AFTER):
        probing.probe_due(clock=lambda at=at: at)


# The warning on every page --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["desk", "log", "cases", "calls", "approvals", "insights", "settings", "setting-path"])
def test_every_page_warns_when_a_reminder_is_late_and_no_worker_runs(
    house: House, page: str, traveller: time_machine.Traveller
) -> None:
    house.promise(house.case(), due_end=NOW + timedelta(minutes=30))
    ladder.look(now=NOW)
    assert LATE not in shown(house.sue, page)
    traveller.move_to(NOW + 23 * MINUTE)
    assert LATE in shown(house.sue, page)
    ladder.look(now=NOW + 23 * MINUTE)
    assert LATE not in shown(house.sue, page)


def test_a_page_that_is_open_hears_of_it_by_its_next_poll(house: House, traveller: time_machine.Traveller) -> None:
    house.promise(house.case(), due_end=NOW + timedelta(minutes=30))
    ladder.look(now=NOW)
    client = as_(house.charlie)
    first = client.get(reverse("notices"))
    assert LATE not in first.content.decode()
    assert 'hx-swap-oob="innerHTML"' in first.content.decode()
    traveller.move_to(NOW + 23 * MINUTE)
    later = client.get(reverse("notices"), headers={"If-None-Match": first["ETag"]})
    assert (later.status_code, LATE in later.content.decode()) == (200, True)


def test_the_warning_costs_a_page_one_statement(
    house: House, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_(house.alice)
    client.get(reverse("settings"))
    with django_assert_num_queries(4):  # the session, the person, their team, and whether anything is unreminded
        client.get(reverse("settings"))


def test_a_customer_who_is_not_signed_in_is_not_troubled_with_it(
    house: House, traveller: time_machine.Traveller
) -> None:
    house.promise(house.case(), due_end=NOW + timedelta(minutes=30))
    traveller.move_to(NOW + 60 * MINUTE)
    assert LATE not in Client().get(reverse("account_login")).content.decode()


# The page -------------------------------------------------------------------------------------------------------------


def test_the_page_says_what_is_closed_since_when_and_what_stands_in(house: House, settings: Any) -> None:
    heartbeats.note("beat", "beat@here", now=NOW)
    billing_is_gone(settings)
    page = shown(house.ada)
    assert "Billing system" in page
    assert "ConnectionError" in page
    assert "supervisors hear of them, and deliver by hand" in page
    assert "Billing system: closed" in page, "what closed and opened"
    assert "beat@here" in page
    assert "There is none: clock and workers are in this process." in page


def test_the_live_part_is_not_sent_again_while_nothing_changes(house: House, settings: Any) -> None:
    client = as_(house.ada)
    first = client.get(reverse("setting-path-live"))
    assert client.get(reverse("setting-path-live"), headers={"If-None-Match": first["ETag"]}).status_code == 304
    billing_is_gone(settings)
    assert client.get(reverse("setting-path-live"), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_supervisor_has_a_part_tried_and_reads_what_came_of_it(house: House) -> None:
    done = as_(house.sue).post(reverse("setting-path-try", args=["mail"]), follow=True)
    assert "Mail server: open, in" in done.content.decode()
    assert Probe.objects.get(name="mail").succeeded_at == NOW


def test_a_rep_reads_the_page_and_may_not_have_it_tried(house: House) -> None:
    assert "Supervisors and administrators have a way tried." in shown(house.alice)
    refused = as_(house.alice).post(reverse("setting-path-try", args=["mail"]))
    assert refused.status_code == 422
    assert not Probe.objects.exists()


def test_a_part_that_is_not_there_is_not_there(house: House) -> None:
    assert as_(house.sue).post(reverse("setting-path-try", args=["carrier-pigeon"])).status_code == 404


# REST -----------------------------------------------------------------------------------------------------------------


def test_a_program_reads_how_the_path_stands(house: House, settings: Any) -> None:
    billing_is_gone(settings)
    api = Api(house.crm)
    whole = api.get("path-health/").json()
    assert (whole["open"], whole["unreminded"]) == (False, False)
    parts = {part["name"]: part for part in whole["parts"]}
    assert (parts["payouts"]["state"], parts["payouts"]["error"]) == ("failing", "ConnectionError")
    assert parts["payouts"]["failing_since"] == "2026-03-10T15:00:00Z"
    assert parts["worker"]["state"] == "failing"
    assert parts["broker"]["state"] == "not_set_up"
    assert api.get("path-health/mail/").json()["state"] == "open"
    assert api.get("path-health/carrier-pigeon/").status_code == 404


def test_a_program_may_not_have_it_tried_and_a_supervisor_may(house: House) -> None:
    refused = Api(house.crm).post("path-health/mail/try/", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours")
    tried = Api(house.sue).post("path-health/mail/try/", {})
    assert (tried.status_code, tried.json()["state"], tried.json()["succeeded_at"]) == (
        200,
        "open",
        "2026-03-10T15:00:00Z",
    )
    assert Api(house.sue).post("path-health/payouts/try/", {}).json()["code"] == "not_set_up"
