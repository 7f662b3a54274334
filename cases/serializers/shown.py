"""What is answered. All of it comes from rows that the door has loaded: no shape runs a query."""

from __future__ import annotations

from typing import Any, TypedDict

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases import models
from cases.domain.opening_hours import cautions_of
from cases.enums import KindOfAction, Likeness
from cases.queries.particulars import Particulars
from recovery.rest import Named


class PhoneShown(TypedDict):
    number: str
    label: str
    wrong: bool


class ExternalIdShown(TypedDict):
    system: str
    external_id: str


class CustomerNamed(serializers.Serializer[Any]):
    """A customer by id and the name that they go by."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(source="display_name", read_only=True)


class Customer(serializers.ModelSerializer[models.Customer]):
    """A customer. ``context["particulars"]`` holds what lies in other tables, by customer id."""

    display_name = serializers.CharField(read_only=True)
    risk_flags = serializers.ListField(child=serializers.CharField(), read_only=True)
    phones = serializers.SerializerMethodField()
    emails = serializers.SerializerMethodField()
    external_ids = serializers.SerializerMethodField()
    units = serializers.SerializerMethodField()

    class Meta:
        model = models.Customer
        fields = [
            "id", "display_name", "preferred_name", "form_of_address", "time_zone", "language", "channel_preference",
            "do_not_call", "do_not_survey", "jurisdiction", "value_minor", "value_currency", "risk_flags", "phones",
            "emails", "external_ids", "units", "version", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def _of(self, customer: models.Customer) -> Particulars:
        found: Particulars = self.context["particulars"][customer.pk]
        return found

    def get_phones(self, customer: models.Customer) -> list[PhoneShown]:
        return [PhoneShown(number=n, label=label, wrong=wrong) for n, label, wrong in self._of(customer).phones]

    def get_emails(self, customer: models.Customer) -> list[str]:
        return self._of(customer).emails

    def get_external_ids(self, customer: models.Customer) -> list[ExternalIdShown]:
        return [ExternalIdShown(system=s, external_id=e) for s, e in self._of(customer).external_ids]

    def get_units(self, customer: models.Customer) -> list[int]:
        return self._of(customer).units


class Cause(serializers.ModelSerializer[models.Cause]):
    class Meta:
        model = models.Cause
        fields = ["id", "name", "parent", "path", "active", "version"]
        read_only_fields = fields


class CauseNamed(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)


class Incident(serializers.ModelSerializer[models.Incident]):
    """One mistake, with the reference of its case."""

    case = serializers.CharField(source="case.reference", read_only=True)
    cause = CauseNamed(read_only=True, allow_null=True)
    originator = Named(read_only=True, allow_null=True)
    logged_by = Named(read_only=True, allow_null=True)
    self_reported = serializers.BooleanField(read_only=True)

    class Meta:
        model = models.Incident
        fields = [
            "id", "customer", "case", "unit", "customer_words", "our_words", "channel", "line_of_business", "category",
            "severity", "kind_of_action", "complainer", "favor", "occurred_at", "reported_at", "logged_at", "logged_by",
            "self_reported", "originator_kind", "originator", "value_at_stake_minor", "loss_minor", "currency", "cause",
            "acknowledged_at", "external_system", "external_id", "historical", "version",
        ]  # fmt: skip
        read_only_fields = fields


class Case(serializers.ModelSerializer[models.Case]):
    """A case in brief."""

    customer = CustomerNamed(read_only=True)
    owner = Named(read_only=True, allow_null=True)

    class Meta:
        model = models.Case
        fields = [
            "reference", "title", "status", "severity", "urgent", "channel", "customer", "unit", "owner", "opened_at",
            "reported_at", "first_response_at", "feeling", "acknowledged_at", "open_obligations", "handoff_count",
            "reopened_count", "closed_at", "outcome", "historical", "version",
        ]  # fmt: skip
        read_only_fields = fields


class Owed(serializers.ModelSerializer[models.Obligation]):
    """Something that is still owed, of whatever kind."""

    owner = Named(read_only=True, allow_null=True)

    class Meta:
        model = models.Obligation
        fields = ["id", "kind", "what", "owner", "due_start", "due_end", "zone"]
        read_only_fields = fields


class Promise(serializers.ModelSerializer[models.Promise]):
    """A promise to contact a customer, and what became of it."""

    id = serializers.IntegerField(source="pk", read_only=True)
    case = serializers.CharField(source="case.reference", read_only=True)
    what = serializers.CharField(source="obligation.what", read_only=True)
    owner = Named(source="obligation.owner", read_only=True, allow_null=True)
    due_start = serializers.DateTimeField(source="obligation.due_start", read_only=True, allow_null=True)
    due_end = serializers.DateTimeField(source="obligation.due_end", read_only=True)
    zone = serializers.CharField(source="obligation.zone", read_only=True)
    covers_for = serializers.IntegerField(
        source="obligation.covers_for_id",
        read_only=True,
        allow_null=True,
        help_text="Whose it is on their return: somebody else owes it while they are away.",
    )
    follows = serializers.IntegerField(source="follows_id", read_only=True, allow_null=True)

    class Meta:
        model = models.Promise
        fields = [
            "id", "case", "status", "channel", "what", "owner", "covers_for", "due_start", "due_end", "zone", "made_at",
            "interim", "follows", "abandoned_because",
        ]  # fmt: skip
        read_only_fields = fields


class Caution(serializers.Serializer[Any]):
    """What to know of a due time before it is promised. It stops nobody."""

    code = serializers.ChoiceField(choices=["closed_then", "holiday_here", "holiday_there", "not_decent"])
    reason = serializers.CharField(read_only=True)


class PromiseMade(Promise):
    """A promise that has just been made, and what to know of its time."""

    cautions = serializers.SerializerMethodField()

    class Meta(Promise.Meta):
        fields = [*Promise.Meta.fields, "cautions"]
        read_only_fields = fields

    @extend_schema_field(Caution(many=True))
    def get_cautions(self, promise: models.Promise) -> Any:
        return Caution(cautions_of(promise), many=True).data


class DueTime(serializers.Serializer[Any]):
    """A time that could be promised: as it was said, as moments, on both clocks, and what to know of it."""

    said = serializers.CharField(read_only=True)
    due_start = serializers.DateTimeField(read_only=True, allow_null=True)
    due_end = serializers.DateTimeField(read_only=True)
    zone = serializers.CharField(read_only=True, help_text="On whose clock it was read.")
    there = serializers.CharField(read_only=True, help_text="In words, on the customer’s clock.")
    here = serializers.CharField(read_only=True, help_text="In words, on the caller’s.")
    cautions = Caution(many=True, read_only=True)


class DueTimes(serializers.Serializer[Any]):
    """Times that could be promised next, the soonest first."""

    results = DueTime(many=True, read_only=True)


class Investigation(serializers.ModelSerializer[models.Investigation]):
    """A question that is kept open until its answer is found."""

    class Meta:
        model = models.Investigation
        fields = ["id", "question", "status", "opened_at", "closed_at", "finding"]
        read_only_fields = fields


class PrecedentCall(serializers.ModelSerializer[models.Disclosure]):
    """The call that says that it was for this once: made, with what the customer said to it, or still owed."""

    due_at = serializers.DateTimeField(source="obligation.due_end", read_only=True)
    owed_by = Named(read_only=True, allow_null=True)
    caller = Named(read_only=True, allow_null=True)

    class Meta:
        model = models.Disclosure
        fields = ["status", "owed_by", "due_at", "caller", "channel", "made_at", "answer", "understanding"]
        read_only_fields = fields


class Precedent(serializers.Serializer[Any]):
    """An earlier honored error of the customer, why it bears on what is asked about, and the call that told of it."""

    honored_error = serializers.IntegerField(source="error.pk", read_only=True)
    because = serializers.ListField(child=serializers.ChoiceField(choices=Likeness.choices), read_only=True)
    case = serializers.CharField(source="error.case.reference", read_only=True)
    kind_of_action = serializers.ChoiceField(
        source="error.kind_of_action", choices=KindOfAction.choices, read_only=True
    )
    line_of_business = serializers.CharField(source="error.line_of_business", read_only=True)
    cause = CauseNamed(source="error.incident.cause", read_only=True, allow_null=True)
    what_happened = serializers.CharField(source="error.happened_words", read_only=True)
    should_have = serializers.CharField(source="error.should_have", read_only=True)
    happened_at = serializers.DateTimeField(source="error.happened_at", read_only=True)
    honored_at = serializers.DateTimeField(source="error.decided_at", read_only=True)
    call = PrecedentCall(read_only=True, allow_null=True)


class CaseWhole(Case):
    """A case with its incidents, its promises, what is still owed on it and what is being investigated.

    ``context["precedents"]`` are the earlier honored errors that bear on it.
    """

    first_owner = Named(read_only=True, allow_null=True)
    incidents = Incident(many=True, read_only=True)
    promises = Promise(many=True, read_only=True)
    owed = Owed(source="still_owed", many=True, read_only=True)
    investigations = Investigation(many=True, read_only=True)
    precedents = serializers.SerializerMethodField(help_text="Look at these before offering anything.")

    class Meta(Case.Meta):
        fields = [*Case.Meta.fields, "first_owner", "incidents", "promises", "owed", "investigations", "precedents"]
        read_only_fields = fields

    @extend_schema_field(Precedent(many=True))
    def get_precedents(self, case: models.Case) -> Any:
        return Precedent(self.context["precedents"], many=True).data


class Acknowledgment(serializers.ModelSerializer[models.Acknowledgment]):
    """A feeling that was named, and the case as it is now."""

    case = Case(read_only=True)

    class Meta:
        model = models.Acknowledgment
        fields = ["id", "feeling", "words", "confirmed", "at", "case"]
        read_only_fields = fields


class Contact(serializers.ModelSerializer[models.Contact]):
    """A contact, or an attempt, and the case as it is now."""

    case = Case(read_only=True)

    class Meta:
        model = models.Contact
        fields = ["id", "channel", "direction", "reached", "at", "case"]
        read_only_fields = fields


class Logged(serializers.Serializer[Any]):
    """What came of logging a mistake."""

    incident = Incident(read_only=True)
    case = Case(read_only=True)
    opened = serializers.BooleanField(read_only=True, help_text="Whether the case was opened by it.")
