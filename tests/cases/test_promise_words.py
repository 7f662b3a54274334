"""What customers are told of a promise by mail: in their own language, on their own clock, and nothing left in another."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from string import Formatter
from typing import Any

import pytest
from django.utils import translation

from accounts.models import BusinessUnit, Notice, time_zones
from cases.domain import chosen_times
from cases.domain.clock import in_words
from cases.domain.languages import TIMES, city, spoken, times
from cases.domain.opening_hours import hours_in_words
from cases.domain.promise_words import WORDINGS, words_in
from cases.enums import Channel
from cases.models import Case, Message
from tests.factories import DAY, HOUR, NOW, House

pytestmark = pytest.mark.practice("P7")
OTHERS = [language for language in WORDINGS if language != "en"]


def of(house: House, language: str, zone: str = "Europe/Vienna", **particulars: Any) -> Case:
    return house.case(house.customer(language=language, time_zone=zone), **particulars)


def confirmation() -> Message:
    return Message.objects.filter(kind="promise").latest("id")


# Which language ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoken_by_them", "ours"),
    [("de", "de"), ("de-AT", "de"), ("fr-CA", "fr"), ("es-419", "es"), ("en-GB", "en")]
    + [(other, "en") for other in ("pt-BR", "ar", "he", "deu", "")],
)
def test_they_are_written_to_in_their_language_or_its_root_and_else_in_english(spoken_by_them: str, ours: str) -> None:
    assert words_in(spoken_by_them).language == times(spoken_by_them).language == ours
    assert spoken({"en": "Hello", ours: "theirs"}, spoken_by_them) == "theirs"


def test_every_language_that_has_words_has_days_and_times() -> None:
    assert set(WORDINGS) == set(TIMES) == {"en", "de", "fr", "es"}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_says_all_of_it_with_what_is_to_be_filled_in(language: str) -> None:
    theirs, english = asdict(WORDINGS[language]), asdict(WORDINGS["en"])
    assert _places(theirs.pop("ways")) == _places(english.pop("ways"))
    assert _places(theirs.pop("refusals")) == _places(english.pop("refusals"))
    for name, words in english.items():
        assert theirs[name], name
        assert _alike(theirs[name]) == _alike(words), name


def _places(words: dict[str, str]) -> dict[str, set[str]]:
    return {name: _alike(said) for name, said in words.items()}


def _alike(words: str) -> set[str]:
    """What is filled in; a place may be said by its city or its zone, a time by itself or with what goes before it."""
    same = {"zone": "city", "zone_there": "city_there", "time": "when"}
    return {same.get(name, name) for _, name, _, _ in Formatter().parse(words) if name}


# Days and times ------------------------------------------------------------------------------------------------------------

START, END = datetime(2026, 3, 31, 9, 0), datetime(2026, 4, 1, 11, 0)


@pytest.mark.parametrize(
    ("language", "by", "within", "across"),
    [
        (
            "en",
            "by 11:00 on Wednesday, April 1",
            "on Wednesday, April 1, between 10:00 and 11:00",
            "between 09:00 on Tuesday, March 31 and 11:00 on Wednesday, April 1",
        ),
        (
            "de",
            "bis Mittwoch, 1. April, 11:00 Uhr",
            "am Mittwoch, 1. April, zwischen 10:00 und 11:00 Uhr",
            "zwischen Dienstag, 31. März, 09:00 Uhr und Mittwoch, 1. April, 11:00 Uhr",
        ),
        (
            "fr",
            "au plus tard le mercredi 1er avril à 11:00",
            "le mercredi 1er avril, entre 10:00 et 11:00",
            "entre le mardi 31 mars à 09:00 et le mercredi 1er avril à 11:00",
        ),
        (
            "es",
            "a más tardar el miércoles 1 de abril a las 11:00 h",
            "el miércoles 1 de abril, entre las 10:00 y las 11:00 h",
            "entre las 09:00 h del martes 31 de marzo y las 11:00 h del miércoles 1 de abril",
        ),
    ],
)
def test_times_are_said_as_people_say_them(language: str, by: str, within: str, across: str) -> None:
    said = times(language)
    assert said.due(END) == by
    assert said.due(END, END - HOUR) == within
    assert said.due(END, START) == across


@pytest.mark.parametrize(
    ("language", "week", "some_days", "never"),
    [
        ("en", "Monday to Friday, 08:00 to 20:00 in Vienna", "Monday, Sunday, 08:00", "on no day of the week"),
        ("de", "Montag bis Freitag, 08:00 bis 20:00 Uhr in Wien", "Montag, Sonntag, 08:00", "an keinem Tag der Woche"),
        ("fr", "du lundi au vendredi, de 08:00 à 20:00 (Vienne)", "lundi, dimanche, de", "aucun jour de la semaine"),
        ("es", "de lunes a viernes, de 08:00 a 20:00 h en Viena", "lunes, domingo, de", "ningún día de la semana"),
    ],
)
def test_opening_hours_are_said_in_their_language(
    house: House, language: str, week: str, some_days: str, never: str
) -> None:
    unit = BusinessUnit.objects.get(pk=house.unit.pk)
    unit.time_zone = "Europe/Vienna"
    assert hours_in_words(unit, language) == week
    unit.weekdays = [6, 0]
    assert hours_in_words(unit, language).startswith(some_days)
    unit.weekdays = []
    assert hours_in_words(unit, language) == never


def test_cities_are_called_what_they_are_called_there() -> None:
    assert [city("Europe/Vienna", language) for language in ("en", "de", "fr", "es", "pt-BR")] == [
        "Vienna",
        "Wien",
        "Vienne",
        "Viena",
        "Vienna",
    ]
    assert city("America/New_York") == "New York"
    assert city("America/Argentina/Buenos_Aires", "es") == "Buenos Aires"
    assert city("Atlantic/Reykjavik", "de") == "Reykjavík"


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_no_city_is_a_path_or_broken(language: str) -> None:
    assert [zone for zone in time_zones() if set(city(zone, language)) & set("/_\xad")] == []


def test_our_own_people_read_english_whatever_a_page_is_shown_in() -> None:
    with translation.override("de"):
        assert in_words(datetime(2026, 3, 11, 9, tzinfo=UTC), None, zone="UTC") == "by 09:00 on Wednesday, March 11"


# The mails -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "subject", "says"),
    [
        (
            "de",
            "Wir werden Sie bis Mittwoch, 11. März, 16:00 Uhr anrufen: {case}",
            "Alice wird Sie zu Ihrem Fall {case} bis Mittwoch, 11. März, 16:00 Uhr (Ihre Zeit, Wien) anrufen.",
        ),
        (
            "fr",
            "Nous allons vous appeler au plus tard le mercredi 11 mars à 16:00\u00a0: {case}",
            "Alice va vous appeler au sujet de votre dossier {case} au plus tard le mercredi 11 mars à 16:00 (à votre heure, Vienne).",
        ),
        (
            "es",
            "Vamos a llamarle a más tardar el miércoles 11 de marzo a las 16:00 h: {case}",
            "Alice va a llamarle acerca de su caso {case} a más tardar el miércoles 11 de marzo a las 16:00 h (su hora, Viena).",
        ),
        (
            "pt-BR",
            "We will call you by 16:00 on Wednesday, March 11: {case}",
            "Alice will call you about your case {case} by 16:00 on Wednesday, March 11, your time (Vienna).",
        ),
    ],
)
def test_a_promise_is_confirmed_in_the_customers_language(house: House, language: str, subject: str, says: str) -> None:
    case = of(house, language)
    house.promise(case, due_end=NOW + DAY)
    mail, words = confirmation(), words_in(language)
    assert mail.subject == subject.format(case=case.reference)
    assert mail.body.startswith(words.greeting.format(name="Dana Okafor"))
    assert says.format(case=case.reference) in mail.body
    assert f"{words.another}\n{{link}}" in mail.body


def test_a_time_that_was_meant_on_another_clock_is_said_on_both(house: House) -> None:
    house.promise(of(house, "de"), due_end=NOW + DAY, zone="Europe/London")
    assert "(Ihre Zeit, Wien; London: bis Mittwoch, 11. März, 15:00 Uhr)" in confirmation().body


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("de", "Wie Sie es gewünscht haben: Alice wird"),
        ("fr", "Comme vous l’avez demandé, Alice va"),
        ("es", "Como nos"),
    ],
)
def test_what_they_chose_is_confirmed_to_them_in_theirs_and_told_to_us_in_ours(
    house: House, language: str, says: str
) -> None:
    chosen_times.choose(house.promise(of(house, language), due_end=NOW + DAY), due_end=NOW + 2 * DAY, now=NOW)
    assert says in confirmation().body
    told = Notice.objects.get(kind="time_chosen", channel="desk")
    assert told.title == "Dana Okafor moved your promise: by 16:00 on Thursday, March 12 in Vienna"


@pytest.mark.practice("P5")
@pytest.mark.parametrize(
    ("language", "subject", "says"),
    [
        ("de", "Wir kümmern uns darum", "Sie hören von uns bis Mittwoch, 11. März, 16:00 Uhr (Ihre Zeit, Wien)."),
        ("fr", "Nous nous en occupons", "Vous aurez de nos nouvelles au plus tard le mercredi 11 mars à 16:00"),
        ("es", "Nos ocupamos de ello", "Tendrá noticias nuestras a más tardar el miércoles 11 de marzo a las 16:00 h"),
        ("ar", "We are on it", "You will hear from us by 16:00 on Wednesday, March 11, your time (Vienna)."),
    ],
)
def test_the_opening_notice_is_in_the_customers_language(house: House, language: str, subject: str, says: str) -> None:
    case = of(house, language, channel="email")
    notice = Message.objects.get(case=case)
    assert notice.subject.startswith(subject)
    assert says in notice.body
    assert "Alice" in notice.body
    assert f"{words_in(language).another}\n{{link}}" in notice.body


@pytest.mark.parametrize("language", WORDINGS)
@pytest.mark.parametrize("channel", Channel.values)
def test_whatever_way_was_promised_it_is_a_whole_sentence(language: str, channel: str) -> None:
    words, when = WORDINGS[language], TIMES[language].due(END)
    for said in (words.promised("Alice", channel, when), words.promised("", channel), words.asked("", channel, when)):
        assert said[0].isupper()
        assert "  " not in said
        assert "{" not in said
    assert when in words.promised("Alice", channel, when)
    assert words.promised("van Dyk", channel).startswith("van Dyk ")
