"""The page that a promise's link leads to, in the customer's language: every state of it, and nothing left in another."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.domain.links import token
from cases.domain import promises
from cases.domain.clock import FARTHEST
from cases.domain.promise_words import WORDINGS
from cases.models import Case, Message, Promise
from tests.factories import DAY, HOUR, NOW, House

pytestmark = [pytest.mark.practice("P7"), pytest.mark.practice("P27")]
OTHERS = [language for language in WORDINGS if language != "en"]
DUE = NOW + 3 * DAY


@pytest.fixture(autouse=True)
def _now(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def of(house: House, language: str) -> Case:
    return house.case(house.customer(language=language, time_zone="Europe/Vienna"))


def kept(house: House, case: Case) -> Promise:
    promise = house.promise(case, due_end=DUE)
    promises.keep(promise, by=house.alice, now=NOW)
    return promise


def given_up(house: House, case: Case) -> Promise:
    promise = house.promise(case, due_end=DUE)
    promises.abandon(promise, reason="All is well", by=house.alice, now=NOW)
    return promise


def long_past(house: House, case: Case) -> Promise:
    return house.promise(case, due_end=NOW - DAY, now=NOW - 2 * DAY)


def still_open(house: House, case: Case) -> Promise:
    return house.promise(case, due_end=DUE)


def at(promise: Promise) -> str:
    return f"/p/{token('promise', promise.pk)}"


def page(answer: Any, *, status: int = 200) -> str:
    """What the page says, without its marks and the spaces that only lay it out; those that hold words together stay."""
    assert answer.status_code == status
    return re.sub(r"[ \n]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def whole(answer: Any, language: str, *, status: int = 200) -> str:
    """The page, which is in this language from its first mark on and says nothing that only another does."""
    shown = page(answer, status=status)
    assert f'<html lang="{language}">' in answer.content.decode()
    for other, words in WORDINGS.items():
        for name in words.__dataclass_fields__ if other != language else ():
            theirs, ours = getattr(words, name), getattr(WORDINGS[language], name)
            if isinstance(theirs, str) and len(theirs) > 8 and "{" not in theirs and theirs != ours:
                assert theirs not in shown, f"{name} in {other}"
    return shown


STATES: dict[str, tuple[Callable[[House, Case], Promise], dict[str, tuple[str, ...]]]] = {
    "open": (
        still_open,
        {
            "de": (
                "Alice wird Sie anrufen",
                "bis Freitag, 13. März, 16:00 Uhr Ihre Zeit, Wien",
                "Es ist jetzt 16:00",
            ),
            "fr": ("Alice va vous appeler", "au plus tard le vendredi 13 mars à 16:00 à votre heure (Vienne)"),
            "es": ("Alice va a llamarle", "a más tardar el viernes 13 de marzo a las 16:00 h su hora (Viena)"),
        },
    ),
    "late": (
        long_past,
        {
            "de": (
                "Wir sind zu spät",
                "Wir wollten Sie bis Montag, 9. März, 16:00 Uhr anrufen",
                "Alice weiß Bescheid.",
            ),
            "fr": (
                "Nous sommes en retard",
                "promis de vous appeler au plus tard le lundi 9 mars à 16:00",
                "Alice est au",
            ),
            "es": (
                "Llegamos tarde",
                "íbamos a llamarle a más tardar el lunes 9 de marzo a las 16:00 h",
                "Alice ya lo sabe",
            ),
        },
    ),
    "kept": (
        kept,
        {
            "de": ("Wann dürfen wir Sie wieder anrufen?", "Am Dienstag, 10. März waren wir", "Diese Zeit wählen"),
            "fr": ("Quand pouvons-nous vous appeler une nouvelle fois\u00a0?", "le mardi 10 mars", "Choisir ce moment"),
            "es": ("¿Cuándo podemos llamarle de nuevo?", "el martes 10 de marzo", "Elegir este momento"),
        },
    ),
    "over": (
        given_up,
        {
            "de": ("Wann dürfen wir Sie anrufen?", "ist nichts vereinbart"),
            "fr": ("Quand pouvons-nous vous appeler\u00a0?", "Rien n’est convenu"),
            "es": ("¿Cuándo podemos llamarle?", "no hay nada acordado"),
        },
    ),
}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("state", STATES)
def test_however_things_stand_the_page_says_it_in_the_customers_language(
    house: House, client: Client, state: str, language: str
) -> None:
    make, said = STATES[state]
    shown = whole(client.get(at(make(house, of(house, language)))), language)
    for words in said[language]:
        assert words in shown


@pytest.mark.parametrize(
    ("language", "day", "window"),
    [
        ("de", "Mittwoch, 11. März", "11:00 bis 13:00"),
        ("fr", "mercredi 11 mars", "de 11:00 à 13:00"),
        ("es", "miércoles 11 de marzo", "de 11:00 a 13:00"),
        ("it", "Wednesday, March 11", "11:00 to 13:00"),
    ],
)
def test_the_times_to_choose_from_are_said_in_it_too(
    house: House, client: Client, language: str, day: str, window: str
) -> None:
    answer = client.get(at(still_open(house, of(house, language))))
    assert f'<legend class="label">{day}</legend>' in answer.content.decode()
    assert f"<span>{window}</span>" in answer.content.decode()


@pytest.mark.parametrize("language", OTHERS)
def test_moving_it_is_thanked_and_confirmed_in_it(house: House, client: Client, language: str) -> None:
    promise = still_open(house, of(house, language))
    moved = client.post(at(promise), {"day": "2026-03-12", "time": "10:00"})
    shown = whole(client.get(moved["Location"]), language)
    assert WORDINGS[language].saved in shown
    mail = Message.objects.filter(kind="promise").latest("id")
    assert WORDINGS[language].another in mail.body


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "choose_one"),
        ({"slot": "2020-01-01T00:00:00+00:00"}, "just_gone"),
        ({"day": "2026-03-12"}, "time_needed"),
        ({"time": "10:00"}, "day_needed"),
        ({"day": "12.3.", "time": "10:00"}, "no_day"),
        ({"day": "2026-03-12", "time": "um zehn"}, "no_time"),
        ({"day": "2026-03-09", "time": "10:00"}, "due_in_past"),
        ({"day": "2027-04-09", "time": "10:00"}, "due_too_far"),
        ({"day": "2026-03-29", "time": "02:30"}, "skipped_time"),
        ({"day": "0001-01-01", "time": "00:00"}, "refused"),
    ],
)
def test_what_cannot_be_taken_is_said_in_it_and_the_times_that_can_be_are_still_there(
    house: House, client: Client, language: str, given: dict[str, str], says: str
) -> None:
    words = WORDINGS[language]
    answer = client.post(at(still_open(house, of(house, language))), given | {"words": "Zweimal läuten"})
    shown = whole(answer, language, status=422)
    assert (words.refusals.get(says) or getattr(words, says)) in shown
    assert "Zweimal läuten" in shown
    assert 'name="slot"' in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "closed", "too_long"),
    [
        ("de", "Wir sind für Sie da: Montag bis Freitag, 08:00 bis 20:00 Uhr in", "höchstens 1000 Zeichen"),
        ("fr", "Nos horaires : du lundi au vendredi, de 08:00 à 20:00", "1000 caractères au plus"),
        ("es", "Nuestro horario: de lunes a viernes, de 08:00 a 20:00 h", "1000 caracteres como máximo"),
    ],
)
def test_when_we_are_there_and_how_much_we_can_keep_is_said_in_it(
    house: House, client: Client, language: str, closed: str, too_long: str
) -> None:
    address = at(still_open(house, of(house, language)))
    sunday = client.post(address, {"day": "2026-03-15", "time": "10:00"})
    assert closed in whole(sunday, language, status=422)
    much = client.post(address, {"day": "2026-03-12", "time": "10:00", "words": "x" * 1001})
    assert too_long in whole(much, language, status=422)
    assert Promise.objects.count() == 1


@pytest.mark.parametrize(
    ("asks", "language"),
    [("de-AT,de;q=0.9", "de"), ("fr", "fr"), ("es-MX", "es"), ("ar,he;q=0.8", "en"), ("", "en"), ("%$§", "en")],
)
def test_a_link_that_is_not_whole_speaks_the_language_of_the_browser(client: Client, asks: str, language: str) -> None:
    shown = whole(client.get("/p/7~x", headers={"accept-language": asks}), language, status=404)
    for words in (WORDINGS[language].broken, WORDINGS[language].broken_text, WORDINGS[language].broken_else):
        assert words in shown


def test_the_customers_language_goes_before_that_of_the_browser(house: House, client: Client) -> None:
    answer = client.get(at(still_open(house, of(house, "de"))), headers={"accept-language": "fr"})
    assert "Alice wird Sie anrufen" in whole(answer, "de")


def test_the_day_that_can_be_chosen_begins_where_the_customer_is(house: House, client: Client) -> None:
    promise = house.promise(house.case(house.customer(time_zone="Pacific/Auckland")), due_end=DUE)
    found = re.search(r'type="date"[^>]* min="([^"]+)" max="([^"]+)"', client.get(at(promise)).content.decode())
    assert found
    assert (found[1], datetime.fromisoformat(found[2]) - datetime.fromisoformat(found[1])) == ("2026-03-11", FARTHEST)


def test_what_is_wrong_is_told_to_who_cannot_see_it(house: House, client: Client) -> None:
    shown = client.post(at(still_open(house, of(house, "fr"))), {"day": "2026-03-12"}).content.decode()
    found = re.search(r'<input type="time"[^>]*>', shown)
    assert found
    assert 'aria-invalid="true"' in found[0]
    assert 'aria-describedby="id_time_error"' in found[0]
    assert 'id="id_time_error"' in shown


def test_an_opening_promise_leads_to_a_page_in_the_same_language_as_its_mail(house: House, client: Client) -> None:
    house.case(house.customer(language="es-MX", time_zone="America/Mexico_City"), channel="email")
    promise = Promise.objects.get()
    shown = whole(client.get(at(promise)), "es")
    assert "Ciudad de México" in shown
    assert promise.obligation.due_end - NOW >= HOUR
