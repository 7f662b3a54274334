"""What bears on honoring an error or taking it back, and what this product would do: honor, unless much says otherwise.

A recommendation is a list of lines. Each says one thing, for honoring, for taking back or for neither, with the figures
it comes from, so that it can be told again in the same words long after. Taking back is recommended only where the
rules allow it outright, the customer has relied on nothing, and something weighs against honoring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q

from cases.enums import ErrorStatus, MoneyHeld, Relied
from cases.models import Case, Customer, Disclosure, HonoredError
from cases.queries.people import Baggage, baggage_of
from compensation.domain.reasons import say
from compensation.domain.rulings import Ruling, days_between
from compensation.enums import Ruled, Stance
from compensation.models import Decision, LegalReview
from compensation.queries import legal_reviews_of

NEITHER = "neither"
A_YEAR = timedelta(days=365)
SHOWN = 20


@dataclass(frozen=True)
class Facts:
    """All that the page of a decision lays out. Amounts in minor units; ``days_since`` counts local dates.

    ``earlier`` are other errors of this customer that we honored, newest first, each with its ``disclosures``;
    ``within_a_year`` counts those of the year before ``now``. ``flags_against`` are those of the customer's risk flags
    that speak against honoring (setting ``RISK_FLAGS_AGAINST``): most flags ask for care, not for severity.
    """

    error: HonoredError
    customer: Customer
    ruling: Ruling
    days_since: int
    risk_flags: tuple[str, ...]
    flags_against: tuple[str, ...]
    baggage: Baggage
    earlier: tuple[HonoredError, ...]
    within_a_year: int
    untold: int

    @cached_property
    def cases(self) -> int:
        """How many other cases this customer has had. Read when it is asked for, since no line depends on it."""
        return Case.objects.filter(customer=self.customer).exclude(pk=self.error.case_id).count()

    @cached_property
    def legal_review(self) -> LegalReview | None:
        """What counsel said last. Read when it is asked for."""
        return legal_reviews_of(self.error).first()

    @property
    def over_a_year(self) -> bool:
        """What the error comes to over a year is above the setting ``MUCH_OVER_A_YEAR`` of its currency."""
        much = settings.RECOVERY["MUCH_OVER_A_YEAR"].get(self.error.currency)
        year = self.error.value_year_minor
        return much is not None and year is not None and year > much


@dataclass(frozen=True)
class Line:
    """One thing that bears on it: for ``honor``, ``rescind`` or ``neither``."""

    code: str
    for_: str
    text: str
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class Recommendation:
    stance: Stance
    lines: list[Line]

    def kept(self) -> list[dict[str, Any]]:
        """The lines as a decision keeps them; ``told_again`` reads them."""
        return [{"code": line.code, "for": line.for_, "figures": dict(line.figures)} for line in self.lines]


def facts_of(error: HonoredError, *, ruling: Ruling, now: datetime) -> Facts:
    """What bears on one error now. At most three queries, whatever the customer has been through."""
    customer = error.customer
    earlier = _earlier(error)
    flags = tuple(str(flag) for flag in customer.risk_flags)
    against = {flag.casefold() for flag in settings.RECOVERY["RISK_FLAGS_AGAINST"]}
    return Facts(
        error=error,
        customer=customer,
        ruling=ruling,
        days_since=days_between(error.happened_at, now, zone=customer.zone),
        risk_flags=flags,
        flags_against=tuple(flag for flag in flags if flag.casefold() in against),
        baggage=baggage_of(customer, apart_from_case=error.case_id),
        earlier=tuple(earlier),
        within_a_year=sum(1 for each in earlier if each.opened_at > now - A_YEAR),
        untold=sum(1 for each in earlier if each.call_made_at is None),
    )


def _earlier(error: HonoredError) -> list[HonoredError]:
    told = Disclosure.objects.select_related("caller", "owed_by").order_by("pk")
    honored = HonoredError.objects.filter(customer_id=error.customer_id, status=ErrorStatus.HONORED)
    return list(
        honored.filter(Q(opened_at__lt=error.opened_at) | Q(opened_at=error.opened_at, pk__lt=error.pk))
        .select_related("incident", "case")
        .prefetch_related(Prefetch("disclosures", told))
        .order_by("-opened_at", "-id")[:SHOWN]
    )


def recommend(error: HonoredError, *, ruling: Ruling, now: datetime, facts: Facts | None = None) -> Recommendation:
    """What to do about an error, and why, line by line. ``facts`` saves reading again what was just read."""
    known = facts or facts_of(error, ruling=ruling, now=now)
    several = known.within_a_year >= settings.RECOVERY["SEVERAL_HONORED_IN_A_YEAR"]
    weighty = bool(known.flags_against) or several or known.over_a_year
    lines = [
        _line("ours", Stance.HONOR),
        _ruling_line(known.ruling),
        *_value_lines(known),
        _line("flags", Stance.RESCIND if known.flags_against else NEITHER, against=len(known.flags_against)),
        _line(
            "history",
            Stance.HONOR if known.baggage.unacknowledged else NEITHER,
            incidents=known.baggage.let_down,
            more=known.baggage.more,
            unacknowledged=known.baggage.unacknowledged,
        ),
        _line(
            "earlier",
            Stance.RESCIND if several else NEITHER,
            within_a_year=known.within_a_year,
            in_all=len(known.earlier),
            untold=known.untold,
        ),
        _line("days", NEITHER, days=known.days_since),
        _line("relied", _for_relied(error.relied), relied=error.relied),
        _line("money", Stance.HONOR if error.money == MoneyHeld.WITH_CUSTOMER else NEITHER, money=error.money),
    ]
    free = known.ruling.ruled == Ruled.ALLOWED and error.relied == Relied.NOTHING
    return Recommendation(Stance.RESCIND if free and weighty else Stance.HONOR, lines)


def told_again(decision: Decision) -> list[Line]:
    """The lines that a decision was shown, in words again."""
    return [_line(line["code"], line["for"], **line["figures"]) for line in decision.lines]


def _ruling_line(ruling: Ruling) -> Line:
    code = {Ruled.PROHIBITED: "prohibited", Ruled.LEGAL_REVIEW: "legal_review", Ruled.ALLOWED: "allowed"}[ruling.ruled]
    return _line(
        code,
        NEITHER if ruling.ruled == Ruled.ALLOWED else Stance.HONOR,
        source=ruling.source,
        days_left=ruling.days_left,
    )


def _value_lines(known: Facts) -> list[Line]:
    error, customer = known.error, known.customer
    lines = [_line("value", NEITHER, value=error.value_minor, currency=error.currency)]
    year = error.value_year_minor
    lines.append(
        _line("value_year", Stance.RESCIND if known.over_a_year else NEITHER, value=year, currency=error.currency)
    )
    worth, currency = customer.value_minor, customer.value_currency
    comparable = worth is not None and year is not None and currency == error.currency
    dearer = comparable and worth is not None and year is not None and worth > year
    lines.append(_line("customer_value", Stance.HONOR if dearer else NEITHER, value=worth, currency=currency))
    return lines


def _for_relied(relied: str) -> str:
    return Stance.RESCIND if relied == Relied.NOTHING else Stance.HONOR


def _line(code: str, for_: str, **figures: Any) -> Line:
    return Line(code, str(for_), say(code, figures), figures)
