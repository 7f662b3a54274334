"""Approvals on screen: one step each, errors beside the field, nothing lost, live for the price of a 304."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.queries import unseen_notices
from compensation.domain import approvals, awards, offers
from compensation.domain.deputies import name_deputy
from compensation.enums import Axis
from compensation.models import Approval
from tests.doors.state import everything
from tests.factories import DAY, MINUTE, House, again, away

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]


@pytest.fixture(autouse=True)
def _at_that_time(house: House) -> Iterator[None]:
    cache.clear()
    house.usual_caps()
    with time_machine.travel(house.now, tick=False):
        yield


@pytest.fixture
def asked(house: House) -> Approval:
    """Alice asks for 30 dollars, ten more than her cap."""
    case = house.heard_case(house.customer(form_of_address="Ms. Okafor"), severity="high")
    return house.asked(case, 3000, now=house.now - 4 * MINUTE)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def answer(user: User, verb: str, approval: Approval, *, htmx: bool = False, **data: Any) -> Any:
    """``version`` is that of the case as it is now, where nothing else is said."""
    headers, data = {"HX-Request": "true"} if htmx else {}, {"version": again(approval).version} | data
    return as_(user).post(reverse(f"approval-{verb}", args=[approval.pk]), data, headers=headers)


def own_request(house: House) -> Approval:
    """A supervisor asks too, for more than her own cap; Sam's is higher."""
    house.caps(house.sam, award=40000)
    return house.asked(house.heard_case(by=house.sue), 30000, by=house.sue)


def text(user: User) -> str:
    return as_(user).get("/approvals").content.decode()


def test_the_case_stands_there_in_one_glance(house: House, asked: Approval) -> None:
    html = text(house.sue)
    for said in ("Ms. Okafor", "Charged twice for one order", "High severity", "Angry", "No baggage", "$30.00"):
        assert said in html
    assert "above their cap per award" in html
    assert "4 min ago" in html


def test_a_note_and_baggage_are_told(house: House, asked: Approval) -> None:
    case = house.heard_case(again(asked.award.customer))
    note = "Third time this month"
    awards.give(case, house.remedy(), amount_minor=4000, note=note, by=house.alice, now=house.now)
    html = text(house.sue)
    assert "Third time this month" in html
    assert "1 earlier mistake" in html


def test_approved_in_one_step(house: House, asked: Approval) -> None:
    done = answer(house.sue, "approve", asked)
    assert (done.status_code, done.url) == (302, "/approvals")
    assert (again(asked).status, again(asked).granted_minor) == ("approved", 3000)
    assert "Sue answered" in text(house.sue)


def test_approved_for_less_as_people_write_money(house: House, asked: Approval) -> None:
    answer(house.sue, "approve", asked, amount_minor="25.50", note="As last time")
    assert (again(asked).status, again(asked).granted_minor) == ("approved_less", 2550)
    assert "As last time" in text(house.alice)


def test_what_one_supervisor_answers_is_off_the_other_ones_desk(house: House, asked: Approval) -> None:
    other = house.asked(house.heard_case(house.customer("Kofi Mensah")), 4000)
    assert [notice.key for notice in unseen_notices(house.sue)] == [f"rung:{asked.obligation_id}:asked"]
    assert [notice.key for notice in unseen_notices(house.sam)] == [f"rung:{other.obligation_id}:asked"]
    answer(house.sam, "approve", asked)
    assert not unseen_notices(house.sue).exists()
    answer(house.sue, "decline", other, reason="Once is enough")
    assert not unseen_notices(house.sam).exists()


def test_declined_with_a_reason(house: House, asked: Approval) -> None:
    answer(house.sue, "decline", asked, reason="It was refunded yesterday")
    assert again(asked).status == "declined"
    assert "It was refunded yesterday" in text(house.alice)


@pytest.mark.parametrize(
    ("verb", "data", "said"),
    [
        ("decline", {"reason": "  "}, "Say why: the rep has to tell the customer something."),
        ("approve", {"amount_minor": "31", "note": "kept"}, "More than was asked for cannot be approved."),
        ("approve", {"amount_minor": "2.505", "note": "kept"}, "USD has 2 decimals."),
        ("approve", {"amount_minor": "lots", "note": "kept"}, "is not an amount"),
        ("approve", {"amount_minor": "-3", "note": "kept"}, "Give an amount above zero."),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_wrong_stands_beside_the_field_and_nothing_is_lost(
    house: House, asked: Approval, verb: str, data: dict[str, str], said: str, htmx: bool
) -> None:
    refused = answer(house.sue, verb, asked, htmx=htmx, **data)
    html = refused.content.decode()
    assert refused.status_code == 422
    assert said in html
    assert "HX-Retarget" not in refused.headers
    for typed in data.values():
        assert f'value="{typed}"' in html or not typed.strip()
    assert again(asked).status == "waiting"


@pytest.mark.parametrize(
    ("verb", "data"),
    [("approve", {}), ("approve", {"amount_minor": "5"}), ("decline", {"reason": "No"}), ("counter", {"remedy": "1"})],
)
def test_an_answer_that_does_not_say_what_it_saw_is_refused(
    house: House, asked: Approval, verb: str, data: dict[str, str]
) -> None:
    client, at = as_(house.sue), reverse(f"approval-{verb}", args=[asked.pk])
    before = everything()
    for version, headers in product(({}, {"version": ""}, {"version": "lately"}), ({}, {"HX-Request": "true"})):
        refused = client.post(at, data | version, headers=headers)
        assert (version, refused.status_code) == (version, 422)
        assert b'data-refused="version_needed"' in refused.content
    assert everything() == before


@pytest.mark.parametrize("verb", ["take", "leave"])
def test_nor_is_an_offer_taken_up_or_left_unseen(house: House, asked: Approval, verb: str) -> None:
    hamper = house.remedy("hamper", kind="non_monetary", cost_minor=100)
    offer = offers.counter(asked, remedy=hamper, by=house.sue, now=house.now)
    client, at = as_(house.alice), reverse(f"offer-{verb}", args=[offer.pk])
    before = everything()
    refused = client.post(at, {})
    assert (refused.status_code, b'data-refused="version_needed"' in refused.content) == (422, True)
    assert everything() == before
    assert client.post(at, {"version": again(offer).version}).status_code == 302


def test_what_changed_since_it_was_seen_is_told_and_nothing_is_answered(house: House, asked: Approval) -> None:
    seen = again(asked).version
    house.give(asked.award.case, 500)
    refused = answer(house.sue, "approve", asked, version=seen)
    assert (refused.status_code, b'data-refused="changed_meanwhile"' in refused.content) == (422, True)
    assert again(asked).status == "waiting"


def test_htmx_gets_the_list_anew_and_a_word_of_what_was_done(house: House, asked: Approval) -> None:
    done = answer(house.sue, "approve", asked, htmx=True)
    html = done.content.decode()
    assert done.status_code == 200
    assert 'id="approvals"' in html.split(">")[0]
    assert "Approved: $30.00 for Ms. Okafor." in html
    assert "<html" not in html


def test_ones_own_request_is_there_and_says_why_it_cannot_be_approved(house: House) -> None:
    own_request(house)
    html = text(house.sue)
    assert "Nobody approves their own. Another supervisor has to answer this." in html
    assert 'aria-disabled="true"' in html
    assert "/approve" not in html
    assert "/approve" in text(house.sam)


def test_approving_ones_own_all_the_same_is_refused(house: House) -> None:
    own = own_request(house)
    refused = answer(house.sue, "approve", own)
    assert refused.status_code == 422
    assert b'data-refused="own_approval"' in refused.content
    assert again(own).status == "waiting"


def test_more_than_ones_own_cap_is_said_before_one_tries(house: House) -> None:
    house.caps(house.sue, award=2500)
    house.asked(house.heard_case(), 3000)
    html = text(house.sue)
    assert "Above your own cap per award: $25.00 left. Approve less, or ask a colleague." in html
    assert "Above your own cap" not in text(house.sam)


AXES = ["award", "case", "customer", "team", "day", "month"]


@pytest.mark.parametrize("axis", AXES)
def test_whatever_cap_its_approval_would_be_refused_by_is_said_before(house: House, axis: str) -> None:
    case = house.heard_case()
    house.give(case, 500)
    house.give(house.heard_case(), 600, by=house.sue)
    approval = house.asked(case, 3000)
    taken = {"award": 0, "case": 500, "customer": 500, "team": 1100, "day": 600, "month": 600}[axis]
    house.caps(house.sue, **{axis: 2999 + taken})
    label = Axis(axis).label
    assert f"Above your own cap {label}: $29.99 left. Approve less, or ask a colleague." in text(house.sue)
    assert answer(house.sue, "approve", approval).status_code == 422
    house.caps(house.sue, now=house.now + MINUTE, **{axis: 3000 + taken})
    with time_machine.travel(house.now + 2 * MINUTE, tick=False):
        assert "Above your own cap" not in text(house.sue)
        assert answer(house.sue, "approve", approval).status_code == 302


def test_what_others_have_waiting_on_the_case_is_no_room_and_what_it_reserves_itself_is(house: House) -> None:
    case = house.heard_case()
    first, _ = house.asked(case, 3000), house.asked(case, 4000)
    house.caps(house.sue, case=6999)
    html = text(house.sue)
    assert "Above your own cap per case: $29.99 left." in html
    assert "Above your own cap per case: $39.99 left." in html
    approvals.decline(first, reason="No", by=house.sam, now=house.now)
    assert "Above your own cap" not in text(house.sue)


def test_a_deputy_is_told_of_whoever_they_stand_in_for(house: House) -> None:
    house.caps(house.sue, award=2500)
    name_deputy(house.sue, deputy=house.bob, ends_at=house.now + DAY, by=house.sue, now=house.now)
    away(house.sue)
    approval = house.asked(house.heard_case(), 2200)
    assert "Above Sue" not in text(house.bob)
    house.caps(house.sue, now=house.now + MINUTE, award=2100)
    with time_machine.travel(house.now + 2 * MINUTE, tick=False):
        assert "Above Sue’s cap per award: $21.00 left." in text(house.bob)
        assert answer(house.bob, "approve", approval).status_code == 422


def test_what_fits_whoever_one_stands_in_for_is_not_warned_of(house: House) -> None:
    house.caps(house.sue, award=2500)
    approval = house.asked(house.heard_case(), 3000)
    name_deputy(house.sam, deputy=house.sue, ends_at=house.now + DAY, by=house.sam, now=house.now)
    assert "Above your own cap" in text(house.sue)
    away(house.sam)
    assert "Above your own cap" not in text(house.sue)
    assert answer(house.sue, "approve", approval).status_code == 302


def test_reps_see_what_they_asked_for_and_nothing_to_press(house: House, asked: Approval) -> None:
    html = text(house.alice)
    assert "Ms. Okafor" in html
    assert "/approve" not in html
    assert "Ms. Okafor" not in text(house.bob)


def test_a_rep_who_tries_is_told_who_can(house: House, asked: Approval) -> None:
    refused = answer(house.bob, "approve", asked)
    assert refused.status_code == 422
    assert b'data-refused="supervisor_needed"' in refused.content


def test_administrators_see_why_they_cannot(house: House, asked: Approval) -> None:
    html = text(house.ada)
    assert "Only a supervisor can do this." in html
    assert "/approve" not in html


def test_what_is_out_of_reach_is_not_there(house: House, asked: Approval) -> None:
    assert answer(house.charlie, "approve", asked).status_code == 404
    assert "Ms. Okafor" not in text(house.charlie)


def test_an_expired_request_no_longer_waits(house: House, asked: Approval) -> None:
    with time_machine.travel(house.now + 3 * DAY, tick=False):
        assert "Nobody is waiting for you" in text(house.sue)
        assert answer(house.sue, "approve", asked).status_code == 422


def test_an_empty_screen_teaches(house: House) -> None:
    assert "Nobody is waiting for you" in text(house.sue)
    assert "You are waiting for nobody" in text(house.alice)


def test_the_live_part_costs_a_304_until_something_changes(house: House, asked: Approval) -> None:
    client = as_(house.sam)
    first = client.get("/approvals/live")
    assert first.status_code == 200
    etag = first.headers["ETag"]
    assert f'data-etag="{etag}"' in first.content.decode().replace("&quot;", '"')
    same = client.get("/approvals/live", headers={"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")
    approvals.approve(asked, by=house.sue, now=house.now)
    changed = client.get("/approvals/live", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert b"Sue answered" in changed.content


def test_another_persons_tag_is_not_mine(house: House, asked: Approval) -> None:
    etag = as_(house.sam).get("/approvals/live").headers["ETag"]
    assert as_(house.sue).get("/approvals/live", headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("address", ["/approvals", "/approvals/live"])
def test_a_visitor_is_asked_to_sign_in(address: str) -> None:
    assert Client().get(address).status_code == 302


def test_it_costs_as_many_queries_with_thirty_waiting_as_with_two(house: House) -> None:
    house.caps(house.alice, award=2000, case=10**7, day=10**7, month=10**7)
    client = as_(house.sue)

    def cost(address: str, **headers: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address, headers=headers)
        return len(queries)

    for number in range(2):
        house.asked(house.heard_case(house.customer(f"Customer {number}")), 3000)
    few = cost("/approvals"), cost("/approvals/live")
    for number in range(28):
        house.asked(house.heard_case(house.customer(f"Customer {number}")), 3000)
    for currency in ("EUR", "GBP"):
        house.caps("supervisor", currency=currency, award=20000, case=50000, day=100000, month=1000000)
        remedy = house.remedy(f"credit-{currency.lower()}", currency=currency)
        awards.give(house.heard_case(), remedy, amount_minor=3000, by=house.alice, now=house.now)
    assert (cost("/approvals"), cost("/approvals/live")) == few
    etag = client.get("/approvals/live").headers["ETag"]
    assert cost("/approvals/live", **{"If-None-Match": etag}) <= 4
    # The page reads what its frame shows as well: the team, and whether any reminder is late.
    assert few == (15, 13)
