"""Rollups: what the figures are sums of. Nothing here is the truth; all of it can be rebuilt from the other apps' rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import BusinessUnit, User
from cases.models import Case, Customer
from insights.enums import Grain, Measure, Source


class Fact(models.Model):
    """One thing that is counted once: a case opened, a promise kept, money given. What a figure drills down to.

    ``day`` is the day in UTC that it belongs to, ``rep`` whose figure it is. All facts of one source are written
    together, so that whatever changes about a case, its facts are replaced as a whole.
    """

    source = models.CharField(max_length=8, choices=Source.choices)
    source_id = models.BigIntegerField()
    measure = models.CharField(max_length=16, choices=Measure.choices)
    key = models.CharField(max_length=24, blank=True, default="")
    day = models.DateField()
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="+", db_index=False)
    rep = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    historical = models.BooleanField(default=False)
    currency = models.CharField(max_length=3, blank=True, default="")
    n = models.IntegerField(default=1)
    amount_minor = models.BigIntegerField(default=0)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["source", "source_id"], name="facts_of_source"),
            models.Index(fields=["unit", "day"], name="facts_of_unit_and_day"),
            models.Index(fields=["measure", "unit", "-day", "-id"], name="facts_behind_a_figure"),
            models.Index(fields=["rep", "measure", "-day", "-id"], name="facts_of_rep"),
            # All that is read of honored errors when those who had several are looked for.
            models.Index(
                fields=["-day", "-id", "unit", "customer"],
                name="facts_of_honored_errors",
                condition=Q(measure="error_decided", key="honored"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.key} on {self.day}"


class Tally(models.Model):
    """The sum of a unit's facts on one day, or in one month, by measure, key, currency and rep."""

    grain = models.CharField(max_length=5, choices=Grain.choices)
    day = models.DateField(help_text="The day, or the first of the month.")
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="+", db_index=False)
    rep = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    measure = models.CharField(max_length=16, choices=Measure.choices)
    key = models.CharField(max_length=24, blank=True, default="")
    currency = models.CharField(max_length=3, blank=True, default="")
    historical = models.BooleanField(default=False)
    n = models.IntegerField()
    amount_minor = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "grain", "day", "measure", "key", "currency", "historical", "rep"],
                name="tally_once_per_rep",
                condition=Q(rep__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["unit", "grain", "day", "measure", "key", "currency", "historical"],
                name="tally_once_without_rep",
                condition=Q(rep__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["grain", "unit", "day"], name="tallies_of_unit"),
            models.Index(fields=["grain", "day"], name="tallies_of_all"),
            models.Index(fields=["rep", "grain", "day"], name="tallies_of_rep"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.key} {self.day}: {self.n}"


class Progress(models.Model):
    """How far in the change feed the rollups have come. One row, moved in the transaction of what it tells of."""

    position = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "progress"

    def __str__(self) -> str:
        return f"up to {self.position}"
