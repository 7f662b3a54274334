"""What may be spent alone, and what has been."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.enums import Role
from accounts.models import User, currency_code
from cases.models import Case
from compensation.enums import Axis


class Cap(models.Model):
    """What a role, or one person instead of their role, may spend alone on one axis in one currency."""

    role = models.CharField(max_length=12, choices=Role.choices, blank=True, default="")
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="caps")
    axis = models.CharField(max_length=12, choices=Axis.choices)
    currency = models.CharField(max_length=3, validators=[currency_code])
    amount_minor = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["currency", "role", "user", "axis"]
        constraints = [
            models.CheckConstraint(
                name="cap_of_a_role_or_a_person",
                condition=(Q(user__isnull=True) & ~Q(role="")) | (Q(user__isnull=False) & Q(role="")),
            ),
            models.CheckConstraint(name="cap_not_negative", condition=Q(amount_minor__gte=0)),
            models.UniqueConstraint(
                fields=["role", "axis", "currency"], name="one_cap_per_role", condition=Q(user__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["user", "axis", "currency"], name="one_cap_per_person", condition=Q(user__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.role} {self.axis} {self.currency}"


class CapCounter(models.Model):
    """What has been spent and reserved of one cap: a person's day or month, or a case, in one currency.

    The CHECK is the wall: whatever any program does, spent and reserved never pass the ceiling. ``key`` says what is
    counted, so that one statement can make, guard and move all counters of an award. ``period_start`` is the first
    local day of the period in the person's own zone; None for a case. No-questions remedies are counted by number.
    """

    key = models.CharField(max_length=80, unique=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
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
                name="cap_counter_of_a_person_or_a_case",
                condition=(Q(user__isnull=False, case__isnull=True, period_start__isnull=False) & ~Q(axis="case"))
                | Q(axis="case", user__isnull=True, case__isnull=False, period_start__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.key
