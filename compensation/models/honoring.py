"""Standing by an error in the customer's favor or taking it back: the rules, the law's word and the decisions."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User, currency_code, jurisdiction_code
from cases.enums import KindOfAction
from cases.models import HonoredError
from compensation.enums import Conclusion, RescissionEffect, Ruled, Stance


class RescissionRule(models.Model):
    """Whether an error may be taken back, in a place, a line of business and for a kind of action, from a day on.

    Blank means any. In force from ``valid_from`` up to, not including, ``valid_until``. The database refuses two rules
    for the same place, line, kind and day. ``example`` marks one that counsel has not confirmed.
    """

    jurisdiction = models.CharField(
        max_length=6, blank=True, default="", validators=[jurisdiction_code], help_text="Blank: anywhere."
    )
    line_of_business = models.CharField(max_length=120, blank=True, default="", help_text="Blank: any.")
    line_key = models.CharField(max_length=120, blank=True, default="", editable=False)
    kind_of_action = models.CharField(
        max_length=16, choices=KindOfAction.choices, blank=True, default="", help_text="Blank: any."
    )
    effect = models.CharField(max_length=12, choices=RescissionEffect.choices)
    within_days = models.PositiveSmallIntegerField(null=True, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    citation = models.CharField(max_length=300, help_text="Where it is written.")
    note = models.TextField(blank=True, default="")
    example = models.BooleanField(default=False, help_text="To be confirmed by counsel.")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["jurisdiction", "line_key", "kind_of_action", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="rule_days_where_days_count",
                condition=Q(effect=RescissionEffect.WITHIN_DAYS, within_days__isnull=False)
                | ~Q(effect=RescissionEffect.WITHIN_DAYS) & Q(within_days__isnull=True),
            ),
            models.CheckConstraint(
                name="rule_begins_before_it_ends",
                condition=Q(valid_until__isnull=True) | Q(valid_from__lt=F("valid_until")),
            ),
            models.CheckConstraint(name="rule_has_a_source", condition=~Q(citation="")),
        ]
        indexes = [models.Index(fields=["jurisdiction", "line_key", "kind_of_action"], name="rules_of_place")]

    def __str__(self) -> str:
        return f"{self.effect} in {self.jurisdiction or 'any place'}"


class LegalReview(models.Model):
    """What counsel said about taking one error back. Never changed; a later one goes before an earlier."""

    error = models.ForeignKey(HonoredError, models.PROTECT, related_name="legal_reviews")
    conclusion = models.CharField(max_length=8, choices=Conclusion.choices)
    counsel = models.CharField(max_length=160, help_text="Who reviewed it.")
    note = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="legal_review_names_counsel", condition=~Q(counsel="") & ~Q(note="")),
        ]

    def __str__(self) -> str:
        return f"legal review of error {self.error_id}"


class Decision(models.Model):
    """One decision about an error. Never edited: a new one supersedes it, with a reason.

    ``ruled`` is what the rules said on the day, ``lines`` the recommendation as it was shown: a list of
    ``{"code", "for", "figures"}``. ``cost_minor`` (minor units of ``currency``) is what honoring costs us.
    """

    error = models.ForeignKey(HonoredError, models.PROTECT, related_name="decisions")
    stance = models.CharField(max_length=8, choices=Stance.choices)
    recommended = models.CharField(max_length=8, choices=Stance.choices)
    lines = models.JSONField(default=list)
    rule = models.ForeignKey(RescissionRule, models.PROTECT, null=True, blank=True, related_name="decisions")
    ruled = models.CharField(max_length=12, choices=Ruled.choices)
    legal_review = models.ForeignKey(LegalReview, models.PROTECT, null=True, blank=True, related_name="decisions")
    reason = models.TextField(blank=True, default="")
    precedent_reason = models.CharField(max_length=300, blank=True, default="")
    cost_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True, default="", validators=[currency_code])
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["error"], name="one_first_decision_per_error", condition=Q(supersedes__isnull=True)
            ),
            models.CheckConstraint(
                name="decision_rescinds_with_a_reason", condition=~Q(stance=Stance.RESCIND) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="decision_supersedes_with_a_reason", condition=Q(supersedes__isnull=True) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="decision_never_rescinds_where_prohibited",
                condition=~Q(stance=Stance.RESCIND) | ~Q(ruled=Ruled.PROHIBITED),
            ),
            models.CheckConstraint(
                name="decision_rescinds_after_legal_review",
                condition=~Q(stance=Stance.RESCIND, ruled=Ruled.LEGAL_REVIEW) | Q(legal_review__isnull=False),
            ),
            models.CheckConstraint(
                name="decision_cost_has_currency",
                condition=Q(cost_minor=0) | Q(cost_minor__gt=0, stance=Stance.HONOR) & ~Q(currency=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stance} error {self.error_id}"
