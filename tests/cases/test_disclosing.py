"""The call is owed by whoever made the mistake, and made by nobody else."""

from __future__ import annotations

from datetime import datetime

import pytest

from accounts.authority import ChangedMeanwhile, Verdict
from accounts.models import User
from cases.domain import disclosing, honored_errors, reconcile
from cases.enums import DisclosureKind, Point
from cases.models import Contact, Customer, DisclosureAttempt, Promise
from tests.cases.calls import DUE
from tests.cases.rows import event, refused, values
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again

pytestmark = pytest.mark.practice("P2")


ALL = list(Point.values)


# Made -----------------------------------------------------------------------------------------------------------------


def test_whoever_owes_it_makes_it_and_it_is_proven(house: House) -> None:
    error = house.favorable()
    call = house.decided(error)
    made = house.told(call, now=NOW + DAY, answer="  I had wondered. Thank you. ", version=2)
    contact = Contact.objects.get(disclosure=call)
    assert values(made) == values(call) | {
        "status": "made",
        "said_mistake": True,
        "said_should_have": True,
        "said_stance": True,
        "said_next": True,
        "answer": "I had wondered. Thank you.",
        "understanding": "understood",
        "caller_id": house.alice.pk,
        "channel": "phone",
        "made_at": NOW + DAY,
        "contact_id": contact.pk,
    }
    assert (contact.channel, contact.direction, contact.reached, contact.by) == (
        "phone",
        "out",
        "customer",
        house.alice,
    )
    assert (made.obligation.status, made.obligation.ended_by) == ("discharged", house.alice)
    told = again(error)
    assert (told.call_due_at, told.call_made_at, told.version) == (DUE, NOW + DAY, 3)
    assert [again(error.case).open_obligations, reconcile.differences()] == [0, []]
    assert event("disclosure.made") == {
        "case_version": 4,
        "error": error.pk,
        "error_version": 3,
        "kind": "honored",
        "contact": contact.pk,
        "understanding": "understood",
        "originator": house.alice.pk,
        "due_end": DUE.isoformat(),
        "in_time": True,
    }
    (attempt,) = DisclosureAttempt.objects.all()
    assert (attempt.outcome, attempt.contact, attempt.by, attempt.at) == ("told", contact, house.alice, NOW + DAY)


def test_late_is_late(house: House) -> None:
    house.told(house.decided(house.favorable()), now=DUE + MINUTE)
    assert event("disclosure.made")["in_time"] is False


@pytest.mark.parametrize("who", ["bob", "sue", "sam", "ada"])
def test_nobody_else_makes_it_no_owner_and_no_supervisor(house: House, who: str) -> None:
    call = house.decided(house.favorable(by=house.bob, originator=house.alice))  # Bob owns the case
    user = getattr(house, who)
    assert disclosing.can_disclose(user, call) == Verdict(
        "not_your_call", "This call is Alice’s to make. Nobody else can make it for them."
    )
    refused("not_your_call", lambda: house.told(call, by=user))
    refused("not_your_call", lambda: disclosing.attempt(call, outcome="no_answer", by=user, now=NOW))


def test_no_program_makes_it_and_a_stranger_does_not_find_it(house: House) -> None:
    call = house.decided(house.favorable())
    refused("person_needed", lambda: house.told(call, by=house.crm))
    refused("out_of_reach", lambda: house.told(call, by=house.charlie))


def test_whoever_changed_teams_still_makes_it(house: House) -> None:
    call = house.decided(house.favorable())
    User.objects.filter(pk=house.alice.pk).update(team=house.other_team)
    assert house.told(call, by=again(house.alice)).status == "made"


def test_it_is_made_once(house: House) -> None:
    call = house.decided(house.favorable())
    house.told(call)
    refused("wrong_state", lambda: house.told(call))
    refused("wrong_state", lambda: disclosing.attempt(call, outcome="no_answer", by=house.alice, now=NOW))


@pytest.mark.parametrize("missing", ALL)
def test_every_point_is_said(house: House, missing: str) -> None:
    call = house.decided(house.favorable())
    points = [point for point in ALL if point != missing]
    told = refused("points_missing", lambda: house.told(call, points=points), field="points")
    assert told.details == {"missing": [missing]}


def test_points_that_are_not_points_are_refused(house: House) -> None:
    call = house.decided(house.favorable())
    refused("invalid", lambda: house.told(call, points=[*ALL, "weather"]), field="points")


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"understanding": ""}, "understanding_needed", "understanding"),
        ({"understanding": "sort of"}, "invalid", "understanding"),
        ({"channel": "survey"}, "invalid", "channel"),
        ({"channel": "email"}, "call_first", "channel"),
        ({"answer": "x" * 20_001}, "too_long", "answer"),
    ],
)
def test_what_is_missing_or_cannot_be_meant(house: House, given: dict[str, str], code: str, field: str) -> None:
    call = house.decided(house.favorable())
    refused(code, lambda: house.told(call, **given), field=field)


def test_both_kinds_have_words_for_all_four_points() -> None:
    assert {kind: list(points) for kind, points in disclosing.POINTS.items()} == {
        kind: [*Point] for kind in DisclosureKind
    }


def test_somebody_who_weighed_it_meanwhile_is_not_overlooked(house: House) -> None:
    error = house.favorable()
    call = house.decided(error)
    honored_errors.assess(error, should_have="The rate of this year.", by=house.bob, now=NOW + HOUR)
    with pytest.raises(ChangedMeanwhile) as told:
        house.told(call, version=2)
    assert [change["by"] for change in told.value.details["changes"]] == ["Bob"]


def test_a_supervisor_who_reads_what_was_written_meanwhile_is_told_of_the_call_too(house: House) -> None:
    error = house.favorable()
    call = house.decided(error)
    house.told(call)
    assert [change["type"] for change in honored_errors.changes_since(again(error), 2)] == ["disclosure.made"]


# Not called -----------------------------------------------------------------------------------------------------------


def test_who_asked_not_to_be_called_is_told_another_way(house: House) -> None:
    call = house.decided(house.favorable())
    Customer.objects.update(do_not_call=True)
    refused("do_not_call", lambda: house.told(call, channel="phone"), field="channel")
    refused(
        "do_not_call", lambda: disclosing.attempt(call, outcome="no_answer", by=house.alice, now=NOW), field="channel"
    )
    assert house.told(call, channel="email").channel == "email"


@pytest.mark.parametrize("channel", ["video", "in_person", "post"])
def test_the_ways_that_are_left_to_them(house: House, channel: str) -> None:
    call = house.decided(house.favorable(house.customer(do_not_call=True)))
    assert house.told(call, channel=channel).channel == channel


def test_who_cannot_be_reached_is_written_to(house: House) -> None:
    call = house.decided(house.favorable())
    for _ in range(disclosing.TRIES):
        refused("call_first", lambda: house.told(call, channel="post"), field="channel")
        disclosing.attempt(call, outcome="no_answer", by=house.alice, now=NOW)
    assert house.told(call, channel="post").status == "made"


# Taken back -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("made", "due"), [(NOW, DUE + 7 * DAY), (DUE + DAY, DUE + 8 * DAY)])
def test_whoever_takes_it_back_promises_to_ask_how_they_are(house: House, made: datetime, due: datetime) -> None:
    """Five business days after the call was due, or after it was made if that was later."""
    call = house.decided(house.favorable(), "rescinded")
    house.told(call, now=made)
    (promise,) = Promise.objects.all()
    assert (promise.made_by, promise.obligation.owner, promise.obligation.due_end) == (house.alice, house.alice, due)
    assert promise.obligation.what == "Follow up: how are they since we took it back"
    assert again(call.case).open_obligations == 1


def test_whoever_honors_it_promises_nothing(house: House) -> None:
    house.told(house.decided(house.favorable()))
    assert not Promise.objects.exists()
