"""The ledger on screen: whose figures, the entries behind each, and what nonsense comes to."""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from compensation.domain import awards, honoring, reversing
from compensation.models import Reconciliation
from tests.factories import NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P19")]


@pytest.fixture
def booked(house: House) -> House:
    house.usual_caps()
    case = house.heard_case()
    house.give(case, 1250)
    reversing.reverse(house.give(case, 700), reason="Twice", by=house.alice, now=NOW)
    house.asked(house.heard_case(), 3000)
    honoring.honor(house.favorable(house.customer("Kofi"), value_at_stake_minor=900), by=house.sue, now=NOW)
    return house


def page(user: User, path: str, status: int = 200) -> str:
    client = Client()
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == status
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return html.unescape(body.decode())


@pytest.mark.parametrize("by", ["rep", "team", "cause", "product", "month"])
def test_every_figure_leads_to_entries_that_come_to_it(booked: House, by: str) -> None:
    shown = page(booked.sue, f"/ledger?month=2026-03&by={by}")
    assert all(word in shown for word in ("Goodwill", "Cost of our own error", "$12.50", "$7.00", "$30.00", "$9.00"))
    figures = re.findall(r'href="(/ledger/entries\?[^"]*account=[^"]*)">([^<]+)</a>', shown)
    assert len(figures) >= 4
    for address, figure in figures:
        behind = page(booked.sue, address)
        assert 'id="entry-' in behind, address
        if "month=" in address:
            assert f">{figure}</b>" in behind, address


def test_a_rep_finds_their_own_from_the_desk_and_not_a_colleagues(booked: House) -> None:
    assert 'href="/ledger"' in page(booked.alice, "/")
    own = page(booked.alice, "/ledger?month=2026-03&by=rep")
    assert "My ledger" in own
    assert "$12.50" in own
    assert "Nothing was entered" in page(booked.bob, "/ledger?month=2026-03")
    stranger = page(booked.charlie, f"/ledger/entries?rep={booked.alice.pk}")
    assert "No entry here" in stranger
    assert "Alice" not in stranger


def test_entries_lead_to_their_case_award_and_honored_error(booked: House) -> None:
    shown = page(booked.sue, "/ledger/entries?month=2026-03")
    assert re.search(r'href="/cases/RC-\w{8}#award-\d+"', shown)
    assert re.search(r'href="/honored/\d+"', shown)
    assert "Given, not delivered" not in shown
    assert "Delivered → Taken back" in shown


def test_entries_are_shown_a_page_at_a_time_in_as_many_queries(booked: House) -> None:
    case = booked.heard_case()
    with CaptureQueriesContext(connection) as few:
        page(booked.sue, "/ledger/entries?month=2026-03")
    for _ in range(47):
        booked.give(case, 1)
    with CaptureQueriesContext(connection) as many:
        shown = page(booked.sue, "/ledger/entries?month=2026-03")
    assert shown.count('id="entry-') == 50
    assert len(many) == len(few)
    older = re.search(r'href="(\?[^"]*after=[^"]*)"', shown)
    assert older
    assert page(booked.sue, f"/ledger/entries{older[1]}").count('id="entry-') == 2


@pytest.mark.parametrize("query", ["month=nonsense", "month=9999-99", "by=color", "unit=777", "unit=x", "currency=XXX"])
def test_a_statement_of_nonsense_is_the_usual_one(booked: House, query: str) -> None:
    assert "Ledger" in page(booked.sue, f"/ledger?{query}")


@pytest.mark.parametrize(
    "query", ["rep=x", "rep=0", "team=-1", "cause=x", "month=x", "basis=x", "account=x", "after=x"]
)
def test_entries_of_nonsense_are_nowhere(booked: House, query: str) -> None:
    page(booked.sue, f"/ledger/entries?{query}", 404)


def test_yen_have_no_decimals_and_dinars_three(house: House) -> None:
    for currency in ("JPY", "KWD"):
        house.caps("rep", currency=currency, award=10**7, case=10**7, day=10**7, month=10**7)
        credit = house.remedy(currency.lower(), currency=currency, cost_minor=1234)
        awards.give(house.heard_case(), credit, by=house.alice, now=NOW)
    shown = page(house.sue, "/ledger/entries?month=2026-03")
    assert "¥1,234<" in shown
    assert "KWD1.234<" in shown
    assert "1.234,1234,KWD" in page(house.sue, "/ledger/entries.csv?month=2026-03")


def test_only_administrators_read_the_checks(house: House) -> None:
    Reconciliation.objects.create(began_at=NOW, ended_at=NOW, differences=1, lines=["counter x says spent 1"])
    assert "Counter x says spent 1." in page(house.ada, "/ledger/checks")
    assert "1 difference between the books" in page(house.ada, "/ledger")
    page(house.sue, "/ledger/checks", 403)


def test_a_statement_is_saved_as_a_file(booked: House) -> None:
    saved = page(booked.sue, "/ledger/statement.csv?month=2026-03&by=rep&currency=USD")
    assert "Alice,goodwill,delivered,moved,12.50,1250,USD" in saved
    assert page(booked.bob, "/ledger/statement.csv?month=2026-03").count("\n") == 1
