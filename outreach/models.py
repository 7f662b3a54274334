"""Reminders, signals of dissatisfaction and the calls that follow them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.enums import NoticeChannel
from accounts.models import BusinessUnit, User, jurisdiction_code
from cases.enums import ObligationKind
from cases.models import Case, Cause, Customer, Obligation
from outreach.enums import Audience, CallOutcome, CallStatus, SignalFate, SignalKind, Worker


class Rung(models.Model):
    """One step of the reminder ladder of a kind of obligation: when, relative to its due time, and to whom."""

    kind = models.CharField(max_length=16, choices=ObligationKind.choices)
    offset_minutes = models.IntegerField(help_text="Before (negative), at (0) or after the time it is due.")
    audience = models.CharField(max_length=12, choices=Audience.choices)
    channels = models.JSONField(default=list, help_text="desk, email")
    active = models.BooleanField(default=True)

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


class CallingHours(models.Model):
    """Between which local hours customers of a jurisdiction may be called. Blank is for all others."""

    jurisdiction = models.CharField(max_length=6, blank=True, default="", unique=True, validators=[jurisdiction_code])
    opens = models.TimeField()
    closes = models.TimeField()
    weekdays = models.JSONField(default=list, help_text="0 is Monday.")
    source = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        verbose_name_plural = "calling hours"

    def __str__(self) -> str:
        return f"{self.jurisdiction or 'elsewhere'} {self.opens:%H:%M}–{self.closes:%H:%M}"


class Program(models.Model):
    """Which signals are called about, how soon, and how often we try. One row is in force."""

    name = models.CharField(max_length=80)
    score_at_most = models.PositiveSmallIntegerField(help_text="Of 5.")
    contact_within_hours = models.PositiveSmallIntegerField()
    retry_after_minutes = models.JSONField(default=list, help_text="Growing gaps; as many tries as gaps, and one.")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["active"], name="one_program_in_force", condition=Q(active=True)),
        ]

    def __str__(self) -> str:
        return self.name


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
        ]

    def __str__(self) -> str:
        return f"{self.kind} of customer {self.customer_id}"


class FollowUpCall(models.Model):
    """A call owed to a dissatisfied customer: to listen, to find the cause, to turn them around."""

    obligation = models.OneToOneField(Obligation, models.PROTECT, related_name="follow_up_call")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="follow_up_calls")
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="follow_up_calls")
    signal = models.OneToOneField(Signal, models.PROTECT, related_name="call")
    status = models.CharField(max_length=12, choices=CallStatus.choices, default=CallStatus.PLANNED)
    not_before = models.DateTimeField(help_text="Earliest time of the next attempt.")
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


class Heartbeat(models.Model):
    """When the clock and each worker last did their work. A row, since a deaf worker still answers a ping."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=8, choices=Worker.choices)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.beat_at}"
