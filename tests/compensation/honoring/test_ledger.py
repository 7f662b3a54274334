"""Decisions and what they cost in the books: what the database refuses, and what reconciling names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import Error, IntegrityError, connection, transaction

from cases.models import HonoredError
from compensation.domain import reconcile
from compensation.models import Decision, LedgerEntry, LegalReview
from tests.compensation.honoring.conftest import honor, in_favor, reviewed
from tests.factories import NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P1")]


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
        (
            f"decision {first.pk} is superseded: the ledger says delivered 1500, source -1500, "
            "it should say reversed 1500, source -1500"
        ),
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
