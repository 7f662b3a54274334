"""Rules for taking errors back: the most specific in force holds, and no two speak of the same place and time."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import Error, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.authority import Refused
from cases.models import Customer, HonoredError
from cases.queries.honored_errors import line_key
from compensation.domain import rescission_rules as rules
from compensation.domain import rulings
from compensation.enums import RescissionEffect, Ruled
from compensation.models import RescissionRule
from journal.models import Event
from tests.compensation.books import refusal
from tests.factories import DAY, HOUR, MINUTE, NOW, House

pytestmark = pytest.mark.practice("P1")

FROM = date(2026, 1, 1)
GIVEN: dict[str, Any] = {"effect": "allowed", "valid_from": FROM, "citation": "Handbook, 4.2"}


# --- Which rule holds -------------------------------------------------------------------------------------------------

PLACES = ["", "US", "US-CO", "US-NY", "CA", "CA-QC"]
LINES = ["", "Insurance", "CARDS", "straße"]
KINDS = ["", "fee", "quote", "reinstatement"]
ZONES = ["America/New_York", "America/Denver", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata"]
# Within days of a change of the clocks on either half of the world, and of a day that a zone left out.
CHANGES = [datetime(2026, 3, 8, 7), datetime(2026, 11, 1, 6), datetime(2026, 4, 4, 15), datetime(2011, 12, 30, 10)]
EFFECTS = [*RescissionEffect]
ASKED = ["Insurance", "iNSURANCE", "cards", "STRASSE", "boats"]


def some_rule(dice: random.Random, *, place: str, line: str, kind: str, on: date, days: int) -> RescissionRule:
    """A rule that may well bear on a decision taken ``on`` a day, ``days`` after the error."""
    line_of_business = dice.choice(["", line.title(), *LINES])
    effect = dice.choice(EFFECTS)
    # Its first or its last day is often that very day or next to it, and so is the last of the days that it allows.
    valid_from = on + timedelta(days=dice.choice([-1, 0, 1, -dice.randrange(60)]))
    return RescissionRule(
        jurisdiction=dice.choice(["", place[:2], place, *PLACES]),
        line_of_business=line_of_business,
        line_key=line_key(line_of_business),
        kind_of_action=dice.choice(["", kind, *KINDS]),
        effect=effect,
        within_days=max(days + dice.randrange(-2, 3), 0) if effect == RescissionEffect.WITHIN_DAYS else None,
        valid_from=valid_from,
        valid_until=dice.choice([None, valid_from + timedelta(days=dice.randrange(1, 60)), max(valid_from, on) + DAY]),
        citation=str(dice.random()),
    )


def days_of(rule: RescissionRule) -> range:
    """The days on which a rule is in force, as numbers."""
    end = rule.valid_until.toordinal() if rule.valid_until else date(2100, 1, 1).toordinal()
    return range(rule.valid_from.toordinal(), end)


def without_overlaps(listed: list[RescissionRule]) -> list[RescissionRule]:
    """As many of them as may stand side by side, the first come first."""
    kept: list[RescissionRule] = []
    for rule in listed:
        same = [r for r in kept if (r.jurisdiction, r.line_key, r.kind_of_action) == place_of(rule)]
        if all(max(days_of(rule)[0], days_of(r)[0]) > min(days_of(rule)[-1], days_of(r)[-1]) for r in same):
            kept.append(rule)
    return kept


def place_of(rule: RescissionRule) -> tuple[str, str, str]:
    return rule.jurisdiction, rule.line_key, rule.kind_of_action


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The date on the wall, by adding what the zone is ahead of UTC."""
    ahead = moment.astimezone(zone).utcoffset()
    assert ahead is not None
    return (moment.replace(tzinfo=None) + ahead).date()


def by_trying_each(listed: list[RescissionRule], place: str, line: str, kind: str, on: date) -> RescissionRule | None:
    """From the most specific to the most general, the first that is in force."""
    if place == "":
        return None
    part, country = (place, place.split("-")[0]) if "-" in place else (None, place)
    for where in (part, country, ""):
        for what in (line.upper(), ""):
            for act in (kind, ""):
                for rule in listed:
                    if (rule.jurisdiction, rule.line_of_business.upper(), rule.kind_of_action) == (
                        where,
                        what,
                        act,
                    ) and (on.toordinal() in days_of(rule)):
                        return rule
    return None


def counted_by_hand(rule: RescissionRule | None, first: date, last: date) -> tuple[Ruled, int | None]:
    if rule is None or rule.effect == RescissionEffect.LEGAL_REVIEW:
        return Ruled.LEGAL_REVIEW, None
    if rule.effect == RescissionEffect.PROHIBITED:
        return Ruled.PROHIBITED, None
    if rule.within_days is None:
        return Ruled.ALLOWED, None
    left = rule.within_days
    while first < last:
        first += DAY
        left -= 1
    return (Ruled.ALLOWED, left) if left >= 0 else (Ruled.PROHIBITED, 0)


@settings(max_examples=5000, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**64))
def test_in_five_thousand_cases_the_ruling_is_what_one_finds_by_trying_each_rule_in_turn(seed: int) -> None:
    dice = random.Random(seed)  # many times faster than letting each part be drawn
    zone = ZoneInfo(dice.choice(ZONES))
    happened = (dice.choice(CHANGES) + dice.randrange(-72, 72) * HOUR / 2).replace(tzinfo=UTC)
    now = happened + dice.choice([dice.randrange(60), dice.randrange(60 * 24), dice.randrange(60 * 24 * 40)]) * MINUTE
    place, line, kind = dice.choice(PLACES), dice.choice(ASKED), dice.choice([*KINDS[1:], "other"])
    first, today = local_date(happened, zone), local_date(now, zone)
    some = [
        some_rule(dice, place=place, line=line, kind=kind, on=today, days=(today - first).days)
        for _ in range(dice.randrange(8))
    ]
    kept = without_overlaps(some)
    expected = by_trying_each(kept, place, line, kind, today)
    found = rulings.resolve(
        reversed(kept), jurisdiction=place, line_key=line_key(line), kind=kind, on=now.astimezone(zone).date()
    )
    assert found is expected
    ruling = rulings.judge(found, jurisdiction=place, days=rulings.days_between(happened, now, zone=zone))
    assert (ruling.ruled, ruling.days_left) == counted_by_hand(expected, first, today)
    assert ruling.source == (expected.citation if expected else "")


def error_of(house: House, *, jurisdiction: str = "US-CO", zone: str = "America/Denver", **fields: Any) -> HonoredError:
    """An error in a customer's favor, as the rules look at it: not saved."""
    given: dict[str, Any] = {"line_of_business": "Insurance", "kind_of_action": "quote", "happened_at": NOW} | fields
    customer = Customer(jurisdiction=jurisdiction, time_zone=zone)
    return HonoredError(customer=customer, line_key=line_key(given["line_of_business"]), **given)


@pytest.fixture
def bare(house: House) -> House:
    """A house without the examples that the product ships."""
    RescissionRule.objects.all().delete()
    return house


def add(house: House, **fields: Any) -> RescissionRule:
    return rules.add_rule(by=house.ada, now=NOW, **GIVEN | fields)


def ruled(error: HonoredError, *, now: datetime = NOW) -> tuple[str, str]:
    ruling = rulings.ruling_for(error, now=now)
    return str(ruling.ruled), ruling.source


def test_the_place_goes_before_the_line_and_the_line_before_the_kind(bare: House) -> None:
    error = error_of(bare)
    assert ruled(error) == ("legal_review", "")
    wanted = [
        {"jurisdiction": "", "kind_of_action": "quote"},
        {"jurisdiction": "", "line_of_business": "INSURANCE"},
        {"jurisdiction": "US"},
        {"jurisdiction": "US", "kind_of_action": "quote"},
        {"jurisdiction": "US", "line_of_business": "insurance"},
        {"jurisdiction": "US-CO"},
        {"jurisdiction": "US-CO", "line_of_business": "Insurance ", "kind_of_action": "quote"},
    ]
    for number, fields in enumerate(wanted):
        add(bare, citation=f"Rule {number}", **fields)
        assert ruled(error) == ("allowed", f"Rule {number}")
    assert ruled(error_of(bare, jurisdiction="US-NY"))[1] == "Rule 4"
    assert ruled(error_of(bare, jurisdiction="CA"))[1] == "Rule 1"


def test_without_a_jurisdiction_counsel_decides_whatever_holds_anywhere(bare: House) -> None:
    add(bare, effect="allowed")
    ruling = rulings.ruling_for(error_of(bare, jurisdiction=""), now=NOW)
    assert (ruling.ruled, ruling.rule, ruling.days_left) == ("legal_review", None, None)
    assert "jurisdiction is not known" in ruling.reason


def test_a_rule_holds_from_its_first_day_up_to_the_day_it_ends_by_the_customers_calendar(bare: House) -> None:
    add(bare, valid_from=date(2026, 3, 10), valid_until=date(2026, 3, 12), effect="prohibited")
    denver = ZoneInfo("America/Denver")
    for wall, expected in (
        (datetime(2026, 3, 9, 23, 59), "legal_review"),
        (datetime(2026, 3, 10), "prohibited"),
        (datetime(2026, 3, 11, 23, 59), "prohibited"),
        (datetime(2026, 3, 12), "legal_review"),
    ):
        assert ruled(error_of(bare), now=wall.replace(tzinfo=denver))[0] == expected


def test_days_are_counted_on_the_customers_calendar_over_a_change_of_the_clocks(bare: House) -> None:
    add(bare, effect="within_days", within_days=1)
    denver = ZoneInfo("America/Denver")
    error = error_of(bare, happened_at=datetime(2026, 3, 7, 23, 30, tzinfo=denver))
    for wall, expected, left in (
        (datetime(2026, 3, 7, 23, 59), "allowed", 1),
        (datetime(2026, 3, 8, 23, 59), "allowed", 0),  # a day of 23 hours
        (datetime(2026, 3, 9, 0, 0), "prohibited", 0),
    ):
        ruling = rulings.ruling_for(error, now=wall.replace(tzinfo=denver))
        assert (ruling.ruled, ruling.days_left) == (expected, left)
    assert ruling.reason == (
        "It could be taken back within 1 day of the error, which was 2 days ago. Source: Handbook, 4.2."
    )


def test_the_examples_say_that_they_are_examples_and_that_counsel_has_to_confirm_them(house: House) -> None:
    shipped = RescissionRule.objects.all()
    assert shipped
    assert all(rule.example and "xample" in rule.citation for rule in shipped)
    ruling = rulings.ruling_for(error_of(house, kind_of_action="reinstatement"), now=NOW)
    assert (ruling.ruled, ruling.rule.example if ruling.rule else None) == ("prohibited", True)
    assert "an example that counsel has still to confirm" in ruling.reason


def test_a_ruling_takes_one_query_however_many_rules_there_are(
    bare: House, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        add(bare, line_of_business=f"Line {number}")
    with django_assert_num_queries(1):
        rulings.ruling_for(error_of(bare), now=NOW)


# --- Keeping them -----------------------------------------------------------------------------------------------------


def test_only_an_administrator_keeps_the_rules(bare: House) -> None:
    rule = add(bare)
    for who in (bare.alice, bare.sue, bare.crm):
        assert refusal(rules.add_rule, by=who, now=NOW, **GIVEN | {"jurisdiction": "CA"}) == "administrator_needed"
        assert refusal(rules.change_rule, rule, note="x", by=who, now=NOW) == "administrator_needed"
        assert refusal(rules.end_rule, rule, on=date(2027, 1, 1), by=who, now=NOW) == "administrator_needed"
    assert list(RescissionRule.objects.values_list("version", "note", "valid_until")) == [(1, "", None)]


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"jurisdiction": "Colorado"}, "unknown_jurisdiction", "jurisdiction"),
        ({"jurisdiction": "XX"}, "unknown_jurisdiction", "jurisdiction"),
        ({"jurisdiction": "EU"}, "unknown_jurisdiction", "jurisdiction"),
        ({"jurisdiction": "US-"}, "unknown_jurisdiction", "jurisdiction"),
        ({"jurisdiction": "US-COLO"}, "unknown_jurisdiction", "jurisdiction"),
        ({"line_of_business": "x" * 121}, "too_long", "line_of_business"),
        ({"citation": "x" * 301}, "too_long", "citation"),
        ({"note": "x" * 5001}, "too_long", "note"),
        ({"note": "a\x00b"}, "invalid", "note"),
        ({"citation": "  "}, "invalid", "citation"),
        ({"kind_of_action": "magic"}, "invalid", "kind_of_action"),
        ({"effect": "perhaps"}, "invalid", "effect"),
        ({"effect": ""}, "invalid", "effect"),
        ({"effect": "within_days"}, "invalid", "within_days"),
        ({"effect": "within_days", "within_days": -1}, "invalid", "within_days"),
        ({"effect": "within_days", "within_days": 3661}, "invalid", "within_days"),
        ({"effect": "within_days", "within_days": True}, "invalid", "within_days"),
        ({"effect": "within_days", "within_days": "30"}, "invalid", "within_days"),
        ({"effect": "prohibited", "within_days": 3}, "invalid", "within_days"),
        ({"valid_from": None}, "invalid", "valid_from"),
        ({"valid_from": NOW}, "invalid", "valid_from"),
        ({"valid_from": "2026-01-01"}, "invalid", "valid_from"),
        ({"valid_until": "soon"}, "invalid", "valid_until"),
        ({"valid_until": FROM}, "invalid", "valid_until"),
        ({"valid_until": FROM - DAY}, "invalid", "valid_until"),
        ({"example": "yes"}, "invalid", "example"),
    ],
)
def test_what_is_no_rule_is_refused_by_name(bare: House, fields: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        add(bare, **fields)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not RescissionRule.objects.exists()


def test_places_are_written_in_capitals_and_the_log_says_who_added_what(bare: House) -> None:
    rule = add(bare, jurisdiction=" us-co ", line_of_business=" Auto  Insurance ", effect="within_days", within_days=30)
    assert (rule.jurisdiction, rule.line_of_business, rule.line_key) == ("US-CO", "Auto  Insurance", "auto insurance")
    event = Event.objects.get(type="rescission_rule.changed")
    assert (event.subject_kind, event.subject_id, event.actor) == ("rescission_rule", rule.pk, bare.ada)
    assert (event.data["version"], event.data["effect"], event.data["valid_from"]) == (1, "within_days", "2026-01-01")
    assert event.words.body["citation"] == "Handbook, 4.2"


def test_two_rules_for_the_same_place_line_kind_and_time_are_refused_with_the_other_ones_source(bare: House) -> None:
    place = {"jurisdiction": "US", "line_of_business": "Insurance", "kind_of_action": "fee"}
    add(bare, **place, valid_until=date(2026, 7, 1))
    with pytest.raises(Refused) as refused:
        add(bare, **place | {"line_of_business": "INSURANCE"}, valid_from=date(2026, 6, 30))
    assert refused.value.code == "rules_overlap"
    assert "from January 1, 2026 until July 1, 2026: “Handbook, 4.2”" in refused.value.reason
    following = add(bare, **place, valid_from=date(2026, 7, 1))
    assert refusal(rules.change_rule, following, valid_from=date(2026, 6, 30), by=bare.ada, now=NOW) == "rules_overlap"
    for other in ({"jurisdiction": "US-CO"}, {"line_of_business": ""}, {"kind_of_action": ""}):
        add(bare, **place | other)
    assert RescissionRule.objects.count() == 5


def test_of_two_hundred_rules_at_random_those_stand_that_one_can_put_side_by_side(bare: House) -> None:
    dice = random.Random(3)
    listed = [
        some_rule(dice, place="US-CO", line="insurance", kind="fee", on=FROM + timedelta(days=day % 90), days=0)
        for day in range(200)
    ]
    for rule in listed:
        try:
            add(
                bare,
                jurisdiction=rule.jurisdiction,
                line_of_business=rule.line_of_business,
                kind_of_action=rule.kind_of_action,
                valid_from=rule.valid_from,
                valid_until=rule.valid_until,
            )
        except Refused as refused:
            assert refused.code == "rules_overlap"
    stand = RescissionRule.objects.order_by("id").values_list(
        "jurisdiction", "line_key", "kind_of_action", "valid_from", "valid_until"
    )
    assert list(stand) == [(*place_of(rule), rule.valid_from, rule.valid_until) for rule in without_overlaps(listed)]


def test_a_rule_is_changed_by_those_who_saw_its_last_version(bare: House) -> None:
    rule = add(bare, effect="within_days", within_days=30)
    rule = rules.change_rule(rule, version=1, effect="prohibited", by=bare.ada, now=NOW)
    assert (rule.version, rule.effect, rule.within_days) == (2, "prohibited", None)
    assert refusal(rules.change_rule, rule, version=1, note="x", by=bare.ada, now=NOW) == "changed_meanwhile"
    assert refusal(rules.end_rule, rule, version=1, on=date(2027, 1, 1), by=bare.ada, now=NOW) == "changed_meanwhile"
    assert rules.change_rule(rule, effect="prohibited", by=bare.ada, now=NOW).version == 2  # nothing has changed


def test_a_rule_ends_on_a_day_and_another_begins_then(bare: House) -> None:
    rule = add(bare)
    assert refusal(rules.end_rule, rule, on=FROM, by=bare.ada, now=NOW) == "invalid"
    ended = rules.end_rule(rule, on=date(2026, 5, 1), by=bare.ada, now=NOW)
    assert (ended.valid_until, ended.version) == (date(2026, 5, 1), 2)
    assert refusal(rules.end_rule, rule, on=date(2026, 5, 2), by=bare.ada, now=NOW) == "invalid"
    add(bare, valid_from=date(2026, 5, 1))
    assert refusal(rules.change_rule, rule, valid_until=None, by=bare.ada, now=NOW) == "rules_overlap"
    RescissionRule.objects.filter(pk=rule.pk).delete()
    assert refusal(rules.end_rule, rule, on=date(2026, 4, 1), by=bare.ada, now=NOW) == "not_found"


# --- The last wall ----------------------------------------------------------------------------------------------------

ROW: dict[str, Any] = {"effect": "allowed", "valid_from": FROM, "citation": "Straight into the table"}


@pytest.mark.parametrize(
    "fields",
    [
        {"citation": ""},
        {"valid_until": FROM},
        {"effect": "within_days"},
        {"within_days": 3},
        {"valid_from": date(2026, 2, 1)},  # for good, as the other one
        {"valid_from": date(2025, 2, 1), "valid_until": date(2026, 1, 2)},
    ],
)
def test_the_database_refuses_a_rule_that_is_none_and_one_too_many(bare: House, fields: dict[str, Any]) -> None:
    if "valid_from" in fields:
        RescissionRule.objects.create(**ROW)
    with pytest.raises(IntegrityError), transaction.atomic():
        RescissionRule.objects.create(**ROW | fields)


def test_the_database_refuses_to_stretch_a_rule_over_another(bare: House) -> None:
    first = RescissionRule.objects.create(**ROW | {"valid_until": date(2026, 2, 1)})
    RescissionRule.objects.create(**ROW | {"valid_from": date(2026, 2, 1)})
    with pytest.raises(IntegrityError, match=rules.NO_OVERLAP), transaction.atomic():
        RescissionRule.objects.filter(pk=first.pk).update(valid_until=None)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE compensation_rescissionrule SET valid_until = '2026-02-02' WHERE id = %s", [first.pk])
