"""What is owed, to whom, by when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import BusinessUnit, User, time_zone_name
from cases.enums import Channel, ObligationKind, ObligationStatus, PromiseStatus
from cases.models.case import Case, Contact
from cases.models.customer import Customer


class Obligation(models.Model):
    """One thing owed to a customer or a colleague by a time. Each kind keeps its particulars in a row beside it.

    No owner means that it waits with the supervisors of the unit. ``next_look_at`` is when the reminder ladder
    has to look at it again.
    """

    kind = models.CharField(max_length=16, choices=ObligationKind.choices)
    status = models.CharField(max_length=10, choices=ObligationStatus.choices, default=ObligationStatus.OPEN)
    what = models.CharField(max_length=200, help_text="What is owed, in a few words.")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="obligations", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="obligations")
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="obligations", db_index=False)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="obligations", db_index=False)
    covers_for = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Who owed it, and owes it again on their return.",
    )
    due_start = models.DateTimeField(null=True, blank=True)
    due_end = models.DateTimeField()
    zone = models.CharField(max_length=60, validators=[time_zone_name], help_text="The zone that was meant.")
    next_look_at = models.DateTimeField(null=True, blank=True)
    set_aside_until = models.DateTimeField(
        null=True, blank=True, help_text="It could not be looked at: until when the ladder leaves it alone."
    )
    reminded = models.BooleanField(default=False, help_text="Somebody was told of it on their desk.")
    credited_to = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Who held it when it fell due.",
    )
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="obligation_ended_has_a_time",
                condition=Q(status=ObligationStatus.OPEN, ended_at__isnull=True)
                | (~Q(status=ObligationStatus.OPEN) & Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="obligation_window_in_order",
                condition=Q(due_start__isnull=True) | Q(due_start__lte=F("due_end")),
            ),
        ]
        indexes = [
            models.Index(fields=["next_look_at", "id"], name="obligations_to_look_at", condition=Q(status="open")),
            models.Index(
                fields=["due_end"], name="owed_and_told_to_nobody", condition=Q(status="open", reminded=False)
            ),
            models.Index(fields=["owner", "due_end", "id"], name="owed_by", condition=Q(status="open")),
            models.Index(fields=["unit", "due_end", "id"], name="owed_in_unit", condition=Q(status="open")),
            models.Index(fields=["customer", "due_end"], name="owed_to", condition=Q(status="open")),
            models.Index(
                fields=["covers_for", "id"],
                name="owed_in_cover",
                condition=Q(status="open", covers_for__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Promise(models.Model):
    """A commitment to contact a customer by a time."""

    obligation = models.OneToOneField(Obligation, models.PROTECT, primary_key=True, related_name="promise")
    case = models.ForeignKey(Case, models.PROTECT, related_name="promises")
    status = models.CharField(max_length=14, choices=PromiseStatus.choices, default=PromiseStatus.OPEN)
    channel = models.CharField(max_length=12, choices=Channel.choices, default=Channel.PHONE)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    kept_by = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="kept_promises")
    interim = models.BooleanField(default=False, help_text="Kept by “still working on it”.")
    follows = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        help_text="The promise that this one continues.",
    )
    abandoned_because = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="promise_kept_by_a_contact",
                condition=~Q(status__in=["kept", "late"]) | Q(kept_by__isnull=False),
            ),
            models.CheckConstraint(
                name="promise_abandoned_with_a_reason",
                condition=~Q(status="abandoned") | ~Q(abandoned_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"promise {self.pk}"
