"""Standing by an error or taking it back: who may, what it costs, whom the customer hears it from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.authority import Refused
from accounts.models import User
from cases.domain import causes, closing, disclosing, incidents
from cases.models import Case, Disclosure, HonoredError, Obligation
from compensation.domain import honoring, reconcile, rescission_rules
from compensation.domain.gauges import gauges
from compensation.models import CapCounter, Decision, LedgerEntry, LegalReview, RescissionRule
from compensation.queries import decisions_of, visible_decisions
from compensation.queries import rescission_rules as listed_rules
from insights.domain import rollup
from insights.enums import Measure
from insights.models import Tally
from journal.models import Event
from tests.compensation.books import agree, refusal
from tests.factories import DAY, HOUR, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P1")]

VALUE = 1500
POINTS = ["mistake", "should_have", "stance", "next"]


@pytest.fixture
def error(house: House) -> HonoredError:
    """A fee of $15 that Alice waived for somebody in Colorado; caps are the usual ones, and nothing is prohibited."""
    RescissionRule.objects.all().delete()
    house.usual_caps()
    rule(house)
    return in_favor(house)


def rule(house: House, **fields: Any) -> RescissionRule:
    given = {"effect": "allowed", "valid_from": date(2026, 1, 1), "citation": "Handbook, 4.2"} | fields
    return rescission_rules.add_rule(by=house.ada, now=NOW, **given)


def in_favor(house: House, **particulars: Any) -> HonoredError:
    given = {"value_at_stake_minor": VALUE, "currency": "USD"} | particulars
    return again(house.in_favor(house.customer(jurisdiction="US-CO"), **given))


def honor(error: HonoredError, by: User, **given: Any) -> Decision:
    return honoring.honor(error, by=by, **{"now": NOW} | given)


def rescind(error: HonoredError, by: User, **given: Any) -> Decision:
    return honoring.rescind(error, by=by, **{"now": NOW, "reason": "They knew of the fee"} | given)


def reviewed(error: HonoredError, by: User, conclusion: str = "may", **given: Any) -> LegalReview:
    words = {"counsel": "Ruth Adeyemi", "note": "Read the contract twice", "now": NOW} | given
    return honoring.record_legal_review(error, conclusion=conclusion, by=by, **words)


def tell(error: HonoredError, by: User, *, now: Any = NOW) -> Disclosure:
    owed = Disclosure.objects.get(error=error, status="owed")
    return disclosing.disclose(owed, points=POINTS, understanding="understood", by=by, now=now)


def close(house: House, error: HonoredError) -> Case:
    causes.set_cause(again(error.case), cause=house.cause(), by=house.alice, now=NOW)
    return closing.close(again(error.case), outcome="put_right", by=house.alice, now=NOW)


def moves() -> list[tuple[str, str, int, str]]:
    entries = LedgerEntry.objects.order_by("id")
    return list(entries.values_list("from_account", "to_account", "amount_minor", "rep__username"))


def open_kinds(error: HonoredError) -> list[str]:
    owed = Obligation.objects.filter(case=error.case_id, status="open").order_by("id")
    return list(owed.values_list("kind", flat=True))


# --- Honoring ----------------------------------------------------------------------------------------------------------


def test_honoring_settles_the_decision_owes_the_call_and_enters_the_cost(house: House, error: HonoredError) -> None:
    assert open_kinds(error) == ["decision"]
    decision = honor(error, house.bob)
    error = again(error)
    assert (error.status, error.decided_by, error.decided_at, error.cost_minor) == ("honored", house.bob, NOW, VALUE)
    assert open_kinds(error) == ["disclosure"]
    owed = Disclosure.objects.get()
    assert (owed.kind, owed.owed_by, owed.status) == ("honored", house.alice, "owed")
    assert moves() == [("source", "delivered", VALUE, "alice")]
    entry = LedgerEntry.objects.get()
    assert (entry.basis, entry.decision, entry.award, entry.by, entry.unit) == (
        "cost_of_error",
        decision,
        None,
        house.bob,
        house.unit,
    )
    assert (decision.stance, decision.recommended, decision.ruled, decision.supersedes) == (
        "honor",
        "honor",
        "allowed",
        None,
    )
    assert {"code": "value", "for": "neither", "figures": {"value": VALUE, "currency": "USD"}} in again(decision).lines
    agree()


def test_the_log_tells_of_the_decision_with_ids_and_codes_and_keeps_the_words_beside(
    house: House, error: HonoredError
) -> None:
    decision = honor(error, house.bob, reason="We said so")
    event = Event.objects.get(type="honored_error.honored")
    assert (event.subject_kind, event.subject_id, event.actor) == ("honored_error", error.pk, house.bob)
    assert event.data["decision"] == decision.pk
    assert (event.data["version"], event.data["case_version"]) == (again(error).version, again(error.case).version)
    assert (event.data["recommended"], event.data["ruled"], event.data["cost_minor"]) == ("honor", "allowed", VALUE)
    assert event.words.body == {"reason": "We said so"}
    assert Event.objects.filter(type__in=["honored_error.honored", "disclosure.owed"]).count() == 2


def test_a_cost_of_error_draws_on_no_cap_and_no_gauge_moves(house: House, error: HonoredError) -> None:
    before = gauges(house.alice, currency="USD", now=NOW, case=error.case)
    honor(error, house.bob, cost_minor=900_000)
    assert not CapCounter.objects.exists()
    assert gauges(house.alice, currency="USD", now=NOW, case=error.case) == before
    agree()


def test_what_is_spent_on_remedies_is_counted_apart_from_the_cost_of_errors(house: House, error: HonoredError) -> None:
    house.give(house.heard_case(), 700)
    rollup.roll_up(now=NOW)
    spent = spending()
    assert spent
    honor(error, house.bob)
    rollup.roll_up(now=NOW + HOUR)
    assert spending() == spent
    assert Tally.objects.filter(measure=Measure.ERROR_COST).exists()


def spending() -> list[Any]:
    tallies = Tally.objects.filter(measure__in=[Measure.SPEND, Measure.CAUSE_SPEND]).order_by("pk")
    fields = [field.attname for field in Tally._meta.concrete_fields if field.attname != "id"]
    return sorted(tallies.values_list(*fields), key=str)


@pytest.mark.parametrize("kind", ["system", "partner", "unknown"])
def test_where_no_colleague_made_it_the_cost_stands_to_whoever_decided(
    house: House, error: HonoredError, kind: str
) -> None:
    theirs = in_favor(house, originator_kind=kind, originator=None)
    honor(theirs, house.sue)
    assert moves() == [("source", "delivered", VALUE, "sue")]
    agree()


def test_what_it_costs_may_be_said_and_is_in_the_currency_of_what_is_at_stake(
    house: House, error: HonoredError
) -> None:
    assert refusal(honor, error, house.bob, cost_minor=5, currency="EUR") == "other_currency"
    assert refusal(honor, error, house.bob, cost_minor=-1) == "not_an_amount"
    assert refusal(honor, error, house.bob, cost_minor=True) == "not_an_amount"
    assert refusal(honor, error, house.bob, cost_minor=10**16) == "amount_too_large"
    assert not Decision.objects.exists()
    assert honor(error, house.bob, cost_minor=1200).cost_minor == 1200
    assert again(error).cost_minor == 1200
    agree()


def test_where_nobody_knows_the_value_a_colleague_honors_at_no_cost(house: House, error: HonoredError) -> None:
    unknown = in_favor(house, value_at_stake_minor=None, currency="")
    assert refusal(honor, unknown, house.bob, cost_minor=5, currency="XXQ") == "unknown_currency"
    decision = honor(unknown, house.bob)
    assert (decision.cost_minor, decision.currency, moves()) == (0, "", [])
    other = in_favor(house, value_at_stake_minor=None, currency="")
    assert honor(other, house.bob, cost_minor=5).currency == house.unit.currency
    assert again(other).currency == house.unit.currency
    agree()


@pytest.mark.parametrize(
    ("who", "code"), [("ada", "rep_needed"), ("crm", "person_needed"), ("charlie", "out_of_reach")]
)
def test_reps_and_supervisors_in_reach_honor_and_nobody_else(
    house: House, error: HonoredError, who: str, code: str
) -> None:
    assert refusal(honor, error, getattr(house, who)) == code
    if code != "out_of_reach":
        assert honoring.can_honor(getattr(house, who), error, now=NOW).code == code
    assert (again(error).status, Decision.objects.count()) == ("undecided", 0)
    for may in (house.bob, house.sue):
        assert honoring.can_honor(may, error, now=NOW)
        honor(in_favor(house), may)


def test_whoever_made_the_mistake_honors_it_alone_up_to_their_cap_per_award(house: House, error: HonoredError) -> None:
    cap = 2000
    honor(in_favor(house, value_at_stake_minor=cap), house.alice)
    above = in_favor(house, value_at_stake_minor=cap + 1)
    assert honoring.can_honor(house.alice, above, now=NOW).code == "own_error_over_cap"
    with pytest.raises(Refused) as refused:
        honor(above, house.alice)
    assert refused.value.code == "own_error_over_cap"
    assert "comes to $20.01; alone you honor up to $20.00" in refused.value.reason
    assert refusal(honor, above, house.alice, cost_minor=1) == "own_error_over_cap"  # a low cost does not hide it
    assert refusal(honor, error, house.alice, cost_minor=cap + 1) == "own_error_over_cap"
    assert honor(above, house.bob).by == house.bob
    agree()


def test_of_a_mistake_of_ones_own_one_has_to_know_the_value(house: House, error: HonoredError) -> None:
    unknown = in_favor(house, value_at_stake_minor=None, currency="")
    assert refusal(honor, unknown, house.alice) == "value_needed"
    assert refusal(honor, unknown, house.alice, cost_minor=2001) == "own_error_over_cap"
    assert honor(unknown, house.alice, cost_minor=2000).cost_minor == 2000


def test_a_supervisor_is_no_exception_to_that(house: House, error: HonoredError) -> None:
    own = in_favor(house, originator=house.sue, value_at_stake_minor=20001)
    assert refusal(honor, own, house.sue) == "own_error_over_cap"
    assert honor(own, house.sam).by == house.sam


def test_nothing_is_decided_on_a_case_that_is_not_live(house: House, error: HonoredError) -> None:
    honor(error, house.bob)
    tell(error, house.alice)
    close(house, error)
    for work in (
        lambda: honor(error, house.bob, reason="Again", cost_minor=3),
        lambda: rescind(error, house.sue),
        lambda: reviewed(error, house.sue),
    ):
        assert refusal(work) == "case_closed"


def test_a_case_stays_open_until_it_is_decided_and_the_customer_is_told(house: House, error: HonoredError) -> None:
    assert refusal(close, house, error) == "decision_open"
    honor(error, house.bob)
    assert refusal(close, house, error) == "disclosure_open"
    tell(error, house.alice)
    assert close(house, error).status == "closed"


# --- Taking it back ----------------------------------------------------------------------------------------------------


def test_a_supervisor_takes_it_back_with_a_reason_and_the_customer_is_owed_a_call(
    house: House, error: HonoredError
) -> None:
    assert refusal(rescind, error, house.sue, reason=" ") == "reason_needed"
    decision = rescind(error, house.sue)
    error = again(error)
    assert (error.status, error.decided_by, error.cost_minor) == ("rescinded", house.sue, 0)
    assert (decision.stance, decision.recommended, decision.reason) == ("rescind", "honor", "They knew of the fee")
    owed = Disclosure.objects.get()
    assert (owed.kind, owed.owed_by, moves()) == ("rescinded", house.alice, [])
    assert Event.objects.get(type="honored_error.rescinded").words.body == {"reason": "They knew of the fee"}
    assert refusal(rescind, error, house.sam) == "wrong_state"
    agree()


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("alice", "supervisor_needed"),
        ("bob", "supervisor_needed"),
        ("ada", "supervisor_needed"),
        ("crm", "person_needed"),
        ("charlie", "out_of_reach"),
    ],
)
def test_nobody_else_takes_it_back_or_records_what_counsel_said(
    house: House, error: HonoredError, who: str, code: str
) -> None:
    user = getattr(house, who)
    assert refusal(rescind, error, user) == code
    assert refusal(reviewed, error, user) == code
    if code != "out_of_reach":
        assert honoring.can_rescind(user, error, now=NOW).code == code
        assert honoring.can_record_legal_review(user, error).code == code
    assert (again(error).status, LegalReview.objects.count()) == ("undecided", 0)


def test_where_the_rules_prohibit_it_taking_back_is_refused_with_the_source(house: House, error: HonoredError) -> None:
    rule(house, jurisdiction="US-CO", effect="prohibited", citation="C.R.S. 10-4-109.7")
    reviewed(error, house.sue)  # counsel does not allow what the rules prohibit
    with pytest.raises(Refused) as refused:
        rescind(error, house.sue)
    assert (refused.value.code, refused.value.details) == ("rescission_prohibited", {"source": "C.R.S. 10-4-109.7"})
    assert "C.R.S. 10-4-109.7" in refused.value.reason
    assert honoring.can_rescind(house.sue, again(error), now=NOW).code == "rescission_prohibited"
    assert honor(error, house.bob).ruled == "prohibited"


def test_after_the_days_that_a_rule_allows_it_is_prohibited(house: House, error: HonoredError) -> None:
    rule(house, jurisdiction="US", effect="within_days", within_days=3, citation="Terms, 9")
    other = in_favor(house)
    assert rescind(other, house.sue, now=NOW + 3 * DAY).ruled == "allowed"
    assert refusal(rescind, error, house.sue, now=NOW + 4 * DAY) == "rescission_prohibited"


def test_where_a_legal_review_is_needed_the_last_one_decides(house: House, error: HonoredError) -> None:
    by_law = rule(house, jurisdiction="US-CO", effect="legal_review", citation="Regulation 5")
    assert refusal(rescind, error, house.sue) == "legal_review_needed"
    reviewed(error, house.sue, "may")
    against = reviewed(error, house.sam, "may_not", counsel="Ines Prado")
    with pytest.raises(Refused) as refused:
        rescind(error, house.sue)
    assert (refused.value.code, refused.value.reason) == (
        "legal_review_against",
        "Ines Prado concluded that it may not be taken back.",
    )
    last = reviewed(error, house.sam, "may", note="The contract says so after all")
    decision = rescind(error, house.sue)
    assert (decision.ruled, decision.rule, decision.legal_review) == ("legal_review", by_law, last)
    assert last != against


def test_counsel_holds_back_what_the_rules_allow(house: House, error: HonoredError) -> None:
    reviewed(error, house.sue, "may_not")
    assert refusal(rescind, error, house.sue) == "legal_review_against"


def test_a_legal_review_names_counsel_and_says_what_they_said(house: House, error: HonoredError) -> None:
    assert refusal(reviewed, error, house.sue, "perhaps") == "invalid"
    assert refusal(reviewed, error, house.sue, counsel=" ") == "words_needed"
    assert refusal(reviewed, error, house.sue, note="") == "words_needed"
    assert refusal(reviewed, error, house.sue, counsel="x" * 161) == "too_long"
    assert not LegalReview.objects.exists()
    seen = again(error).version
    review = reviewed(error, house.sue, version=seen)
    assert (review.conclusion, review.by, review.at) == ("may", house.sue, NOW)
    assert refusal(reviewed, error, house.sam, version=seen) == "changed_meanwhile"
    event = Event.objects.get(type="legal_review.recorded")
    assert (event.subject_id, event.data["conclusion"]) == (review.pk, "may")
    assert "Ruth" not in str(event.data)
    assert event.words.body == {"counsel": "Ruth Adeyemi", "note": "Read the contract twice"}
    agree()


# --- A decision supersedes another -------------------------------------------------------------------------------------


def test_a_decision_is_superseded_with_a_reason_and_the_money_and_the_call_follow(
    house: House, error: HonoredError
) -> None:
    first = honor(error, house.bob)
    assert refusal(honor, error, house.bob, reason="Again") == "wrong_state"  # nothing would change
    second = rescind(error, house.sue)
    assert moves() == [("source", "delivered", VALUE, "alice"), ("delivered", "source", VALUE, "alice")]
    assert list(Disclosure.objects.order_by("pk").values_list("kind", "status")) == [
        ("honored", "withdrawn"),
        ("rescinded", "owed"),
    ]
    assert open_kinds(error) == ["disclosure"]
    assert refusal(honor, error, house.bob, reason="No") == "supervisor_needed"
    assert refusal(honor, error, house.sam) == "reason_needed"
    third = honor(error, house.sam, reason="It was our word", cost_minor=1000)
    assert [each.pk for each in decisions_of(error)] == [third.pk, second.pk, first.pk]
    assert (again(second).supersedes, again(third).supersedes) == (first, second)
    assert moves()[2:] == [("source", "delivered", 1000, "alice")]
    assert (again(error).status, again(error).cost_minor, open_kinds(error)) == ("honored", 1000, ["disclosure"])
    agree()


def test_at_another_cost_it_is_honored_anew_and_the_call_stays(house: House, error: HonoredError) -> None:
    honor(error, house.bob)
    assert refusal(honor, error, house.bob, cost_minor=900) == "reason_needed"
    honor(error, house.bob, cost_minor=900, reason="The fee was lower")
    assert moves() == [
        ("source", "delivered", VALUE, "alice"),
        ("delivered", "source", VALUE, "alice"),
        ("source", "delivered", 900, "alice"),
    ]
    assert (again(error).cost_minor, Disclosure.objects.get().status) == (900, "owed")
    agree()


@pytest.mark.practice("P2")
def test_once_the_customer_was_told_that_we_honor_it_it_is_not_taken_back(house: House, error: HonoredError) -> None:
    honor(error, house.bob)
    tell(error, house.alice)
    assert refusal(rescind, error, house.sue) == "already_told"
    assert honoring.can_rescind(house.sue, again(error), now=NOW).code == "already_told"
    honor(error, house.bob, cost_minor=5, reason="It was less")  # what it costs is between us
    assert Disclosure.objects.get().status == "made"
    agree()


@pytest.mark.practice("P2")
def test_what_they_were_told_is_taken_back_can_still_be_honored_and_they_hear_it(
    house: House, error: HonoredError
) -> None:
    rescind(error, house.sue)
    tell(error, house.alice)
    honor(error, house.sue, reason="We should not have")
    assert list(Disclosure.objects.order_by("pk").values_list("kind", "status")) == [
        ("rescinded", "made"),
        ("honored", "owed"),
    ]
    rescind(error, house.sue)  # of honoring it they have not been told
    agree()


def test_of_two_who_decide_by_what_they_both_saw_the_second_is_told_of_the_first(
    house: House, error: HonoredError
) -> None:
    seen = error.version
    honor(error, house.bob, version=seen)
    assert refusal(rescind, error, house.sue, version=seen) == "changed_meanwhile"
    assert refusal(honor, error, house.sue, version=seen, cost_minor=1, reason="Less") == "changed_meanwhile"


def test_who_has_changed_teams_keeps_the_call_and_decides_nothing_anew(house: House, error: HonoredError) -> None:
    honor(error, house.bob)
    User.objects.filter(pk=house.alice.pk).update(team=house.other_team)
    alice = again(house.alice)
    assert refusal(honor, error, alice, cost_minor=1, reason="Less") == "out_of_reach"
    assert tell(error, alice).caller == alice


def test_what_turned_out_not_to_be_in_their_favor_is_not_decided(house: House, error: HonoredError) -> None:
    version = error.incident.version
    incidents.change_incident(error.incident, favor="company", by=house.alice, now=NOW, version=version)
    assert again(error).status == "withdrawn"
    assert refusal(honor, error, house.bob) == "wrong_state"
    assert refusal(rescind, error, house.sue) == "wrong_state"
    assert refusal(reviewed, error, house.sue) == "wrong_state"


@pytest.mark.practice("P3")
def test_where_an_earlier_honored_error_bears_on_it_honoring_asks_why_again(house: House, error: HonoredError) -> None:
    honor(error, house.bob)
    second = again(house.in_favor(error.customer, now=NOW + DAY))
    assert refusal(honor, second, house.bob, now=NOW + DAY) == "precedent_reason_needed"
    decision = honor(second, house.bob, now=NOW + DAY, precedent_reason="Our system misled them again")
    assert again(decision).precedent_reason == "Our system misled them again"
    honor(second, house.bob, now=NOW + DAY, cost_minor=3, reason="Less")  # asked once on a case
    agree()


# --- The rule that was used --------------------------------------------------------------------------------------------


def test_a_rule_by_which_was_decided_is_only_ended_and_not_before_the_last_day_of_its_use(
    house: House, error: HonoredError
) -> None:
    used = RescissionRule.objects.get()
    assert [each.used for each in listed_rules()] == [False]
    honor(error, house.bob)
    rules = rescission_rules
    assert refusal(rules.change_rule, used, note="Mended", by=house.ada, now=NOW) == "rule_in_use"
    assert rules.change_rule(used, note=used.note, by=house.ada, now=NOW).version == 1
    assert refusal(rules.end_rule, used, on=date(2026, 3, 10), by=house.ada, now=NOW) == "rule_in_use"
    assert rules.end_rule(used, on=date(2026, 3, 11), by=house.ada, now=NOW).valid_until == date(2026, 3, 11)
    assert [each.used for each in listed_rules()] == [True]
    assert not listed_rules(on=date(2026, 3, 11)).exists()


# --- What one sees -----------------------------------------------------------------------------------------------------


def test_decisions_are_seen_by_those_who_see_the_error(house: House, error: HonoredError) -> None:
    decision = honor(error, house.bob)
    for who in (house.alice, house.sue, house.ada):
        assert list(visible_decisions(who)) == [decision]
    assert not visible_decisions(house.charlie).exists()


def test_a_decision_takes_a_bounded_number_of_queries(house: House, error: HonoredError) -> None:
    other = in_favor(house)
    assert queries(lambda: honor(error, house.bob)) <= 16
    assert queries(lambda: rescind(other, house.sue)) <= 17
    assert queries(lambda: honor(other, house.sue, reason="After all")) <= 23  # the call that was owed is withdrawn


def queries(work: Callable[[], object]) -> int:
    """How many there were, but for BEGIN and SAVEPOINT."""
    with CaptureQueriesContext(connection) as ran:
        work()
    return sum(1 for each in ran if not each["sql"].startswith(("BEGIN", "SAVEPOINT", "RELEASE")))


# --- The last wall -----------------------------------------------------------------------------------------------------

Row = Callable[[House, HonoredError, Decision], dict[str, Any]]
ROWS: dict[str, Row] = {
    "a second first decision": lambda *_: {},
    "taking back without a reason": lambda _, __, first: {"stance": "rescind", "supersedes": first},
    "superseding without a reason": lambda _, __, first: {"supersedes": first},
    "taking back where it is prohibited": lambda _, __, first: {
        "stance": "rescind", "supersedes": first, "reason": "Why", "ruled": "prohibited",
    },
    "taking back without the legal review": lambda _, __, first: {
        "stance": "rescind", "supersedes": first, "reason": "Why", "ruled": "legal_review",
    },
    "a cost without a currency": lambda _, __, first: {"supersedes": first, "reason": "Why", "cost_minor": 5},
    "a cost of taking back": lambda _, __, first: {
        "stance": "rescind", "supersedes": first, "reason": "Why", "cost_minor": 5, "currency": "USD",
    },
    "a cost below nothing": lambda _, __, first: {
        "supersedes": first, "reason": "Why", "cost_minor": -5, "currency": "USD",
    },
}  # fmt: skip


@pytest.mark.parametrize("what", ROWS)
def test_the_database_refuses(house: House, error: HonoredError, what: str) -> None:
    first = honor(error, house.bob)
    given = {"stance": "honor", "recommended": "honor", "ruled": "allowed", "by": house.sue, "at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(error=error, **given | ROWS[what](house, error, first))


def test_the_database_refuses_to_supersede_one_decision_twice(house: House, error: HonoredError) -> None:
    first = honor(error, house.bob)
    given = {"stance": "honor", "recommended": "honor", "ruled": "allowed", "by": house.sue, "at": NOW, "reason": "Why"}
    Decision.objects.create(error=error, supersedes=first, **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(error=error, supersedes=first, **given)


@pytest.mark.parametrize("table", ["compensation_decision", "compensation_legalreview"])
@pytest.mark.parametrize("write", ["UPDATE {} SET error_id = error_id", "DELETE FROM {}"])
def test_a_decision_and_a_legal_review_are_never_changed(
    house: House, error: HonoredError, table: str, write: str
) -> None:
    reviewed(error, house.sue)
    honor(error, house.bob)
    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(write.format(table))


@pytest.mark.parametrize(
    "fields",
    [
        {"basis": "goodwill"},
        {"decision": None},
        {"amount_minor": 0},
        {"to_account": "source"},
    ],
)
def test_the_database_refuses_an_entry_that_is_no_cost_of_error(
    house: House, error: HonoredError, fields: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _entry(honor(error, house.bob), house, **fields)


@pytest.mark.parametrize("fields", [{"counsel": ""}, {"note": ""}])
def test_the_database_refuses_a_legal_review_of_nobody_or_of_nothing(
    house: House, error: HonoredError, fields: dict[str, Any]
) -> None:
    given = {"conclusion": "may", "counsel": "Ruth", "note": "Yes", "by": house.sue, "at": NOW} | fields
    with pytest.raises(IntegrityError), transaction.atomic():
        LegalReview.objects.create(error=error, **given)


# --- The books ---------------------------------------------------------------------------------------------------------


def _entry(of: Decision, house: House, **fields: Any) -> LedgerEntry:
    given: dict[str, Any] = {
        "decision": of,
        "at": NOW,
        "basis": "cost_of_error",
        "from_account": "source",
        "to_account": "delivered",
        "amount_minor": 5,
        "currency": "USD",
        "unit": house.unit,
        "rep": house.alice,
    }
    return LedgerEntry.objects.create(**given | fields)


def test_reconciling_names_an_entry_that_no_decision_asks_for(house: House, error: HonoredError) -> None:
    decision = honor(error, house.bob)
    _entry(decision, house)
    assert reconcile.differences() == [
        (
            f"decision {decision.pk} stands: the ledger says delivered 1505, source -1505, "
            "it should say delivered 1500, source -1500"
        )
    ]


def test_reconciling_names_a_cost_that_was_never_entered_or_never_reversed(house: House, error: HonoredError) -> None:
    first = honor(error, house.bob)
    given = {"stance": "honor", "recommended": "honor", "ruled": "allowed", "by": house.sue, "at": NOW, "reason": "Why"}
    second = Decision.objects.create(error=error, supersedes=first, cost_minor=7, currency="USD", **given)
    HonoredError.objects.filter(pk=error.pk).update(cost_minor=7, decided_by=house.sue)
    assert reconcile.differences() == [
        f"decision {first.pk} is superseded: the ledger says delivered 1500, source -1500, it should say nothing",
        f"decision {second.pk} stands: the ledger says nothing, it should say delivered 7, source -7",
    ]


def test_reconciling_names_an_error_that_says_something_else_than_its_decision(
    house: House, error: HonoredError
) -> None:
    honor(error, house.bob)
    HonoredError.objects.filter(pk=error.pk).update(cost_minor=1)
    undecided = in_favor(house)
    HonoredError.objects.filter(pk=undecided.pk).update(status="honored", decided_by=house.bob, decided_at=NOW)
    assert reconcile.differences() == [
        f"error {error.pk} is honored at 1 USD, which no standing decision says",
        f"error {undecided.pk} is honored at 0 USD, which no standing decision says",
    ]
