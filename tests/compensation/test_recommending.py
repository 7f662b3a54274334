"""What to do about an error in the customer's favor: honor it, unless much says otherwise, and say why line by line."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.domain import acknowledging, casework
from cases.domain.honored_errors import assess, decide, hold_error
from cases.enums import MoneyHeld, Relied
from cases.models import Customer, HonoredError
from compensation.domain import reasons
from compensation.domain.recommending import Recommendation, facts_of, recommend, told_again
from compensation.domain.rescission_rules import add_rule
from compensation.domain.rulings import ruling_for
from compensation.enums import Ruled
from compensation.models import Decision, RescissionRule
from tests.factories import DAY, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P1")]

HIGH = 500_001


@pytest.fixture
def free(house: House) -> House:
    """A house whose only rule lets anything be taken back anywhere."""
    RescissionRule.objects.all().delete()
    add_rule(effect="allowed", valid_from=date(2026, 1, 1), citation="Handbook, 4.2", by=house.ada, now=NOW)
    return house


def error_of(house: House, customer: Customer | None = None, **assessed: Any) -> HonoredError:
    """An error in favor of a customer in Colorado who has relied on nothing, unless said otherwise."""
    error = house.in_favor(customer or house.customer(jurisdiction="US-CO"))
    given = {"relied": "nothing", "value_minor": 12_000, "value_year_minor": 90_000, "currency": "USD"} | assessed
    return again(assess(error, by=house.alice, now=NOW, **given))


def recommended(error: HonoredError, *, now: Any = NOW) -> Recommendation:
    return recommend(error, ruling=ruling_for(error, now=now), now=now)


def honored(house: House, customer: Customer, *, now: Any = NOW) -> HonoredError:
    """An error that was honored before. What it takes to honor one is not asked here."""
    error = house.in_favor(customer, now=now)
    with transaction.atomic():
        case, held = hold_error(error, by=None)
        decide(case, held, to="honored", by=house.bob, now=now)  # type: ignore[arg-type]
        casework.save(case)
    return again(error)


def text(found: Recommendation, code: str) -> str:
    return next(line.text for line in found.lines if line.code == code)


def weighed(found: Recommendation) -> dict[str, str]:
    return {line.code: line.for_ for line in found.lines}


def test_the_default_is_to_honor_although_everything_would_allow_taking_it_back(free: House) -> None:
    found = recommended(error_of(free))
    assert found.stance == "honor"
    assert weighed(found) == {
        "ours": "honor", "allowed": "neither", "value": "neither", "value_year": "neither",
        "customer_value": "neither", "flags": "neither", "history": "neither", "earlier": "neither",
        "days": "neither", "relied": "rescind", "money": "neither",
    }  # fmt: skip
    assert [line.text for line in found.lines] == [
        "The mistake was ours. We stand by it unless much speaks against that.",
        "The rules leave us free to take it back (Handbook, 4.2).",
        "At stake now: $120.00.",
        "Over the coming year it comes to $900.00.",
        "What this customer is worth to us in a year is not known. It need not be, to keep our word.",
        "No flag on this customer speaks against it.",
        "We have not let this customer down before.",
        "We have honored no error for this customer before.",
        "It happened today.",
        "The customer has relied on nothing yet.",
        "Where the money is, nobody has written down yet.",
    ]


def test_much_money_over_a_year_weighs_for_taking_back(free: House) -> None:
    assert recommended(error_of(free, value_year_minor=HIGH - 1)).stance == "honor"
    found = recommended(error_of(free, value_year_minor=HIGH))
    assert (found.stance, weighed(found)["value_year"]) == ("rescind", "rescind")
    unheard_of = error_of(free, value_year_minor=HIGH * 1000, currency="JPY")
    assert recommended(unheard_of).stance == "honor"  # nobody has said what is much in yen


def test_a_flag_against_them_weighs_for_taking_back_and_any_other_asks_for_care(free: House) -> None:
    careful = free.customer(jurisdiction="US-CO", risk_flags=["Older American", "Servicemember"])
    assert recommended(error_of(free, careful)).stance == "honor"
    flagged = free.customer(jurisdiction="US-CO", risk_flags=["Servicemember", "FRAUD"])
    found = recommended(error_of(free, flagged))
    assert (found.stance, text(found, "flags")) == ("rescind", "A risk flag on this customer speaks against it.")
    facts = facts_of(error_of(free, flagged), ruling=ruling_for(error_of(free, flagged), now=NOW), now=NOW)
    assert (facts.risk_flags, facts.flags_against) == (("Servicemember", "FRAUD"), ("FRAUD",))


def test_several_errors_honored_within_a_year_weigh_for_taking_back_and_older_ones_do_not(free: House) -> None:
    several = settings.RECOVERY["SEVERAL_HONORED_IN_A_YEAR"]
    customer = free.customer(jurisdiction="US-CO")
    honored(free, customer, now=NOW - 370 * DAY)
    for days in range(several - 1):
        honored(free, customer, now=NOW - (days + 1) * DAY)
    found = recommended(error_of(free, customer))
    assert found.stance == "honor"
    assert text(found, "earlier") == (
        "We have honored 3 errors for this customer before, 2 of them within the last year; "
        "they have not been told yet of 3."
    )
    honored(free, customer, now=NOW - 9 * DAY)
    assert recommended(error_of(free, customer)).stance == "rescind"


@pytest.mark.parametrize("relied", [Relied.UNKNOWN, Relied.SOMETHING, Relied.MUCH])
def test_whoever_has_relied_on_it_or_was_not_asked_keeps_it(free: House, relied: str) -> None:
    found = recommended(error_of(free, relied=relied, value_year_minor=HIGH))
    assert (found.stance, weighed(found)["relied"]) == ("honor", "honor")


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"effect": "prohibited"}, "It may not be taken back (Statute 7)."),
        ({"effect": "legal_review"}, "It may be taken back only once counsel has looked at it (Statute 7)."),
        ({"effect": "within_days", "within_days": 2}, "It may not be taken back (Statute 7)."),
    ],
)
def test_where_the_rules_do_not_allow_it_outright_it_is_honored(free: House, fields: Any, line: str) -> None:
    rule = {"jurisdiction": "US", "citation": "Statute 7", "valid_from": date(2026, 1, 1)} | fields
    add_rule(by=free.ada, now=NOW, **rule)
    found = recommended(error_of(free, value_year_minor=HIGH), now=NOW + 3 * DAY)
    assert found.stance == "honor"
    assert (found.lines[1].for_, found.lines[1].text) == ("honor", line)


def test_the_line_of_the_rule_counts_the_days_that_are_left(free: House) -> None:
    rule = {"jurisdiction": "US", "citation": "Statute 7", "valid_from": date(2026, 1, 1), "effect": "within_days"}
    add_rule(by=free.ada, now=NOW, within_days=2, **rule)
    error = error_of(free, value_year_minor=HIGH)
    said = {days: text(recommended(error, now=NOW + days * DAY), "allowed") for days in range(3)}
    assert said == {
        0: "The rules leave us free to take it back for 2 more days (Statute 7).",
        1: "The rules leave us free to take it back for 1 more day (Statute 7).",
        2: "The rules leave us free to take it back until the end of today (Statute 7).",
    }


def test_the_page_has_the_whole_history_and_each_earlier_call(free: House) -> None:
    customer = free.customer(jurisdiction="US-CO", value_minor=200_000, value_currency="USD")
    for _ in range(2):
        free.case(customer)
    past = free.logged(customer).incident
    acknowledging.acknowledge_incident(past, words="That was ours", by=free.alice, now=NOW)
    earlier = honored(free, customer, now=NOW - 2 * DAY)
    error = error_of(free, customer, money=MoneyHeld.WITH_CUSTOMER)
    now = NOW + 3 * DAY
    facts = facts_of(error, ruling=ruling_for(error, now=now), now=now)
    assert (facts.days_since, facts.cases, facts.earlier, facts.within_a_year) == (3, 4, (earlier,), 1)
    assert (len(facts.baggage.incidents), facts.baggage.let_down, facts.baggage.unacknowledged) == (4, 3, 2)
    assert (facts.ruling.ruled, facts.legal_review, facts.over_a_year) == (Ruled.ALLOWED, None, False)
    found = recommended(error, now=now)
    assert text(found, "history") == (
        "We have let this customer down 3 times before; 2 of these nobody has owned up to yet."
    )
    assert text(found, "customer_value") == "This customer is worth $2,000.00 to us in a year."
    assert text(found, "days") == "3 days have passed since it happened."
    assert (weighed(found)["customer_value"], weighed(found)["money"], weighed(found)["history"]) == ("honor",) * 3


def test_what_a_decision_was_shown_is_kept_as_figures_and_told_again_in_the_same_words(free: House) -> None:
    found = recommended(error_of(free, value_year_minor=HIGH))
    kept = json.loads(json.dumps(found.kept()))
    assert told_again(Decision(lines=kept)) == found.lines


def test_every_line_can_be_said_of_whatever_was_found() -> None:
    assert set(reasons.RELIED) == set(Relied)
    assert set(reasons.MONEY) == set(MoneyHeld)
    for days, said in (
        (0, "It happened today."),
        (1, "It happened yesterday."),
        (40, "40 days have passed since it happened."),
    ):
        assert reasons.say("days", {"days": days}) == said
    for value in ("value", "value_year", "customer_value"):
        assert "not" in reasons.say(value, {"value": None, "currency": ""}) or "Nobody" in reasons.say(
            value, {"value": None, "currency": ""}
        )
    assert reasons.say("flags", {"against": 2}) == "2 risk flags on this customer speak against it."
    history = {"incidents": 20, "more": True, "unacknowledged": 20}
    assert reasons.say("history", history) == (
        "We have let this customer down at least 20 times before, and nobody has owned up to it yet."
    )
    assert reasons.say("history", history | {"incidents": 2, "more": False, "unacknowledged": 0}) == (
        "We have let this customer down twice before, and have owned up to it."
    )
    assert reasons.say("earlier", {"in_all": 1, "within_a_year": 1, "untold": 0}) == (
        "We have honored 1 error for this customer before, within the last year; "
        "they were told each time that it was a mistake."
    )


def test_the_facts_take_as_many_queries_for_a_long_history_as_for_a_short_one(free: House) -> None:
    customer = free.customer(jurisdiction="US-CO")
    honored(free, customer, now=NOW - 2 * DAY)
    few = _queries(error_of(free, customer))
    for _ in range(6):
        free.case(customer)
        honored(free, customer, now=NOW - 2 * DAY)
    assert _queries(error_of(free, customer)) == few <= 7


def _queries(error: HonoredError) -> int:
    error = HonoredError.objects.select_related("customer").get(pk=error.pk)
    with CaptureQueriesContext(connection) as ran:
        recommend(error, ruling=ruling_for(error, now=NOW), now=NOW)
    return len(ran)
