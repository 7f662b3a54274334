"""What was given, and how it reaches the customer."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import BusinessUnit, Team, User, currency_code
from cases.models import Case, Customer, Obligation
from compensation.enums import AwardStatus, Basis, Method, PayoutStatus
from compensation.models.catalog import CouponPool, Remedy


class Award(models.Model):
    """One remedy given to one customer on one case. Amounts in minor units of ``currency``.

    ``spender`` is whose counters it draws on: the rep's within their caps, the approver's above them.
    ``day`` and ``month`` are the spender's local periods, frozen when the money was spent; ``period`` is the month, in
    the giver's zone, of the counters that several people draw on: the customer's and ``team``'s.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="awards")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="awards")
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="+", db_index=False)
    remedy = models.ForeignKey(Remedy, models.PROTECT, related_name="awards")
    remedy_name = models.CharField(max_length=120, help_text="As the catalog called it then.")
    remedy_version = models.PositiveIntegerField(default=1, help_text="Of the catalog's line.")
    basis = models.CharField(max_length=14, choices=Basis.choices, default=Basis.GOODWILL)
    authority = models.CharField(
        max_length=300,
        blank=True,
        default="",
        help_text="The law or contract by which it is owed, as the catalog said.",
    )
    status = models.CharField(max_length=18, choices=AwardStatus.choices)
    cost_minor = models.BigIntegerField(help_text="Cost to us.")
    value_minor = models.BigIntegerField(help_text="Worth to the customer.")
    currency = models.CharField(max_length=3, validators=[currency_code])
    given_by = models.ForeignKey(User, models.PROTECT, related_name="awards", db_index=False)
    given_at = models.DateTimeField()
    spender = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    day = models.DateField(null=True, blank=True)
    month = models.DateField(null=True, blank=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    period = models.DateField(null=True, blank=True)
    no_questions = models.BooleanField(default=False)
    method = models.CharField(
        max_length=14,
        choices=Method.choices,
        default=Method.NONE,
        help_text="How it reaches the customer, as the catalog said when it was given.",
    )
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
                | Q(
                    status__in=[
                        AwardStatus.AWAITING_APPROVAL,
                        AwardStatus.DECLINED,
                        AwardStatus.EXPIRED,
                        AwardStatus.COUNTERED,
                    ]
                )
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


class Coupon(models.Model):
    """One code. It belongs to one award at most, for good: a code that a customer was told is never told again."""

    pool = models.ForeignKey(CouponPool, models.PROTECT, related_name="coupons", db_index=False)
    code = models.CharField(max_length=80)
    expires_on = models.DateField(null=True, blank=True)
    award = models.OneToOneField(Award, models.PROTECT, null=True, blank=True, related_name="coupon")
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "code"], name="coupon_code_once_per_pool"),
            models.CheckConstraint(
                name="coupon_taken_by_an_award",
                condition=Q(award__isnull=True, taken_at__isnull=True) | Q(award__isnull=False, taken_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["pool", "id"], name="coupons_left", condition=Q(award__isnull=True)),
            models.Index(fields=["pool", "-taken_at", "-id"], name="coupons_taken", condition=Q(award__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"coupon {self.pk}"


class Payout(models.Model):
    """A delivery that a billing system makes: told to it by a signed webhook, done when it confirms.

    ``key`` stays the same over every try, so that the other side can tell a repetition.
    """

    award = models.OneToOneField(Award, models.PROTECT, related_name="payout")
    key = models.UUIDField(unique=True)
    status = models.CharField(max_length=10, choices=PayoutStatus.choices, default=PayoutStatus.QUEUED)
    queued_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reference = models.CharField(max_length=200, blank=True, default="", help_text="The other system's.")
    error = models.CharField(max_length=300, blank=True, default="")
    perhaps_paid = models.BooleanField(default=False, help_text="A try may have been taken, and gave no answer.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="payout_confirmed_with_a_reference",
                condition=~Q(status=PayoutStatus.CONFIRMED) | ~Q(reference="") & Q(ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="payouts_to_send", condition=Q(next_try_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"payout of award {self.award_id}"
