"""A rule has one door: each refusal is the same through the domain, the browser and the API, and nothing is written."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.authority import Refused
from accounts.models import User
from compensation.models import Approval, CounterOffer
from compensation.tasks import expire_approvals
from recovery.rest.problems import STATUS_OF
from tests.api.conftest import Api
from tests.doors import scenes
from tests.doors.refusals import REFUSALS, Refusal
from tests.doors.scenes import Scene
from tests.doors.state import everything
from tests.doors.tries import LATER
from tests.factories import House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P10", "P14", "P16", "P24")]


@pytest.fixture(autouse=True)
def _a_minute_later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


def filled(template: Any, house: House, scene: Scene) -> Any:
    """A template with the things of the scene in it; what is only a number becomes one."""
    if isinstance(template, dict):
        return {filled(key, house, scene): filled(value, house, scene) for key, value in template.items()}
    if not isinstance(template, str):
        return template
    text = template.format(house=house, **scene) if "{" in template else template
    return int(text) if "{" in template and text.isdigit() else text


def who(house: House, refusal: Refusal) -> User:
    return again(getattr(house, refusal.by))


def said_by_the_domain(refusal: Refusal, house: House, scene: Scene) -> Refused:
    with pytest.raises(Refused) as refused, transaction.atomic():
        refusal.domain(house, scene, who(house, refusal))
    return refused.value


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_every_door_refuses_with_the_same_code_and_nothing_is_written(
    house: House, client: Client, refusal: Refusal
) -> None:
    scene = refusal.scene(house)
    user = who(house, refusal)
    api = Api(user)
    if not user.is_service:
        client.force_login(user)
    before = everything()
    expected = said_by_the_domain(refusal, house, scene)
    assert expected.code == refusal.code
    assert everything() == before, "the domain wrote something"
    if refusal.browser and not user.is_service:
        by_browser(client, refusal, house, scene, expected)
        assert everything() == before, "the browser wrote something"
    if refusal.api:
        by_api(api, refusal, house, scene)
        assert everything() == before, "the API wrote something"


def by_browser(client: Client, refusal: Refusal, house: House, scene: Scene, expected: Refused) -> None:
    assert refusal.browser is not None
    # The page carries the version of how things stand now.
    now = {name: again(thing) if isinstance(thing, Approval | CounterOffer) else thing for name, thing in scene.items()}
    address, body = (filled(part, house, now) for part in refusal.browser)
    for htmx in ({}, {"HX-Request": "true"}):
        answer = client.post(address, body, headers=htmx)
        if refusal.code == "out_of_reach":
            assert answer.status_code == 404
            continue
        assert answer.status_code == 422
        page = html.unescape(answer.content.decode())
        said = re.findall(r'data-refused="(\w+)"', page)
        # A form that is shown again says it in the same words beside the field.
        assert refusal.code in said or (not said and expected.reason in page), (said, expected.reason)


def by_api(api: Api, refusal: Refusal, house: House, scene: Scene) -> None:
    assert refusal.api is not None
    address, body = (filled(part, house, scene) for part in refusal.api)
    answer = api.post(address, body, key=uuid.uuid4().hex, **refusal.headers)
    problem = answer.json()
    assert (problem["code"], answer.status_code) == (refusal.code, STATUS_OF.get(refusal.code, 409)), problem
    assert answer.headers["Content-Type"] == "application/problem+json"


ADDRESSES = {refusal.browser[0]: refusal for refusal in REFUSALS if refusal.browser}


@pytest.mark.parametrize("refusal", ADDRESSES.values(), ids=ADDRESSES)
def test_a_stranger_from_the_street_is_sent_to_sign_in(house: House, client: Client, refusal: Refusal) -> None:
    scene = refusal.scene(house)
    before = everything()
    assert refusal.browser is not None
    address, body = (filled(part, house, scene) for part in refusal.browser)
    answer = client.post(address, body)
    assert (answer.status_code, "/sign-in/" in answer.headers["Location"]) == (302, True)
    assert everything() == before


# The clock ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scene", [scenes.asked, scenes.answered, scenes.asked_by_sue], ids=lambda scene: scene.__name__
)
def test_the_clock_ends_no_request_before_its_time_and_none_that_was_answered(house: House, scene: Any) -> None:
    scene(house)
    before = everything()
    assert expire_approvals() == 0
    assert everything() == before


def test_the_clock_ends_a_request_once(house: House) -> None:
    scene = scenes.asked_long_ago(house)
    assert expire_approvals() == 1
    before = everything()
    assert expire_approvals() == 0
    assert everything() == before
    assert (again(scene["approval"]).status, timezone.now()) == ("expired", LATER)


def test_every_rule_of_the_main_path_is_tried_at_some_door() -> None:
    codes = {refusal.code for refusal in REFUSALS}
    assert codes >= {
        "feelings_first", "own_approval", "supervisor_needed", "over_your_cap", "beyond_every_cap", "reason_needed",
        "owner_not_available", "not_yours", "cause_needed", "promise_open", "delivery_open", "approval_open",
        "case_closed", "historical_case", "due_in_past", "do_not_call", "changed_meanwhile", "out_of_reach",
        "wrong_state",
    }  # fmt: skip
