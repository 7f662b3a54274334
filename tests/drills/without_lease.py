"""Loaded by a worker that is to fail: whoever asks gets every row that is not sent, though somebody else has it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from accounts.enums import DeliveryStatus
from outreach.domain import delivery


def claim(model: Any, *, now: datetime, limit: int, channel: str = "") -> list[Any]:
    rows = list(model.objects.filter(status=DeliveryStatus.PENDING, **_on(channel)).order_by("id")[:limit])
    for row in rows:
        row.leased_until = now + timedelta(hours=1)
    return rows


def _on(channel: str) -> dict[str, str]:
    return {"channel": channel} if channel else {}


def settle(row: Any, to: DeliveryStatus, *, now: datetime, error: str = "") -> None:
    type(row).objects.filter(pk=row.pk).update(status=to, sent_at=now, error=error)


delivery.claim = claim
delivery._settle = settle
