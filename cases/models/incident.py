"""What went wrong, for whom, whose mistake it was, and why."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import BusinessUnit, User, currency_code
from cases.enums import Channel, Complainer, Favor, InvestigationStatus, KindOfAction, Originator, Severity
from cases.models.case import Case
from cases.models.customer import Customer


class Cause(models.Model):
    """A node of the tree of causes. ``path`` holds the ids from the root, for whole branches at once."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField(max_length=120)
    path = models.CharField(max_length=200, db_index=True, blank=True, default="", editable=False)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["path", "id"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="cause_name_once_per_parent"),
            models.UniqueConstraint(fields=["name"], name="root_cause_name_once", condition=Q(parent__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        return max(self.path.count("/") - 1, 0)


class Incident(models.Model):
    """One thing that went wrong for one customer. The symptom is ``category``; the cause is found later."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="incidents", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="incidents")
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="incidents", db_index=False)
    customer_words = models.TextField(blank=True, default="")
    our_words = models.TextField(blank=True, default="")
    channel = models.CharField(max_length=12, choices=Channel.choices)
    line_of_business = models.CharField(max_length=120, blank=True, default="")
    category = models.CharField(max_length=200, blank=True, default="")
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.MEDIUM)
    kind_of_action = models.CharField(max_length=16, choices=KindOfAction.choices, default=KindOfAction.OTHER)
    complainer = models.CharField(max_length=10, choices=Complainer.choices, blank=True, default="")
    occurred_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField()
    logged_at = models.DateTimeField()
    logged_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="logged_incidents")
    originator_kind = models.CharField(max_length=8, choices=Originator.choices, default=Originator.UNKNOWN)
    originator = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="originated_incidents")
    favor = models.CharField(max_length=8, choices=Favor.choices, default=Favor.COMPANY)
    value_at_stake_minor = models.BigIntegerField(null=True, blank=True)
    loss_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="", validators=[currency_code])
    cause = models.ForeignKey(Cause, models.PROTECT, null=True, blank=True, related_name="incidents")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    external_system = models.CharField(max_length=40, blank=True, default="")
    external_id = models.CharField(max_length=120, blank=True, default="")
    historical = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="incident_originator_is_a_person",
                condition=Q(originator_kind=Originator.PERSON, originator__isnull=False)
                | (~Q(originator_kind=Originator.PERSON) & Q(originator__isnull=True)),
            ),
            models.CheckConstraint(
                name="incident_amounts_not_negative",
                condition=(Q(value_at_stake_minor__isnull=True) | Q(value_at_stake_minor__gte=0))
                & (Q(loss_minor__isnull=True) | Q(loss_minor__gte=0)),
            ),
            models.CheckConstraint(
                name="incident_amounts_have_currency",
                condition=(Q(value_at_stake_minor__isnull=True) & Q(loss_minor__isnull=True)) | ~Q(currency=""),
            ),
            models.CheckConstraint(
                name="incident_acknowledged_by_somebody",
                condition=Q(acknowledged_at__isnull=True) | Q(acknowledged_by__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["external_system", "external_id"],
                name="incident_external_id_once",
                condition=~Q(external_id=""),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-reported_at", "-id"], name="incidents_of_customer"),
            models.Index(fields=["unit", "-reported_at", "-id"], name="incidents_of_unit"),
            models.Index(F("reported_at").desc(), F("id").desc(), name="incidents_newest"),
        ]

    def __str__(self) -> str:
        return f"incident {self.pk}"

    @property
    def self_reported(self) -> bool:
        """The rep who made the mistake is the one who logged it."""
        return self.originator_id is not None and self.originator_id == self.logged_by_id


class Investigation(models.Model):
    """A question that stays open when the cause is not known yet, so that a case may close."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="investigations")
    question = models.TextField()
    status = models.CharField(max_length=8, choices=InvestigationStatus.choices, default=InvestigationStatus.OPEN)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    finding = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="one_open_investigation_per_case", condition=Q(status="open")
            ),
        ]

    def __str__(self) -> str:
        return f"investigation {self.pk}"
