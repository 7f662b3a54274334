"""The nightly check of the books: does everything agree, and who is told when it does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from accounts.domain.notices import tell
from accounts.queries import administrators
from cases.domain import reconcile as owed
from compensation.domain import reconcile
from compensation.domain.months import close_month, close_months, months_differing
from compensation.models import Reconciliation
from compensation.queries.checks import last_check

# A check in the night is this long before the next night, so each night has one; one by hand at noon leaves the night its own.
AGAIN_AFTER = timedelta(hours=8)
# One that has not ended by then was killed.
GIVEN_UP_AFTER = timedelta(hours=2)
KEPT = 100


def next_check(*, now: datetime) -> datetime:
    """When the books are checked next: in the night (UTC) that comes after the last check.

    The last row says when, not a clock's tick: where nothing ran in that night, it is made up as soon as something does.
    """
    last = last_check()
    if last is None:
        return now
    due = last.began_at + AGAIN_AFTER
    begins, ends = settings.RECOVERY["CHECK_HOURS_UTC"]
    night = due.astimezone(UTC).replace(hour=begins, minute=0, second=0, microsecond=0)
    if due >= night + timedelta(hours=ends - begins):
        night += timedelta(days=1)
    return max(due, night)


def is_due(*, now: datetime) -> bool:
    """Whether the books are to be checked now, and nobody is at it."""
    running = Reconciliation.objects.filter(running=True, began_at__gt=now - GIVEN_UP_AFTER)
    return next_check(now=now) <= now and not running.exists()


def check(*, now: datetime) -> Reconciliation | None:
    """Close the months that have ended, compare all books at one moment, and keep what was found.

    Administrators are told at once of a difference. None when another check runs already. Not to be called within a
    transaction, whose moment may be an older one.
    """
    began = time.monotonic()
    run = _claim(now)
    if run is None:
        return None
    try:
        close_months(now=now)
        with one_moment():
            found = owed.differences()
            lines, count = found[:KEPT], len(found)
            for line in reconcile.each_difference():
                count += 1
                if len(lines) < KEPT:
                    lines.append(line)
    except BaseException:
        Reconciliation.objects.filter(pk=run.pk).delete()
        raise
    for month in months_differing() if count else ():
        close_month(month, now=now)  # it has been said; from here on it is brought forward as it is
    run.differences, run.lines, run.running = count, lines, False
    run.ended_at = now + timedelta(seconds=time.monotonic() - began)
    return _keep(run, now=now)


def _claim(now: datetime) -> Reconciliation | None:
    """The row of this run; the database has room for one that runs. What was killed before it ended is cleared away."""
    Reconciliation.objects.filter(running=True, began_at__lte=now - GIVEN_UP_AFTER).delete()
    try:
        with transaction.atomic():
            return Reconciliation.objects.create(began_at=now, running=True)
    except IntegrityError:
        return None


@transaction.atomic
def _keep(run: Reconciliation, *, now: datetime) -> Reconciliation:
    run.save(update_fields=["differences", "lines", "running", "ended_at"])
    if run.differences:
        what = "One difference" if run.differences == 1 else f"{run.differences} differences"
        tell(
            administrators(),
            key=f"books_differ:{run.pk}",
            kind="books_differ",
            title=f"{what} between the books",
            body=run.lines[0],
            path="/ledger/checks",
            now=now,
            urgent=True,
        )
    return run


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read within shows the database at one moment, while others go on writing.

    In a transaction already, that one decides: a test's, which sees its own rows only.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # Begun by hand: Django's own would take the lock of the one writer for as long as the check reads.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("COMMIT")
