"""The recovery of one or more incidents for one customer, from first contact to closure."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import BusinessUnit, User
from cases.enums import CaseOutcome, CaseStatus, Channel, Direction, Feeling, Reached, Severity
from cases.models.customer import Customer


class Case(models.Model):
    """``open_obligations`` counts what is still owed; the database refuses to close while it is not zero."""

    reference = models.CharField(max_length=11, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="cases", db_index=False)
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="cases", db_index=False)
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=CaseStatus.choices, default=CaseStatus.OPEN)
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.MEDIUM)
    urgent = models.BooleanField(default=False, help_text="An irate or activist complainer.")
    channel = models.CharField(max_length=12, choices=Channel.choices)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="owned_cases", db_index=False)
    first_owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    reported_at = models.DateTimeField(help_text="When the complaint reached us: the first-minute clock starts.")
    first_response_at = models.DateTimeField(null=True, blank=True)
    feeling = models.CharField(max_length=14, choices=Feeling.choices, blank=True, default="")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    open_obligations = models.PositiveIntegerField(default=0)
    handoff_count = models.PositiveIntegerField(default=0)
    reopened_count = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    outcome = models.CharField(max_length=14, choices=CaseOutcome.choices, blank=True, default="")
    has_precedent = models.BooleanField(
        default=False,
        help_text="An error was in this customer's favor before: one that we honored may bear on this case.",
    )
    historical = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="case_closes_with_nothing_owed",
                condition=~Q(status=CaseStatus.CLOSED) | Q(open_obligations=0),
            ),
            models.CheckConstraint(
                name="case_closed_has_time_and_outcome",
                condition=Q(status=CaseStatus.CLOSED, closed_at__isnull=False) & ~Q(outcome="")
                | ~Q(status=CaseStatus.CLOSED) & Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="case_acknowledgment_names_a_feeling",
                condition=Q(acknowledged_at__isnull=True) | ~Q(feeling=""),
            ),
        ]
        indexes = [
            models.Index(F("opened_at").desc(), F("id").desc(), name="cases_newest"),
            models.Index(fields=["unit", "-opened_at", "-id"], name="cases_of_unit"),
            models.Index(fields=["customer", "-opened_at", "-id"], name="cases_of_customer"),
            models.Index(
                fields=["owner", "-opened_at", "-id"],
                name="live_cases_of_owner",
                condition=~Q(status=CaseStatus.CLOSED),
            ),
            models.Index(
                fields=["unit", "opened_at", "id"],
                name="cases_without_owner",
                condition=Q(owner__isnull=True, historical=False) & ~Q(status=CaseStatus.CLOSED),
            ),
            models.Index(
                fields=["closed_at", "id"],
                name="cases_by_closure",
                condition=Q(status=CaseStatus.CLOSED, historical=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_closed(self) -> bool:
        return self.status == CaseStatus.CLOSED


class Acknowledgment(models.Model):
    """A feeling named to the customer, and whether they said that it was so."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="acknowledgments")
    feeling = models.CharField(max_length=14, choices=Feeling.choices)
    words = models.TextField(blank=True, default="", help_text="What was said.")
    confirmed = models.BooleanField(null=True, blank=True, help_text="Did the customer say that this is right?")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.feeling} on {self.case_id}"


class Contact(models.Model):
    """One contact with the customer about a case, or one attempt at it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="contacts")
    channel = models.CharField(max_length=12, choices=Channel.choices)
    direction = models.CharField(max_length=4, choices=Direction.choices, default=Direction.OUT)
    reached = models.CharField(max_length=14, choices=Reached.choices, default=Reached.CUSTOMER)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.channel} contact on {self.case_id}"


class Handoff(models.Model):
    """A change of owner, with its reason."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="handoffs")
    from_owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    to_owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="handoff_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="handoff_changes_the_owner",
                condition=Q(from_owner__isnull=True) | ~Q(from_owner=F("to_owner")),
            ),
        ]

    def __str__(self) -> str:
        return f"handoff of {self.case_id}"
