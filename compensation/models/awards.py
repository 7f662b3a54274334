"""What was given, asked for and entered in the ledger."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import BusinessUnit, User, currency_code
from cases.models import Case, Customer, Obligation
from compensation.enums import ApprovalStatus, AwardStatus, Axis, Basis
from compensation.models.catalog import Remedy


class Award(models.Model):
    """One remedy given to one customer on one case. Amounts in minor units of ``currency``.

    ``spender`` is whose counters it draws on: the rep's within their caps, the approver's above them.
    ``day`` and ``month`` are the spender's local periods, frozen when the money was spent.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="awards")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="awards")
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="+", db_index=False)
    remedy = models.ForeignKey(Remedy, models.PROTECT, related_name="awards")
    remedy_name = models.CharField(max_length=120, help_text="As the catalog called it then.")
    basis = models.CharField(max_length=14, choices=Basis.choices, default=Basis.GOODWILL)
    status = models.CharField(max_length=18, choices=AwardStatus.choices)
    cost_minor = models.BigIntegerField(help_text="Cost to us.")
    value_minor = models.BigIntegerField(help_text="Worth to the customer.")
    currency = models.CharField(max_length=3, validators=[currency_code])
    given_by = models.ForeignKey(User, models.PROTECT, related_name="awards", db_index=False)
    given_at = models.DateTimeField()
    spender = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    day = models.DateField(null=True, blank=True)
    month = models.DateField(null=True, blank=True)
    no_questions = models.BooleanField(default=False)
    precedent_reason = models.CharField(
        max_length=300, blank=True, default="", help_text="Why it is offered in spite of an earlier honored error."
    )
    delivery = models.OneToOneField(
        Obligation, models.PROTECT, null=True, blank=True, related_name="award", help_text="That it be delivered."
    )
    delivered_at = models.DateTimeField(null=True, blank=True)
    proof = models.CharField(max_length=200, blank=True, default="")
    reversed_at = models.DateTimeField(null=True, blank=True)
    historical = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="award_amounts_not_negative", condition=Q(cost_minor__gte=0, value_minor__gte=0)
            ),
            models.CheckConstraint(
                name="award_goodwill_spent_by_somebody",
                condition=~Q(basis=Basis.GOODWILL)
                | Q(no_questions=True)
                | Q(historical=True)
                | Q(status__in=[AwardStatus.AWAITING_APPROVAL, AwardStatus.DECLINED, AwardStatus.EXPIRED])
                | Q(spender__isnull=False, day__isnull=False, month__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["given_by", "-given_at"], name="awards_of_rep"),
            models.Index(F("given_at").desc(), F("id").desc(), name="awards_newest"),
            models.Index(
                fields=["given_by", "given_at"],
                name="no_questions_of_rep",
                condition=Q(no_questions=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remedy_name} on case {self.case_id}"


class Approval(models.Model):
    """A supervisor's answer to an award above the rep's caps. The database refuses an answer by the asker."""

    award = models.OneToOneField(Award, models.PROTECT, related_name="approval")
    obligation = models.OneToOneField(Obligation, models.PROTECT, related_name="approval")
    status = models.CharField(max_length=14, choices=ApprovalStatus.choices, default=ApprovalStatus.WAITING)
    binding_axis = models.CharField(max_length=12, choices=Axis.choices, help_text="The cap that it is above.")
    asked_minor = models.BigIntegerField()
    granted_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="approvals_asked")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="approvals_answered")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="approval_never_ones_own",
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="approval_answered_has_a_name",
                condition=~Q(status__in=["approved", "approved_less", "declined"])
                | Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="approval_grants_no_more_than_asked",
                condition=Q(granted_minor__isnull=True) | Q(granted_minor__gte=0, granted_minor__lte=F("asked_minor")),
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="approvals_to_expire", condition=Q(status="waiting")),
        ]

    def __str__(self) -> str:
        return f"approval of award {self.award_id}"
