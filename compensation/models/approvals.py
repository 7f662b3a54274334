"""What was asked for above a cap, whom it was put before, and how it was answered."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import BusinessUnit, User
from cases.models import Obligation
from compensation.enums import ApprovalStatus, Axis, OfferStatus
from compensation.models.awards import Award

ANSWERED = ["approved", "approved_less", "countered", "declined"]


class Approval(models.Model):
    """A supervisor's answer to an award above the rep's caps. The database refuses an answer by or for the asker.

    ``routed_to`` is whose answer it waits for, until ``goes_up_at``; anybody else with the authority may answer too. A
    deputy answers ``on_behalf_of`` whoever they stand in for, within that person's caps. ``resubmits`` is the request
    that was declined, or ended, before this one was made in its place.
    """

    award = models.OneToOneField(Award, models.PROTECT, related_name="approval")
    obligation = models.OneToOneField(Obligation, models.PROTECT, related_name="approval")
    status = models.CharField(max_length=14, choices=ApprovalStatus.choices, default=ApprovalStatus.WAITING)
    binding_axis = models.CharField(max_length=12, choices=Axis.choices, help_text="The cap that it is above.")
    binding_left_minor = models.BigIntegerField(default=0, help_text="What was left of that cap.")
    asked_minor = models.BigIntegerField()
    granted_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="approvals_asked")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    routed_to = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    routed_at = models.DateTimeField(null=True, blank=True)
    goes_up_at = models.DateTimeField(null=True, blank=True)
    resubmits = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="resubmitted_as")
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="approvals_answered")
    on_behalf_of = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="approval_never_ones_own",
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="approval_never_for_the_asker",
                condition=Q(on_behalf_of__isnull=True) | ~Q(on_behalf_of=F("requested_by")),
            ),
            models.CheckConstraint(
                name="approval_on_behalf_of_another",
                condition=Q(on_behalf_of__isnull=True) | ~Q(on_behalf_of=F("answered_by")),
            ),
            models.CheckConstraint(
                name="approval_answered_has_a_name",
                condition=~Q(status__in=ANSWERED) | Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="approval_grants_no_more_than_asked",
                condition=Q(granted_minor__isnull=True) | Q(granted_minor__gte=0, granted_minor__lte=F("asked_minor")),
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="approvals_to_expire", condition=Q(status="waiting")),
            models.Index(fields=["goes_up_at"], name="approvals_to_go_up", condition=Q(status="waiting")),
            models.Index(
                fields=["-answered_at", "-id"], name="approvals_answered", condition=Q(answered_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"approval of award {self.award_id}"

    @property
    def version(self) -> int:
        """The case's: what an answer is bound to, and an offer's taking up."""
        return self.award.case.version

    @property
    def seconds_to_answer(self) -> int | None:
        """From the request to its answer; None where there is none."""
        return None if self.answered_at is None else int((self.answered_at - self.requested_at).total_seconds())


class CounterOffer(models.Model):
    """Another remedy that was approved instead of the one asked for. It is held until the rep takes it up, or does not.

    ``award`` is the other remedy; its money is reserved on every counter of whoever offered it.
    """

    approval = models.OneToOneField(Approval, models.PROTECT, related_name="counter")
    award = models.OneToOneField(Award, models.PROTECT, related_name="offer")
    obligation = models.OneToOneField(Obligation, models.PROTECT, related_name="offer")
    status = models.CharField(max_length=10, choices=OfferStatus.choices, default=OfferStatus.OPEN)
    offered_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    offered_to = models.ForeignKey(User, models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="offer_never_to_oneself", condition=~Q(offered_by=F("offered_to"))),
            models.CheckConstraint(
                name="offer_ended_has_a_time",
                condition=Q(status=OfferStatus.OPEN, ended_at__isnull=True)
                | ~Q(status=OfferStatus.OPEN) & Q(ended_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="offers_to_expire", condition=Q(status="open"))]

    def __str__(self) -> str:
        return f"offer instead of award {self.approval_id}"

    @property
    def version(self) -> int:
        """The case's: what taking it up is bound to."""
        return self.award.case.version


class Deputy(models.Model):
    """Who answers approvals in somebody's place while they are away, within that person's caps. One at a time."""

    principal = models.ForeignKey(User, models.PROTECT, related_name="deputies", db_index=False)
    deputy = models.ForeignKey(User, models.PROTECT, related_name="deputizes_for")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    named_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    named_at = models.DateTimeField()

    class Meta:
        ordering = ["-starts_at"]
        verbose_name_plural = "deputies"
        constraints = [
            models.CheckConstraint(name="deputy_never_oneself", condition=~Q(deputy=F("principal"))),
            models.CheckConstraint(name="deputy_starts_before_it_ends", condition=Q(starts_at__lt=F("ends_at"))),
        ]
        indexes = [models.Index(fields=["principal", "ends_at"], name="deputies_of_principal")]

    def __str__(self) -> str:
        return f"{self.deputy} for {self.principal}"


class ApprovalRoute(models.Model):
    """How long approvals of one unit wait for each person, and in all. A unit without a row has the usual times."""

    unit = models.OneToOneField(BusinessUnit, models.PROTECT, related_name="approval_route")
    answer_minutes = models.PositiveIntegerField(help_text="Until the answer is overdue.")
    goes_up_minutes = models.PositiveIntegerField(help_text="Until it is put before the next person up.")
    expires_hours = models.PositiveIntegerField(help_text="Until the request ends.")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="approval_route_takes_time",
                condition=Q(answer_minutes__gte=1, goes_up_minutes__gte=1, expires_hours__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"route of unit {self.unit_id}"
