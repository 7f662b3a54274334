"""What can be given."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User, currency_code
from compensation.enums import Basis, Gives, Method, RemedyKind


class CouponPool(models.Model):
    """Codes of one kind, bought or made elsewhere, that are given out one by one."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    low_at = models.PositiveIntegerField(default=20, help_text="Administrators are told when fewer codes are left.")
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Remedy(models.Model):
    """A line of the catalog. Amounts in minor units of ``currency``.

    ``cost_minor`` is what it costs us, None where the rep chooses the amount, up to ``at_most_minor`` where that is
    said; ``value_minor`` is what it is worth to the customer, None where that is the amount itself. A blank currency
    means that it costs nothing anywhere. What is owed by law or contract says by which (``authority``) and draws on no
    cap, so that an open amount of it is bounded.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=14, choices=RemedyKind.choices)
    gives = models.CharField(max_length=10, choices=Gives.choices, default=Gives.MONEY)
    basis = models.CharField(max_length=14, choices=Basis.choices, default=Basis.GOODWILL)
    authority = models.CharField(
        max_length=300, blank=True, default="", help_text="The law or contract by which it is owed."
    )
    currency = models.CharField(max_length=3, blank=True, default="", validators=[currency_code])
    cost_minor = models.BigIntegerField(null=True, blank=True)
    value_minor = models.BigIntegerField(null=True, blank=True)
    at_most_minor = models.BigIntegerField(null=True, blank=True, help_text="The most of an open amount.")
    no_questions = models.BooleanField(default=False, help_text="Given in one action, without justification.")
    method = models.CharField(max_length=14, choices=Method.choices, default=Method.NONE)
    pool = models.ForeignKey(CouponPool, models.PROTECT, null=True, blank=True, related_name="remedies")
    payout = models.BooleanField(default=False, help_text="A billing system delivers it and confirms.")
    delivery_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Days until it must be delivered; empty means at once."
    )
    words = models.TextField(blank=True, default="", help_text="What to say when offering it.")
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["kind", "name"]
        verbose_name_plural = "remedies"
        constraints = [
            models.CheckConstraint(
                name="remedy_amounts_not_negative",
                condition=(Q(cost_minor__isnull=True) | Q(cost_minor__gte=0))
                & (Q(value_minor__isnull=True) | Q(value_minor__gte=0)),
            ),
            models.CheckConstraint(
                name="remedy_without_currency_costs_nothing",
                # An open amount is no zero: compared with NULL alone, the condition would be neither true nor false.
                condition=~Q(currency="") | Q(cost_minor__isnull=False, cost_minor=0),
            ),
            models.CheckConstraint(
                name="remedy_without_questions_has_a_fixed_cost",
                condition=Q(no_questions=False) | Q(cost_minor__isnull=False),
            ),
            models.CheckConstraint(
                name="remedy_owed_says_by_what",
                condition=Q(basis=Basis.GOODWILL)
                | Q(basis=Basis.ENTITLEMENT)
                & ~Q(authority="")
                & (Q(cost_minor__isnull=False) | Q(at_most_minor__isnull=False)),
            ),
            models.CheckConstraint(
                name="remedy_at_most_of_an_open_amount",
                condition=Q(at_most_minor__isnull=True) | Q(cost_minor__isnull=True, at_most_minor__gt=0),
            ),
            models.CheckConstraint(
                name="remedy_coupon_from_a_pool",
                condition=Q(method=Method.COUPON, pool__isnull=False) | ~Q(method=Method.COUPON) & Q(pool__isnull=True),
            ),
            models.CheckConstraint(
                name="remedy_paid_out_is_delivered",
                condition=Q(payout=False) | Q(method__in=[Method.REFUND, Method.SERVICE_CREDIT, Method.REPLACEMENT]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def open_amount(self) -> bool:
        """The rep chooses the amount."""
        return self.cost_minor is None


class RemedyVersion(models.Model):
    """How a line of the catalog read from one moment on. Never changed: what was given then keeps its price."""

    remedy = models.ForeignKey(Remedy, models.PROTECT, related_name="versions", db_index=False)
    version = models.PositiveIntegerField()
    line = models.JSONField(help_text="The fields of the line as they were.")
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["remedy", "version"], name="remedy_version_once"),
        ]

    def __str__(self) -> str:
        return f"version {self.version} of remedy {self.remedy_id}"
