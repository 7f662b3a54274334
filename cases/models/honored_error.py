"""Mistakes in the customer's favor, the calls that say so, and what supervisors made of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import BusinessUnit, User, currency_code
from cases.enums import (
    AttemptOutcome,
    Channel,
    DisclosureKind,
    DisclosureStatus,
    ErrorStatus,
    KindOfAction,
    MoneyHeld,
    Originator,
    OwedBecause,
    Relied,
    ReviewOutcome,
    Understanding,
)
from cases.models.case import Case, Contact
from cases.models.customer import Customer
from cases.models.incident import Incident, Investigation
from cases.models.obligation import Obligation, Promise


class HonoredError(models.Model):
    """One mistake in the customer's favor, from the moment it is known: undecided, honored or taken back.

    Amounts in minor units of ``currency``: ``value_minor`` is at stake now, ``value_year_minor`` over the coming year,
    ``cost_minor`` what the standing decision costs us. What the register filters by stands on the row itself: the
    decision of the day (``decided_…``), the call that is owed or was made (``call_…``) and the review.
    """

    incident = models.OneToOneField(Incident, models.PROTECT, related_name="honored_error")
    case = models.ForeignKey(Case, models.PROTECT, related_name="honored_errors")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="honored_errors", db_index=False)
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=10, choices=ErrorStatus.choices, default=ErrorStatus.UNDECIDED)
    originator_kind = models.CharField(max_length=8, choices=Originator.choices, default=Originator.UNKNOWN)
    originator = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    self_reported = models.BooleanField(default=False)
    kind_of_action = models.CharField(max_length=16, choices=KindOfAction.choices, default=KindOfAction.OTHER)
    line_of_business = models.CharField(max_length=120, blank=True, default="")
    line_key = models.CharField(max_length=120, blank=True, default="", editable=False)
    happened_at = models.DateTimeField(help_text="When the error was made, or else when it was reported.")
    opened_at = models.DateTimeField()
    value_minor = models.BigIntegerField(null=True, blank=True)
    value_year_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="", validators=[currency_code])
    relied = models.CharField(max_length=10, choices=Relied.choices, default=Relied.UNKNOWN)
    relied_words = models.TextField(blank=True, default="", help_text="What the customer has relied on already.")
    money = models.CharField(max_length=14, choices=MoneyHeld.choices, default=MoneyHeld.UNKNOWN)
    happened_words = models.TextField(blank=True, default="", help_text="What happened, as the customer may read it.")
    should_have = models.TextField(blank=True, default="", help_text="What should have happened, and why.")
    obligation = models.OneToOneField(
        Obligation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="undecided_error",
        help_text="That it be decided.",
    )
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    cost_minor = models.BigIntegerField(default=0)
    call_due_at = models.DateTimeField(null=True, blank=True)
    call_made_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="error_amounts_not_negative",
                condition=(Q(value_minor__isnull=True) | Q(value_minor__gte=0))
                & (Q(value_year_minor__isnull=True) | Q(value_year_minor__gte=0))
                & Q(cost_minor__gte=0),
            ),
            models.CheckConstraint(
                name="error_amounts_have_currency",
                condition=Q(value_minor__isnull=True, value_year_minor__isnull=True, cost_minor=0) | ~Q(currency=""),
            ),
            models.CheckConstraint(
                name="error_decided_by_somebody",
                condition=Q(status__in=["undecided", "withdrawn"], decided_by__isnull=True, decided_at__isnull=True)
                | Q(status__in=["honored", "rescinded"], decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="error_costs_only_when_honored", condition=Q(cost_minor=0) | Q(status=ErrorStatus.HONORED)
            ),
            models.CheckConstraint(
                name="error_originator_is_a_person",
                condition=Q(originator_kind=Originator.PERSON, originator__isnull=False)
                | (~Q(originator_kind=Originator.PERSON) & Q(originator__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-opened_at", "-id"], name="errors_of_unit"),
            models.Index(F("opened_at").desc(), F("id").desc(), name="errors_newest"),
            models.Index(fields=["unit", "opened_at"], name="errors_undecided", condition=Q(status="undecided")),
            models.Index(
                fields=["unit", "call_due_at", "id"],
                name="errors_with_call_owed",
                condition=Q(call_due_at__isnull=False, call_made_at__isnull=True),
            ),
            models.Index(
                fields=["unit", "-opened_at", "-id"],
                name="errors_to_review",
                condition=Q(status__in=["honored", "rescinded"], reviewed_at__isnull=True),
            ),
            models.Index(
                fields=["call_due_at", "id"],
                name="errors_next_to_tell",
                condition=Q(call_due_at__isnull=False, call_made_at__isnull=True),
            ),
            models.Index(
                F("opened_at").desc(),
                F("id").desc(),
                name="errors_reviewed",
                condition=Q(reviewed_at__isnull=False),
            ),
            models.Index(fields=["kind_of_action", "-opened_at", "-id"], name="errors_of_kind"),
            models.Index(fields=["line_key", "-opened_at", "-id"], name="errors_of_line"),
            models.Index(fields=["originator", "-opened_at", "-id"], name="errors_of_originator"),
            models.Index(fields=["customer", "-opened_at", "-id"], name="errors_of_customer"),
        ]

    def __str__(self) -> str:
        return f"error {self.pk}"


class Disclosure(models.Model):
    """The call that tells a customer of one decision: owed by whoever made the mistake, and made by nobody else.

    ``owed_by`` is empty only while a case without an owner waits. The four points are ticked each by itself. The
    database refuses one that is made by anybody but who owes it, or without all four.
    """

    obligation = models.OneToOneField(Obligation, models.PROTECT, primary_key=True, related_name="disclosure")
    error = models.ForeignKey(HonoredError, models.PROTECT, related_name="disclosures")
    case = models.ForeignKey(Case, models.PROTECT, related_name="disclosures")
    kind = models.CharField(max_length=10, choices=DisclosureKind.choices)
    status = models.CharField(max_length=10, choices=DisclosureStatus.choices, default=DisclosureStatus.OWED)
    originator = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    owed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="disclosures")
    owed_because = models.CharField(max_length=10, choices=OwedBecause.choices)
    said_mistake = models.BooleanField(default=False)
    said_should_have = models.BooleanField(default=False)
    said_stance = models.BooleanField(default=False)
    said_next = models.BooleanField(default=False)
    answer = models.TextField(blank=True, default="", help_text="What the customer said to it.")
    understanding = models.CharField(max_length=14, choices=Understanding.choices, blank=True, default="")
    caller = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    channel = models.CharField(max_length=12, choices=Channel.choices, blank=True, default="")
    made_at = models.DateTimeField(null=True, blank=True)
    contact = models.OneToOneField(Contact, models.PROTECT, null=True, blank=True, related_name="disclosure")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["error"], name="one_disclosure_owed_per_error", condition=Q(status="owed")),
            models.CheckConstraint(
                name="disclosure_made_by_who_owes_it",
                condition=~Q(status=DisclosureStatus.MADE)
                | Q(caller=F("owed_by"), caller__isnull=False, owed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="disclosure_made_with_all_points",
                condition=~Q(status=DisclosureStatus.MADE)
                | Q(
                    said_mistake=True,
                    said_should_have=True,
                    said_stance=True,
                    said_next=True,
                    made_at__isnull=False,
                    contact__isnull=False,
                )
                & ~Q(understanding="")
                & ~Q(channel=""),
            ),
            models.CheckConstraint(
                name="disclosure_only_made_has_a_caller",
                condition=Q(status=DisclosureStatus.MADE) | Q(caller__isnull=True, made_at__isnull=True),
            ),
            models.CheckConstraint(
                name="disclosure_owed_for_a_reason",
                condition=Q(
                    owed_because=OwedBecause.ORIGINATOR,
                    originator__isnull=False,
                    owed_by__isnull=False,
                    owed_by=F("originator"),
                )
                | Q(owed_because__in=["system", "partner", "unknown"], originator__isnull=True)
                | Q(owed_because__in=["left", "long_away"], originator__isnull=False, owed_by__isnull=False)
                & ~Q(owed_by=F("originator")),
            ),
        ]

    def __str__(self) -> str:
        return f"disclosure {self.pk}"


class Reassignment(models.Model):
    """That a disclosure passed from one who is gone to somebody else, by a supervisor, with the reason."""

    disclosure = models.ForeignKey(Disclosure, models.PROTECT, related_name="reassignments")
    from_user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    to_user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="reassignment_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="reassignment_changes_who_owes", condition=~Q(from_user=F("to_user"))),
        ]

    def __str__(self) -> str:
        return f"reassignment of {self.disclosure_id}"


class DisclosureAttempt(models.Model):
    """One try at the call, with what came of it."""

    disclosure = models.ForeignKey(Disclosure, models.PROTECT, related_name="attempts")
    outcome = models.CharField(max_length=14, choices=AttemptOutcome.choices)
    contact = models.OneToOneField(Contact, models.PROTECT, related_name="disclosure_attempt")
    promise = models.OneToOneField(
        Promise, models.PROTECT, null=True, blank=True, related_name="disclosure_attempt", help_text="To call back."
    )
    words = models.TextField(blank=True, default="")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"attempt at {self.disclosure_id}"


class Letter(models.Model):
    """What the customer can hold in their hand: what happened, that it was honored once, when and how it was explained.

    Never changed. ``sha256`` is of ``pdf``, in hex.
    """

    error = models.ForeignKey(HonoredError, models.PROTECT, related_name="letters")
    disclosure = models.ForeignKey(Disclosure, models.PROTECT, related_name="letters")
    language = models.CharField(max_length=20)
    html = models.TextField()
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["error", "sha256"], name="letter_kept_once")]

    def __str__(self) -> str:
        return f"letter about error {self.error_id}"


class ErrorReview(models.Model):
    """What a supervisor made of one error. Nobody reviews what they originated or decided."""

    error = models.OneToOneField(HonoredError, models.PROTECT, related_name="review")
    outcome = models.CharField(max_length=16, choices=ReviewOutcome.choices)
    note = models.TextField(blank=True, default="")
    investigation = models.ForeignKey(
        Investigation, models.PROTECT, null=True, blank=True, related_name="error_reviews"
    )
    originator = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="error_reviews")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="review_by_somebody_else",
                condition=(Q(originator__isnull=True) | ~Q(by=F("originator"))) & ~Q(by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="review_that_changes_the_process_opens_an_investigation",
                condition=~Q(outcome=ReviewOutcome.CHANGE_PROCESS) | Q(investigation__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"review of error {self.error_id}"
