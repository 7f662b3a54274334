"""Approvals: answered once, by somebody else, in one step."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import Notice, User
from cases.models import Case, Obligation
from compensation.domain import approvals, awards, reconcile
from compensation.models import Approval, Award, CapCounter, LedgerEntry
from tests.compensation.books import agree, counters, moves, refusal
from tests.factories import HOUR, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]
EXPIRES = NOW + 48 * HOUR
TICK = timedelta(microseconds=1)


@pytest.fixture
def asked(house: House) -> Approval:
    house.usual_caps()
    return house.asked(house.heard_case(), 3000)


def test_one_supervisor_is_told_at_once_and_the_rep_is_told_the_answer(house: House, asked: Approval) -> None:
    told = Notice.objects.filter(kind="approval_asked", channel="desk").values_list("user__username", "title")
    title = f"Alice asks for $30.00 on {asked.award.case.reference}"
    assert set(told) == {("sue", title)}
    approvals.approve(asked, by=house.sue, now=NOW, note="Of course")
    answer = Notice.objects.get(kind="approval_answered")
    assert (answer.user, answer.title, answer.body) == (
        house.alice,
        f"Sue approved $30.00 on {asked.award.case.reference}",
        "Of course",
    )


def test_approving_gives_the_remedy_and_spends_the_approvers_counters(house: House, asked: Approval) -> None:
    approvals.approve(asked, by=house.sam, now=NOW + 10 * HOUR)  # past midnight in London, not yet in New York
    approval = again(asked)
    award = approval.award
    assert (approval.status, approval.granted_minor, approval.answered_by) == ("approved", 3000, house.sam)
    assert (award.status, award.given_by, award.spender, award.day, award.month) == (
        "delivered",
        house.alice,
        house.sam,
        date(2026, 3, 11),
        date(2026, 3, 1),
    )
    assert set(CapCounter.objects.exclude(user=None).values_list("user__username", "spent_minor")) == {("sam", 3000)}
    assert counters()["case"] == (3000, 0)
    assert moves() == [("source", "pending", 3000), ("pending", "delivered", 3000)]
    assert (Obligation.objects.get(kind="approval").status, Case.objects.get().open_obligations) == ("discharged", 0)
    agree()


def test_approving_less_gives_less_and_frees_the_rest(house: House, asked: Approval) -> None:
    approvals.approve(asked, amount_minor=1200, by=house.sue, now=NOW)
    approval = again(asked)
    assert (approval.status, approval.granted_minor, approval.award.cost_minor, approval.award.value_minor) == (
        "approved_less",
        1200,
        1200,
        1200,
    )
    assert counters()["case"] == (1200, 0)
    assert moves() == [("source", "pending", 3000), ("pending", "delivered", 1200), ("pending", "source", 1800)]
    agree()


def test_declining_frees_what_was_reserved_and_says_why(house: House, asked: Approval) -> None:
    assert refusal(approvals.decline, asked, reason=" ", by=house.sue, now=NOW) == "reason_needed"
    approvals.decline(asked, reason="We did this last month", by=house.sue, now=NOW)
    assert (again(asked).status, again(asked.award).status, counters()) == ("declined", "declined", {})
    assert moves() == [("source", "pending", 3000), ("pending", "source", 3000)]
    assert Notice.objects.get(kind="approval_answered").body == "We did this last month"
    agree()


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("alice", "own_approval"),
        ("bob", "supervisor_needed"),
        ("ada", "supervisor_needed"),
        ("crm", "supervisor_needed"),
        ("charlie", "out_of_reach"),
    ],
)
def test_only_a_supervisor_in_reach_answers(house: House, asked: Approval, by: str, code: str) -> None:
    if by == "crm":
        User.objects.filter(pk=house.crm.pk).update(role=Role.SUPERVISOR)
        code = "person_needed"
    who = again(getattr(house, by))
    assert refusal(approvals.approve, asked, by=who, now=NOW) == code
    assert refusal(approvals.decline, asked, reason="No", by=who, now=NOW) == code
    assert again(asked).status == "waiting"
    agree()


def test_nobody_approves_their_own_not_even_after_they_became_a_supervisor(house: House, asked: Approval) -> None:
    User.objects.filter(pk=house.alice.pk).update(role=Role.SUPERVISOR)
    alice = again(house.alice)
    assert refusal(approvals.approve, asked, by=alice, now=NOW) == "own_approval"
    assert refusal(approvals.decline, asked, reason="No", by=alice, now=NOW) == "own_approval"
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(answered_by=alice)


def test_a_supervisor_above_their_own_cap_asks_another(house: House) -> None:
    house.usual_caps()
    house.caps(house.sam, award=30000, case=60000, day=200000)
    approval = house.asked(house.heard_case(), 25000, by=house.sue)
    assert set(Notice.objects.filter(kind="approval_asked").values_list("user__username", flat=True)) == {"sam"}
    assert refusal(approvals.approve, approval, by=house.sue, now=NOW) == "own_approval"
    assert approvals.approve(approval, by=house.sam, now=NOW).status == "approved"
    agree()


@pytest.mark.parametrize(("axis", "room"), [("award", 2999), ("case", 2999), ("day", 2999), ("month", 2999)])
def test_what_is_above_the_approvers_own_cap_is_refused_and_less_may_be_approved(
    house: House, asked: Approval, axis: str, room: int
) -> None:
    house.caps(house.sue, **{axis: room})
    before = (counters(), moves())
    assert refusal(approvals.approve, asked, by=house.sue, now=NOW) == "over_your_cap"
    assert (again(asked).status, counters(), moves()) == ("waiting", *before)
    approvals.approve(asked, amount_minor=room, by=house.sue, now=NOW)
    assert again(asked).granted_minor == room
    agree()


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (0, "not_an_amount"),
        (-1, "not_an_amount"),
        (3001, "not_an_amount"),
        (True, "not_an_amount"),
        (2**70, "amount_too_large"),
    ],
)
def test_no_more_is_approved_than_was_asked_and_no_less_than_something(
    house: House, asked: Approval, amount: Any, code: str
) -> None:
    assert refusal(approvals.approve, asked, amount_minor=amount, by=house.sue, now=NOW) == code


def test_a_remedy_of_a_fixed_amount_is_approved_whole(house: House) -> None:
    house.usual_caps()
    hamper = house.remedy("hamper", kind="non_monetary", cost_minor=3000)
    approval = awards.give(house.heard_case(), hamper, by=house.alice, now=NOW).approval
    assert refusal(approvals.approve, approval, amount_minor=2000, by=house.sue, now=NOW) == "amount_fixed"
    assert approvals.approve(approval, amount_minor=3000, by=house.sue, now=NOW).status == "approved"


def test_a_request_is_answered_once(house: House, asked: Approval) -> None:
    approvals.approve(asked, by=house.sue, now=NOW)
    assert refusal(approvals.approve, asked, by=house.sam, now=NOW) == "wrong_state"
    assert refusal(approvals.decline, asked, reason="No", by=house.sam, now=NOW) == "wrong_state"
    assert approvals.expire(asked, now=EXPIRES) == 0
    assert LedgerEntry.objects.count() == 2
    agree()


def test_a_request_can_be_answered_until_it_expires_and_not_at_that_moment(house: House, asked: Approval) -> None:
    assert refusal(approvals.approve, asked, by=house.sue, now=EXPIRES) == "approval_expired"
    assert refusal(approvals.decline, asked, reason="No", by=house.sue, now=EXPIRES) == "approval_expired"
    assert approvals.expire(asked, now=EXPIRES - TICK) == 0
    assert approvals.approve(asked, by=house.sue, now=EXPIRES - TICK).status == "approved"


def test_an_expired_request_frees_what_it_reserved_and_the_rep_is_told(house: House, asked: Approval) -> None:
    assert approvals.expire(asked, now=EXPIRES) == 1
    assert approvals.expire(asked, now=EXPIRES) == 0
    assert (again(asked).status, again(asked.award).status, counters()) == ("expired", "expired", {})
    assert (Obligation.objects.get(kind="approval").status, Case.objects.get().open_obligations) == ("abandoned", 0)
    assert Notice.objects.get(kind="approval_expired", channel="desk").user == house.alice
    agree()


def test_the_next_award_on_the_case_expires_stale_requests_in_its_own_transaction(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    stale = house.asked(case, 5000)
    assert house.give(case, 1000, now=EXPIRES - TICK).status == "awaiting_approval"
    award = house.give(case, 1000, now=EXPIRES)
    assert (award.status, again(stale).status) == ("delivered", "expired")
    agree()


def test_a_case_at_the_approvers_cap_is_approved_only_as_far_as_it_goes(house: House) -> None:
    house.usual_caps()
    house.caps(house.sue, case=5000)
    case = house.heard_case()
    house.give(case, 2000)
    approval = house.asked(case, 4000)
    assert refusal(approvals.approve, approval, by=house.sue, now=NOW) == "over_your_cap"
    approvals.approve(approval, amount_minor=3000, by=house.sue, now=NOW)
    assert counters()["case"] == (5000, 0)
    agree()


def test_the_database_refuses_overspend_and_an_answer_without_a_name_by_itself(house: House, asked: Approval) -> None:
    counter = CapCounter.objects.get(axis="case")
    wrong = [
        lambda: CapCounter.objects.filter(pk=counter.pk).update(spent_minor=counter.ceiling_minor),
        lambda: CapCounter.objects.filter(pk=counter.pk).update(reserved_minor=-1),
        lambda: CapCounter.objects.filter(pk=counter.pk).update(user=house.alice),
        lambda: Approval.objects.filter(pk=asked.pk).update(status="approved"),
        lambda: Approval.objects.filter(pk=asked.pk).update(granted_minor=3001),
        lambda: Award.objects.filter(pk=asked.award_id).update(status="given"),
        lambda: Award.objects.filter(pk=asked.award_id).update(cost_minor=-1),
        lambda: house.remedy().__class__.objects.update(no_questions=True),
    ]
    for write in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


@pytest.mark.practice("P19")
@pytest.mark.django_db(transaction=True)
def test_a_difference_between_the_books_is_named(house: House, asked: Approval) -> None:
    assert reconcile.differences() == []
    out = StringIO()
    award = house.give(house.heard_case(), 700)
    own = {counter.axis: counter for counter in CapCounter.objects.exclude(user=None)}
    CapCounter.objects.filter(case=asked.award.case).update(spent_minor=7)
    CapCounter.objects.filter(customer=asked.award.customer).update(reserved_minor=2999)
    own["day"].delete()
    Case.objects.filter(pk=asked.award.case_id).update(open_obligations=5)
    Award.objects.filter(pk=award.pk).update(cost_minor=600)
    assert reconcile.differences() == [
        f"counter case:{asked.award.case_id}:USD says spent 7, the ledger and what waits say 0",
        (
            f"counter customer:{asked.award.customer_id}:USD:2026-03-01 says reserved 2999, "
            "the ledger and what waits say 3000"
        ),
        f"counter {own['day'].key} is missing, the ledger and what waits say 700",
        (
            f"award {award.pk} is delivered: the ledger says delivered 700, source -700, "
            "it should say delivered 600, source -600"
        ),
    ]
    Award.objects.filter(pk=award.pk).update(historical=True)
    assert reconcile.differences()[-1] == f"award {award.pk} has entries in the ledger and is not an award of ours"
    with pytest.raises(CommandError, match="differences"):
        call_command("reconcile", stdout=out)
    assert "counts 5 open obligations and has 1" in out.getvalue()
