"""Payouts: queued with the award, under way, confirmed or failed; and what people may do meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Notice
from cases.domain import causes, closing
from cases.domain.clock import at_wall_time
from cases.models import Obligation
from compensation.domain import approvals, awards, confirming, delivering, payouts, reversing
from compensation.models import Approval, Award, Payout, Remedy
from journal.models import Event
from tests.compensation.books import agree, moves, refusal
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P19")]


@pytest.fixture
def connected(settings: Any) -> None:
    """There is a billing system. Nobody calls it here."""
    settings.RECOVERY = settings.RECOVERY | {"PAYOUT_WEBHOOK_URL": "https://billing.example.com/payouts"}


def refund(house: House, **fields: Any) -> Remedy:
    return house.remedy("refund", **{"method": "refund", "payout": True, "delivery_days": 2} | fields)


def paid_out(house: House, amount: int = 1500, **fields: Any) -> Payout:
    """The payout of a refund that Alice gave."""
    house.usual_caps()
    award = awards.give(house.heard_case(), refund(house, **fields), amount_minor=amount, by=house.alice, now=NOW)
    return Payout.objects.get(award=award)


def sent(house: House) -> Payout:
    payout = paid_out(house)
    claimed = payouts.claim(now=NOW)
    assert claimed is not None
    assert payouts.note_sent(claimed, now=NOW)
    return again(payout)


def confirm(house: House, payout: Payout, reference: str = "PAY-1") -> Payout:
    return confirming.confirm(payout, reference=reference, by=house.crm, now=NOW + MINUTE)


# By hand --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "kind", "asks", "to_do"),
    [
        ("refund", "monetary", "the refund’s reference", "Pay the refund"),
        ("replacement", "non_monetary", "the order number", "Order the replacement"),
        ("service_credit", "monetary", "the credit’s reference", "Post the credit"),
    ],
)
def test_without_a_billing_system_people_deliver_and_give_the_proof_of_the_method(
    house: House, method: str, kind: str, asks: str, to_do: str
) -> None:
    house.usual_caps()
    line = house.remedy("line", kind=kind, cost_minor=500, method=method, payout=True)
    award = awards.give(house.heard_case(), line, by=house.bob, now=NOW)
    owed = Obligation.objects.get(kind="delivery")
    assert (award.status, owed.owner, owed.what) == ("given", house.alice, f"{to_do}: Line")
    # At once means by the end of its owner's day: midnight in New York.
    assert owed.due_end == at_wall_time(NOW.replace(day=11, hour=0, tzinfo=None), "America/New_York")
    assert not Payout.objects.exists()
    assert refusal(delivering.deliver, award, proof=" ", by=house.bob, now=NOW) == "proof_needed"
    with pytest.raises(Exception, match=asks):
        delivering.deliver(award, by=house.bob, now=NOW)
    assert delivering.deliver(award, proof="R-1", by=house.bob, now=NOW).proof == "R-1"
    assert moves() == [("source", "committed", 500), ("committed", "delivered", 500)]
    agree()


def test_how_it_is_delivered_is_what_the_catalog_said_then(house: House) -> None:
    house.usual_caps()
    award = awards.give(house.heard_case(), refund(house), amount_minor=500, by=house.alice, now=NOW)
    Remedy.objects.update(method="other", payout=False, delivery_days=None)
    assert refusal(delivering.deliver, again(award), by=house.alice, now=NOW) == "proof_needed"


def test_a_case_does_not_close_on_what_is_not_delivered(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    award = awards.give(case, refund(house), amount_minor=500, by=house.alice, now=NOW)
    causes.set_cause(case, cause=house.cause(), by=house.alice, now=NOW)
    assert refusal(closing.close, case, outcome="put_right", by=house.alice, now=NOW) == "delivery_open"
    delivering.deliver(award, proof="R-1", by=house.alice, now=NOW)
    assert closing.close(case, outcome="put_right", by=house.alice, now=NOW).is_closed


# By a billing system --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("connected")
def test_giving_puts_the_payout_in_line_in_the_same_transaction(house: House) -> None:
    payout = paid_out(house)
    award = payout.award
    assert (payout.status, payout.attempts, payout.next_try_at) == ("queued", 0, NOW)
    assert (award.status, award.delivery.what) == ("given", "See that it is paid out: Refund")
    assert refusal(delivering.deliver, award, proof="R-1", by=house.alice, now=NOW) == "payout_under_way"
    agree()


@pytest.mark.usefixtures("connected")
def test_what_is_approved_for_less_is_paid_out_for_less(house: House) -> None:
    house.usual_caps()
    awards.give(house.heard_case(), refund(house), amount_minor=3000, by=house.alice, now=NOW)
    assert not Payout.objects.exists(), "nothing is paid that was not approved"
    approvals.approve(Approval.objects.get(), amount_minor=2500, by=house.sue, now=NOW)
    assert Payout.objects.get().award.cost_minor == 2500


@pytest.mark.usefixtures("connected")
def test_a_confirmation_delivers_with_its_reference_as_proof_once(house: House) -> None:
    payout = sent(house)
    confirmed = confirm(house, payout)
    award = again(payout.award)
    assert (confirmed.status, confirmed.reference, award.status, award.proof) == (
        "confirmed",
        "PAY-1",
        "delivered",
        "PAY-1",
    )
    assert again(award.case).open_obligations == 0
    events = Event.objects.count()
    assert confirm(house, payout).status == "confirmed", "the same again changes nothing"
    assert Event.objects.count() == events
    assert refusal(confirm, house, payout, "PAY-2") == "already_confirmed"
    assert refusal(confirming.fail, payout, reason="No", by=house.crm, now=NOW) == "wrong_state"
    assert moves() == [("source", "committed", 1500), ("committed", "delivered", 1500)]
    assert list(Event.objects.filter(subject_kind="payout").order_by("id").values_list("type", flat=True)) == [
        "payout.sent",
        "payout.confirmed",
    ]
    agree()


@pytest.mark.usefixtures("connected")
def test_a_confirmation_may_come_before_we_have_written_down_that_we_sent_it(house: House) -> None:
    payout = paid_out(house)
    claimed = payouts.claim(now=NOW)
    assert claimed is not None
    confirm(house, payout)
    assert not payouts.note_sent(claimed, now=NOW)
    assert not payouts.note_not_sent(claimed, error="ReadTimeout", final=True, now=NOW)
    assert (again(payout).status, again(payout.award).status) == ("confirmed", "delivered")
    assert payouts.claim(now=NOW + DAY) is None
    agree()


@pytest.mark.usefixtures("connected")
def test_who_says_what_became_of_it(house: House) -> None:
    payout = sent(house)
    for verb, given in ((confirming.confirm, {"reference": "PAY-1"}), (confirming.fail, {"reason": "Closed account"})):
        for person in (house.alice, house.bob):
            assert refusal(verb, payout, by=person, now=NOW, **given) == "program_needed"
        assert refusal(verb, payout, by=house.charlie, now=NOW, **given) == "out_of_reach"
    assert refusal(confirm, house, payout, " ") == "proof_needed"
    assert refusal(confirm, house, payout, "P" * 201) == "too_long"
    assert refusal(confirming.fail, payout, reason=" ", by=house.crm, now=NOW) == "reason_needed"
    assert confirming.confirm(payout, reference="PAY-1", by=house.ada, now=NOW).status == "confirmed"
    agree()


@pytest.mark.usefixtures("connected")
def test_a_failure_is_told_and_then_delivered_by_hand_or_sent_again(house: House) -> None:
    payout = sent(house)
    failed = confirming.fail(payout, reason="Account closed", by=house.crm, now=NOW)
    assert confirming.fail(payout, reason="Other words", by=house.crm, now=NOW).error == "Account closed"
    assert (failed.status, failed.error) == ("failed", "Account closed")
    assert sorted(Notice.objects.filter(kind="payout_failed").values_list("user__name", flat=True)) == [
        "Ada",
        "Sam",
        "Sue",
    ]
    assert refusal(confirming.send_again, payout, by=house.alice, now=NOW) == "supervisor_needed"
    assert refusal(confirming.send_again, payout, by=house.crm, now=NOW) == "person_needed"
    requeued = confirming.send_again(payout, by=house.sue, now=NOW + HOUR)
    assert (requeued.status, requeued.key, requeued.attempts) == ("queued", payout.key, 1)
    assert refusal(reversing.reverse, payout.award, reason="No", by=house.sue, now=NOW) == "payout_under_way"
    confirming.fail(payout, reason="Account closed", by=house.ada, now=NOW)
    delivered = delivering.deliver(payout.award, proof="BANK-9", by=house.alice, now=NOW)
    assert (delivered.status, delivered.proof, again(payout).status) == ("delivered", "BANK-9", "canceled")
    assert refusal(confirm, house, payout) == "wrong_state", "it was not paid twice"
    agree()


@pytest.mark.usefixtures("connected")
def test_taking_back_what_was_not_told_yet_cancels_the_payout(house: House) -> None:
    payout = paid_out(house)
    reversing.reverse(payout.award, reason="Twice", by=house.alice, now=NOW)
    assert (again(payout).status, payouts.claim(now=NOW + DAY)) == ("canceled", None)
    agree()


@pytest.mark.usefixtures("connected")
def test_what_was_told_is_not_taken_back_until_it_was_answered(house: House) -> None:
    payout = paid_out(house)
    claimed = payouts.claim(now=NOW)
    assert claimed is not None
    # From the claim on: the request may have gone out.
    assert refusal(reversing.reverse, payout.award, reason="No", by=house.sue, now=NOW) == "payout_under_way"
    payouts.note_sent(claimed, now=NOW)
    assert refusal(reversing.reverse, payout.award, reason="No", by=house.sue, now=NOW) == "payout_under_way"
    assert refusal(delivering.deliver, payout.award, proof="R", by=house.alice, now=NOW) == "payout_under_way"
    confirm(house, payout)
    assert reversing.reverse(again(payout.award), reason="Fraud", by=house.sue, now=NOW).status == "reversed"
    assert again(payout).status == "confirmed"
    agree()


@pytest.mark.usefixtures("connected")
def test_where_the_billing_system_is_disconnected_again_what_waits_is_delivered_by_hand(
    house: House, settings: Any
) -> None:
    payout = paid_out(house)
    settings.RECOVERY = settings.RECOVERY | {"PAYOUT_WEBHOOK_URL": ""}
    delivering.deliver(payout.award, proof="R-1", by=house.alice, now=NOW)
    assert (again(payout).status, Award.objects.get().status) == ("canceled", "delivered")


# The line -------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("connected")
def test_a_claim_is_one_senders_until_its_lease_runs_out(house: House) -> None:
    payout = paid_out(house)
    first = payouts.claim(now=NOW)
    assert first is not None
    assert payouts.claim(now=NOW + 29 * MINUTE / 60) is None
    second = payouts.claim(now=NOW + 31 * MINUTE / 60)
    assert second is not None
    assert (second.pk, second.key, second.attempts) == (payout.pk, payout.key, 2)
    assert not payouts.note_not_sent(first, error="ReadTimeout", final=True, now=NOW), "it is no longer its own"
    assert payouts.note_sent(second, now=NOW)


@pytest.mark.usefixtures("connected")
def test_it_is_tried_with_growing_gaps_and_then_people_hear_of_it(house: House) -> None:
    payout, now = paid_out(house), NOW
    for gap in payouts.RETRY_AFTER:
        claimed = payouts.claim(now=now)
        assert claimed is not None
        payouts.note_not_sent(claimed, error="HTTP 500", final=False, now=now)
        assert (again(payout).next_try_at, again(payout).status) == (now + gap, "queued")
        assert payouts.claim(now=now + gap - MINUTE / 60) is None
        now += gap
    last = payouts.claim(now=now)
    assert last is not None
    payouts.note_not_sent(last, error="HTTP 500", final=False, now=now)
    assert (again(payout).status, again(payout).error, again(payout).attempts) == ("failed", "HTTP 500", payouts.TRIES)
    told = Event.objects.get(type="payout.failed")
    assert told.data["attempts"] == payouts.TRIES
    assert Notice.objects.filter(kind="payout_failed").count() == 3
    confirming.send_again(payout, by=house.sue, now=now)
    once_more = payouts.claim(now=now)
    assert once_more is not None
    payouts.note_not_sent(once_more, error="HTTP 500", final=False, now=now)
    assert again(payout).status == "queued", "sent again, it is tried as often as before"
