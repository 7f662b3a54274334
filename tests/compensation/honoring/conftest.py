"""An error that is to be decided, and what is done about it: decided, reviewed by counsel, told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from cases.domain import causes, closing, disclosing
from cases.models import Case, Disclosure, HonoredError, Obligation
from compensation.domain import honoring, rescission_rules
from compensation.models import Decision, LedgerEntry, LegalReview, RescissionRule
from tests.factories import NOW, House, again

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
