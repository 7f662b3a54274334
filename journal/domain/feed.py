"""Feed order: committed events get their positions one after another, by one sequencer at a time."""

from __future__ import annotations

from django.db import connection, transaction

from journal.models import FeedPosition, Unsequenced

SEQUENCER_LOCK = 0x5EC0  # any constant shared by all sequencers of one database


def sequence(*, limit: int = 1000) -> int:
    """Give up to ``limit`` committed events their feed position; returns how many.

    On PostgreSQL an event's id says when it was begun, not when it was committed: a reader that remembers the
    last id it saw would skip one that commits late. Positions are therefore given here, after commit, in id
    order among those that can be seen, under a lock that lets one sequencer work at a time. One that finds
    the lock taken leaves the work to its holder. SQLite has one writer at a time, so no lock is needed.
    """
    if not Unsequenced.objects.exists():
        return 0
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
                if not cursor.fetchone()[0]:
                    return 0
        waiting = list(Unsequenced.objects.order_by("event_id").values_list("event_id", flat=True)[:limit])
        FeedPosition.objects.bulk_create([FeedPosition(event_id=event_id) for event_id in waiting])
        Unsequenced.objects.filter(event_id__in=waiting).delete()
        return len(waiting)
