"""What became of a payout: no state that nobody leaves, and no word that it was not paid where it may have been."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import Notice
from cases.domain import causes, closing
from compensation.domain import awards, confirming, delivering, payouts, reversing
from compensation.models import Payout
from compensation.tasks import watch_payouts
from journal.models import Event
from tests.compensation.books import agree, refusal
from tests.compensation.test_payouts import confirm, paid_out, refund, sent
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P19")]


@pytest.fixture(autouse=True)
def _connected(settings: Any) -> None:
    settings.RECOVERY = settings.RECOVERY | {"PAYOUT_WEBHOOK_URL": "https://billing.example.com/payouts"}


def disconnect(settings: Any) -> None:
    settings.RECOVERY = settings.RECOVERY | {"PAYOUT_WEBHOOK_URL": ""}


def tried(payout: Payout, *, now: datetime, perhaps_paid: bool, error: str = "ReadTimeout") -> Payout:
    claimed = payouts.claim(now=now)
    assert claimed is not None
    assert payouts.note_not_sent(claimed, error=error, perhaps_paid=perhaps_paid, final=False, now=now)
    return again(payout)


def tried_in_vain(house: House, *answered: bool) -> Payout:
    """Six tries; ``answered`` says of each whether the billing system said no. What is missing gave no answer."""
    payout, now = paid_out(house), NOW
    for number, gap in enumerate((*payouts.RETRY_AFTER, HOUR)):
        said_no = number < len(answered) and answered[number]
        payout = tried(payout, now=now, perhaps_paid=not said_no)
        now += gap
    assert payout.status == "failed"
    return payout


def told(kind: str) -> list[tuple[str, str]]:
    return sorted(Notice.objects.filter(kind=kind).values_list("user__name", "title"))


# People say what became of it ------------------------------------------------------------------------------------------


def test_what_was_told_and_never_answered_a_supervisor_ends_and_the_case_closes(house: House) -> None:
    payout = sent(house)
    case = payout.award.case
    causes.set_cause(case, cause=house.cause(), by=house.alice, now=NOW)
    assert refusal(closing.close, case, outcome="put_right", by=house.alice, now=NOW) == "delivery_open"
    confirming.confirm(payout, reference="PAY-7", by=house.sue, now=NOW + 3 * DAY)
    assert (again(payout.award).status, again(payout.award).proof) == ("delivered", "PAY-7")
    assert closing.close(again(case), outcome="put_right", by=house.alice, now=NOW + 3 * DAY).is_closed
    agree()


def test_a_supervisor_says_that_it_was_not_paid_and_it_is_delivered_by_hand(house: House) -> None:
    payout = sent(house)
    confirming.fail(payout, reason="They never had it", by=house.sue, now=NOW)
    assert delivering.deliver(payout.award, proof="BANK-1", by=house.alice, now=NOW).status == "delivered"
    agree()


def test_whoever_gave_it_does_not_also_say_that_it_arrived(house: House) -> None:
    house.usual_caps()
    award = awards.give(house.heard_case(), refund(house), amount_minor=1500, by=house.sue, now=NOW)
    payout = Payout.objects.get(award=award)
    for verb, given in ((confirming.confirm, {"reference": "PAY-1"}), (confirming.fail, {"reason": "No"})):
        assert refusal(verb, payout, by=house.sue, now=NOW, **given) == "program_needed"
        assert refusal(verb, payout, by=house.bob, now=NOW, **given) == "program_needed"
    assert confirming.confirm(payout, reference="PAY-1", by=house.sam, now=NOW).status == "confirmed"


def test_an_administrator_says_so_in_the_browser_too_and_whoever_gave_it_is_not_asked(
    house: House, client: Client
) -> None:
    payout = sent(house)
    address = f"/cases/{payout.award.case.reference}"
    for person, asked in ((house.alice, False), (house.bob, False), (house.sue, True), (house.ada, True)):
        client.force_login(person)
        assert ("Say what became of it" in client.get(address).content.decode()) is asked, person
    said = client.post(f"{address}/awards/{payout.award_id}/paid", {"reference": "PAY-7"})
    assert (said.status_code, again(payout).status, again(payout.award).proof) == (302, "confirmed", "PAY-7")


def test_the_case_says_that_no_answer_is_no_answer(house: House, client: Client, settings: Any) -> None:
    payout = tried_in_vain(house)
    client.force_login(house.alice)
    address = f"/cases/{payout.award.case.reference}"
    page = client.get(address).content.decode()
    assert "gave no answer (ReadTimeout): it may have paid it." in page
    assert "did not pay it out" not in page
    delivering.deliver(payout.award, proof="BANK-9", by=house.alice, now=NOW + DAY)
    assert refusal(confirm, house, payout, "PAY-1") == "wrong_state"
    page = client.get(address).content.decode()
    assert "it may have been paid twice" in page
    assert "PAY-1" in page


def test_what_was_tried_before_the_billing_system_was_disconnected_is_delivered_by_hand_or_failed(
    house: House, settings: Any
) -> None:
    first = tried(paid_out(house), now=NOW, perhaps_paid=False)
    assert refusal(delivering.deliver, first.award, proof="R-1", by=house.alice, now=NOW) == "payout_under_way"
    disconnect(settings)
    assert refusal(reversing.reverse, first.award, reason="No", by=house.alice, now=NOW) == "payout_under_way"
    assert delivering.deliver(first.award, proof="R-1", by=house.alice, now=NOW).status == "delivered"
    assert again(first).status == "canceled"
    agree()


def test_what_was_tried_before_the_billing_system_was_disconnected_can_be_failed_and_taken_back(
    house: House, settings: Any
) -> None:
    payout = tried(paid_out(house), now=NOW, perhaps_paid=False)
    disconnect(settings)
    confirming.fail(payout, reason="Nothing was paid", by=house.sue, now=NOW)
    assert reversing.reverse(payout.award, reason="Not wanted", by=house.alice, now=NOW).status == "reversed"
    agree()


# Overdue --------------------------------------------------------------------------------------------------------------


def test_the_supervisors_hear_once_of_a_payout_that_is_overdue(house: House, settings: Any) -> None:
    payout = sent(house)
    assert payout.award.delivery is not None
    due = payout.award.delivery.due_end
    assert payouts.tell_of_overdue(now=due - MINUTE) == 0
    assert [payouts.tell_of_overdue(now=due + late) for late in (MINUTE, HOUR, DAY)] == [1, 1, 1]
    title = f"The billing system has not confirmed Refund on {payout.award.case.reference}, and it is overdue"
    assert told("payout_overdue") == [("Sam", title), ("Sue", title)]
    confirm(house, payout)
    assert payouts.tell_of_overdue(now=due + 2 * DAY) == 0
    watch_payouts()


def test_what_nobody_sends_any_more_is_overdue_to_the_supervisors_too(house: House, settings: Any) -> None:
    payout = tried(paid_out(house), now=NOW, perhaps_paid=True)
    assert payouts.tell_of_overdue(now=NOW + 5 * DAY) == 0, "it is still tried, and people hear when that fails"
    disconnect(settings)
    assert payouts.tell_of_overdue(now=NOW + 5 * DAY) == 1
    assert len(told("payout_overdue")) == 2
    assert again(payout).status == "queued"


def test_where_the_only_supervisor_gave_it_the_administrators_hear_that_it_is_overdue(house: House) -> None:
    house.usual_caps()
    award = awards.give(house.heard_case(), refund(house), amount_minor=1500, by=house.sue, now=NOW)
    type(house.sam).objects.filter(pk=house.sam.pk).update(is_active=False)
    claimed = payouts.claim(now=NOW)
    assert claimed is not None
    payouts.note_sent(claimed, now=NOW)
    assert award.delivery is not None
    payouts.tell_of_overdue(now=award.delivery.due_end)
    assert [who for who, _ in told("payout_overdue")] == ["Ada"]


# It may have been paid ------------------------------------------------------------------------------------------------


def test_a_billing_system_that_gave_no_answer_is_not_said_to_have_paid_nothing(house: House) -> None:
    payout = tried_in_vain(house)
    assert payout.perhaps_paid
    (title,) = {title for _, title in told("payout_failed")}
    assert title == f"The billing system gave no answer about Refund on {payout.award.case.reference}"
    assert "Ask there" in Notice.objects.filter(kind="payout_failed").values_list("body", flat=True)[0]


def test_one_try_without_an_answer_is_enough_whatever_the_later_ones_say(house: House) -> None:
    assert tried_in_vain(house, False, True, True, True, True, True).perhaps_paid
    assert Notice.objects.filter(title__contains="gave no answer").exists()


def test_where_every_try_was_refused_it_did_not_pay(house: House) -> None:
    payout = tried_in_vain(house, *(True,) * 6)
    assert not payout.perhaps_paid
    assert {title for _, title in told("payout_failed")} == {
        f"The billing system did not pay out Refund on {payout.award.case.reference}"
    }


def test_a_sender_that_was_killed_may_have_been_heard(house: House) -> None:
    payout = paid_out(house)
    assert payouts.claim(now=NOW) is not None
    assert not again(payout).perhaps_paid
    assert payouts.claim(now=NOW + MINUTE) is not None, "the first never came back"
    assert again(payout).perhaps_paid


def test_an_answer_settles_what_was_in_doubt(house: House) -> None:
    payout = tried_in_vain(house)
    assert confirming.send_again(payout, by=house.sue, now=NOW + DAY).perhaps_paid, "not yet"
    claimed = payouts.claim(now=NOW + DAY)
    assert claimed is not None
    payouts.note_not_sent(claimed, error="HTTP 422", final=True, now=NOW + DAY)
    assert (again(payout).status, again(payout).perhaps_paid) == ("failed", False)


def test_a_confirmation_after_it_was_delivered_by_hand_is_told_to_people_exactly_once(house: House) -> None:
    payout = tried_in_vain(house)
    delivering.deliver(payout.award, proof="BANK-9", by=house.alice, now=NOW + DAY)
    for _ in range(3):
        assert refusal(confirm, house, payout, "PAY-1") == "wrong_state"
    title = f"Refund on {payout.award.case.reference} may have been paid twice"
    assert told("payout_paid_twice") == [("Ada", title), ("Sam", title), ("Sue", title)]
    event = Event.objects.get(type="payout.confirmed_late")
    assert (event.data["status"], event.words.body) == ("canceled", {"reference": "PAY-1"})
    assert (again(payout).reference, again(payout.award).proof) == ("PAY-1", "BANK-9")
    agree()


def test_a_confirmation_after_it_was_taken_back_is_told_to_people(house: House) -> None:
    payout = tried_in_vain(house)
    reversing.reverse(payout.award, reason="Not wanted", by=house.sue, now=NOW + DAY)
    assert refusal(confirm, house, payout) == "wrong_state"
    (title,) = {title for _, title in told("payout_paid_twice")}
    assert title == f"Refund on {payout.award.case.reference} was taken back, and has been paid"
    agree()


def test_a_confirmation_of_what_was_given_up_delivers_it_and_warns_whoever_may_be_paying(house: House) -> None:
    payout = tried_in_vain(house)
    for _ in range(2):
        assert confirm(house, payout).status == "confirmed"
    assert again(payout.award).status == "delivered"
    title = f"Refund on {payout.award.case.reference} was paid out after all"
    assert told("payout_paid_twice") == [("Ada", title), ("Sam", title), ("Sue", title)]
    agree()
