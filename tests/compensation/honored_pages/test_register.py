"""The register of errors in the customer's favor, and the review that is written in it."""

from __future__ import annotations

import re
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import HonoredError
from compensation.domain import honoring
from tests.compensation.honored_pages.conftest import TOLD, as_, honored, read, send, text
from tests.factories import DAY, HOUR, House, again

pytestmark = [pytest.mark.django_db]


# --- The register -----------------------------------------------------------------------------------------------------


@pytest.mark.practice("P4")
def test_the_register_teaches_while_it_is_empty(house: House) -> None:
    html = read(house.alice, "honored")
    assert "No error in a customer’s favor yet" in html
    assert reverse("log") in html


@pytest.mark.practice("P4")
def test_the_register_shows_each_error_at_a_glance(house: House, error: HonoredError) -> None:
    honored(house, error)
    html = read(house.sue, "honored")
    for said in ("Dana Okafor", "Quoted last year’s rate", "$240.00", "cost us", "Self-reported", "Alice’s mistake"):
        assert said in html
    assert "Call due" in html


@pytest.mark.practice("P4")
def test_late_calls_come_first(house: House, error: HonoredError) -> None:
    honored(house, error)
    with time_machine.travel(house.now + 6 * DAY, tick=False):
        house.now += 6 * DAY
        house.favorable(house.customer("Kofi Mensah"))
        html = read(house.sue, "honored")
    assert "Late calls" in html
    assert html.index("Dana Okafor") < html.index("Kofi Mensah")
    assert html.count("Dana Okafor") == 1


@pytest.mark.practice("P4")
@pytest.mark.parametrize(
    ("query", "there"),
    [
        ({"show": "undecided"}, True),
        ({"show": "call_due"}, False),
        ({"show": "to_review"}, False),
        ({"line": "HOME insurance"}, True),
        ({"line": "Boats"}, False),
        ({"kind": "quote"}, True),
        ({"kind": "fee"}, False),
        ({"month": "2026-03"}, True),
        ({"month": "2026-02"}, False),
        ({"month": "soon"}, True),
        ({"rep": "nobody"}, True),
    ],
)
def test_the_register_is_narrowed(house: House, error: HonoredError, query: dict[str, str], there: bool) -> None:
    assert ("Dana Okafor" in read(house.sue, "honored", **query)) is there


@pytest.mark.practice("P4")
def test_the_register_is_narrowed_to_a_rep(house: House, error: HonoredError) -> None:
    assert "Quoted last year’s rate" in read(house.sue, "honored", rep=str(house.alice.pk))
    assert "Quoted last year’s rate" not in read(house.sue, "honored", rep=str(house.bob.pk))


def test_a_strange_mark_is_not_a_page(house: House) -> None:
    assert as_(house.sue).get(reverse("honored"), {"after": "nonsense"}).status_code == 404


def test_the_register_is_turned_by_marks(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compensation.views.register.PAGE", 1)
    for name in ("Farid", "Selma"):
        house.favorable(house.customer(name))
        house.now += HOUR
    client = as_(house.sue)
    page = text(client.get(reverse("honored")))
    assert ("Selma" in page, "Farid" in page) == (True, False)
    older = unescape(re.findall(r'href="([^"]+)" rel="next"', page)[0])
    page = text(client.get(reverse("honored") + older))
    assert ("Selma" in page, "Farid" in page) == (False, True)


def test_the_register_costs_the_same_however_long(house: House) -> None:
    client = as_(house.sue)

    def cost() -> int:
        with CaptureQueriesContext(connection) as spent:
            client.get(reverse("honored"))
        return len(spent)

    def one_more(number: int) -> None:
        honored(house, house.favorable(house.customer(f"Number {number}")))

    one_more(0)
    cost()
    few = cost()
    for number in range(1, 6):
        one_more(number)
    assert cost() == few


def test_strangers_find_nothing(house: House, error: HonoredError) -> None:
    honored(house, error)
    assert "Dana Okafor" not in read(house.charlie, "honored")
    client = as_(house.charlie)
    for name in ("honored-error", "honored-call", "honored-live"):
        assert client.get(reverse(name, args=[error.pk])).status_code == 404
    for name in ("honored-honor", "honored-told", "honored-review", "honored-letter-make"):
        assert send(house.charlie, name, error, **TOLD).status_code == 404
    assert client.get(reverse("honored-error", args=[10**9])).status_code == 404


# --- The review -------------------------------------------------------------------------------------------------------


@pytest.mark.practice("P4")
def test_a_supervisor_reviews_from_the_register_and_it_leaves_the_queue(house: House, error: HonoredError) -> None:
    honored(house, error)
    here = reverse("honored") + "?show=to_review"
    assert "Keep the review" in read(house.sue, "honored", show="to_review")
    given = {"outcome": "coach", "note": "Look the rate up each time", "next": here}
    html = text(send(house.sue, "honored-review", error, htmx=True, **given))
    assert "Reviewed: coach." in html
    assert "Nothing to review" in html
    again(error).refresh_from_db()
    assert again(error).review.note == "Look the rate up each time"
    assert "Look the rate up each time" in read(house.sam, "honored-error", error.pk)


@pytest.mark.practice("P4")
@pytest.mark.parametrize("htmx", [False, True])
def test_a_note_is_asked_for_beside_its_field(house: House, error: HonoredError, htmx: bool) -> None:
    honored(house, error)
    for back in (reverse("honored"), reverse("honored-error", args=[error.pk])):
        given = {"outcome": "change_process", "note": "", "question": "kept as typed", "next": back}
        wrong = send(house.sue, "honored-review", error, htmx=htmx, **given)
        assert wrong.status_code == 422
        assert "Say in a note what is to be coached or changed." in text(wrong)
        assert "kept as typed" in text(wrong)
    assert again(error).reviewed_at is None


@pytest.mark.practice("P4")
def test_a_review_leads_back_to_where_it_was_written(house: House, error: HonoredError) -> None:
    honored(house, error)
    elsewhere = send(house.sue, "honored-review", error, outcome="no_action", next="https://evil.example/")
    assert elsewhere.url == reverse("honored-error", args=[error.pk])


@pytest.mark.practice("P4")
def test_nobody_reviews_what_they_decided_and_reps_review_nothing(house: House, error: HonoredError) -> None:
    honoring.honor(error, by=house.sue, now=house.now)
    assert "You decided this. Another supervisor has to review it." in read(house.sue, "honored-error", error.pk)
    assert "Keep the review" not in read(house.bob, "honored-error", error.pk)
    for user in (house.sue, house.bob, house.ada):
        assert send(user, "honored-review", error, outcome="no_action").status_code == 422
    assert "Keep the review" in read(house.sam, "honored-error", error.pk)
