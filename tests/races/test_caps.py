"""Many programs give remedies at the same moment: no cap is ever passed, and nothing that fits is refused."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db.models import Sum

from accounts.authority import Refused
from accounts.enums import Role
from cases.domain.reconcile import differences as owed_differently
from compensation.domain import approvals, reversing
from compensation.domain.reconcile import differences
from compensation.models import Approval, Award, CapCounter, CounterOffer, LedgerEntry
from tests.factories import HOUR, PLENTY, House, again
from tests.races.beside import all_at_once
from tests.races.field import AMOUNT, GIVEN, at_midday
from tests.races.server import CONNECTIONS, Server, secret_of, serve, statuses

__all__ = ["serve"]

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.practice("P16")]

Serve = Callable[..., Server]


def caps(house: House, **tight: int) -> None:
    """Caps of reps that leave plenty, but for those given; supervisors may approve anything."""
    plenty = dict.fromkeys(("award", "case", "day", "month"), PLENTY)
    house.caps(Role.REP, **plenty | tight)
    house.caps(Role.SUPERVISOR, **plenty)


def given() -> int:
    return Award.objects.filter(status__in=GIVEN).aggregate(sum=Sum("cost_minor"))["sum"] or 0


def agree() -> None:
    assert differences() == []
    assert owed_differently() == []


def race(server: Server, secrets: list[str], references: list[str], *, times: int) -> Counter[int]:
    """So many awards of AMOUNT, by these people in turn, on these cases in turn."""
    asked = [
        (
            secrets[turn % len(secrets)],
            f"cases/{references[turn % len(references)]}/awards/",
            {"remedy": "credit", "amount_minor": AMOUNT},
        )
        for turn in range(times)
    ]
    return statuses(server.post_all(asked))


def open_cases(house: House, number: int) -> list[str]:
    customer = house.customer()
    house.remedy()
    return [house.heard_case(customer).reference for _ in range(number)]


def test_what_is_above_the_cap_is_asked_for_and_draws_on_nothing(house: House, serve: Serve) -> None:
    at_midday()
    caps(house, day=60 * AMOUNT)
    references = open_cases(house, CONNECTIONS)
    assert race(serve(), [secret_of(house.alice)], references, times=96) == {201: 96}
    assert Counter(Award.objects.values_list("status", flat=True)) == {"delivered": 60, "awaiting_approval": 36}
    assert (given(), _reserved()) == (60 * AMOUNT, 36 * AMOUNT)
    agree()


def test_several_reps_at_once_never_pass_what_each_of_them_may_give_on_one_case(house: House, serve: Serve) -> None:
    at_midday()
    reps = [house.alice, house.bob, *(house.person(name) for name in ("lena", "mika"))]
    at_midday()
    cap = 60 * AMOUNT + 1
    caps(house, case=cap)
    house.caps(house.bob, case=20 * AMOUNT)
    references = open_cases(house, 1)
    answers = race(serve(), [secret_of(rep) for rep in reps], references, times=96)
    assert answers == {201: 96}
    assert given() <= cap // AMOUNT * AMOUNT
    assert given() + _reserved() >= cap // AMOUNT * AMOUNT
    agree()


def _reserved() -> int:
    return Approval.objects.filter(status="waiting").aggregate(sum=Sum("asked_minor"))["sum"] or 0


def test_the_cap_of_a_case_is_used_up_to_the_last_award_that_fits(house: House, serve: Serve) -> None:
    """Nobody may approve here, so nothing is reserved, and what is given is the cap divided by the amount exactly."""
    at_midday()
    plenty = dict.fromkeys(("award", "case", "day", "month"), PLENTY)
    cap = 60 * AMOUNT + 1
    house.caps(Role.REP, **plenty | {"case": cap})
    references = open_cases(house, 1)
    answers = race(serve(), [secret_of(house.alice), secret_of(house.bob)], references, times=96)
    assert answers == {201: 60, 409: 36}
    assert given() == cap // AMOUNT * AMOUNT
    agree()


APPROVE, LESS, DECLINE = ("approve", {}), ("approve", {"amount_minor": 500}), ("decline", {"reason": "Too much"})
COUNTER = ("counter", {"remedy": "hamper"})
# What ten supervisors answer at the same moment, and how it may end: the request, its award, what is held and spent.
ANSWERS = {
    "approve": ([APPROVE] * 10, {("approved", "delivered", 0, 3000)}),
    "decline": ([DECLINE] * 10, {("declined", "declined", 0, 0)}),
    "counter": ([COUNTER] * 10, {("countered", "countered", 700, 0)}),
    "each as they like": (
        [APPROVE, LESS, DECLINE, COUNTER, APPROVE, LESS, DECLINE, COUNTER, APPROVE, COUNTER],
        {
            ("approved", "delivered", 0, 3000),
            ("approved_less", "delivered", 0, 500),
            ("declined", "declined", 0, 0),
            ("countered", "countered", 700, 0),
        },
    ),
}


def test_ten_supervisors_who_answer_the_same_request_at_once_have_one_effect(house: House, serve: Serve) -> None:
    house.usual_caps()
    house.remedy("hamper", kind="non_monetary", cost_minor=700)
    supervisors = [house.person(f"super{number}", role=Role.SUPERVISOR) for number in range(10)]
    at_midday()
    server = serve()
    secrets = [secret_of(supervisor) for supervisor in supervisors]
    for answers, ends in ANSWERS.values():
        case = house.heard_case()
        approval = house.asked(case, 3000, now=datetime.now(UTC))
        asked = [
            (secret, f"approvals/{approval.pk}/{verb}/", body)
            for secret, (verb, body) in zip(secrets, answers, strict=True)
        ]
        answered = server.post_all(asked, connections=10)
        # An offer that was made is answered with 201.
        assert sorted(statuses(answered).elements())[1:] == [409] * 9, server.said()
        assert {answer.body.get("code") for answer in answered if answer.status == 409} == {"wrong_state"}
        approval, counter = again(approval), CapCounter.objects.get(case=case)
        assert (approval.status, approval.award.status, counter.reserved_minor, counter.spent_minor) in ends
        assert CounterOffer.objects.filter(approval=approval).count() == (approval.status == "countered")
        agree()


def test_approving_and_declining_at_the_same_moment_is_one_or_the_other(house: House) -> None:
    house.usual_caps()
    for _ in range(5):
        case = house.heard_case()
        approval = house.asked(case)
        works = [
            lambda approval=approval: approvals.approve(approval, by=house.sue, now=house.now),
            lambda approval=approval: approvals.decline(approval, reason="No", by=house.sam, now=house.now),
            lambda approval=approval: approvals.expire(approval, now=house.now + 49 * HOUR),
            lambda case=case: house.give(case, 500),
        ]
        results = all_at_once(works)
        refused = [result.code for result in results if isinstance(result, Refused)]
        assert [result for result in results if isinstance(result, Exception) and not isinstance(result, Refused)] == []
        assert len(refused) >= 1
        assert again(approval).status in ("approved", "declined", "expired")
        agree()


def test_reversals_at_the_same_moment_give_the_money_back_once(house: House) -> None:
    house.usual_caps()
    award = house.give(house.heard_case(), 1500)
    results = all_at_once(
        [
            lambda by=by: reversing.reverse(award, reason="By mistake", by=by, now=house.now)  # type: ignore[misc]
            for by in (house.alice, house.sue, house.sam)
        ]
    )
    assert Counter(result.code if isinstance(result, Refused) else "reversed" for result in results) == {
        "reversed": 1,
        "wrong_state": 2,
    }
    assert set(CapCounter.objects.values_list("spent_minor", flat=True)) == {0}
    assert LedgerEntry.objects.count() == 2
    agree()


def test_a_cap_that_is_lowered_while_awards_are_given_holds_from_then_on(house: House) -> None:
    house.caps(Role.REP, award=PLENTY, case=PLENTY, month=PLENTY, day=100 * AMOUNT)
    case = house.heard_case()
    house.remedy()
    lowered = threading.Event()

    def give() -> int:
        done = 0
        for _ in range(12):
            late = lowered.is_set()
            try:
                house.give(case, AMOUNT)
            except Refused:
                continue
            done += late
        return done

    def lower() -> int:
        house.caps(Role.REP, day=AMOUNT)
        lowered.set()
        return 0

    results = all_at_once([give, give, give, lower])
    assert [result for result in results if isinstance(result, Exception)] == []
    assert sum(result for result in results if isinstance(result, int)) <= 1
    agree()
