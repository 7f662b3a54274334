"""A trial with frequent flyers: half of the dissatisfied are called, half are left uncalled by lot, to learn what calls do.

The airline asks its passengers itself, after each flight, and a file of their answers comes in every night. The lot is
this installation's own and drawn as always, so who is called differs from one to the next; how many answer does not.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from typing import NamedTuple

from cases.domain.customers import add_customer
from cases.enums import CaseOutcome, Feeling
from desk.management.demo.ringing import Try, ring_back
from desk.management.demo.stage import Cast, Story
from desk.management.demo.steps import Run, Step, cause, close, feel, give
from outreach.domain import planning
from outreach.domain.surveys.files import import_answers
from outreach.enums import CallOutcome
from outreach.models import FollowUpCall

SEED = 2607
SYSTEM = "after-flight"
# So many are dissatisfied, of whom the first some weeks before the others, and so many are not.
EARLY, DISSATISFIED, SATISFIED = 4, 98, 12
# Days before the demo is loaded: of the early ones, and of all others. By the last of them the second survey is answered.
EARLY_DAYS, DAYS = (45.0, 32.0), (28.6, 7.2)
# What makes a frequent flyer, in pence a year.
WORTH = 400000
# Their telephone numbers are of Ofcom’s range for fiction, after those of ``people``.
FIRST_NUMBER = 300


class Home(NamedTuple):
    """Where some of them live, and what they are called there."""

    zone: str
    place: str
    language: str
    first: tuple[str, ...]
    last: tuple[str, ...]


BRITISH = Home("Europe/London", "GB-ENG", "en",
    ("Alice", "Ben", "Catrin", "Dev", "Esther", "Finlay", "Gwen", "Hamza", "Isla", "Jonah", "Kezia", "Leo", "Mina", "Nathan", "Orla", "Patrick"),
    ("Ashworth", "Bhatt", "Clarke", "Davies", "Ellis", "Fraser", "Griffiths", "Hussain", "Ingram", "Jarvis", "Kerr", "Lowe"))  # fmt: skip
ABROAD = [
    Home("Europe/Berlin", "DE-BE", "de", ("Anke", "Bernd", "Clara", "Dirk", "Eva", "Frank", "Greta", "Holger"), ("Albrecht", "Brandt", "Conrad", "Dietz", "Engel", "Fuchs", "Graf")),
    Home("Europe/Paris", "FR-IDF", "fr", ("Adèle", "Bastien", "Céline", "Damien", "Émilie", "Fabrice", "Gaëlle", "Hugo"), ("Allard", "Besson", "Carpentier", "Dubois", "Ferrand", "Girard", "Humbert")),
    Home("Europe/Madrid", "ES-MD", "es", ("Alba", "Bruno", "Candela", "Diego", "Elena", "Felipe", "Gloria", "Hernán"), ("Aguilar", "Bravo", "Castaño", "Domínguez", "Escudero", "Fuentes", "Gallego")),
]  # fmt: skip

# What they wrote after the flight, and what was heard on the call: what went wrong, what would help, its cause.
HEARD = [
    ("The gate changed twice and nobody said so.", "Stood at the wrong gate until the last call.", "A message when the gate changes.", "Message not sent"),
    ("Two hours for a bag.", "The bag was on the next flight, and nobody told them.", "Say so before they wait.", "Airport handling"),
    ("Upgrade promised, upgrade forgotten.", "An upgrade was promised at the desk and not written down.", "Write it down.", "Promise not written down"),
    ("Nobody could tell me the rule.", "Three people read three different fare rules to them.", "One page with the rules.", "Rule not known"),
    ("The lounge turned my wife away.", "The guest rule had changed in March.", "Honor what the card says.", "Terms hard to understand"),
    ("Voucher refused at the counter.", "The voucher was not in the system of the airport.", "One system.", "System not known"),
]  # fmt: skip
PLEASED = ("On time, friendly, thank you.", "Smooth.", "", "Best crew in years.", "", "")
TURNED, NOT_TURNED = CallOutcome.TURNED_AROUND, CallOutcome.NOT_TURNED_AROUND
NOBODY, MESSAGE = Try(CallOutcome.NO_ANSWER), Try(CallOutcome.LEFT_MESSAGE)
# How the calls of each 12 go; the last of them is never reached.
GOES = ("turned",) * 7 + ("later",) * 2 + ("not", "message", "never")
WHO_CALLS = {"de": ("lena",), "es": ("omar",)}


class Flyer(NamedTuple):
    """A passenger; if dissatisfied with how many days ago the file came that says so, their score and their words."""

    key: str
    home: Home
    name: str
    days: float = 0
    score: int = 0
    words: str = ""


def _dissatisfied() -> Iterator[Flyer]:
    """Always the same passengers, the first to answer first."""
    chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
    nights = [*_spread(EARLY_DAYS, EARLY), *_spread(DAYS, DISSATISFIED - EARLY)]
    for number, days in enumerate(nights):
        words = HEARD[number % len(HEARD)][0]
        yield _flyer(number)._replace(days=days, score=chance.choice((1, 2, 2)), words=words)


def _flyer(number: int) -> Flyer:
    """The person with this number: every other from abroad, no two with one name."""
    abroad, among = number % 2 == 1, number // 2
    home, turn = (ABROAD[among % len(ABROAD)], among // len(ABROAD)) if abroad else (BRITISH, among)
    again, first = divmod(turn, len(home.first))
    return Flyer(f"flyer-{number + 1}", home, f"{home.first[first]} {home.last[(5 * turn + again) % len(home.last)]}")


def _spread(days: tuple[float, float], count: int) -> list[float]:
    """So many files' times, one a night: several passengers are in each."""
    first, last = days
    return [round(first - (first - last) * number / (count - 1)) - 0.15 for number in range(count)]


UNHAPPY = list(_dissatisfied())
# They fly every week, and say so two times of three.
HAPPY = [_flyer(number) for number in range(DISSATISFIED, DISSATISFIED + SATISFIED)]
FLYERS = [*UNHAPPY, *HAPPY]


def introduce_flyers(cast: Cast, *, now: datetime) -> None:
    """Add them all, as the system of the mileage program knows them."""
    for number, flyer in enumerate(FLYERS):
        cast.customers[flyer.key] = add_customer(
            by=cast.staff["crm"],
            now=now,
            units=[cast.units["air"]],
            phones=[f"+441632960{FIRST_NUMBER + number}"],
            emails=[f"{flyer.key}@example.org"],
            external_ids=[(SYSTEM, flyer.key.upper())],
            preferred_name=flyer.name,
            time_zone=flyer.home.zone,
            language=flyer.home.language,
            jurisdiction=flyer.home.place,
            value_minor=WORTH + 9000 * number,
            value_currency=cast.units["air"].currency,
        )


def flyers(cast: Cast) -> Iterator[Story]:
    """The files of every night, and a story for each of those whom the lot may have called."""
    nights: dict[float, list[Flyer]] = defaultdict(list)
    for flyer in UNHAPPY:
        nights[flyer.days].append(flyer)
    for number, days in enumerate(sorted(nights, reverse=True)):
        yield _night(cast, days, [*nights[days], *_pleased(number)])
    yield from (_call(cast, flyer, number) for number, flyer in enumerate(UNHAPPY))


def _pleased(night: int) -> Iterator[Flyer]:
    chance = random.Random(f"{SEED}:{night}")  # noqa: S311 - a story, not a secret
    for number, flyer in enumerate(HAPPY):
        if (number + night) % 3:
            yield flyer._replace(score=chance.choice((5, 5, 4, 4, 4, 3)), words=chance.choice(PLEASED))


def _night(cast: Cast, days: float, told: list[Flyer]) -> Story:
    """A file comes in, and what follows from it is planned."""
    at = cast.now - timedelta(days=days)
    yield at
    import_answers(_file(told, at), system=SYSTEM, by=cast.staff["crm"], now=at, on_reject=_impossible)
    planning.plan(now=at)
    cast.plan_surveys(at)


def _file(told: list[Flyer], at: datetime) -> BytesIO:
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(["id", "customer_external_id", "answered_at", "satisfaction", "words"])
    answered = (at - timedelta(hours=9)).isoformat()
    for flyer in told:
        number = flyer.key.upper()
        rows.writerow([f"{number}-{at:%y%m%d}", number, answered, flyer.score, flyer.words])
    return BytesIO(text.getvalue().encode())


def _impossible(reject: object) -> None:
    raise ValueError(f"a night's file has a bad row: {reject}")


def _call(cast: Cast, flyer: Flyer, number: int) -> Story:
    at = cast.now - timedelta(days=flyer.days)
    yield at
    customer = cast.customers[flyer.key]
    call = FollowUpCall.objects.select_related("customer").filter(customer=customer).first()
    if call is None:  # the lot left them uncalled
        return
    _, wrong, help_, because = HEARD[number % len(HEARD)]
    goes = GOES[number % len(GOES)]
    reached = Try(NOT_TURNED if goes == "not" else TURNED, wrong, help_, because)
    tries = {
        "later": [NOBODY, reached],
        "message": [MESSAGE, NOBODY, reached],
        "never": [NOBODY, MESSAGE, NOBODY, NOBODY],
    }
    people = WHO_CALLS.get(flyer.home.language, ("maya", "omar", "lena"))
    by = people[number % len(people)]
    after = at + timedelta(minutes=90 + 17 * (number % 9))
    call = yield from ring_back(cast, call, tries.get(goes, [reached]), by=by, after=after)
    if goes == "not" and call.case is not None and call.finished_at is not None:
        yield from _put_right(Run(cast, cast.staff[by], call.case), because, after=call.finished_at)


def _put_right(run: Run, because: str, *, after: datetime) -> Story:
    """A case that the call opened, and how it ended the day after."""
    steps: list[Step] = [
        (3, feel(Feeling.LET_DOWN)),
        (1100, give("apology")),
        (4, cause(because)),
        (2, close(CaseOutcome.PARTLY)),
    ]
    at = after
    for minutes, act in steps:
        at += timedelta(minutes=minutes)
        yield at
        act(run, at)
