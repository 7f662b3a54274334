"""``manage.py reconcile``: prove that awards, counters, ledger and what is owed agree. Exit code 1 when they do not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from compensation.domain.checking import check


class Command(BaseCommand):
    help = "Compare awards, cap counters, ledger and open obligations, name every difference, and keep what was found."

    def handle(self, *args: Any, **options: Any) -> None:
        found = check(now=timezone.now())
        if found is None:
            raise CommandError("Another check runs just now; its answer will stand on the page of the ledger's checks.")
        for line in found.lines:
            self.stdout.write(line)
        if found.differences > len(found.lines):
            self.stdout.write(f"… and {found.differences - len(found.lines)} more.")
        if found.differences:
            raise CommandError(f"{found.differences} differences")
        self.stdout.write("All agree: awards, counters, ledger and what is owed.")
