"""The last three months: cases that were closed, some well and some badly, so that there is something to learn from."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from cases.enums import CaseOutcome, Channel, Complainer, Feeling, KindOfAction, Severity
from desk.management.demo.people import ALSO, PEOPLE
from desk.management.demo.stage import Cast, Story
from desk.management.demo.steps import (
    Step,
    Tale,
    approve,
    cause,
    close,
    contact,
    deliver,
    feel,
    give,
    hand_to,
    keep,
    move,
    promise_within,
    still_working,
    tell,
)

CASES = 66
DAYS = 80
# The newest days hold no case of these: what is under way now is told elsewhere.
QUIET_DAYS = 3
# Always the same months, whoever loads them.
SEED = 1842


class Kind(NamedTuple):
    """One kind of thing that goes wrong in a unit, and what is given for it: code and, if open, an amount."""

    theirs: str
    ours: str
    category: str
    action: KindOfAction
    severity: Severity
    because: str
    remedy: str
    minor: int | None = None


LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
KINDS: dict[str, list[Kind]] = {
    "cards": [
        Kind("You charged me twice for the same dinner.", "Restaurant charge posted twice", "Duplicate charge", KindOfAction.BILLING, MEDIUM, "Charged twice", "statement-credit", 4200),
        Kind("I paid on time and still got a late fee.", "Late fee although paid on time", "Late fee", KindOfAction.FEE, MEDIUM, "Wrong data after a migration", "fee-refund", 3500),
        Kind("My card was declined at the pharmacy. I was standing there with my mother.", "Card declined without reason", "Declined card", KindOfAction.SERVICE, HIGH, "Outage", "annual-fee"),
        Kind("Nobody told me about the foreign fee.", "Foreign transaction fee not explained", "Fees and terms", KindOfAction.INFORMATION, LOW, "Terms hard to understand", "gift-card-10"),
        Kind("I have been on hold for fifty minutes.", "Held fifty minutes, then cut off", "Waiting time", KindOfAction.CONDUCT, MEDIUM, "Nobody was responsible", "gift-card-10"),
        Kind("The merchant never sent it, and you sided with them.", "Dispute closed without reading the letters", "Disputed purchase", KindOfAction.OTHER, HIGH, "Step left out", "statement-credit", 9500),
        Kind("My new card went to my old address. Again.", "Replacement card to an old address", "Card delivery", KindOfAction.DELIVERY, MEDIUM, "Message not sent", "annual-fee"),
    ],
    "air": [
        Kind("My bag went to Oslo. I did not.", "Bag misrouted", "Baggage", KindOfAction.DELIVERY, HIGH, "Airport handling", "travel-voucher", 7500),
        Kind("We stood at the gate for six hours and nobody said a word.", "Six hours of delay without news", "Delay", KindOfAction.INFORMATION, HIGH, "Message not sent", "meal-15"),
        Kind("You sold me a seat that does not exist.", "Seat map wrong after a change of aircraft", "Seating", KindOfAction.SERVICE, MEDIUM, "Wrong data after a migration", "lounge"),
        Kind("The refund was promised in seven days. It has been seven weeks.", "Refund forgotten", "Refund", KindOfAction.BILLING, MEDIUM, "Promise not written down", "travel-voucher", 5000),
    ],
    "home": [
        Kind("I took a day off and no technician came.", "Technician did not come", "Missed appointment", KindOfAction.SERVICE, HIGH, "Subcontractor", "revisit"),
        Kind("You raised the price in the middle of the contract.", "Price raised before the contract allows it", "Price", KindOfAction.QUOTE, MEDIUM, "Rule not known", "home-credit", 6000),
        Kind("I cancelled in March and you still bill me.", "Cancellation not carried out", "Cancellation", KindOfAction.CANCELLATION, MEDIUM, "Handoff between departments", "home-credit", 4500),
        Kind("Three people told me three different things.", "Contradictory answers", "Information", KindOfAction.INFORMATION, LOW, "System not known", "free-month"),
    ],
    "japan": [
        Kind("マイルがまだ加算されていません。", "Miles of two flights missing", "Miles", KindOfAction.SERVICE, MEDIUM, "System not known", "miles-5000"),
        Kind("変更手数料が二回請求されました。", "Change fee charged twice", "Change fee", KindOfAction.FEE, MEDIUM, "Charged twice", "fare-refund", 8000),
    ],
}  # fmt: skip

# The product it went wrong with, of each unit; some categories are of another.
PRODUCTS = {"cards": "Rewards card", "air": "Short haul", "home": "Broadband", "japan": "Mileage program"}
ANOTHER = {
    "Late fee": "Everyday account",
    "Fees and terms": "Everyday account",
    "Baggage": "Long haul",
    "Delay": "Long haul",
    "Missed appointment": "Home repairs",
    "Change fee": "Domestic flights",
}

# Seconds until a person first answered: most within the first minute, and a tail.
FIRST_ANSWER = (9, 14, 21, 24, 28, 33, 37, 42, 48, 51, 56, 58, 64, 83, 150, 240)
# Minutes until a person first answered what came in writing.
FIRST_REPLY = (0.6, 0.9, 2.5, 4, 11, 35, 140, 420)
FEELINGS = (Feeling.ANGRY, Feeling.DISAPPOINTED, Feeling.FRUSTRATED, Feeling.WORRIED, Feeling.LET_DOWN, Feeling.IGNORED)
# How promises went: of each 20, so many.
PROMISES = ("kept",) * 13 + ("interim",) * 2 + ("moved",) * 2 + ("late",) * 2 + ("missed",)
ENDINGS = (
    (CaseOutcome.PUT_RIGHT,) * 13
    + (CaseOutcome.PARTLY,) * 3
    + (CaseOutcome.EXPLAINED,) * 2
    + (CaseOutcome.NOT_PUT_RIGHT, CaseOutcome.WITHDRAWN)
)
REPS = ("maya", "omar", "lena", "maya", "omar")
CHANNELS = (Channel.PHONE, Channel.PHONE, Channel.WEB, Channel.EMAIL, Channel.CHAT)


def past(cast: Cast) -> Iterator[Story]:
    """Stories of closed cases, spread over the last months."""
    chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
    for number in range(CASES):
        days = QUIET_DAYS + (DAYS - QUIET_DAYS) * (number + chance.random()) / CASES
        yield tell(cast, _tale(chance, timedelta(days=days)))
    yield from (tell(cast, tale) for tale in BAGGAGE)


def _tale(chance: random.Random, ago: timedelta) -> Tale:
    person = chance.choice([person for person in PEOPLE if person.key not in ("marisol", "wendell")])
    kind = chance.choice(KINDS[person.unit])
    channel = chance.choice(CHANNELS)
    written = channel in (Channel.WEB, Channel.EMAIL)
    about: dict[str, Any] = {"kind_of_action": kind.action, "severity": kind.severity}
    about["line_of_business"] = ANOTHER.get(kind.category, PRODUCTS[person.unit])
    if person.key in ALSO:
        about["unit"] = person.unit
    if kind.severity == HIGH and chance.random() < 0.3:
        about["complainer"] = chance.choice([Complainer.IRATE, Complainer.ACTIVIST])
    steps: list[Step] = []
    if written:  # the first reply, which the opening notice promised
        steps.append((chance.choice(FIRST_REPLY), keep("Called, listened, went through it together.")))
    steps.append((2, feel(chance.choice(FEELINGS), confirmed=chance.random() < 0.9)))
    if chance.random() < 0.15:
        two = chance.sample(("maya", "omar", "lena"), 2)
        steps.append((4, hand_to(two, "Speaks their language and knows the product.")))
    steps += _remedy(chance, kind)
    steps += _promise(chance)
    steps += [(20, cause(kind.because)), (2, close(chance.choice(ENDINGS)))]
    return Tale(
        who=person.key,
        by="crm" if written else chance.choice(REPS),
        ago=ago,
        theirs=kind.theirs,
        ours=kind.ours,
        channel=channel,
        category=kind.category,
        about=about,
        steps=steps,
        waited=chance.choice(FIRST_ANSWER),
    )


def _remedy(chance: random.Random, kind: Kind) -> list[Step]:
    if chance.random() < 0.12:
        return [(3, give("apology"))]
    steps: list[Step] = []
    if kind.minor is not None and chance.random() < 0.2:  # more than a rep may give alone
        asked = kind.minor * 3
        granted = asked if chance.random() < 0.7 else kind.minor * 2
        steps.append((3, give(kind.remedy, asked, "Third time this year, and a customer of ten years.")))
        steps.append((chance.choice((2, 4, 9)), approve("ines", granted, "Yes, and thank you for asking.")))
    else:
        steps.append((3, give(kind.remedy, kind.minor)))
    if kind.remedy == "lounge":  # its code is the proof
        steps.append((600, deliver()))
    elif kind.remedy in ("fee-refund", "travel-voucher", "revisit", "fare-refund"):
        steps.append((600, deliver("Confirmed by the department")))
    return steps


def _promise(chance: random.Random) -> list[Step]:
    due = chance.choice((60.0, 120.0, 240.0, 1440.0))
    how = chance.choice(PROMISES)
    made: Step = (2, promise_within(due, "Call back with what we found"))
    if how == "interim":
        return [made, (due * 0.8, still_working(120, "We are still waiting for the department.")), (90, keep("Done."))]
    if how == "moved":
        return [made, (due * 0.5, move(due)), (due * 0.9, keep("They asked for another time, and we called then."))]
    after = {"kept": due * chance.choice((0.4, 0.7, 0.95)), "late": due + 9, "missed": due + 75}[how]
    return [made, (after, keep("Told them what we found and what we did about it."))]


def _bad(days: int, theirs: str, ours: str, category: str, severity: Severity, *steps: Step) -> Tale:
    about = {"severity": severity, "kind_of_action": KindOfAction.FEE}
    return Tale("marisol", "petra", timedelta(days=days), theirs, ours, Channel.PHONE, category, about, steps, 70)


# One customer to whom it happened again and again, and nobody ever owned up to it.
BAGGAGE = [
    _bad(58, "Another fee for a payment I made.", "Late fee charged in error", "Late fee", MEDIUM,
         (2, feel(Feeling.FRUSTRATED)), (2, give("fee-refund", 3500)), (900, deliver("FR-20418")),
         (3, cause("Wrong data after a migration")), (1, close(CaseOutcome.PUT_RIGHT))),
    _bad(41, "It is back. The same fee.", "Late fee charged again", "Late fee", MEDIUM,
         (2, feel(Feeling.ANGRY)), (4, give("fee-refund", 3500)), (1500, deliver("FR-21007")),
         (3, cause("Wrong data after a migration")), (1, close(CaseOutcome.PARTLY))),
    _bad(23, "I asked for a letter in Spanish. I got a brochure.", "Letter in the wrong language", "Information", LOW,
         (3, feel(Feeling.IGNORED)), (2, give("apology")), (4, cause("Message not sent")), (1, close(CaseOutcome.EXPLAINED))),
    _bad(12, "Your colleague hung up on me.", "Line cut off and nobody called back", "Conduct", HIGH,
         (5, feel(Feeling.LET_DOWN)), (2, give("gift-card-10")), (30, contact("Reached her son; she was out.")),
         (9, cause("Nobody was responsible")), (1, close(CaseOutcome.NOT_PUT_RIGHT))),
]  # fmt: skip
