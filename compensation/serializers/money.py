"""Awards."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.enums import Feeling
from compensation import models
from compensation.domain import payouts
from compensation.enums import AwardStatus, Axis, Method
from recovery.rest import Choice, Currency, Flag, Minor, Named, Shape, Text


class Giving(Shape):
    """A remedy to give. ``amount_minor`` is given exactly where the catalog leaves the amount open.

    With ``feeling``, the customer's feeling is acknowledged first, in the same action.
    """

    remedy = Text(max_length=40, help_text="The remedy's code.")
    amount_minor = Minor(allow_null=True, required=False)
    currency = Currency(allow_null=True, required=False)
    note = Text(max_length=20_000, allow_blank=True, required=False)
    feeling = Choice(choices=Feeling.choices, required=False)
    feeling_words = Text(max_length=20_000, allow_blank=True, required=False)
    feeling_confirmed = Flag(allow_null=True, required=False)
    precedent_reason = Text(
        max_length=300,
        allow_blank=True,
        required=False,
        help_text="One line that says why it is given in spite of an earlier honored error (`precedents` of the case): "
        "needed once on a case that one bears on.",
    )


class Reversing(Shape):
    """Without a reason the domain says no, as it does at every door."""

    reason = Text(max_length=20_000, allow_blank=True, default="", help_text="Needed.")


class Fulfilling(Shape):
    """That the remedy reached the customer.

    ``proof`` is the reference that shows it: needed of a refund, a replacement and a service credit. A coupon takes none:
    it is given the next code of its pool.
    """

    proof = Text(max_length=200, allow_blank=True, required=False)


class Binding(serializers.Serializer[Any]):
    """The cap that an award is above. Minor units."""

    axis = serializers.ChoiceField(source="binding_axis", choices=Axis.choices, read_only=True)
    left_minor = serializers.IntegerField(source="binding_left_minor", read_only=True)
    currency = serializers.CharField(read_only=True)


class Award(serializers.ModelSerializer[models.Award]):
    """A remedy on a case: given, or waiting for an approval. Amounts in minor units.

    ``context["approval"]`` is the id of its approval where the door knows it and the row was not read with it.
    """

    case = serializers.CharField(source="case.reference", read_only=True)
    remedy = serializers.CharField(source="remedy.code", read_only=True)
    given_by = Named(read_only=True)
    approval = serializers.SerializerMethodField(help_text="The request for it, where one was needed.")
    deliver_by = serializers.DateTimeField(source="delivery.due_end", read_only=True, default=None, allow_null=True)
    binding = serializers.SerializerMethodField(
        help_text="While it waits for an approval: the cap that it is above, and what was left of that."
    )
    coupon = serializers.SerializerMethodField(help_text="The code that it took from its pool.")
    payout = serializers.SerializerMethodField(help_text="Where a billing system delivers it.")

    class Meta:
        model = models.Award
        fields = [
            "id", "case", "customer", "remedy", "remedy_name", "remedy_version", "basis", "authority", "status",
            "binding", "cost_minor", "value_minor", "currency", "no_questions", "precedent_reason", "given_by", "given_at", "method", "deliver_by", "delivered_at",
            "proof", "coupon", "payout", "reversed_at", "approval", "historical", "version",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(Binding(allow_null=True))
    def get_binding(self, award: models.Award) -> Any:
        if award.status != AwardStatus.AWAITING_APPROVAL or not hasattr(award, "approval"):
            return None
        return Binding(award.approval).data

    def get_coupon(self, award: models.Award) -> str | None:
        # Asked only of what may have one: of another, being without is a query.
        return award.coupon.code if award.method == Method.COUPON and hasattr(award, "coupon") else None

    def get_payout(self, award: models.Award) -> int | None:
        payout = payouts.of(award)
        return payout.pk if payout else None

    def get_approval(self, award: models.Award) -> int | None:
        if "approval" in self.context:
            known: int | None = self.context["approval"]
            return known
        return award.approval.pk if hasattr(award, "approval") else None
