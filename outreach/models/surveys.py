"""What customers are asked after a case, and what they answer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import BusinessUnit, User
from cases.models import Case, Customer, Message
from cases.models.customer import language_code
from outreach.enums import SurveyKind, SurveySource, SurveyStatus
from outreach.models.calls import FollowUpCall
from outreach.models.signals import Signal


class SurveyTemplate(models.Model):
    """The words of a survey in one language. One in force for each kind and language; what was asked keeps its words."""

    kind = models.CharField(max_length=12, choices=SurveyKind.ours(), default=SurveyKind.CLOSURE)
    language = models.CharField(max_length=20, validators=[language_code])
    subject = models.CharField(max_length=160, help_text="Of the message that asks.")
    message = models.TextField(help_text="{name}, {case}, {company} and {link} are filled in.")
    heading = models.CharField(max_length=160)
    intro = models.TextField(blank=True, default="")
    questions = models.JSONField(default=dict, help_text="For each question its words and those of both ends.")
    thanks = models.TextField()
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "language", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language"], name="one_survey_template_per_language", condition=Q(active=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} survey in {self.language}"


SCORES = ("outcome_fair", "process_fair", "treated_well", "ease", "satisfaction", "would_return")


class Survey(models.Model):
    """A customer is asked how it was, once for each closure and once after a follow-up call. Scores are 1 to 5."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="surveys", db_index=False)
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="surveys")
    call = models.OneToOneField(FollowUpCall, models.PROTECT, null=True, blank=True, related_name="survey")
    kind = models.CharField(max_length=12, choices=SurveyKind.choices)
    source = models.CharField(max_length=8, choices=SurveySource.choices, default=SurveySource.LINK)
    status = models.CharField(max_length=12, choices=SurveyStatus.choices, default=SurveyStatus.PLANNED)
    key = models.CharField(max_length=80, unique=True, help_text="What makes it once, such as a closure of a case.")
    why_not = models.CharField(max_length=24, blank=True, default="", help_text="A code, when it was not asked.")
    template = models.ForeignKey(SurveyTemplate, models.PROTECT, null=True, blank=True, related_name="surveys")
    message = models.OneToOneField(Message, models.PROTECT, null=True, blank=True, related_name="survey")
    ask_at = models.DateTimeField(help_text="When it is to be sent.")
    failed_tries = models.PositiveSmallIntegerField(default=0, help_text="How often it could not be sent.")
    set_aside_until = models.DateTimeField(
        null=True, blank=True, help_text="It could not be sent: until when it is left alone."
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome_fair = models.PositiveSmallIntegerField(null=True, blank=True)
    process_fair = models.PositiveSmallIntegerField(null=True, blank=True)
    treated_well = models.PositiveSmallIntegerField(null=True, blank=True)
    ease = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1: much effort, 5: none.")
    satisfaction = models.PositiveSmallIntegerField(null=True, blank=True)
    would_return = models.PositiveSmallIntegerField(null=True, blank=True)
    words = models.TextField(blank=True, default="")
    signal = models.OneToOneField(Signal, models.PROTECT, null=True, blank=True, related_name="survey")
    received_from = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    external_system = models.CharField(max_length=40, blank=True, default="")
    external_id = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="survey_scores_of_five",
                condition=Q(*[Q(**{f"{score}__isnull": True}) | Q(**{f"{score}__range": (1, 5)}) for score in SCORES]),
            ),
            models.CheckConstraint(
                name="survey_answered_has_a_time",
                condition=Q(status="answered", answered_at__isnull=False, satisfaction__isnull=False)
                | (~Q(status="answered") & Q(answered_at__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["external_system", "external_id"], name="survey_external_id_once", condition=~Q(external_id="")
            ),
        ]
        indexes = [
            models.Index(fields=["ask_at", "id"], name="surveys_to_ask", condition=Q(status="planned")),
            models.Index(fields=["expires_at", "id"], name="surveys_to_expire", condition=Q(status="asked")),
            models.Index(fields=["customer", "-asked_at"], name="surveys_of_customer"),
            models.Index(fields=["unit", "-id"], name="surveys_of_unit"),
        ]

    def __str__(self) -> str:
        return f"survey {self.pk}"
