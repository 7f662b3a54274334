"""Surveys: those we sent and what came back, answers taken elsewhere, and the words they are asked with."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.queries import visible_cases
from outreach import filters, models
from outreach.api.known_as import NamesCustomer
from outreach.domain.surveys import outside, templates
from outreach.models import SCORES
from outreach.queries.surveys import visible_surveys, with_subjects
from outreach.serializers import surveys as shapes
from recovery.rest import NEWEST, Door, Nothing


class Surveys(NamesCustomer):
    """What customers were asked after a case or a call, and what they answered."""

    noun = "survey"
    orders = NEWEST
    filterset_class = filters.SurveyFilters

    @extend_schema(responses=shapes.Survey(many=True))
    def list(self, request: Request) -> Response:
        """Surveys in reach, the newest first: planned, asked, answered, and those that were not sent, with the reason."""
        return self.listed(visible_surveys(self.caller).select_related("case"), shapes.Survey)

    @extend_schema(responses=shapes.Survey)
    def retrieve(self, request: Request, id: int) -> Response:
        """One survey."""
        return self.shown(self.found(with_subjects(visible_surveys(self.caller)), pk=id), shapes.Survey)

    @extend_schema(request=shapes.SurveyNew, responses={200: shapes.Survey, 201: shapes.Survey})
    def create(self, request: Request) -> Response:
        """Send an answer that another system took. A low one leads to a call, as one of ours does."""
        given = self.asked(shapes.SurveyNew)
        customer = self.customer_in(given)
        if "case" in given:
            given["case"] = self.named(visible_cases(self.caller), "case", reference=given["case"])
        now = timezone.now()
        scores = {name: given.pop(name) for name in SCORES if name in given}
        at = given.pop("answered_at", now)
        received = outside.receive(customer, scores=scores, at=at, by=self.caller, now=now, **given)
        where = reverse("api-survey", args=[received.survey.pk]) if received.new else ""
        return self.shown(received.survey, shapes.Survey, status=201 if received.new else 200, at=where)


class SurveyTemplates(Door):
    """The words that surveys are asked with: one in force for each kind and language. What was asked keeps its words."""

    noun = "template"
    orders = NEWEST
    filterset_class = filters.SurveyTemplateFilters

    @extend_schema(responses=shapes.Template(many=True))
    def list(self, request: Request) -> Response:
        """All templates, those that are no longer in force too."""
        return self.listed(models.SurveyTemplate.objects.all(), shapes.Template)

    @extend_schema(responses=shapes.Template)
    def retrieve(self, request: Request, id: int) -> Response:
        """One template."""
        return self.shown(self.found(models.SurveyTemplate.objects.all(), pk=id), shapes.Template)

    @extend_schema(request=shapes.TemplateNew, responses={201: shapes.Template})
    def create(self, request: Request) -> Response:
        """Put words in force for a kind and language, in place of those that were."""
        given = self.asked(shapes.TemplateNew)
        kept = templates.save_template(
            kind=given["kind"],
            language=given["language"],
            texts={name: given.get(name, "") for name in templates.TEXTS},
            questions=given["questions"],
            seen=given.get("instead_of"),
            by=self.caller,
            now=timezone.now(),
        )
        return self.shown(kept, shapes.Template, status=201, at=reverse("api-survey-template", args=[kept.pk]))

    @extend_schema(request=None, responses=shapes.Template)
    def retire(self, request: Request, id: int) -> Response:
        """Ask nobody any more in this language."""
        self.asked(Nothing)
        found = self.found(models.SurveyTemplate.objects.all(), pk=id)
        return self.shown(templates.retire_template(found, by=self.caller, now=timezone.now()), shapes.Template)
