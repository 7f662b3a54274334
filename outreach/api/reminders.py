"""The ladder of reminders: read by everybody, kept by administrators."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from outreach import filters, models
from outreach.domain import reminding
from outreach.serializers import reminders as shapes
from recovery.rest import NEWEST, Door


class ReminderRungs(Door):
    """When who is reminded of what is owed."""

    noun = "rung"
    orders = {"id": NEWEST["id"], "-id": NEWEST["-id"]}
    filterset_class = filters.RungFilters
    versioned = frozenset({"change"})

    @extend_schema(responses=shapes.Rung(many=True))
    def list(self, request: Request) -> Response:
        """All reminders, those that are switched off too."""
        return self.listed(models.Rung.objects.all(), shapes.Rung)

    @extend_schema(responses=shapes.Rung)
    def retrieve(self, request: Request, id: int) -> Response:
        """One reminder. The ETag is what a change has to send as If-Match."""
        return self.shown(self.found(models.Rung.objects.all(), pk=id), shapes.Rung)

    @extend_schema(request=shapes.RungNew, responses={201: shapes.Rung})
    def create(self, request: Request) -> Response:
        """Add a reminder. What is open of its kind is looked at again at once."""
        given = self.asked(shapes.RungNew)
        rung = reminding.add_rung(by=self.caller, now=timezone.now(), **given)
        return self.shown(rung, shapes.Rung, status=201, at=reverse("api-reminder-rung", args=[rung.pk]))

    @extend_schema(request=shapes.RungChange, responses=shapes.Rung)
    def change(self, request: Request, id: int) -> Response:
        """Change where a reminder is told, or switch it on or off. Needs If-Match; administrators only."""
        version = self.if_match(needed=True)
        given = self.asked_to_change(shapes.RungChange)
        rung = self.found(models.Rung.objects.all(), pk=id)
        changed = reminding.change_rung(rung, version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(changed, shapes.Rung)
