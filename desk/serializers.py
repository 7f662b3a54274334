"""What a telephone system sends when somebody calls, and what comes back."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.models import Case, Customer, Incident
from recovery.rest import Shape, Text


class Popping(Shape):
    """A number as it was signaled; ``region`` is the country of numbers written without a prefix."""

    phone = Text(max_length=40)
    region = serializers.RegexField(r"^[A-Z]{2}$", required=False, help_text="ISO 3166, such as US.")


class PopIncident(serializers.ModelSerializer[Incident]):
    """Something that went wrong before."""

    case = serializers.CharField(source="case.reference", read_only=True)
    acknowledged = serializers.SerializerMethodField()

    class Meta:
        model = Incident
        fields = ["id", "case", "reported_at", "category", "our_words", "severity", "acknowledged"]
        read_only_fields = fields

    def get_acknowledged(self, incident: Incident) -> bool:
        return incident.acknowledged_at is not None


class PopBaggage(serializers.Serializer[Any]):
    """What the customer has been through with us; the score runs from 0 to 100."""

    score = serializers.IntegerField(read_only=True)
    unacknowledged = serializers.IntegerField(read_only=True)
    incidents = PopIncident(many=True, read_only=True)
    more = serializers.BooleanField(read_only=True)


class PopCase(serializers.ModelSerializer[Case]):
    """A case that is open."""

    owner = serializers.CharField(source="owner.name", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Case
        fields = ["reference", "title", "status", "severity", "urgent", "owner", "opened_at"]
        read_only_fields = fields


class PopCustomer(serializers.ModelSerializer[Customer]):
    """Somebody who may be calling."""

    name = serializers.CharField(source="display_name", read_only=True)
    greeting = serializers.CharField(read_only=True)

    class Meta:
        model = Customer
        fields = [
            "id", "name", "greeting", "time_zone", "language", "jurisdiction", "value_minor", "value_currency",
            "risk_flags",
        ]  # fmt: skip
        read_only_fields = fields


class PopPrecedent(serializers.Serializer[Any]):
    """An error in their favor that we honored once, and when and by whom they were told so."""

    honored_error = serializers.IntegerField(source="error.pk", read_only=True)
    kind_of_action = serializers.CharField(source="error.kind_of_action", read_only=True)
    line_of_business = serializers.CharField(source="error.line_of_business", read_only=True)
    honored_at = serializers.DateTimeField(source="error.decided_at", read_only=True)
    told_at = serializers.DateTimeField(source="call.made_at", read_only=True, allow_null=True, default=None)
    told_by = serializers.CharField(source="call.caller.name", read_only=True, allow_null=True, default=None)
    answer = serializers.CharField(source="call.answer", read_only=True, default="")


class PopMatch(serializers.Serializer[Any]):
    """A customer with this number, their baggage, their open cases and what we honored for them."""

    customer = PopCustomer(read_only=True)
    baggage = PopBaggage(read_only=True)
    open_cases = PopCase(many=True, read_only=True)
    precedents = PopPrecedent(many=True, read_only=True)


class Popped(serializers.Serializer[Any]):
    """Everybody in reach with this number, the newest first; nobody is a fair answer."""

    phone = serializers.CharField(read_only=True, help_text="The number in its international form.")
    matches = PopMatch(many=True, read_only=True)
    more = serializers.BooleanField(read_only=True)
