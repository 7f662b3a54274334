"""``manage.py reconcile``: prove that awards, counters, ledger and what is owed agree. Exit code 1 when they do not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from cases.domain import reconcile as cases_reconcile
from compensation.domain import reconcile


class Command(BaseCommand):
    help = "Compare awards, cap counters, ledger and open obligations, and name every difference."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor == "postgresql":  # one moment for all statements, while others go on writing
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = [*cases_reconcile.differences(), *reconcile.differences()]
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} differences")
        self.stdout.write("All agree: awards, counters, ledger and what is owed.")
