"""The change feed: what happened, in an order that never skips, for systems that keep in step."""

from __future__ import annotations

import base64
import binascii
import re

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authority import Refused
from integrations import filters, serializers
from integrations.queries import feed_of
from journal.domain.feed import sequence
from recovery.rest import Door

MARK = re.compile(r"feed:([0-9]{1,18})")
LARGEST = 200
AFTER = OpenApiParameter("after", str, description="The `after` of the answer before; blank begins at the beginning.")
LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": LARGEST})


def mark_of(position: int) -> str:
    """A position as it is given out: opaque, so that nobody counts on what it holds."""
    return base64.urlsafe_b64encode(f"feed:{position}".encode()).decode().rstrip("=")


def _position(mark: str) -> int:
    try:
        plain = base64.urlsafe_b64decode(mark.encode("ascii") + b"=" * (-len(mark) % 4)).decode("ascii")
    except (ValueError, binascii.Error):
        plain = ""
    found = MARK.fullmatch(plain)
    if found is None:
        raise Refused("invalid", "This is no place in the feed.", "after")
    return int(found[1])


class Events(Door):
    """What happened to customers in reach."""

    filterset_class = filters.EventFilters
    pagination_class = None

    @extend_schema(parameters=[AFTER, LIMIT], responses=serializers.Feed)
    def read(self, request: Request) -> Response:
        """Events after a place in the feed, oldest first. Nothing that is committed late is ever skipped."""
        after, limit = request.query_params.get("after", ""), request.query_params.get("limit", str(LARGEST))
        if not (limit.isascii() and limit.isdigit() and len(limit) <= 3 and 1 <= int(limit) <= LARGEST):
            raise Refused("invalid", f"A whole number from 1 to {LARGEST}.", "limit")
        position = _position(after) if after else 0
        sequence()
        feed = feed_of(self.caller, after=position, limit=int(limit))
        answer = {"events": feed.events, "after": mark_of(feed.position), "more": feed.more}
        return self.shown(answer, serializers.Feed)
