"""The lines of a recommendation in words. Each is made of its figures alone, so that it reads the same years later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from accounts.money import display
from cases.enums import MoneyHeld, Relied

Figures = Mapping[str, Any]


def say(code: str, figures: Figures) -> str:
    """One line in words. Amounts in minor units of ``currency``."""
    return WORDS[code](figures)


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _source(figures: Figures) -> str:
    return f" ({figures['source']})" if figures["source"] else ""


def _allowed(figures: Figures) -> str:
    left = figures["days_left"]
    until = "" if left is None else " until the end of today" if left == 0 else f" for {_number(left, 'more day')}"
    return f"The rules leave us free to take it back{until}{_source(figures)}."


def _number(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _value(figures: Figures) -> str:
    if figures["value"] is None:
        return "Nobody has written down yet what is at stake now."
    return f"At stake now: {display(figures['value'], figures['currency'])}."


def _value_year(figures: Figures) -> str:
    if figures["value"] is None:
        return "Nobody has written down yet what it comes to over the coming year."
    return f"Over the coming year it comes to {display(figures['value'], figures['currency'])}."


def _customer_value(figures: Figures) -> str:
    if figures["value"] is None:
        return "What this customer is worth to us in a year is not known. It need not be, to keep our word."
    return f"This customer is worth {display(figures['value'], figures['currency'])} to us in a year."


def _flags(figures: Figures) -> str:
    if not figures["against"]:
        return "No flag on this customer speaks against it."
    if figures["against"] == 1:
        return "A risk flag on this customer speaks against it."
    return f"{figures['against']} risk flags on this customer speak against it."


def _history(figures: Figures) -> str:
    incidents, unacknowledged = figures["incidents"], figures["unacknowledged"]
    if not incidents:
        return "We have not let this customer down before."
    often = f"at least {incidents} times" if figures["more"] else _times(incidents)
    if not unacknowledged:
        return f"We have let this customer down {often} before, and have owned up to it."
    if unacknowledged == incidents:
        return f"We have let this customer down {often} before, and nobody has owned up to it yet."
    return f"We have let this customer down {often} before; {unacknowledged} of these nobody has owned up to yet."


def _earlier_words(figures: Figures) -> str:
    in_all, recent, untold = figures["in_all"], figures["within_a_year"], figures["untold"]
    if not in_all:
        return "We have honored no error for this customer before."
    since = "within the last year" if recent == in_all else f"{recent} of them within the last year"
    told = f"they have not been told yet of {untold}" if untold else "they were told each time that it was a mistake"
    return f"We have honored {_number(in_all, 'error')} for this customer before, {since}; {told}."


def _days(figures: Figures) -> str:
    days = figures["days"]
    return {0: "It happened today.", 1: "It happened yesterday."}.get(
        days, f"{days} days have passed since it happened."
    )


RELIED = {
    Relied.UNKNOWN: "Nobody has asked yet what the customer has relied on. Until we know, we take it that they have.",
    Relied.NOTHING: "The customer has relied on nothing yet.",
    Relied.SOMETHING: "The customer has relied on it already. It could be undone, at a cost to them.",
    Relied.MUCH: "The customer has relied on it, and that cannot be undone.",
}
MONEY = {
    MoneyHeld.UNKNOWN: "Where the money is, nobody has written down yet.",
    MoneyHeld.NONE: "No money has moved.",
    MoneyHeld.WITH_US: "We hold the money.",
    MoneyHeld.WITH_CUSTOMER: "The customer has the money. Asking for it back would be a second disappointment.",
    MoneyHeld.RETURNED: "The money came back to us.",
}
WORDS: dict[str, Callable[[Figures], str]] = {
    "ours": lambda _: "The mistake was ours. We stand by it unless much speaks against that.",
    "prohibited": lambda figures: f"It may not be taken back{_source(figures)}.",
    "legal_review": lambda figures: f"It may be taken back only once counsel has looked at it{_source(figures)}.",
    "allowed": _allowed,
    "value": _value,
    "value_year": _value_year,
    "customer_value": _customer_value,
    "flags": _flags,
    "history": _history,
    "earlier": _earlier_words,
    "days": _days,
    "relied": lambda figures: RELIED[figures["relied"]],
    "money": lambda figures: MONEY[figures["money"]],
}
