"""The ledger by REST: entries that only grow, statements that add up, CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cases.models import Incident
from compensation.domain import awards, honoring, reversing
from compensation.models import LedgerEntry
from tests.api.conftest import problem
from tests.api.test_queries import LIST, counted
from tests.factories import NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P19")]
Clients = Callable[..., Any]


@pytest.fixture
def booked(house: House) -> House:
    """Alice gave 5.00 and 7.00, one of them taken back; Bob's yen and dinars; an honored error of 9.00."""
    house.usual_caps()
    for currency in ("JPY", "KWD"):
        house.caps("rep", currency=currency, award=10**7, case=10**7, day=10**7, month=10**7)
        house.remedy(currency.lower(), currency=currency)
    case = house.heard_case()
    Incident.objects.filter(case=case).update(cause=house.cause("=cmd|' /C calc'!A0"), line_of_business="+Cards")
    house.give(case, 500)
    reversing.reverse(house.give(case, 700), reason="Twice", by=house.alice, now=NOW)
    for currency in ("JPY", "KWD"):
        awards.give(case, house.remedy(currency.lower()), amount_minor=1234, by=house.bob, now=NOW)
    honoring.honor(house.favorable(house.customer("Kofi"), value_at_stake_minor=900), by=house.sue, now=NOW)
    return house


def test_entries_are_listed_the_newest_first_with_as_many_decimals_as_the_currency_has(
    booked: House, api: Clients
) -> None:
    rows = api(booked.sue).get("ledger/").json()["results"]
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    amounts = {row["currency"]: row["amount"] for row in rows if row["amount_minor"] == 1234}
    assert amounts == {"JPY": "1234", "KWD": "1.234"}
    honored = next(row for row in rows if row["honored_error"])
    assert (honored["award"], honored["basis"], honored["amount"]) == (None, "cost_of_error", "9.00")
    assert honored["case"].startswith("RC-")
    given = next(row for row in rows if row["award"])
    assert (given["cause"]["name"], given["product"], given["team"]["name"]) == (
        "=cmd|' /C calc'!A0", "+Cards", booked.team.name,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("narrow", "expected"),
    [
        ({"basis": "cost_of_error"}, 1), ({"account": "reversed"}, 1), ({"currency": "JPY"}, 1),
        ({"month": "2026-03-31"}, 6), ({"month": "2026-02-28"}, 0), ({"product": "+Cards"}, 5),
        ({"product": "Loans"}, 0), ({"rep": 10**9}, 0), ({"team": 10**9}, 0), ({"cause": 10**9}, 0),
        ({"case": "RC-NOWHERE1"}, 0), ({"award": 10**9}, 0), ({"honored_error": 10**9}, 0), ({"unit": 10**9}, 0),
    ],
)  # fmt: skip
def test_entries_are_narrowed(booked: House, api: Clients, narrow: dict[str, Any], expected: int) -> None:
    assert len(api(booked.ada).get("ledger/", **narrow).json()["results"]) == expected


def test_the_statement_is_the_sum_of_the_entries(booked: House, api: Clients) -> None:
    sue = api(booked.sue)
    told = sue.get("ledger/statement/", month="2026-03-15", by="rep", currency="USD").json()
    assert (told["month"], told["by"]) == ("2026-03-01", "rep")
    lines = {(line["name"], line["basis"]): line for line in told["lines"]}
    alice = lines["Alice", "goodwill"]
    assert alice["moved"] == {"source": -1200, "pending": 0, "committed": 0, "delivered": 500, "reversed": 700}
    assert (alice["opening"]["delivered"], alice["closing"]["delivered"], alice["entries"]) == (0, 500, 3)
    assert {(line["basis"], line["moved"]["source"]) for line in told["totals"]} == {
        ("goodwill", -1200), ("cost_of_error", -900),
    }  # fmt: skip
    by_cause = sue.get("ledger/statement/", month="2026-03-15", by="cause").json()
    assert {line["opening"] for line in by_cause["lines"]} == {None}
    assert {line["currency"] for line in by_cause["lines"]} == {"USD", "JPY", "KWD"}


def test_each_sees_their_own(booked: House, api: Clients) -> None:
    ids = {row["rep"]["id"] for row in api(booked.bob).get("ledger/").json()["results"]}
    assert ids == {booked.bob.pk}
    assert api(booked.charlie).get("ledger/").json()["results"] == []
    assert api(booked.charlie).get("ledger/statement/", month="2026-03-01").json()["lines"] == []
    lines = api(booked.bob).get("ledger/statement/", month="2026-03-01", rep=booked.alice.pk).json()["lines"]
    assert lines == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"month": "March"},
        {"month": "2026-13-01"},
        {"by": "color"},
        {"unit": "0"},
        {"rep": "-1"},
        {"unit": "x"},
        {"by": ""},
    ],
)
@pytest.mark.parametrize("path", ["ledger/statement/", "ledger/statement.csv"])
def test_what_cannot_be_meant_is_refused_at_its_name(
    house: House, api: Clients, path: str, wrong: dict[str, str]
) -> None:
    problem(api(house.sue).get(path, **wrong), "invalid", 400, next(iter(wrong)))
    problem(api(house.sue).get(path, currency="XXQ"), "unknown_currency", 400, "currency")


def rows_of(response: Any) -> list[dict[str, str]]:
    assert response.headers["Content-Type"].startswith("text/csv")
    assert response.streaming
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_entries_as_csv_have_amounts_both_ways_and_no_formula(booked: House, api: Clients) -> None:
    rows = rows_of(api(booked.sue).get("ledger/entries.csv", month="2026-03-01"))
    assert len(rows) == LedgerEntry.objects.count()
    assert {(row["amount"], row["amount_minor"], row["currency"]) for row in rows} >= {
        ("1234", "1234", "JPY"), ("1.234", "1234", "KWD"), ("5.00", "500", "USD"),
    }  # fmt: skip
    given = next(row for row in rows if row["award"])
    assert (given["cause"], given["product"]) == ("'=cmd|' /C calc'!A0", "'+Cards")
    assert sum(int(row["amount_minor"]) for row in rows if row["currency"] == "USD") == 500 + 700 + 700 + 900
    assert all(row["case"].startswith("RC-") for row in rows)
    assert rows_of(api(booked.charlie).get("ledger/entries.csv", month="2026-03-01")) == []


def test_the_statement_as_csv_says_every_figure_in_a_line_of_its_own(booked: House, api: Clients) -> None:
    rows = rows_of(api(booked.sue).get("ledger/statement.csv", month="2026-04-01", by="rep", currency="USD"))
    assert rows == []  # nothing moved in April, and nothing is open from before
    rows = rows_of(api(booked.sue).get("ledger/statement.csv", month="2026-03-01", by="cause"))
    figures = {
        (r["name"], r["basis"], r["account"], r["figure"]): (r["amount"], r["amount_minor"], r["currency"])
        for r in rows
    }
    assert figures["'=cmd|' /C calc'!A0", "goodwill", "reversed", "moved"] == ("7.00", "700", "USD")
    assert date(2026, 3, 1).strftime("%Y-%m") == rows[0]["month"]


def test_a_list_and_a_statement_take_as_many_queries_whatever_there_is(booked: House, api: Clients) -> None:
    sue = api(booked.sue)
    took = {}
    for size in ("few", "many"):
        for path in ("ledger/", "ledger/?month=2026-03-01", "ledger/statement/?month=2026-03-01&by=cause"):
            with counted() as ran:
                assert sue.get(path).status_code == 200
            took.setdefault(path, []).append(len(ran))
        case = booked.heard_case()
        for _ in range(5 if size == "few" else 0):
            booked.give(case, 100)
    for path, (few, many) in took.items():
        assert few == many <= (LIST if "statement" not in path else 8), path
