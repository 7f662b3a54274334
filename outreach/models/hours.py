"""When customers may be called."""

from __future__ import annotations

from django.db import models

from accounts.models import jurisdiction_code


class CallingHours(models.Model):
    """Between which local hours customers of a jurisdiction may be called. Blank is for all others."""

    jurisdiction = models.CharField(max_length=6, blank=True, default="", unique=True, validators=[jurisdiction_code])
    opens = models.TimeField()
    closes = models.TimeField()
    weekdays = models.JSONField(default=list, help_text="0 is Monday.")
    on_holidays = models.BooleanField(default=True, help_text="Also on public holidays there.")
    source = models.CharField(max_length=200, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "calling hours"

    def __str__(self) -> str:
        return f"{self.jurisdiction or 'elsewhere'} {self.opens:%H:%M}–{self.closes:%H:%M}"
