"""The ledger."""

from __future__ import annotations

from typing import cast

from django.db import models
from django.db.models import F, Q

from accounts.models import BusinessUnit, Team, User
from cases.models import Case, Incident
from compensation.enums import Account, Basis
from compensation.models.awards import Award
from compensation.models.honoring import Decision


class LedgerEntry(models.Model):
    """One move of money from an account to another, for an award or for a decision to honor an error.

    Double entry: what leaves one account arrives in another, of the same basis and currency. Never changed or deleted; a
    reversal is a new entry. ``incident`` is the mistake that it is counted under: its cause and product are read there.
    """

    award = models.ForeignKey(Award, models.PROTECT, null=True, blank=True, related_name="entries")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, blank=True, related_name="entries")
    at = models.DateTimeField()
    basis = models.CharField(max_length=14, choices=Basis.choices)
    from_account = models.CharField(max_length=10, choices=Account.choices)
    to_account = models.CharField(max_length=10, choices=Account.choices)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    rep = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.CheckConstraint(
                name="ledger_entry_of_an_award_or_a_decision",
                condition=Q(award__isnull=False, decision__isnull=True)
                | Q(award__isnull=True, decision__isnull=False, basis=Basis.COST_OF_ERROR),
            ),
            models.CheckConstraint(name="ledger_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="ledger_moves_between_accounts", condition=~Q(from_account=F("to_account"))),
        ]
        indexes = [
            models.Index(fields=["unit", "at"], name="ledger_of_unit"),
            models.Index(fields=["rep", "at"], name="ledger_of_rep"),
            models.Index(fields=["at", "id"], name="ledger_in_time"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} {self.from_account} → {self.to_account}"

    @property
    def case(self) -> Case:
        """That of its award, or of the error that was decided about."""
        about = self.award if self.award is not None else self.decision and self.decision.error
        return cast(Award, about).case  # of one of the two, as the database holds


class ClosedMonth(models.Model):
    """A month (UTC) that has ended and been summed up, so that what came before a month is a sum over few rows.

    Can be made anew from the entries at any time; the nightly check holds it against them.
    """

    month = models.DateField(unique=True, help_text="Its first day.")
    closed_at = models.DateTimeField()

    class Meta:
        ordering = ["month"]

    def __str__(self) -> str:
        return f"{self.month:%B %Y}"


class MonthSum(models.Model):
    """What the entries of a closed month come to that moved the same way and stand to the same rep, team and unit."""

    month = models.ForeignKey(ClosedMonth, models.CASCADE, related_name="sums")
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    rep = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    basis = models.CharField(max_length=14, choices=Basis.choices)
    currency = models.CharField(max_length=3)
    from_account = models.CharField(max_length=10, choices=Account.choices)
    to_account = models.CharField(max_length=10, choices=Account.choices)
    amount_minor = models.BigIntegerField()
    entries = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["rep", "month"], name="month_sums_of_rep")]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} {self.from_account} → {self.to_account}"


class Reconciliation(models.Model):
    """One run of the nightly check, and what it found. It is ``running`` until it has ended."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    running = models.BooleanField(default=False)
    differences = models.PositiveIntegerField(default=0)
    lines = models.JSONField(default=list, blank=True, help_text="The first of them, in words.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["running"], name="one_check_at_a_time", condition=Q(running=True)),
            models.CheckConstraint(
                name="check_has_ended_or_runs",
                condition=Q(running=True, ended_at__isnull=True) | Q(running=False, ended_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["-began_at"], name="checks_newest")]

    def __str__(self) -> str:
        return f"{self.differences} differences"
