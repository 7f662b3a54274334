"""The path to the customer: how each part stands, for programs that watch it."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authority import Refused
from outreach.domain.health import probing, queues
from outreach.domain.health.standing import standing_of, standings
from outreach.queries.health import is_anything_unreminded
from outreach.serializers import health as shapes
from recovery.rest import Door, Nothing


class PathHealth(Door):
    """Mail, chat, dialers, webhooks, clock and workers: each tried on a schedule."""

    noun = "path"

    def _shown(self, name: str) -> Response:
        part = standing_of(name, now=timezone.now())
        if part is None:
            raise Refused("out_of_reach", "There is no such path.")
        return self.shown(part, shapes.Part)

    @extend_schema(responses=shapes.PathHealth)
    def whole(self, request: Request) -> Response:
        """Every part, and what is due in the background. Asked of rows and clock, so it is right with all workers down."""
        now = timezone.now()
        parts = standings(now=now)
        found = {
            "open": not any(part.is_closed for part in parts),
            "unreminded": is_anything_unreminded(now=now),
            "parts": parts,
            "queues": queues.waiting(now=now),
        }
        return self.shown(found, shapes.PathHealth)

    @extend_schema(responses=shapes.Part)
    def retrieve(self, request: Request, name: str) -> Response:
        """One part."""
        return self._shown(name)

    @extend_schema(request=Nothing, responses=shapes.Part)
    def try_now(self, request: Request, name: str) -> Response:
        """A supervisor or an administrator has one part tried now, without any worker."""
        self.asked(Nothing)
        probing.probe_now(name, by=self.caller, clock=timezone.now)
        return self._shown(name)
