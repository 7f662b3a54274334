"""Programs of calls, their groups and calling hours: read by everybody, kept by administrators."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from outreach import filters, models
from outreach.domain import programs
from outreach.queries.programs import all_groups, all_programs
from outreach.serializers import programs as shapes
from recovery.rest import NEWEST, Door

BY_ID = {"id": NEWEST["id"], "-id": NEWEST["-id"]}


class Programs(Door):
    """Whom we call when they are dissatisfied, about what, how soon and by whom."""

    noun = "program"
    orders = BY_ID
    filterset_class = filters.ProgramFilters
    versioned = frozenset({"change"})

    def _shown(self, program: models.Program, *, status: int = 200) -> Response:
        at = reverse("api-program", args=[program.pk]) if status == 201 else ""
        return self.shown(self.found(all_programs(), pk=program.pk), shapes.Program, status=status, at=at)

    def _asked(self, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("group") is not None:
            given["group"] = self.named(models.CallGroup.objects.all(), "group", pk=given["group"])
        return given

    @extend_schema(responses=shapes.Program(many=True))
    def list(self, request: Request) -> Response:
        """All programs, those at rest too."""
        return self.listed(all_programs(), shapes.Program)

    @extend_schema(responses=shapes.Program)
    def retrieve(self, request: Request, id: int) -> Response:
        """One program. The ETag is what a change has to send as If-Match."""
        return self.shown(self.found(all_programs(), pk=id), shapes.Program)

    @extend_schema(request=shapes.ProgramNew, responses={201: shapes.Program})
    def create(self, request: Request) -> Response:
        """Add a program."""
        given = self._asked(self.asked(shapes.ProgramNew))
        return self._shown(programs.set_program(None, by=self.caller, now=timezone.now(), **given), status=201)

    @extend_schema(request=shapes.ProgramChange, responses=shapes.Program)
    def change(self, request: Request, id: int) -> Response:
        """Change a program. Calls that are planned already follow it. Needs If-Match."""
        version = self.if_match(needed=True)
        given = self._asked(self.asked_to_change(shapes.ProgramChange))
        program = self.found(models.Program.objects.all(), pk=id)
        return self._shown(programs.set_program(program, version=version, by=self.caller, now=timezone.now(), **given))


class CallGroups(Door):
    """People chosen to call."""

    noun = "group"
    orders = BY_ID
    filterset_class = filters.CallGroupFilters
    versioned = frozenset({"change"})

    def _shown(self, group: models.CallGroup, *, status: int = 200) -> Response:
        at = reverse("api-call-group", args=[group.pk]) if status == 201 else ""
        return self.shown(self.found(all_groups(), pk=group.pk), shapes.CallGroup, status=status, at=at)

    def _asked(self, given: dict[str, Any]) -> dict[str, Any]:
        if "members" in given:
            people = User.objects.in_bulk([each["user"] for each in given["members"]])
            for each in given["members"]:
                if each["user"] not in people:
                    self.named(User.objects.none(), "members", pk=each["user"])
            given["members"] = [
                programs.Member(people[each["user"]], each.get("languages", []), each.get("calls_per_day"))
                for each in given["members"]
            ]
        return given

    @extend_schema(responses=shapes.CallGroup(many=True))
    def list(self, request: Request) -> Response:
        """All groups with the people in them."""
        return self.listed(all_groups(), shapes.CallGroup)

    @extend_schema(responses=shapes.CallGroup)
    def retrieve(self, request: Request, id: int) -> Response:
        """One group."""
        return self.shown(self.found(all_groups(), pk=id), shapes.CallGroup)

    @extend_schema(request=shapes.GroupNew, responses={201: shapes.CallGroup})
    def create(self, request: Request) -> Response:
        """Add a group."""
        given = self._asked(self.asked(shapes.GroupNew))
        return self._shown(programs.set_group(None, by=self.caller, now=timezone.now(), **given), status=201)

    @extend_schema(request=shapes.GroupChange, responses=shapes.CallGroup)
    def change(self, request: Request, id: int) -> Response:
        """Change a group. `members` are all who are in it from then on. Needs If-Match."""
        version = self.if_match(needed=True)
        given = self._asked(self.asked_to_change(shapes.GroupChange))
        group = self.found(models.CallGroup.objects.all(), pk=id)
        return self._shown(programs.set_group(group, version=version, by=self.caller, now=timezone.now(), **given))


class Hours(Door):
    """When customers may be called, by jurisdiction."""

    noun = "rule"
    orders = BY_ID
    filterset_class = filters.HoursFilters
    versioned = frozenset({"change"})

    @extend_schema(responses=shapes.CallingHours(many=True))
    def list(self, request: Request) -> Response:
        """All rules. The part of a country goes before the country, the country before everywhere else."""
        return self.listed(models.CallingHours.objects.all(), shapes.CallingHours)

    @extend_schema(responses=shapes.CallingHours)
    def retrieve(self, request: Request, id: int) -> Response:
        """One rule."""
        return self.shown(self.found(models.CallingHours.objects.all(), pk=id), shapes.CallingHours)

    @extend_schema(request=shapes.HoursNew, responses={201: shapes.CallingHours})
    def create(self, request: Request) -> Response:
        """Add the rule of a jurisdiction."""
        given = self.asked(shapes.HoursNew)
        added = programs.set_hours(None, by=self.caller, now=timezone.now(), **given)
        return self.shown(added, shapes.CallingHours, status=201, at=reverse("api-calling-hours-of", args=[added.pk]))

    @extend_schema(request=shapes.HoursChange, responses=shapes.CallingHours)
    def change(self, request: Request, id: int) -> Response:
        """Change a rule. Needs If-Match."""
        version = self.if_match(needed=True)
        given = self.asked_to_change(shapes.HoursChange)
        hours = self.found(models.CallingHours.objects.all(), pk=id)
        changed = programs.set_hours(hours, version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(changed, shapes.CallingHours)
