"""Whether the ways to the customer are open."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from outreach.enums import Worker


class Heartbeat(models.Model):
    """When the clock and each worker last did their work. A row, since a deaf worker still answers a ping."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=8, choices=Worker.choices)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.beat_at}"


class Probe(models.Model):
    """One way to the customer, and what was found when it was last tried."""

    name = models.CharField(max_length=40, unique=True)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    took_ms = models.PositiveIntegerField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=120, blank=True, default="", help_text="A kind and a code, nobody’s words.")
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="probe_failing_has_an_error", condition=Q(failing_since__isnull=True) | ~Q(error="")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def last_failed(self) -> bool:
        """Did the last try fail? Called closed, in ``failing_since``, is what failed twice in a row."""
        return self.failed_at is not None and (self.succeeded_at is None or self.failed_at > self.succeeded_at)
