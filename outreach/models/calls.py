"""Calls owed to dissatisfied customers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import BusinessUnit, User
from cases.models import Case, Cause, Customer, Obligation
from outreach.enums import CallOutcome, CallStatus
from outreach.models.dialing import Dial
from outreach.models.programs import Program, ProgramQuestion
from outreach.models.signals import Signal


class FollowUpCall(models.Model):
    """A call owed to a dissatisfied customer: to listen, to find the cause, to turn them around."""

    obligation = models.OneToOneField(Obligation, models.PROTECT, related_name="follow_up_call")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="follow_up_calls")
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="follow_up_calls")
    signal = models.OneToOneField(Signal, models.PROTECT, related_name="call")
    program = models.ForeignKey(
        Program,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="calls",
        db_index=False,
        help_text="Whose call it is.",
    )
    by_lot = models.BooleanField(
        default=False, help_text="A lot was drawn, and they are called: to be compared with those who are not."
    )
    status = models.CharField(max_length=12, choices=CallStatus.choices, default=CallStatus.PLANNED)
    not_before = models.DateTimeField(help_text="Earliest time of the next attempt.")
    close_by = models.DateTimeField(null=True, blank=True, help_text="By when what is wrong should be settled.")
    rep = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Who has it; while it is planned, who had it last and left it untouched.",
    )
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts_made = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=18, choices=CallOutcome.choices, blank=True, default="")
    finished_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                name="one_live_call_per_customer",
                condition=Q(status__in=["planned", "dispatched"]),
            ),
            models.CheckConstraint(
                name="call_with_a_rep_is_leased",
                condition=Q(status="dispatched", rep__isnull=False, leased_until__isnull=False)
                | ~Q(status="dispatched"),
            ),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], name="calls_to_dispatch", condition=Q(status="planned")),
            models.Index(fields=["leased_until"], name="calls_to_return", condition=Q(status="dispatched")),
            models.Index(fields=["rep", "leased_until"], name="calls_of_rep", condition=Q(status="dispatched")),
            models.Index(fields=["program", "finished_at"], name="calls_of_program"),
            models.Index(fields=["customer", "-finished_at"], name="calls_of_customer"),
            models.Index(fields=["finished_at", "id"], name="calls_by_end", condition=Q(finished_at__isnull=False)),
            models.Index(fields=["id"], name="calls_live", condition=Q(finished_at__isnull=True)),
            models.Index(fields=["unit", "-id"], name="calls_of_unit"),
        ]

    def __str__(self) -> str:
        return f"call to customer {self.customer_id}"


class CallAttempt(models.Model):
    """One try to reach the customer, as the rep recorded it."""

    call = models.ForeignKey(FollowUpCall, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    phone = models.CharField(max_length=16, blank=True, default="")
    dial = models.ForeignKey(
        Dial, models.PROTECT, null=True, blank=True, related_name="attempts", help_text="What the line did."
    )
    outcome = models.CharField(max_length=18, choices=CallOutcome.choices)
    what_went_wrong = models.TextField(blank=True, default="")
    what_would_help = models.TextField(blank=True, default="")
    cause = models.ForeignKey(Cause, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="attempt_number_once_per_call"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of call {self.call_id}"


class CallAnswer(models.Model):
    """What the customer said to one more question of the program."""

    attempt = models.ForeignKey(CallAttempt, models.PROTECT, related_name="answers")
    question = models.ForeignKey(ProgramQuestion, models.PROTECT, related_name="answers")
    words = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "question"], name="answer_once_per_attempt"),
        ]

    def __str__(self) -> str:
        return f"answer of attempt {self.attempt_id}"
