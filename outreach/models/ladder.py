"""When who is reminded of what is owed."""

from __future__ import annotations

from django.db import models

from accounts.enums import NoticeChannel
from cases.enums import ObligationKind
from outreach.enums import Audience


class Rung(models.Model):
    """One step of the reminder ladder of a kind of obligation: when, relative to its due time, and to whom."""

    kind = models.CharField(max_length=16, choices=ObligationKind.choices)
    offset_minutes = models.IntegerField(help_text="Before (negative), at (0) or after the time it is due.")
    audience = models.CharField(max_length=12, choices=Audience.choices)
    channels = models.JSONField(default=list, help_text="desk, email, chat")
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["kind", "offset_minutes", "audience"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "offset_minutes", "audience"], name="rung_once_per_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.offset_minutes:+d} min to {self.audience}"

    @property
    def notice_channels(self) -> list[str]:
        return [channel for channel in self.channels if channel in NoticeChannel.values]
