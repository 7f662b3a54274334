"""What may be spent alone, and what has been."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.enums import Role
from accounts.models import Team, User, currency_code
from cases.models import Case, Customer
from compensation.enums import Axis


class Cap(models.Model):
    """What a role, or one person instead of their role, may spend alone on one axis in one currency, for a time.

    In force from ``starts_at`` up to, not including, ``ends_at``; a change ends one row and begins another, so that
    what was given is measured by what held then. The database refuses two for the same holder, axis, currency and
    moment. No-questions remedies are counted: their cap is a number a day, without a currency.
    """

    role = models.CharField(max_length=12, choices=Role.choices, blank=True, default="")
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="caps")
    holder = models.CharField(max_length=40, editable=False, help_text="role:<role> or user:<id>")
    axis = models.CharField(max_length=12, choices=Axis.choices)
    currency = models.CharField(max_length=3, blank=True, default="", validators=[currency_code])
    amount_minor = models.BigIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["currency", "role", "user", "axis", "starts_at"]
        constraints = [
            models.CheckConstraint(
                name="cap_of_a_role_or_a_person",
                condition=(Q(user__isnull=True) & ~Q(role="")) | (Q(user__isnull=False) & Q(role="")),
            ),
            models.CheckConstraint(name="cap_not_negative", condition=Q(amount_minor__gte=0)),
            models.CheckConstraint(
                name="cap_money_has_a_currency",
                condition=Q(axis=Axis.NO_QUESTIONS, currency="") | ~Q(axis=Axis.NO_QUESTIONS) & ~Q(currency=""),
            ),
            models.CheckConstraint(
                name="cap_starts_before_it_ends", condition=Q(ends_at__isnull=True) | Q(starts_at__lt=F("ends_at"))
            ),
        ]
        indexes = [models.Index(fields=["holder", "currency", "starts_at"], name="caps_of_holder")]

    def __str__(self) -> str:
        return f"{self.user or self.role} {self.axis} {self.currency}"


class CapCounter(models.Model):
    """What has been spent and reserved of one cap in one currency: of a person's day or month, of a case, of a
    customer's or a team's month.

    The CHECK is the wall: whatever any program does, spent and reserved never pass the ceiling. ``key`` says what is
    counted, so that one statement can make, guard and move all counters of an award. ``period_start`` is the first
    local day of the period, in the zone of whoever gives; None for a case. No-questions remedies are counted by number.
    """

    key = models.CharField(max_length=80, unique=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    axis = models.CharField(max_length=12, choices=Axis.choices)
    currency = models.CharField(max_length=3, blank=True, default="")
    period_start = models.DateField(null=True, blank=True)
    spent_minor = models.BigIntegerField(default=0)
    reserved_minor = models.BigIntegerField(default=0)
    ceiling_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="cap_counter_never_over_its_ceiling",
                condition=Q(spent_minor__lte=F("ceiling_minor") - F("reserved_minor")),
            ),
            models.CheckConstraint(
                name="cap_counter_not_negative", condition=Q(spent_minor__gte=0, reserved_minor__gte=0)
            ),
            models.CheckConstraint(
                name="cap_counter_of_its_axis",
                condition=Q(
                    axis__in=[Axis.DAY, Axis.MONTH, Axis.NO_QUESTIONS],
                    user__isnull=False,
                    case__isnull=True,
                    customer__isnull=True,
                    team__isnull=True,
                    period_start__isnull=False,
                )
                | Q(
                    axis=Axis.CASE,
                    user__isnull=True,
                    case__isnull=False,
                    customer__isnull=True,
                    team__isnull=True,
                    period_start__isnull=True,
                )
                | Q(
                    axis=Axis.CUSTOMER,
                    user__isnull=True,
                    case__isnull=True,
                    customer__isnull=False,
                    team__isnull=True,
                    period_start__isnull=False,
                )
                | Q(
                    axis=Axis.TEAM,
                    user__isnull=True,
                    case__isnull=True,
                    customer__isnull=True,
                    team__isnull=False,
                    period_start__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.key
