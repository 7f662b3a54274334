"""The languages that customers are written to in: which of them, and how days and times are said in it.

What has to be said stands with what says it (letters, surveys, promises), in a mapping by language. Here is which of such
a mapping somebody gets, so that it is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import NamedTuple, TypeVar

from babel.dates import get_timezone_location
from django.utils import dateformat, translation
from django.utils.dates import WEEKDAYS

ENGLISH = "en"
Words = TypeVar("Words")


def ours(language: str, among: Collection[str]) -> str:
    """The language of ours that serves somebody who speaks this one (BCP 47): the same, or its root; blank where none."""
    return next((code for code in (language, language.split("-")[0].lower()) if code in among), "")


def spoken(words: Mapping[str, Words], language: str) -> Words:
    """What we say to somebody who speaks this language: in it, or else in English."""
    return words[ours(language, words) or ENGLISH]


class Times(NamedTuple):
    """How one language says days and times. ``day`` is a date format of Django's; the others have places to fill in.

    ``by``, ``within`` and ``across`` say when something is due: by a time, in a window of one day, in one of two days.
    """

    language: str
    day: str
    by: str
    within: str
    across: str
    span: str
    days: str
    hours: str
    no_day: str
    first_of_month: str = ""

    def on(self, day: date) -> str:
        """Tuesday, March 10."""
        form = self.first_of_month if self.first_of_month and day.day == 1 else self.day
        with translation.override(self.language):
            return dateformat.format(day, form)

    def at(self, local: datetime) -> str:
        """Tuesday, March 10, 09:30: as this clock shows it."""
        return f"{self.on(local)}, {local:%H:%M}"

    def due(self, end: datetime, start: datetime | None = None) -> str:
        """By 09:30 on Tuesday, March 10; on Friday, March 13, between 09:00 and 11:00: as these clocks show it."""
        if start is None:
            return self.by.format(day=self.on(end), time=f"{end:%H:%M}")
        form = self.within if start.date() == end.date() else self.across
        return form.format(
            start=f"{start:%H:%M}", end=f"{end:%H:%M}", day=self.on(end), start_day=self.on(start), end_day=self.on(end)
        )

    def window(self, start: time | datetime, end: time | datetime) -> str:
        """09:00 to 11:00."""
        return self.span.format(start=f"{start:%H:%M}", end=f"{end:%H:%M}")

    def week(self, days: Sequence[int]) -> str:
        """Monday to Friday; Monday, Wednesday. At least one day, numbered from Monday, 0, in order."""
        with translation.override(self.language):
            names = [str(WEEKDAYS[day]) for day in days]
        in_row = list(days) == list(range(days[0], days[-1] + 1)) and len(days) > 1
        return self.days.format(first=names[0], last=names[-1]) if in_row else ", ".join(names)


TIMES = {
    "en": Times(
        language="en",
        day="l, F j",
        by="by {time} on {day}",
        within="on {day}, between {start} and {end}",
        across="between {start} on {start_day} and {end} on {end_day}",
        span="{start} to {end}",
        days="{first} to {last}",
        hours="{days}, {span} in {city}",
        no_day="on no day of the week",
    ),
    "de": Times(
        language="de",
        day="l, j. F",
        by="bis {day}, {time} Uhr",
        within="am {day}, zwischen {start} und {end} Uhr",
        across="zwischen {start_day}, {start} Uhr und {end_day}, {end} Uhr",
        span="{start} bis {end}",
        days="{first} bis {last}",
        hours="{days}, {span} Uhr in {city}",
        no_day="an keinem Tag der Woche",
    ),
    "fr": Times(
        language="fr",
        day="l j F",
        first_of_month="l 1\\e\\r F",
        by="au plus tard le {day} à {time}",
        within="le {day}, entre {start} et {end}",
        across="entre le {start_day} à {start} et le {end_day} à {end}",
        span="de {start} à {end}",
        days="du {first} au {last}",
        hours="{days}, {span} ({city})",
        no_day="aucun jour de la semaine",
    ),
    "es": Times(
        language="es",
        day="l j \\d\\e F",
        by="a más tardar el {day} a las {time} h",
        within="el {day}, entre las {start} y las {end} h",
        across="entre las {start} h del {start_day} y las {end} h del {end_day}",
        span="de {start} a {end}",
        days="de {first} a {last}",
        hours="{days}, {span} h en {city}",
        no_day="ningún día de la semana",
    ),
}


def times(language: str) -> Times:
    """How days and times are said to somebody who speaks this language."""
    return spoken(TIMES, language)


def city(zone: str, language: str = ENGLISH) -> str:
    """America/New_York is said New York, Europe/Vienna in German Wien."""
    said = ours(language, TIMES)
    if not said or said == ENGLISH:
        return zone.rsplit("/", 1)[-1].replace("_", " ")
    # Babel gives the rest of the zone's name where it knows no city, and says where a word may be broken.
    return get_timezone_location(zone, locale=said, return_city=True).rsplit("/", 1)[-1].replace("\xad", "")
