"""What could not be handled, with a batch and by itself, is left alone for a while: it stands in nobody's way.

It is not given up, since nobody would do it then. It is due all the while, and seen to be late (``health.queues``).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

# Growing gaps between tries; the last one from then on.
GAPS = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)


def set_aside(waiting: QuerySet[Any], pk: int, *, now: datetime) -> int:
    """Leave one of the rows that wait alone until its next try; returns how many that were.

    None, when it waits no longer, or somebody else has set it aside meanwhile.
    """
    tries = waiting.filter(pk=pk).values_list("failed_tries", flat=True).first()
    if tries is None:
        return 0
    gap = GAPS[min(tries, len(GAPS) - 1)]
    return waiting.filter(pk=pk, failed_tries=tries).update(failed_tries=tries + 1, set_aside_until=now + gap)
