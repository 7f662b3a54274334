"""Lines of the catalog, and how they came to read so."""

from __future__ import annotations

from rest_framework import serializers

from compensation import models
from compensation.enums import Basis, Gives, Method, RemedyKind
from recovery.rest import Choice, Currency, Flag, Minor, Named, Shape, Text, Whole

GIVEN_FOR = [(Basis.GOODWILL.value, Basis.GOODWILL.label), (Basis.ENTITLEMENT.value, Basis.ENTITLEMENT.label)]


class RemedyParticulars(Shape):
    """What a line says. Amounts in minor units of ``currency``."""

    gives = Choice(choices=Gives.choices, required=False, help_text="Without it, what its kind gives.")
    basis = Choice(choices=GIVEN_FOR, required=False, help_text="What is owed draws on no cap.")
    authority = Text(
        max_length=300, allow_blank=True, required=False, help_text="By which law or contract it is owed: needed then."
    )
    currency = Currency(allow_blank=True, required=False, help_text="Blank for what costs nothing anywhere.")
    cost_minor = Minor(allow_null=True, required=False, help_text="Null: the rep chooses the amount.")
    value_minor = Minor(allow_null=True, required=False, help_text="Null: it is worth what it costs us.")
    at_most_minor = Minor(
        allow_null=True, required=False, help_text="The most of an open amount: needed where it is owed."
    )
    no_questions = Flag(required=False)
    method = Choice(choices=Method.choices, required=False)
    pool = Text(max_length=40, allow_null=True, required=False, help_text="The code of its coupon pool.")
    payout = Flag(required=False, help_text="A billing system delivers it and confirms.")
    delivery_days = Whole(min_value=0, max_value=366, allow_null=True, required=False)
    words = Text(max_length=2000, allow_blank=True, required=False)
    active = Flag(required=False)


class RemedyNew(RemedyParticulars):
    code = Text(max_length=40)
    name = Text(max_length=120)
    kind = Choice(choices=RemedyKind.choices)


class RemedyChange(RemedyNew):
    """What is given is changed."""


class Remedy(serializers.ModelSerializer[models.Remedy]):
    """A line of the catalog. ``cost_minor`` is null where the rep chooses the amount."""

    pool = serializers.CharField(source="pool.code", read_only=True, default=None, allow_null=True)

    class Meta:
        model = models.Remedy
        fields = [
            "id", "code", "name", "kind", "gives", "basis", "authority", "currency", "cost_minor", "value_minor",
            "at_most_minor", "no_questions", "method", "pool", "payout", "delivery_days", "words", "active", "version",
        ]  # fmt: skip
        read_only_fields = fields


class RemedyVersion(serializers.ModelSerializer[models.RemedyVersion]):
    """How a line read from one moment on. ``line`` has its fields as they were; a pool by its id."""

    by = Named(read_only=True, allow_null=True)
    line = serializers.DictField(child=serializers.JSONField(), read_only=True)

    class Meta:
        model = models.RemedyVersion
        fields = ["version", "line", "by", "at"]
        read_only_fields = fields
