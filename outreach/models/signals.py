"""Signs of dissatisfaction."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import BusinessUnit, User
from cases.models import Case, Customer
from outreach.enums import SignalFate, SignalKind
from outreach.models.programs import Program


class Signal(models.Model):
    """A sign that a customer is dissatisfied, from a survey, another system or a dispute."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="signals")
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="signals")
    kind = models.CharField(max_length=10, choices=SignalKind.choices)
    score = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 (worst) to 5.")
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    received_from = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    comment = models.TextField(blank=True, default="")
    external_system = models.CharField(max_length=40, blank=True, default="")
    external_id = models.CharField(max_length=120, blank=True, default="")
    fate = models.CharField(max_length=16, choices=SignalFate.choices, blank=True, default="")
    failed_tries = models.PositiveSmallIntegerField(default=0, help_text="How often it could not be weighed.")
    set_aside_until = models.DateTimeField(
        null=True, blank=True, help_text="It could not be weighed: until when it is left alone."
    )
    seen_to_at = models.DateTimeField(
        null=True, blank=True, help_text="Of a request: when a call was planned, or somebody was told that none is."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="signal_score_of_five", condition=Q(score__isnull=True) | Q(score__gte=1, score__lte=5)
            ),
            models.UniqueConstraint(
                fields=["external_system", "external_id"], name="signal_external_id_once", condition=~Q(external_id="")
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="signals_to_plan", condition=Q(fate="")),
            models.Index(fields=["unit", "-at", "-id"], name="signals_of_unit"),
            models.Index(
                fields=["received_at"], name="requests_for_calls", condition=Q(kind="request", seen_to_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of customer {self.customer_id}"


class HeldOut(models.Model):
    """A customer who was dissatisfied enough to be called and, by lot, is not: what they do next is the comparison."""

    signal = models.OneToOneField(Signal, models.PROTECT, primary_key=True, related_name="held_out")
    program = models.ForeignKey(Program, models.PROTECT, related_name="held_out", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "held out"
        indexes = [
            models.Index(fields=["program", "at"], name="held_out_of_program"),
            models.Index(fields=["customer", "-at"], name="held_out_customer"),
        ]

    def __str__(self) -> str:
        return f"customer {self.customer_id} of program {self.program_id}"
