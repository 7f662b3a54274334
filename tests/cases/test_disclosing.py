"""The call is owed by whoever made the mistake, and made by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.authority import ChangedMeanwhile, Refused, Verdict
from accounts.domain.roles import set_working_state
from accounts.models import Notice, User
from cases.domain import closing, disclosing, honored_errors, incidents, ownership, promises, reassigning, reconcile
from cases.enums import DisclosureKind, Point
from cases.models import (
    Case,
    Contact,
    Customer,
    Disclosure,
    DisclosureAttempt,
    HonoredError,
    Obligation,
    Promise,
    Reassignment,
)
from journal.models import Event
from outreach.domain import cover, ladder
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again, away

pytestmark = pytest.mark.practice("P2")

ALL = list(Point.values)
# Two business days on: NOW is a Tuesday.
DUE = NOW + 2 * DAY
WHAT = {
    "honored": "Tell them of the mistake, and that we honor it",
    "rescinded": "Tell them of the mistake, and that we take it back",
}


def values(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def everything() -> list[Any]:
    tables = (HonoredError, Disclosure, DisclosureAttempt, Reassignment, Promise, Contact, Obligation, Case, Event)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def refused(code: str, work: Callable[[], Any], *, field: str = "") -> Refused:
    """The work is refused with this code, and nothing of it is written."""
    before = everything()
    with pytest.raises(Refused) as caught:
        work()
    assert (caught.value.code, caught.value.field) == (code, field)
    assert everything() == before
    return caught.value


def event(type_: str) -> dict[str, Any]:
    return Event.objects.filter(type=type_).latest("id").data


def gone(house: House, user: User, *, days: float, now: datetime = NOW) -> User:
    """Away for so many days from now on, as the administrator has written down."""
    until = now + timedelta(days=days)
    return set_working_state(user, state="away", until=until, by=house.ada, now=now)


def left(house: House, user: User, *, now: datetime = NOW) -> User:
    return set_working_state(user, state="left", until=None, by=house.ada, now=now)


# Owed -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["honored", "rescinded"])
def test_a_decision_makes_the_originator_owe_the_customer_a_call(house: House, kind: str) -> None:
    error = house.favorable(originator=house.bob)
    call = house.decided(error, kind)
    assert values(call) == {
        "obligation_id": call.pk,
        "error_id": error.pk,
        "case_id": error.case_id,
        "kind": kind,
        "status": "owed",
        "originator_id": house.bob.pk,
        "owed_by_id": house.bob.pk,
        "owed_because": "originator",
        "said_mistake": False,
        "said_should_have": False,
        "said_stance": False,
        "said_next": False,
        "answer": "",
        "understanding": "",
        "caller_id": None,
        "channel": "",
        "made_at": None,
        "contact_id": None,
        "created_at": NOW,
    }
    owed = call.obligation
    assert (owed.kind, owed.status, owed.owner, owed.due_end, owed.zone, owed.what) == (
        "disclosure", "open", house.bob, DUE, "America/New_York", WHAT[kind],
    )  # fmt: skip
    assert (again(error).call_due_at, again(error).call_made_at) == (DUE, None)
    assert again(error.case).open_obligations == 1
    assert event("disclosure.owed") == {
        "case_version": 3,
        "error": error.pk,
        "error_version": 2,
        "kind": kind,
        "originator": house.bob.pk,
        "owed_by": house.bob.pk,
        "owed_because": "originator",
        "due_end": DUE.isoformat(),
    }
    (notice,) = Notice.objects.filter(kind="call_owed")
    assert (notice.user, notice.path) == (house.bob, f"/honored/{error.pk}/call")


@pytest.mark.parametrize("kind", ["system", "partner", "unknown"])
def test_where_nobody_of_us_made_it_the_owner_owes_it_and_the_record_says_why(house: House, kind: str) -> None:
    call = house.decided(house.favorable(originator_kind=kind))
    assert (call.owed_by, call.originator, call.owed_because) == (house.alice, None, kind)


def test_it_is_due_in_business_days_of_whoever_owes_it(house: House) -> None:
    User.objects.filter(pk=house.alice.pk).update(time_zone="Europe/Berlin", holiday_region="DE-BY")
    call = house.decided(house.favorable(), now=datetime(2026, 12, 23, 9, 0, tzinfo=UTC))
    # Christmas is a Friday in 2026, and nobody works on the Saturday after it.
    assert (call.obligation.due_end, call.obligation.zone) == (datetime(2026, 12, 28, 9, tzinfo=UTC), "Europe/Berlin")


def test_for_somebody_who_is_away_for_a_while_from_their_return(house: House) -> None:
    error = house.favorable()
    gone(house, house.alice, days=6)  # until Monday
    assert house.decided(error).obligation.due_end == NOW + 8 * DAY


@pytest.mark.parametrize("how", [left, lambda house, user: gone(house, user, days=15)], ids=["left", "long"])
def test_for_somebody_who_is_gone_as_if_they_were_there(house: House, how: Any) -> None:
    error = house.favorable()
    how(house, house.alice)
    call = house.decided(error)
    assert (call.owed_by, call.obligation.due_end) == (house.alice, DUE)
    assert not Notice.objects.filter(kind="call_owed").exists()


def test_a_case_without_an_owner_waits_for_one_who_then_owes_it(house: House) -> None:
    for rep in (house.alice, house.bob):
        away(rep)
    call = house.decided(house.favorable(by=house.crm, originator_kind="system", channel="api"))
    assert (call.owed_by, call.obligation.owner, call.obligation.zone) == (None, None, "America/Denver")
    assert disclosing.can_disclose(house.sue, call).code == "not_your_call"
    ownership.route_waiting(call.case, now=NOW + 2 * DAY)
    assert again(call).owed_by == again(call).obligation.owner == house.alice


def test_the_owners_call_goes_along_when_the_case_is_handed_off(house: House) -> None:
    call = house.decided(house.favorable(originator_kind="system"))
    ownership.hand_off(call.case, to=house.bob, reason="Off sick", by=house.alice, now=NOW)
    assert again(call).owed_by == again(call).obligation.owner == house.bob
    assert event("case.handed_off")["obligations_moved"] == 1


def test_the_originators_call_stays_theirs_when_the_case_is_handed_off(house: House) -> None:
    call = house.decided(house.favorable())
    ownership.hand_off(call.case, to=house.bob, reason="Off sick", by=house.alice, now=NOW)
    assert again(call).owed_by == again(call).obligation.owner == house.alice
    assert event("case.handed_off")["obligations_moved"] == 0


def test_a_case_does_not_close_before_the_customer_has_been_told(house: House) -> None:
    call = house.decided(house.favorable())
    assert closing.close_gate(house.sue, again(call.case)).code == "disclosure_open"
    house.told(call)
    assert closing.close_gate(house.sue, again(call.case)).code == "cause_needed"


def test_about_a_closed_case_no_call_comes_to_be_owed(house: House) -> None:
    error = house.favorable(house.customer())
    house.told(house.decided(error))
    Case.objects.filter(pk=error.case_id).update(status="closed", outcome="explained", closed_at=NOW)
    refused("case_closed", lambda: house.decided(error, "rescinded"))
    closed = again(error.case)
    closing.reopen(closed, reason="Not clear to them", by=house.alice, now=NOW)
    assert house.decided(error, "rescinded").status == "owed"


def test_when_the_decision_changes_the_open_call_is_owed_no_longer_and_another_is(house: House) -> None:
    error = house.favorable()
    first = house.decided(error)
    second = house.decided(error, "rescinded", now=NOW + DAY)
    assert (again(first).status, again(first).obligation.status, second.kind) == ("withdrawn", "abandoned", "rescinded")
    assert again(error).call_due_at == second.obligation.due_end == NOW + 3 * DAY
    assert again(error.case).open_obligations == 1
    assert event("disclosure.withdrawn") == {
        "case_version": 4, "error": error.pk, "error_version": 2, "kind": "honored",
    }  # fmt: skip
    refused("wrong_state", lambda: house.told(first))


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


# Tried ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["no_answer", "left_message", "wrong_person"])
def test_a_try_that_reaches_nobody_is_kept_and_the_call_stays_owed(house: House, outcome: str) -> None:
    call = house.decided(house.favorable())
    tried = disclosing.attempt(call, outcome=outcome, words=" Rang twice. ", by=house.alice, now=NOW + HOUR)
    assert values(tried) == {
        "id": tried.pk,
        "disclosure_id": call.pk,
        "outcome": outcome,
        "contact_id": tried.contact_id,
        "promise_id": None,
        "words": "Rang twice.",
        "by_id": house.alice.pk,
        "at": NOW + HOUR,
    }
    assert (tried.contact.reached, tried.contact.channel) == (outcome, "phone")
    assert values(again(call)) == values(call)
    assert event("disclosure.attempted") == {
        "case_version": 4, "error": call.error_id, "error_version": 2, "outcome": outcome,
        "contact": tried.contact_id, "promise": None,
    }  # fmt: skip
    assert again(call.case).open_obligations == 1


@pytest.mark.practice("P7")
def test_to_call_back_is_promised_and_calling_again_keeps_it(house: House) -> None:
    call = house.decided(house.favorable())
    first = disclosing.attempt(call, outcome="call_back", call_back_at=NOW + DAY, by=house.alice, now=NOW)
    assert first.promise is not None
    owed = first.promise.obligation
    assert (owed.owner, owed.due_end, owed.what, owed.zone) == (house.alice, NOW + DAY, "Call back", "America/Denver")
    second = disclosing.attempt(call, outcome="call_back", call_back_at=NOW + 2 * DAY, by=house.alice, now=NOW + DAY)
    assert second.promise is not None
    assert (again(first.promise).status, again(first.promise).interim) == ("kept", True)
    assert second.promise.follows == first.promise
    disclosing.attempt(call, outcome="no_answer", by=house.alice, now=NOW + DAY)
    assert again(second.promise).status == "open"  # nobody was reached
    made = house.told(call, now=NOW + 2 * DAY)
    kept = again(second.promise)
    assert (kept.status, kept.interim, kept.kept_by) == ("kept", False, made.contact)
    assert [again(call.case).open_obligations, reconcile.differences()] == [0, []]


def test_a_promise_that_was_kept_otherwise_is_left_alone(house: House) -> None:
    call = house.decided(house.favorable())
    tried = disclosing.attempt(call, outcome="call_back", call_back_at=NOW + DAY, by=house.alice, now=NOW)
    assert tried.promise is not None
    contact = promises.keep(tried.promise, by=house.bob, now=NOW + HOUR)
    house.told(call, now=NOW + 2 * HOUR)
    assert again(tried.promise).kept_by == contact


@pytest.mark.practice("P7")
def test_a_dropped_line_is_called_back_at_once(house: House) -> None:
    call = house.decided(house.favorable())
    tried = disclosing.attempt(call, outcome="dropped", by=house.alice, now=NOW)
    assert tried.promise is not None
    assert tried.promise.obligation.due_end == NOW + 2 * MINUTE
    house.told(call, now=NOW + MINUTE)
    assert again(tried.promise).status == "kept"


def test_to_whoever_is_not_to_be_called_it_is_promised_to_write(house: House) -> None:
    call = house.decided(house.favorable(house.customer(do_not_call=True)))
    tried = disclosing.attempt(
        call, outcome="call_back", call_back_at=NOW + DAY, channel="video", by=house.alice, now=NOW
    )
    assert tried.promise is not None
    assert tried.promise.channel == "email"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"outcome": "told"}, "invalid", "outcome"),
        ({"outcome": "shrugged"}, "invalid", "outcome"),
        ({"outcome": "call_back"}, "invalid", "call_back_at"),
        ({"outcome": "no_answer", "call_back_at": NOW + DAY}, "invalid", "call_back_at"),
        ({"outcome": "call_back", "call_back_at": NOW}, "due_in_past", "due_end"),
        ({"outcome": "call_back", "call_back_at": NOW + 400 * DAY}, "due_too_far", "due_end"),
        ({"outcome": "no_answer", "words": "x" * 20_001}, "too_long", "words"),
        ({"outcome": "no_answer", "channel": "pigeon"}, "invalid", "channel"),
    ],
)
def test_a_try_that_cannot_be_meant(house: House, given: dict[str, Any], code: str, field: str) -> None:
    call = house.decided(house.favorable())
    refused(code, lambda: disclosing.attempt(call, by=house.alice, now=NOW, **given), field=field)


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


# Gone -----------------------------------------------------------------------------------------------------------------

GONE: dict[str, tuple[Callable[[House], Any], str]] = {
    "there": (lambda house: house.alice, "originator_is_there"),
    "away for a day": (lambda house: gone(house, house.alice, days=1), "originator_is_there"),
    "away for fourteen days": (lambda house: gone(house, house.alice, days=14), "originator_is_there"),
    "away for more": (lambda house: gone(house, house.alice, days=14.01), "ok"),
    "away for more, and soon back": (lambda house: gone(house, house.alice, days=30, now=NOW - 29 * DAY), "ok"),
    "back from it": (lambda house: gone(house, house.alice, days=30, now=NOW - 31 * DAY), "originator_is_there"),
    "left": (lambda house: left(house, house.alice), "ok"),
    "put out of use": (lambda house: User.objects.filter(pk=house.alice.pk).update(is_active=False), "ok"),
}


@pytest.mark.parametrize("how", GONE)
def test_it_is_passed_on_only_for_who_left_or_is_away_for_long(house: House, how: str) -> None:
    happens, code = GONE[how]
    call = house.decided(house.favorable())
    happens(house)
    call = again(call)
    assert disclosing.can_reassign(house.sue, call, now=NOW).code == code
    if code != "ok":
        refused(code, lambda: disclosing.reassign(call, to=house.bob, reason="Gone", by=house.sue, now=NOW))


def test_a_supervisor_passes_it_on_and_both_names_stay(house: House) -> None:
    error = house.favorable()
    call = house.decided(error)
    left(house, house.alice)
    later = NOW + 5 * DAY  # a Sunday
    passed = disclosing.reassign(call, to=house.bob, reason=" She left. ", by=house.sue, now=later, version=2)
    due = NOW + 7 * DAY
    assert values(again(call)) == values(passed) == values(call) | {"owed_by_id": house.bob.pk, "owed_because": "left"}
    (reassignment,) = Reassignment.objects.all()
    assert values(reassignment) == {
        "id": reassignment.pk,
        "disclosure_id": call.pk,
        "from_user_id": house.alice.pk,
        "to_user_id": house.bob.pk,
        "reason": "She left.",
        "by_id": house.sue.pk,
        "at": later,
    }
    owed = again(call).obligation
    assert (owed.owner, owed.due_end, owed.credited_to, owed.next_look_at) == (house.bob, due, None, later)
    assert (again(error).call_due_at, again(error).version) == (due, 3)
    assert event("disclosure.reassigned") == {
        "case_version": 4,
        "error": error.pk,
        "error_version": 3,
        "kind": "honored",
        "originator": house.alice.pk,
        "owed_by": house.bob.pk,
        "owed_because": "left",
        "due_end": due.isoformat(),
        "from": house.alice.pk,
        "to": house.bob.pk,
    }
    notice = Notice.objects.get(kind="call_owed", user=house.bob)
    assert (notice.path, notice.body) == (f"/honored/{error.pk}/call", "She left.")
    refused("not_your_call", lambda: house.told(call, by=house.sue))
    made = house.told(again(call), now=later)
    assert (made.originator, made.owed_by, made.caller) == (again(house.alice), house.bob, house.bob)


def test_it_is_passed_on_again_and_back(house: House) -> None:
    call = house.decided(house.favorable())
    gone(house, house.alice, days=20)
    call = disclosing.reassign(call, to=house.bob, reason="Long leave", by=house.sue, now=NOW)
    assert call.owed_because == "long_away"
    left(house, house.bob)
    call = disclosing.reassign(again(call), to=house.sam, reason="Left too", by=house.sue, now=NOW)
    assert (call.owed_by, call.owed_because) == (house.sam, "long_away")
    left(house, house.sam)
    back = set_working_state(house.alice, state="available", until=None, by=house.ada, now=NOW)
    call = disclosing.reassign(again(call), to=back, reason="Back early", by=house.sue, now=NOW)
    assert (call.owed_by, call.owed_because) == (house.alice, "originator")


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("bob", "supervisor_needed"),
        ("ada", "supervisor_needed"),
        ("crm", "person_needed"),
        ("charlie", "out_of_reach"),
        ("sam", "ok"),
    ],
)
def test_a_supervisor_in_reach_and_nobody_else_passes_it_on(house: House, who: str, code: str) -> None:
    call = house.decided(house.favorable())
    left(house, house.alice)

    def pass_on() -> Disclosure:
        return disclosing.reassign(call, to=house.bob, reason="Left", by=getattr(house, who), now=NOW)

    if code == "ok":
        assert pass_on().owed_by == house.bob
    else:
        refused(code, pass_on)


def test_nobody_passes_on_their_own(house: House) -> None:
    call = house.decided(house.favorable(originator=house.sue))
    gone(house, house.sue, days=30)
    refused(
        "originator_is_there",
        lambda: disclosing.reassign(call, to=house.bob, reason="Busy", by=again(house.sue), now=NOW),
    )


@pytest.mark.parametrize(
    ("to", "reason", "code", "field"),
    [
        ("bob", "  ", "reason_needed", "reason"),
        ("charlie", "Left", "owner_out_of_reach", "to"),
        ("ada", "Left", "owner_out_of_reach", "to"),
        ("crm", "Left", "owner_out_of_reach", "to"),
        ("alice", "Left", "owner_not_available", "to"),
    ],
)
def test_it_is_passed_on_with_a_reason_to_somebody_who_is_there(
    house: House, to: str, reason: str, code: str, field: str
) -> None:
    call = house.decided(house.favorable())
    left(house, house.alice)
    refused(
        code,
        lambda: disclosing.reassign(call, to=again(getattr(house, to)), reason=reason, by=house.sue, now=NOW),
        field=field,
    )


def test_the_owners_call_is_passed_on_by_handing_off_the_case(house: House) -> None:
    call = house.decided(house.favorable(originator_kind="system"))
    left(house, house.alice)
    refused("hand_off_instead", lambda: disclosing.reassign(call, to=house.bob, reason="Left", by=house.sue, now=NOW))


def test_what_is_not_owed_any_more_is_not_passed_on(house: House) -> None:
    call = house.told(house.decided(house.favorable()))
    left(house, house.alice)
    refused("wrong_state", lambda: disclosing.reassign(call, to=house.bob, reason="Left", by=house.sue, now=NOW))


def test_a_shorter_absence_puts_it_off_once(house: House) -> None:
    error = house.favorable()
    call = house.decided(error)
    gone(house, house.alice, days=6, now=NOW + HOUR)  # from Tuesday until Monday an hour later
    assert cover.sweep_cover(now=NOW + HOUR).put_off == 1
    due = NOW + 8 * DAY + HOUR
    owed = again(call).obligation
    assert (owed.due_end, owed.owner, owed.next_look_at) == (due, house.alice, NOW + HOUR)
    assert (again(error).call_due_at, again(error).version, again(error.case).version) == (due, 3, 4)
    assert event("disclosure.moved") == {
        "case_version": 4,
        "error": error.pk,
        "error_version": 3,
        "kind": "honored",
        "originator": house.alice.pk,
        "owed_by": house.alice.pk,
        "owed_because": "originator",
        "due_end": due.isoformat(),
        "from": DUE.isoformat(),
        "away_until": (NOW + 6 * DAY + HOUR).isoformat(),
    }
    assert [disclosing.move_for_absences(now=NOW + days * DAY) for days in (1, 4, 6.5, 9)] == [0, 0, 0, 0]
    gone(house, house.alice, days=3, now=NOW + 7 * DAY)  # away once more when it is due: from Tuesday until Friday
    assert disclosing.move_for_absences(now=NOW + 7 * DAY) == 1
    assert again(call).obligation.due_end == NOW + 14 * DAY


def test_somebody_who_is_back_before_it_is_due_makes_it_in_time(house: House) -> None:
    call = house.decided(house.favorable())
    gone(house, house.alice, days=1.9)
    assert (disclosing.move_for_absences(now=NOW), again(call).obligation.due_end) == (0, DUE)


def test_calls_are_put_off_a_few_at_a_time_and_one_that_cannot_be_stops_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [house.decided(house.favorable()) for _ in range(4)]
    gone(house, house.alice, days=6)
    put_off = reassigning.put_call_off

    def fails_for_the_first(disclosure: Disclosure, *args: Any, **more: Any) -> None:
        if disclosure.pk == calls[0].pk:
            raise RuntimeError("no")
        put_off(disclosure, *args, **more)

    monkeypatch.setattr("cases.domain.reassigning.put_call_off", fails_for_the_first)
    assert disclosing.move_for_absences(now=NOW, limit=2) == 2
    assert disclosing.move_for_absences(now=NOW, limit=2) == 1
    assert [again(call).obligation.due_end > DUE for call in calls] == [False, True, True, True]


def test_a_longer_absence_is_for_the_supervisors_who_are_told_once(house: House) -> None:
    error = house.favorable()
    call = house.decided(error)
    gone(house, house.alice, days=20)
    assert [cover.sweep_cover(now=NOW + hours * HOUR).to_pass_on for hours in range(3)] == [1, 1, 1]
    assert again(call).obligation.due_end == DUE
    told = Notice.objects.filter(kind="call_to_pass_on")
    assert sorted((notice.user.name, notice.title, notice.path) for notice in told) == [
        (
            name,
            "Alice is away until Monday, March 30: the call to Dana Okafor may be passed on",
            f"/honored/{error.pk}/call",
        )
        for name in ("Sam", "Sue")
    ]
    set_working_state(house.alice, state="available", until=None, by=house.ada, now=NOW + DAY)
    assert cover.sweep_cover(now=NOW + DAY).to_pass_on == 0
    left(house, house.alice, now=NOW + DAY)
    cover.sweep_cover(now=NOW + DAY)
    assert told.all().count() == 4


def test_put_off_or_passed_on_it_is_reminded_of_anew(house: House) -> None:
    call = house.decided(house.favorable())

    def climb(now: datetime) -> list[str]:
        before = set(Notice.objects.values_list("pk", flat=True))
        ladder.look(now=now)
        new = Notice.objects.exclude(pk__in=before).filter(kind__startswith="disclosure", channel="desk")
        return sorted(f"{notice.user.name} {notice.kind}" for notice in new)

    assert climb(NOW) == []
    assert climb(DUE - DAY) == ["Alice disclosure_before"]
    gone(house, house.alice, days=4, now=DUE - 20 * HOUR)
    disclosing.move_for_absences(now=DUE - 20 * HOUR)
    due = again(call).obligation.due_end
    assert climb(DUE) == []
    assert climb(due - DAY) == ["Alice disclosure_before"]
    assert climb(due) == ["Alice disclosure_before", "Alice disclosure_due"]
    assert climb(due) == []


# Walls ----------------------------------------------------------------------------------------------------------------


def set_made(call: Disclosure, **fields: Any) -> int:
    contact = Contact.objects.create(case=call.case, channel="phone", by=call.owed_by, at=NOW)
    whole: dict[str, Any] = dict.fromkeys(disclosing.SAID.values(), True)
    whole |= {"status": "made", "understanding": "understood", "channel": "phone", "made_at": NOW, "contact": contact}
    return Disclosure.objects.filter(pk=call.pk).update(**whole | {"caller": call.owed_by} | fields)


def reassignment(house: House, call: Disclosure, **fields: Any) -> Reassignment:
    given = {"from_user": house.alice, "to_user": house.bob, "reason": "Left", "by": house.sue, "at": NOW}
    return Reassignment.objects.create(disclosure=call, **given | fields)


WALLS: dict[str, Callable[[House, Disclosure], Any]] = {
    "nobody else makes it": lambda house, call: set_made(call, caller=house.bob),
    "no supervisor makes it": lambda house, call: set_made(call, caller=house.sue),
    "somebody makes it": lambda _, call: set_made(call, caller=None),
    **{f"{name} is needed": (lambda _, call, name=name: set_made(call, **{name: False})) for name in
       disclosing.SAID.values()},
    "whether they understood is needed": lambda _, call: set_made(call, understanding=""),
    "how they were told is needed": lambda _, call: set_made(call, channel=""),
    "when they were told is needed": lambda _, call: set_made(call, made_at=None),
    "the contact is needed": lambda _, call: set_made(call, contact=None),
    "what is owed has no caller": lambda house, call: Disclosure.objects.filter(pk=call.pk).update(caller=house.alice),
    "the originator's is not quietly another's": lambda house, call: Disclosure.objects.filter(pk=call.pk).update(
        owed_by=house.bob
    ),
    "the originator's is not nobody's": lambda _, call: Disclosure.objects.filter(pk=call.pk).update(owed_by=None),
    "passed on means to another": lambda _, call: Disclosure.objects.filter(pk=call.pk).update(owed_because="left"),
    "a system is no person": lambda _, call: Disclosure.objects.filter(pk=call.pk).update(owed_because="system"),
    "one is owed at a time": lambda house, call: Disclosure.objects.filter(
        pk=house.decided(house.favorable()).pk
    ).update(error=call.error),
    "a call is not deleted": lambda _, call: call.delete(),
    "passing on has a reason": lambda house, call: reassignment(house, call, reason=""),
    "passing on is to another": lambda house, call: reassignment(house, call, to_user=house.alice),
}  # fmt: skip


@pytest.mark.parametrize("wall", WALLS)
def test_the_database_refuses(house: House, wall: str) -> None:
    call = house.decided(house.favorable())
    with pytest.raises(IntegrityError), transaction.atomic():
        WALLS[wall](house, call)


def test_all_of_it_said_by_whoever_owes_it_is_taken_so_that_the_walls_refuse_what_they_say(house: House) -> None:
    assert set_made(house.decided(house.favorable())) == 1


@pytest.mark.parametrize("field", ["answer", "understanding", "channel", "status", "caller", "owed_by", "made_at"])
def test_once_made_nothing_of_it_changes(house: House, field: str) -> None:
    made = house.told(house.decided(house.favorable()))
    other: Any = {"caller": house.bob, "owed_by": house.bob, "made_at": NOW + DAY, "status": "withdrawn"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Disclosure.objects.filter(pk=made.pk).update(**{field: other.get(field, "partly")})


@pytest.mark.parametrize("write", ["update", "delete"])
@pytest.mark.parametrize("table", [DisclosureAttempt, Reassignment])
def test_what_was_tried_and_passed_on_stays_as_it_was(house: House, table: Any, write: str) -> None:
    call = house.decided(house.favorable())
    disclosing.attempt(call, outcome="no_answer", by=house.alice, now=NOW)
    left(house, house.alice)
    disclosing.reassign(call, to=house.bob, reason="Left", by=house.sue, now=NOW)
    rows = table.objects.all()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.update(at=NOW + DAY) if write == "update" else rows.delete()


def test_a_change_of_the_incident_does_not_move_the_call(house: House) -> None:
    call = house.decided(house.favorable())
    incidents.change_incident(
        call.error.incident, version=None, by=house.bob, now=NOW, kind_of_action="fee", line_of_business="Motor"
    )
    assert values(again(call)) == values(call)
