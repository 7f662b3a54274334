"""Reads of the ledger."""

from __future__ import annotations

from django.db.models import QuerySet

from cases.models import HonoredError
from compensation.models import Award, LedgerEntry


def ledger_of(award: Award) -> QuerySet[LedgerEntry]:
    """An award's entries, oldest first."""
    return LedgerEntry.objects.filter(award=award).select_related("by").order_by("id")


def entries_of(error: HonoredError) -> QuerySet[LedgerEntry]:
    """What an error's decisions have entered in the ledger, oldest first."""
    return LedgerEntry.objects.filter(decision__error=error).select_related("by", "rep").order_by("id")
