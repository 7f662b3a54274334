"""What the advisor goes by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from compensation.enums import AdviceEffect


class AdviceRule(models.Model):
    """One rule of advice: when it applies, what it does to the package that is proposed, and where it is from.

    ``severities`` and ``kinds_of_action`` narrow it (empty: any), ``second_failure`` keeps it for a broken promise or a
    reopened case. ``kinds`` are kinds of remedies, ``gives`` what a remedy gives; ``percent`` is of the loss.
    """

    code = models.SlugField(max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=160)
    severities = models.JSONField(default=list, blank=True)
    kinds_of_action = models.JSONField(default=list, blank=True)
    second_failure = models.BooleanField(default=False)
    effect = models.CharField(max_length=16, choices=AdviceEffect.choices)
    kinds = models.JSONField(default=list, blank=True)
    gives = models.JSONField(default=list, blank=True)
    percent = models.PositiveSmallIntegerField(null=True, blank=True)
    words = models.CharField(max_length=300, help_text="The reason, as a rep reads it.")
    citation = models.CharField(max_length=300, help_text="Where it is from.")
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(name="advice_has_a_source", condition=~Q(citation="") & ~Q(words="")),
            models.CheckConstraint(
                name="advice_apology_always",
                condition=~Q(code="apology") | Q(active=True, effect=AdviceEffect.EACH_OF, second_failure=False),
            ),
            models.CheckConstraint(
                name="advice_percent_where_it_counts",
                condition=Q(effect=AdviceEffect.MORE_THAN_HELPS, percent__gte=100)
                | ~Q(effect=AdviceEffect.MORE_THAN_HELPS) & Q(percent__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title
