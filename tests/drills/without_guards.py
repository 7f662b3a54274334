"""Loaded by a worker that is to fail. The environment's DRILL_WITHOUT says which guard of the ladder it goes without:

``one transaction``: an obligation is put down as looked at, and its notices are written a moment later;
``looking again``: neither the row is locked and read anew, nor the log asked who was told.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from cases.models import Obligation
from outreach.domain import ladder

WITHOUT = os.environ.get("DRILL_WITHOUT", "")
MOMENT = 0.4


def look_at(ids: Iterable[int], *, now: datetime) -> int:
    listed = list(
        Obligation.objects.filter(pk__in=ids).select_related(
            "owner", "case", "customer", "undecided_error", "disclosure"
        )
    )
    ladders = ladder.rungs_by_kind()
    climbs = [ladder._climb(obligation, ladders[obligation.kind], now=now) for obligation in listed]
    for climb in climbs:
        climb.obligation.next_look_at = climb.upcoming
    if WITHOUT == "one transaction":
        Obligation.objects.bulk_update(listed, ["next_look_at"])
    time.sleep(MOMENT)
    with transaction.atomic():
        ladder._ring([climb for climb in climbs if climb.ringing], now=now)
    Obligation.objects.bulk_update(listed, ["next_look_at"])
    return len(listed)


def nobody_told(*_: Any) -> dict[tuple[int, int], set[int]]:
    return defaultdict(set)


ladder._look_at = look_at
if WITHOUT == "looking again":
    ladder._told = nobody_told
