"""What is offered first: what may be given alone, then what the case calls for and what fits, then worth over cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from compensation.domain import approvals, awards
from compensation.domain.advising.advice import Advice
from compensation.domain.advising.facts import Facts
from compensation.domain.advising.options import Option, ranked
from compensation.domain.advising.package import package
from compensation.domain.approvers import Approver
from compensation.domain.catalog import save_remedy
from compensation.domain.deputies import name_deputy
from compensation.domain.gauges import Gauge
from compensation.domain.setting_caps import set_cap
from compensation.enums import Axis, Basis, RemedyKind
from compensation.models import Coupon, CouponPool, Remedy
from compensation.queries.advice import advice_rules
from tests.compensation.advised import advice, stocked
from tests.factories import DAY, NOW, House, away

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P15", "P18")]
__all__ = ["stocked"]


def codes(given: Advice) -> list[str]:
    return [option.remedy.code for option in given.options]


@pytest.mark.parametrize(
    ("about", "order"),
    [
        ({"severity": "low"}, ["hamper", "voucher", "help", "replace", "sorry"]),
        ({"severity": "high"}, ["hamper", "voucher", "help", "replace", "sorry"]),
        ({"severity": "low", "kind_of_action": "fee"}, ["voucher", "hamper", "help", "replace", "sorry"]),
        ({"severity": "low", "kind_of_action": "service"}, ["help", "replace", "hamper", "voucher", "sorry"]),
        ({"severity": "low", "kind_of_action": "conduct"}, ["sorry", "hamper", "voucher", "help", "replace"]),
        ({"severity": "low", "kind_of_action": "delivery"}, ["hamper", "help", "replace", "voucher", "sorry"]),
    ],
)
def test_first_what_fits_then_worth_over_cost(stocked: House, about: dict[str, str], order: list[str]) -> None:
    given = advice(stocked, stocked.heard_case(**about))
    assert [option.remedy.code for option in given.alone] == order
    assert [option.remedy.code for option in given.to_ask] == ["refund", "fortune"]


def test_what_was_given_is_no_longer_called_for(stocked: House) -> None:
    case = stocked.heard_case(severity="low")
    awards.give(case, stocked.remedies["hamper"], by=stocked.alice, now=NOW)
    given = advice(stocked, case)
    first = given.options[0]
    assert (first.remedy.code, first.answers) == ("sorry", ("apology",))
    assert given.package.words == "Apologize."
    assert [option.remedy.code for option in given.alone if option.given_before] == ["hamper"]
    assert given.alone[-1].remedy.code == "hamper"


def test_above_the_cap_the_lowest_who_can_approve_is_named(stocked: House) -> None:
    stocked.caps(stocked.sue, award=5000)
    given = {option.remedy.code: option for option in advice(stocked, stocked.heard_case()).options}
    refund, fortune = given["refund"], given["fortune"]
    assert (refund.alone.code, refund.approver) == ("over_cap", stocked.sue)
    assert (fortune.approver, fortune.beyond_all) == (None, True)
    assert given["hamper"].approver is None


def test_whoever_is_there_approves_before_whoever_is_away(stocked: House) -> None:
    stocked.caps(stocked.sue, award=5000)
    away(stocked.sue)
    given = {option.remedy.code: option for option in advice(stocked, stocked.heard_case()).options}
    assert given["refund"].approver == stocked.sam


def test_nobody_is_shown_as_approving_their_own(stocked: House) -> None:
    stocked.caps(stocked.sam, award=100)
    given = {option.remedy.code: option for option in advice(stocked, stocked.heard_case(), by=stocked.sue).options}
    assert given["fortune"].beyond_all


def test_what_the_case_has_had_bounds_those_who_approve_too(stocked: House) -> None:
    stocked.caps("supervisor", award=20000, case=4000)
    case = stocked.heard_case()
    stocked.remedy()
    stocked.give(case, 1500)
    given = {option.remedy.code: option for option in advice(stocked, case).options}
    assert given["refund"].beyond_all


@pytest.mark.parametrize(
    ("loss", "had", "suggested"),
    [(None, 0, None), (1500, 0, 1500), (9000, 0, 2000), (1500, 600, 900), (1500, 1500, None)],
)
def test_of_an_open_amount_the_loss_is_suggested_within_the_caps(
    house: House, loss: int | None, had: int, suggested: int | None
) -> None:
    house.usual_caps()
    house.remedy()
    lost = {"loss_minor": loss, "currency": "USD"} if loss else {}
    case = house.heard_case(**lost)
    if had:
        house.give(case, had)
    (option,) = advice(house, case).options
    assert option.suggested_minor == suggested
    assert option.alone
    assert option.at_once is (suggested is not None)


@pytest.fixture
def open_amounts(house: House) -> House:
    """A credit of an open amount; Sue approves up to $50 and Sam up to $400."""
    house.usual_caps()
    house.caps(house.sue, award=5000, case=5000)
    house.caps(house.sam, award=40000, case=100000)
    house.remedy()
    return house


def credit(house: House, loss: int | None, *, had: Sequence[int] = ()) -> Option:
    case = house.heard_case(**({"loss_minor": loss, "currency": "USD"} if loss else {}))
    for amount in had:
        house.give(case, amount)
    (option,) = advice(house, case).options
    return option


def test_of_an_open_amount_whoever_can_approve_what_makes_the_loss_good_is_named(open_amounts: House) -> None:
    option = credit(open_amounts, 30000)
    assert option.alone
    assert (option.suggested_minor, option.alone_minor, option.whole_minor) == (2000, 2000, 30000)
    assert (option.approver, option.falls_short) == (open_amounts.sam, True)
    assert credit(open_amounts, 4500).approver == open_amounts.sue
    within = credit(open_amounts, 1500)
    assert (within.approver, within.falls_short, within.whole_minor) == (None, False, 1500)


def test_with_nothing_left_the_approver_is_judged_on_what_is_not_made_up_for_yet(open_amounts: House) -> None:
    option = credit(open_amounts, 33000, had=[2000, 2000, 1000])
    assert (option.alone.code, option.alone_minor, option.whole_minor) == ("over_cap", 0, 28000)
    assert option.approver == open_amounts.sam
    assert "supervisor" not in option.alone.reason
    small = credit(open_amounts, 5010, had=[2000, 2000, 1000])
    assert (small.whole_minor, small.approver) == (10, open_amounts.sam), "Sue's cap on the case is used up too"


def test_of_what_nobody_may_approve_whole_it_says_how_far_it_goes(open_amounts: House) -> None:
    option = credit(open_amounts, 90000)
    assert (option.whole_minor, option.approver, option.beyond_all) == (90000, None, False)
    assert option.most is not None
    assert (option.most.person, option.approvable_minor) == (open_amounts.sam, 40000)
    none_left = credit(open_amounts, 90000, had=[2000, 2000, 1000])
    assert (none_left.alone.code, none_left.beyond_all, none_left.approvable_minor) == ("over_cap", False, 40000)
    open_amounts.caps(open_amounts.sue, award=0)
    open_amounts.caps(open_amounts.sam, award=0)
    assert credit(open_amounts, 90000, had=[2000, 2000, 1000]).beyond_all


def test_where_the_loss_is_not_known_it_says_how_much_could_be_approved(open_amounts: House) -> None:
    option = credit(open_amounts, None)
    assert (option.whole_minor, option.approver, option.alone_minor) == (None, None, 2000)
    assert (option.falls_short, option.approvable_minor) == (True, 40000)


def test_the_catalogs_own_most_bounds_what_is_asked_for(house: House) -> None:
    house.usual_caps()
    house.remedy(at_most_minor=5000)
    option = credit(house, 30000)
    assert (option.alone_minor, option.whole_minor, option.approvable_minor) == (2000, 5000, 5000)


def test_above_are_those_who_can_approve_more_in_the_order_in_which_they_are_asked(open_amounts: House) -> None:
    def above() -> list[tuple[str, int]]:
        return [(each.called, each.up_to) for each in advice(open_amounts, open_amounts.heard_case()).above]

    assert above() == [("Sue", 5000), ("Sam", 40000)]
    away(open_amounts.sue)
    assert above() == [("Sam", 40000), ("Sue, not there now,", 5000)]
    name_deputy(open_amounts.sue, deputy=open_amounts.bob, ends_at=NOW + DAY, by=open_amounts.sue, now=NOW)
    assert above() == [("Bob, in place of Sue,", 5000), ("Sam", 40000)]
    open_amounts.caps(open_amounts.sue, award=1500)
    assert above() == [("Sam", 40000)]


def test_whoever_has_no_room_left_today_is_asked_after_whoever_has(open_amounts: House) -> None:
    open_amounts.caps(open_amounts.sue, day=3000)
    assert credit(open_amounts, 2500).approver == open_amounts.sue
    assert credit(open_amounts, 3500).approver == open_amounts.sam
    open_amounts.caps(open_amounts.sam, day=3000)
    assert credit(open_amounts, 3500).approver == open_amounts.sue, "nobody has room today, and it may be another day"


def test_whoever_asked_for_something_on_the_case_in_vain_is_not_named_for_it(open_amounts: House) -> None:
    case = open_amounts.heard_case(loss_minor=4500, currency="USD")
    own = open_amounts.asked(case, 6000, by=open_amounts.sue)
    approvals.decline(own, reason="No", by=open_amounts.sam, now=NOW)
    (option,) = advice(open_amounts, case).options
    assert option.approver == open_amounts.sam
    assert open_amounts.asked(case, 4500).routed_to == open_amounts.sam


@pytest.mark.parametrize("loss", [2500, 4500, 30000])
@pytest.mark.parametrize("gone", [None, "sue", "sam"])
def test_whoever_is_named_is_the_one_before_whom_it_is_put(open_amounts: House, loss: int, gone: str | None) -> None:
    if gone:
        away(getattr(open_amounts, gone))
    option = credit(open_amounts, loss)
    asked = open_amounts.asked(open_amounts.heard_case(), loss)
    assert option.approver == asked.routed_to


def test_the_catalogs_own_most_bounds_what_is_suggested(house: House) -> None:
    house.usual_caps()
    house.remedy("owed", basis="entitlement", authority="§ 7 of the contract", at_most_minor=700)
    (option,) = advice(house, house.heard_case(loss_minor=1500, currency="USD")).options
    assert (option.suggested_minor, option.alone.code) == (700, "ok")


def test_what_is_owed_by_contract_needs_nobody_and_is_never_too_much(house: House) -> None:
    house.caps("rep", award=0, case=0, day=0, month=0)
    house.remedy("owed", basis="entitlement", authority="§ 7 of the contract", cost_minor=90000)
    house.remedy("kind", cost_minor=90000)
    case = house.heard_case(loss_minor=1000, currency="USD")
    given = {option.remedy.code: option for option in advice(house, case).options}
    assert (given["owed"].alone.code, given["owed"].too_much) == ("ok", False)
    assert (given["kind"].alone.code, given["kind"].too_much) == ("over_cap", True)


def test_more_than_helps_is_flagged_with_what_was_given_so_far(stocked: House) -> None:
    case = stocked.heard_case(loss_minor=1200, currency="USD")
    assert [option.remedy.code for option in advice(stocked, case).options if option.too_much] == [
        "hamper", "refund", "fortune",
    ]  # fmt: skip
    awards.give(case, stocked.remedies["voucher"], by=stocked.alice, now=NOW)
    flagged = advice(stocked, case)
    assert {option.remedy.code for option in flagged.options if option.too_much} == {
        "hamper", "voucher", "refund", "fortune",
    }  # fmt: skip
    assert flagged.package.flags == ()


def test_what_cannot_be_given_is_not_offered(stocked: House) -> None:
    pool = CouponPool.objects.create(code="coffee", name="Coffee")
    codes_left = Coupon.objects.create(pool=pool, code="A1", expires_on=(NOW + DAY).date())
    coupon = stocked.remedy("coupon", kind="non_monetary", cost_minor=300, method="coupon", pool=pool)
    save_remedy(stocked.remedies["voucher"], active=False, by=stocked.ada, now=NOW)
    case = stocked.heard_case()
    offered = codes(advice(stocked, case))
    assert coupon.code in offered
    assert not {"euros", "voucher"} & set(offered)
    Coupon.objects.filter(pk=codes_left.pk).update(expires_on=(NOW - DAY).date())
    assert coupon.code not in codes(advice(stocked, case))
    Coupon.objects.filter(pk=codes_left.pk).update(expires_on=None)
    assert coupon.code in codes(advice(stocked, case))
    CouponPool.objects.update(active=False)
    assert coupon.code not in codes(advice(stocked, case))


@pytest.mark.practice("P17")
def test_the_one_key_gives_the_best_that_takes_no_questions(stocked: House) -> None:
    stocked.remedy("coffee", kind="non_monetary", cost_minor=300, value_minor=900, no_questions=True)
    stocked.remedy("so-sorry", kind="apology", currency="", cost_minor=0, no_questions=True)
    case = stocked.heard_case(severity="low")
    first = advice(stocked, case).at_once
    assert first is not None
    assert first.remedy.code == "coffee"
    awards.give(case, first.remedy, by=stocked.alice, now=NOW)
    given = advice(stocked, case)
    assert (given.no_questions.used, given.no_questions.left) == (1, given.no_questions.cap - 1)
    assert given.at_once is not None
    assert given.at_once.remedy.code == "replace"


@pytest.mark.practice("P17")
def test_what_is_free_does_not_use_up_the_days_count(stocked: House) -> None:
    stocked.remedy("flowers", kind="non_monetary", cost_minor=0, value_minor=9000, no_questions=True)
    given = advice(stocked, stocked.heard_case(severity="low"))
    assert (codes(given)[0], given.at_once and given.at_once.remedy.code) == ("flowers", "replace")
    Remedy.objects.filter(code="replace").update(active=False)
    alone = advice(stocked, stocked.heard_case(severity="low")).at_once
    assert alone is not None
    assert alone.remedy.code == "flowers"


@pytest.mark.practice("P17")
def test_past_the_days_count_nothing_is_without_questions(stocked: House) -> None:
    set_cap(axis=Axis.NO_QUESTIONS, currency="", amount_minor=0, role="rep", by=stocked.ada, now=NOW - DAY)
    given = advice(stocked, stocked.heard_case())
    replace = next(option for option in given.options if option.remedy.code == "replace")
    assert given.at_once is None
    assert (replace.free_of_questions, replace.alone.code) == (False, "over_cap")


GAUGES = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 6000)), min_size=1, max_size=5)
REMEDIES = st.lists(
    st.tuples(
        st.sampled_from(RemedyKind.values),
        st.none() | st.integers(0, 8000),
        st.none() | st.integers(0, 8000),
        st.booleans(),
        st.sampled_from(Basis.values),
    ),
    max_size=8,
)


@given(
    caps=GAUGES,
    lines=REMEDIES,
    loss=st.none() | st.integers(1, 9000),
    count=st.integers(0, 2),
    reach=st.integers(0, 9000),
)
def test_nothing_above_a_cap_is_ranked_as_possible_alone(
    caps: list[tuple[int, int]], lines: list[Any], loss: int | None, count: int, reach: int
) -> None:
    axes = [Axis.AWARD, Axis.CASE, Axis.CUSTOMER, Axis.DAY, Axis.MONTH]
    measured = [Gauge(axis, "USD", cap, used) for axis, (cap, used) in zip(axes, caps, strict=False)]
    catalog = [
        Remedy(
            pk=number,
            code=f"r{number}",
            name=f"R{number}",
            kind=kind,
            currency="USD",
            cost_minor=cost,
            value_minor=value,
            no_questions=unasked and cost is not None,
            basis=basis,
        )
        for number, (kind, cost, value, unasked, basis) in enumerate(lines)
    ]
    facts = Facts(severity="high", failed=frozenset({"fee"}), loss_minor=loss)
    sue: Any = User(pk=1)
    options = ranked(
        facts,
        package(facts, RULES or _read()),
        catalog,
        currency="USD",
        measured=measured,
        no_questions_left=count,
        climb=[Approver(sue, sue, reach, reach)],
    )
    assert len(options) == len(catalog)
    left = min(gauge.left for gauge in measured)
    for option in options:
        draws = option.remedy.basis == Basis.GOODWILL and not option.free_of_questions
        least = option.cost_minor or int(option.remedy.open_amount)
        assert bool(option.alone) is (not draws or least <= left)
        whole = option.whole_minor or least
        assert (option.approver is sue) is ((not option.alone or (draws and whole > left)) and whole <= reach)
        if option.suggested_minor is not None:
            assert loss is not None
            assert 0 < option.suggested_minor <= loss
            assert not draws or option.suggested_minor <= left
    order = [0 if option.alone else 2 if option.beyond_all else 1 for option in options]
    assert order == sorted(order)


RULES: list[Any] = []


def _read() -> list[Any]:
    RULES.extend(advice_rules())
    return RULES


def test_advice_takes_few_queries_whatever_there_is(stocked: House, django_assert_num_queries: Any) -> None:
    case = stocked.heard_case()
    stocked.remedy()
    stocked.give(case, 300)
    stocked.asked(case, 3000)
    with django_assert_num_queries(7):
        advice(stocked, case, now=NOW + timedelta(hours=1))
