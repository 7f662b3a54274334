"""The clock looks in: the rollups behind Insights follow the change feed."""

from celery import shared_task
from django.utils import timezone

from insights.domain.rollup import roll_up as bring_up


@shared_task(name="insights.roll_up")
def roll_up() -> int:
    """Count what has happened since the last tick."""
    return bring_up(now=timezone.now())
