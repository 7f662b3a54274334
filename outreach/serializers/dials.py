"""What the API of dials and phones reads and shows. Shapes only: no rule, no query."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from outreach import models
from outreach.domain.dialing.dials import KEY_LENGTH
from outreach.domain.dialing.phones import link_to
from outreach.enums import Dialer
from recovery.rest import Choice, Flag, Id, Named, Shape, Text


class Asked(Shape):
    """Whom to ring. A follow-up call, a case or a customer: one of them."""

    follow_up_call = Id(required=False)
    case = Text(max_length=11, required=False, help_text="The reference of a case.")
    customer = Id(required=False)
    to = Text(
        max_length=16, required=False, allow_blank=True, help_text="One of their numbers; proposed, if not given."
    )
    key = Text(max_length=KEY_LENGTH, help_text="Names this dial: asked for again, nothing more is rung.")
    by_link = Flag(required=False, help_text="Your own device rings, whatever you call with otherwise.")


class DialEvent(serializers.ModelSerializer[models.DialEvent]):
    """What a telephone system said of it."""

    class Meta:
        model = models.DialEvent
        fields = ["status", "at", "detail"]
        read_only_fields = fields


class Dial(serializers.ModelSerializer[models.Dial]):
    """One time a number was rung. ``status`` is what the line did, not what came of it: a link's is not known to us.

    ``asked_of`` is what the rep calls with; ``dialer`` what rang, which is the link where that could not be reached, and
    ``error`` then says why. Beside ``queued`` it says why nobody knows whether it rings, beside ``failed`` why nobody knows
    whether it rang. ``link`` is the address that their own device opens.
    """

    user = Named(read_only=True)
    case = serializers.CharField(source="case.reference", read_only=True, allow_null=True, default=None)
    link = serializers.SerializerMethodField()
    events = DialEvent(many=True, read_only=True)

    class Meta:
        model = models.Dial
        fields = [
            "id", "user", "customer", "case", "follow_up_call", "to", "asked_of", "dialer", "status", "error", "link",
            "ring_timeout_seconds", "started_at", "answered_at", "ended_at", "events",
        ]  # fmt: skip
        read_only_fields = fields

    def get_link(self, dial: models.Dial) -> str:
        return link_to(dial.to, models.Phone(dialer=dial.asked_of, address=dial.endpoint))


class Phone(serializers.Serializer[Any]):
    """What the caller rings with, and what could be chosen here."""

    dialer = serializers.ChoiceField(choices=Dialer.choices, read_only=True)
    address = serializers.CharField(read_only=True)
    offered = serializers.ListField(child=serializers.CharField(), read_only=True)


class Choosing(Shape):
    """What to ring with. ``address`` is `host:port`, a channel, a phone number or a SIP domain, by the dialer."""

    dialer = Choice(choices=Dialer.choices)
    address = Text(max_length=120, allow_blank=True, required=False)
