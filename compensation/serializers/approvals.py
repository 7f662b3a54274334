"""Requests above a cap, their answers, offers of another remedy, deputies and routes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compensation import models
from compensation.domain.ladders import Standing as StandingRow
from recovery.rest import Id, Minor, Moment, Named, Shape, Text, Whole

NOTE = 20_000


class Approving(Shape):
    """Without ``amount_minor``, all that was asked for."""

    amount_minor = Minor(allow_null=True, required=False)
    note = Text(max_length=NOTE, allow_blank=True, required=False)


class Declining(Shape):
    reason = Text(max_length=NOTE, allow_blank=True, default="", help_text="Needed.")


class Countering(Shape):
    """Another remedy. ``amount_minor`` is given exactly where the catalog leaves the amount open."""

    remedy = Text(max_length=40, help_text="The remedy's code; another than the one asked for.")
    amount_minor = Minor(allow_null=True, required=False)
    note = Text(max_length=NOTE, allow_blank=True, required=False)


class Resubmitting(Shape):
    """What is new: another amount, another remedy, or a note. What is left out stays as it was asked for."""

    remedy = Text(max_length=40, required=False, help_text="The remedy's code.")
    amount_minor = Minor(allow_null=True, required=False)
    note = Text(max_length=NOTE, allow_blank=True, required=False)


class Taking(Shape):
    note = Text(max_length=NOTE, allow_blank=True, required=False)


class Leaving(Shape):
    reason = Text(max_length=NOTE, allow_blank=True, required=False)


class Approval(serializers.ModelSerializer[models.Approval]):
    """A request for an award above somebody's cap, and its answer.

    Its ETag is the version of its case: an answer with that in If-Match is bound to what was seen.
    """

    award = serializers.IntegerField(source="award_id", read_only=True)
    case = serializers.CharField(source="award.case.reference", read_only=True)
    customer = serializers.IntegerField(source="award.customer_id", read_only=True)
    remedy_name = serializers.CharField(source="award.remedy_name", read_only=True)
    requested_by = Named(read_only=True)
    routed_to = Named(read_only=True, allow_null=True, help_text="Whose authority it waits for.")
    put_before = Named(
        source="obligation.owner", read_only=True, allow_null=True, help_text="Who is asked: they, or their deputy."
    )
    answered_by = Named(read_only=True, allow_null=True)
    on_behalf_of = Named(read_only=True, allow_null=True, help_text="In whose place, within whose caps.")
    due_at = serializers.DateTimeField(source="obligation.due_end", read_only=True)
    seconds_to_answer = serializers.IntegerField(read_only=True, allow_null=True)
    resubmits = serializers.IntegerField(source="resubmits_id", read_only=True, allow_null=True)
    offer = serializers.SerializerMethodField(help_text="The remedy offered instead.")
    case_version = serializers.IntegerField(source="version", read_only=True)

    class Meta:
        model = models.Approval
        fields = [
            "id", "award", "case", "case_version", "customer", "remedy_name", "status", "binding_axis",
            "binding_left_minor", "asked_minor", "granted_minor", "currency", "requested_by", "requested_at", "due_at",
            "expires_at", "routed_to", "put_before", "routed_at", "goes_up_at", "resubmits", "offer", "answered_by",
            "on_behalf_of", "answered_at", "seconds_to_answer",
        ]  # fmt: skip
        read_only_fields = fields

    def get_offer(self, approval: models.Approval) -> int | None:
        return approval.counter.pk if hasattr(approval, "counter") else None


class Offer(serializers.ModelSerializer[models.CounterOffer]):
    """Another remedy that was approved instead of the one asked for. Its ETag is the version of its case."""

    approval = serializers.IntegerField(source="approval_id", read_only=True)
    award = serializers.IntegerField(source="award_id", read_only=True)
    case = serializers.CharField(source="award.case.reference", read_only=True)
    case_version = serializers.IntegerField(source="version", read_only=True)
    remedy = serializers.CharField(source="award.remedy.code", read_only=True)
    remedy_name = serializers.CharField(source="award.remedy_name", read_only=True)
    cost_minor = serializers.IntegerField(source="award.cost_minor", read_only=True)
    currency = serializers.CharField(source="award.currency", read_only=True)
    offered_by = Named(read_only=True)
    offered_to = Named(read_only=True)
    ended_by = Named(read_only=True, allow_null=True)

    class Meta:
        model = models.CounterOffer
        fields = [
            "id", "approval", "award", "case", "case_version", "remedy", "remedy_name", "cost_minor", "currency",
            "status", "offered_by", "offered_to", "offered_at", "expires_at", "ended_by", "ended_at",
        ]  # fmt: skip
        read_only_fields = fields


class DeputyNew(Shape):
    """Who stands in for whom, up to, not including, ``ends_at``."""

    principal = Id(help_text="The supervisor. Administrators name anybody's deputy, others their own.")
    deputy = Id(help_text="A rep or supervisor who serves a unit in common.")
    starts_at = Moment(required=False, allow_null=True, help_text="Now, where it is left out or past.")
    ends_at = Moment()


class Deputy(serializers.ModelSerializer[models.Deputy]):
    """Who answers requests in a supervisor's place while they are not there, within that supervisor's caps."""

    principal = Named(read_only=True)
    deputy = Named(read_only=True)
    named_by = Named(read_only=True)

    class Meta:
        model = models.Deputy
        fields = ["id", "principal", "deputy", "starts_at", "ends_at", "named_by", "named_at"]
        read_only_fields = fields


class RouteChange(Shape):
    """What is given is changed, for what is asked from now on."""

    answer_minutes = Whole(min_value=1, max_value=10_080, help_text="Until the answer is overdue.")
    goes_up_minutes = Whole(min_value=1, max_value=10_080, help_text="Until it is put before the next person up.")
    expires_hours = Whole(min_value=1, max_value=744, help_text="Until the request ends.")


class UpTo(serializers.Serializer[Any]):
    """The most that somebody may approve in one award."""

    currency = serializers.CharField(read_only=True)
    up_to_minor = serializers.IntegerField(read_only=True)


class Standing(serializers.Serializer[Any]):
    """A supervisor of the unit as they stand now, the lowest authority first."""

    person = Named(read_only=True)
    there = serializers.BooleanField(read_only=True)
    put_before = Named(source="answers", read_only=True, allow_null=True, help_text="They, their deputy, or nobody.")
    waiting = serializers.IntegerField(read_only=True, help_text="Requests that wait for them.")
    up_to = serializers.SerializerMethodField()

    @extend_schema_field(UpTo(many=True))
    def get_up_to(self, row: StandingRow) -> list[dict[str, Any]]:
        return [{"currency": currency, "up_to_minor": amount} for currency, amount in row.up_to]


class Route(serializers.Serializer[Any]):
    """How long requests of a unit wait. ``version`` is 0 where the usual times hold."""

    unit = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    answer_minutes = serializers.IntegerField(read_only=True)
    goes_up_minutes = serializers.IntegerField(read_only=True)
    expires_hours = serializers.IntegerField(read_only=True)
    version = serializers.IntegerField(read_only=True)


class RouteInFull(Route):
    ladder = Standing(many=True, read_only=True)
