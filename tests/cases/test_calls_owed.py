"""A decision makes a call owed: by whom, by when, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import Notice, User
from cases.domain import closing, disclosing, incidents, ownership
from cases.models import Case
from tests.cases.calls import DUE, gone, left
from tests.cases.rows import event, refused, values
from tests.factories import DAY, NOW, House, again, away

pytestmark = pytest.mark.practice("P2")


WHAT = {
    "honored": "Tell them of the mistake, and that we honor it",
    "rescinded": "Tell them of the mistake, and that we take it back",
}


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


def test_what_tells_of_a_call_leaves_the_desk_when_the_call_is_made(house: House) -> None:
    call = house.honored().disclosures.get()
    assert Notice.objects.filter(user=house.alice, kind="call_owed", seen_at=None).exists()
    house.told(call)
    assert not Notice.objects.filter(user=house.alice, kind="call_owed", seen_at=None).exists()


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


def test_a_change_of_the_incident_does_not_move_the_call(house: House) -> None:
    call = house.decided(house.favorable())
    incidents.change_incident(
        call.error.incident, version=None, by=house.bob, now=NOW, kind_of_action="fee", line_of_business="Motor"
    )
    assert values(again(call)) == values(call)
