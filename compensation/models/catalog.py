"""What can be given."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import currency_code
from compensation.enums import RemedyKind


class Remedy(models.Model):
    """A line of the catalog. Amounts in minor units of ``currency``.

    ``cost_minor`` is what it costs us, None where the rep chooses the amount; ``value_minor`` is what it is worth
    to the customer, None where that is the amount itself. A blank currency means that it costs nothing anywhere.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=14, choices=RemedyKind.choices)
    currency = models.CharField(max_length=3, blank=True, default="", validators=[currency_code])
    cost_minor = models.BigIntegerField(null=True, blank=True)
    value_minor = models.BigIntegerField(null=True, blank=True)
    no_questions = models.BooleanField(default=False, help_text="Given in one action, without justification.")
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
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def open_amount(self) -> bool:
        """The rep chooses the amount."""
        return self.cost_minor is None
