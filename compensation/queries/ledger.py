"""Reads of the ledger: its entries, what they come to, and who sees which."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from accounts.enums import Role
from cases.models import HonoredError
from cases.queries import visible_cases
from cases.queries.reach import units_of
from compensation.models import Award, LedgerEntry, MonthSum

Row = TypeVar("Row", LedgerEntry, MonthSum)
NOBODY = "none"  # stands for what has no team, no cause or no product


def ledger_of(award: Award) -> QuerySet[LedgerEntry]:
    """An award's entries, oldest first."""
    return LedgerEntry.objects.filter(award=award).select_related("by").order_by("id")


def entries_of(error: HonoredError) -> QuerySet[LedgerEntry]:
    """What an error's decisions have entered in the ledger, oldest first."""
    return LedgerEntry.objects.filter(decision__error=error).select_related("by", "rep").order_by("id")


def seen_by(user: Any, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Of entries, or of their sums by month: a rep's own, a supervisor's units', an administrator's all."""
    if user.role == Role.ADMIN:
        return rows
    if user.role == Role.SUPERVISOR:
        return rows.filter(unit_id__in=units_of(user))
    return rows.filter(rep_id=user.pk)


def visible_entries(user: Any) -> QuerySet[LedgerEntry]:
    """Entries of the ledger that this user may see: a rep's own, a supervisor's units', an administrator's all."""
    return seen_by(user, LedgerEntry.objects.all())


def balances(entries: QuerySet[LedgerEntry]) -> dict[tuple[str, str], Counter[str]]:
    """What entries come to in each account, by currency and basis, in minor units. The accounts of each add up to nothing."""
    found: dict[tuple[str, str], Counter[str]] = {}
    moved = entries.order_by().values_list("currency", "basis", "from_account", "to_account")
    for currency, basis, of, to, amount in moved.annotate(Sum("amount_minor")):
        of_basis = found.setdefault((currency, basis), Counter())
        of_basis[of] -= int(amount)
        of_basis[to] += int(amount)
    return found


def first_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def months_on(month: date, number: int) -> date:
    """The first day of the month so many months after this one, or before it."""
    turned = month.year * 12 + month.month - 1 + number
    return date(turned // 12, turned % 12 + 1, 1)


def begins(month: date) -> datetime:
    """When a month of the ledger begins. Its months are UTC's: reps of one unit may live in different zones."""
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def ends(month: date) -> datetime:
    """When the month after it begins."""
    return begins(months_on(month, 1))


def of_month(month: date) -> Q:
    """Entries of a month (UTC)."""
    return Q(at__gte=begins(month), at__lt=ends(month))


@dataclass(frozen=True)
class Narrowing:
    """Which entries are meant. ``team``, ``cause`` and ``product`` may be ``none``: those without one.

    ``month`` is any day of it; ``until`` the first moment that counts no more. ``account`` is on either side.
    """

    month: date | None = None
    until: date | None = None
    unit: int | None = None
    currency: str = ""
    rep: int | None = None
    team: str = ""
    cause: str = ""
    product: str | None = None
    basis: str = ""
    account: str = ""
    award: int | None = None
    case: str = ""

    def entries(self, rows: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        """Only those of ``rows``."""
        wanted = Q()
        if self.month:
            wanted &= of_month(first_of(self.month))
        if self.until:
            wanted &= Q(at__lt=begins(first_of(self.until)))
        plain = {"unit_id": self.unit, "currency": self.currency, "rep_id": self.rep, "basis": self.basis}
        plain |= {"award_id": self.award}
        wanted &= Q(**{name: value for name, value in plain.items() if value})
        for name, column in (("team", "team_id"), ("cause", "incident__cause_id")):
            if value := getattr(self, name):
                wanted &= Q(**{f"{column}__isnull": True}) if value == NOBODY else Q(**{column: int(value)})
        if self.product is not None:
            wanted &= of_product(self.product)
        if self.account:
            wanted &= Q(from_account=self.account) | Q(to_account=self.account)
        if self.case:
            wanted &= Q(award__case__reference=self.case) | Q(decision__error__case__reference=self.case)
        return rows.filter(wanted)


def of_product(product: str) -> Q:
    """Entries counted under incidents of a line of business; ``none`` for those that name none."""
    if product == NOBODY:
        return Q(incident__isnull=True) | Q(incident__line_of_business="")
    return Q(incident__line_of_business=product)


def with_particulars(entries: QuerySet[LedgerEntry], user: Any) -> QuerySet[LedgerEntry]:
    """Entries with all that is shown of them, in one query. ``open_case`` and ``open_error`` say whether the user may
    follow the link: a rep who changed teams keeps their entries and loses the cases.
    """
    related = (
        "award__case", "award__customer", "decision__error__case", "decision__error__customer", "incident__cause",
        "rep", "by", "team", "unit",
    )  # fmt: skip
    rows = entries.select_related(*related)
    cases = visible_cases(user)
    return rows.annotate(
        of_award_in_reach=Exists(cases.filter(pk=OuterRef("award__case_id"))),
        of_error_in_reach=Exists(cases.filter(pk=OuterRef("decision__error__case_id"))),
    )
