"""Prints what the advisor calls for, for every kind of case, with the rules and their sources."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from compensation.domain.advising.table import as_page
from compensation.queries.advice import advice_rules


class Command(BaseCommand):
    help = "Print the advisor's decision table from the rules that are switched on."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(as_page(advice_rules()), ending="")
