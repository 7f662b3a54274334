"""The programs of follow-up calls, and the people chosen for them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User, currency_code


class CallGroup(models.Model):
    """Frontline people chosen for a program's calls."""

    name = models.CharField(max_length=80, unique=True)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CallGroupMember(models.Model):
    """Somebody of a call group, and what they bring to it."""

    group = models.ForeignKey(CallGroup, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.PROTECT, related_name="call_groups")
    languages = models.JSONField(default=list, blank=True, help_text="Codes such as en; none: any.")
    calls_per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="At most so many a day; blank: as the program says."
    )

    class Meta:
        ordering = ["group", "user"]
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="member_once_per_group"),
        ]

    def __str__(self) -> str:
        return f"user {self.user_id} in group {self.group_id}"


class Program(models.Model):
    """Who is called about what, by whom, how soon and how often, and how many are left uncalled to learn from it.

    Of several the first in order that a signal qualifies for is its program. 24 hours to contact and 48 to close are a
    convention among programs that close the loop with customers, not a finding.
    """

    name = models.CharField(max_length=80)
    rank = models.PositiveSmallIntegerField(default=100, help_text="Lower comes first.")
    active = models.BooleanField(default=True)

    # Who qualifies. What is blank or empty asks nothing.
    kinds = models.JSONField(default=list, blank=True, help_text="Kinds of signal; none: all.")
    score_at_most = models.PositiveSmallIntegerField(help_text="Of 5; for surveys.")
    severities = models.JSONField(default=list, blank=True, help_text="Severities of the case; none: all.")
    value_at_least_minor = models.BigIntegerField(null=True, blank=True, help_text="Worth in a year, minor units.")
    value_currency = models.CharField(max_length=3, blank=True, default="", validators=[currency_code])
    baggage_at_least = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Past incidents.")
    not_again_within_days = models.PositiveSmallIntegerField(default=30, help_text="After we last spoke; 0: no rest.")

    # Who calls, how soon and how often.
    group = models.ForeignKey(
        CallGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="programs",
        help_text="Blank: all who take calls.",
    )
    contact_within_hours = models.PositiveSmallIntegerField(default=24)
    close_within_hours = models.PositiveSmallIntegerField(default=48)
    retry_after_minutes = models.JSONField(default=list, help_text="Growing gaps; as many tries as gaps, and one.")
    calls_per_rep_and_day = models.PositiveSmallIntegerField(default=20)

    # What is said, beside what always is asked: what went wrong, what would have put it right, the cause.
    script = models.TextField(blank=True, default="", help_text="How to begin.")

    # Who is left uncalled, to know what calls do.
    holdout_percent = models.PositiveSmallIntegerField(default=10)
    holdout_spares_severe = models.BooleanField(default=True, help_text="Cases of high severity are always called.")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["rank", "id"]
        constraints = [
            models.CheckConstraint(name="program_holdout_is_a_share", condition=Q(holdout_percent__lte=50)),
            models.CheckConstraint(
                name="program_value_has_currency",
                condition=Q(value_at_least_minor__isnull=True) | ~Q(value_currency=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProgramQuestion(models.Model):
    """One more thing to ask on a program's calls. One that was answered is retired, not changed."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="questions")
    rank = models.PositiveSmallIntegerField(default=100)
    words = models.CharField(max_length=200)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["program", "rank", "id"]

    def __str__(self) -> str:
        return self.words
