"""Bodies of requests. They are checked for type and size here, and for sense in the domain."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.enums import (
    CaseOutcome,
    Channel,
    Complainer,
    Direction,
    Favor,
    Feeling,
    KindOfAction,
    Originator,
    Reached,
    Severity,
)
from recovery.rest import Choice, Currency, ExternalName, Flag, Id, Minor, Moment, Shape, Text


class Particulars(Shape):
    """What can be said of a customer."""

    preferred_name = Text(max_length=160, allow_blank=True, required=False)
    form_of_address = Text(max_length=160, allow_blank=True, required=False)
    time_zone = Text(max_length=60, required=False, help_text="IANA name, such as America/Denver.")
    language = Text(max_length=20, required=False, help_text="Such as en or pt-BR.")
    channel_preference = Choice(choices=Channel.choices, required=False)
    do_not_call = Flag(required=False)
    do_not_survey = Flag(required=False, help_text="Is not asked how it was.")
    jurisdiction = Text(max_length=6, allow_blank=True, required=False, help_text="ISO 3166, such as US-CO.")
    value_minor = Minor(allow_null=True, required=False, help_text="Worth to us in a year.")
    value_currency = Currency(allow_blank=True, required=False)
    risk_flags = serializers.ListField(child=Text(max_length=40), max_length=20, required=False)
    phones = serializers.ListField(child=Text(max_length=40), max_length=20, required=False)
    emails = serializers.ListField(child=Text(max_length=254), max_length=20, required=False)


class CustomerChange(Particulars):
    """What is given is changed; phones and emails are replaced as a whole."""


class CustomerSync(Particulars):
    """What another system knows. ``units`` are those of a customer who is new here."""

    units = serializers.ListField(child=Id(), max_length=20, required=False)


class CustomerNew(Particulars):
    """A new customer of at least one unit in reach."""

    units = serializers.ListField(child=Id(), min_length=1, max_length=20)
    external_ids = serializers.ListField(child=ExternalName(), max_length=20, required=False)


class IncidentParticulars(Shape):
    """What can be said of a mistake. Amounts in minor units of ``currency``."""

    customer_words = Text(max_length=20_000, allow_blank=True, required=False)
    our_words = Text(max_length=20_000, allow_blank=True, required=False)
    line_of_business = Text(max_length=120, allow_blank=True, required=False)
    category = Text(max_length=200, allow_blank=True, required=False, help_text="The symptom; the cause comes later.")
    severity = Choice(choices=Severity.choices, required=False)
    kind_of_action = Choice(choices=KindOfAction.choices, required=False)
    complainer = Choice(choices=Complainer.choices, allow_blank=True, required=False)
    occurred_at = Moment(allow_null=True, required=False)
    originator_kind = Choice(choices=Originator.choices, required=False)
    originator = Id(allow_null=True, required=False, help_text="The colleague, where the mistake is a person’s.")
    favor = Choice(choices=Favor.choices, required=False)
    value_at_stake_minor = Minor(allow_null=True, required=False)
    loss_minor = Minor(allow_null=True, required=False)
    currency = Currency(allow_blank=True, required=False)


class IncidentChange(IncidentParticulars):
    """What is given is changed."""


class IncidentNew(IncidentParticulars):
    """A mistake to log. Its customer is named by ``customer`` or by ``customer_external``, one of the two."""

    customer = Id(required=False)
    customer_external = ExternalName(required=False)
    case = serializers.RegexField(
        r"^RC-[0-9A-Z]{8}$", required=False, help_text="An open case of the customer that it joins."
    )
    unit = Id(required=False, help_text="Needed where the customer belongs to several units.")
    channel = Choice(choices=Channel.choices)
    reported_at = Moment(required=False)
    external_system = Text(max_length=40, allow_blank=True, required=False)
    external_id = Text(max_length=120, allow_blank=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("customer" in attrs) == ("customer_external" in attrs):
            raise serializers.ValidationError({"customer": ["Name the customer by one of the two ways."]})
        return attrs


class OwningUp(Shape):
    words = Text(max_length=20_000, allow_blank=True, required=False)


class Acknowledging(Shape):
    """A feeling named to the customer; ``confirmed`` is what they said to “Is that right?”."""

    feeling = Choice(choices=Feeling.choices)
    words = Text(max_length=20_000, allow_blank=True, required=False)
    confirmed = Flag(allow_null=True, required=False)


class HandingOff(Shape):
    to = Id(help_text="The id of the colleague who takes over.")
    reason = Text(max_length=20_000, allow_blank=True, default="", help_text="Needed.")


class Closing(Shape):
    outcome = Choice(choices=[choice for choice in CaseOutcome.choices if choice[0] != CaseOutcome.UNKNOWN])
    words = Text(max_length=20_000, allow_blank=True, required=False)


class Reopening(Shape):
    reason = Text(max_length=20_000, allow_blank=True, default="", help_text="Needed.")


class Contacting(Shape):
    channel = Choice(choices=Channel.choices)
    direction = Choice(choices=Direction.choices, required=False)
    reached = Choice(choices=Reached.choices, required=False)
    words = Text(max_length=20_000, allow_blank=True, required=False)


class CauseFound(Shape):
    """Without ``incident``, the cause of all incidents of the case that have none yet."""

    cause = Id()
    incident = Id(required=False)


class Question(Shape):
    question = Text(max_length=20_000, allow_blank=True, default="", help_text="Needed.")


class Finding(Shape):
    finding = Text(max_length=20_000, allow_blank=True, default="", help_text="Needed.")
    cause = Id(required=False)


class Noting(Shape):
    words = Text(max_length=20_000, allow_blank=True, default="", help_text="Needed.")


SAID = "As people say it: today 15:40, in 20 min, tomorrow morning, Fri 9-11. Instead of `due_end`."


class Promising(Shape):
    """A commitment to contact the customer by ``due_end``, or by what ``due`` says on the clock of ``zone``."""

    due = Text(max_length=80, required=False, help_text=SAID)
    due_end = Moment(required=False)
    due_start = Moment(required=False)
    zone = Text(max_length=60, required=False, help_text="The zone that was meant; the customer’s if not given.")
    channel = Choice(choices=Channel.choices, required=False)
    what = Text(max_length=200, allow_blank=True, required=False)


class Keeping(Shape):
    """The contact, or the attempt, that was made. Only one that reached the customer keeps a promise."""

    channel = Choice(choices=Channel.choices, required=False)
    reached = Choice(choices=Reached.choices, required=False)
    words = Text(max_length=20_000, allow_blank=True, required=False)


class Updating(Shape):
    """The customer was told that we are still working on it; the next promise is due at ``due_end``, or as ``due`` says."""

    due = Text(max_length=80, required=False, help_text=SAID)
    due_end = Moment(required=False)
    due_start = Moment(required=False)
    channel = Choice(choices=Channel.choices, required=False)
    words = Text(max_length=20_000, allow_blank=True, required=False)
    what = Text(max_length=200, allow_blank=True, required=False)
    zone = Text(max_length=60, required=False)


class Moving(Shape):
    due = Text(max_length=80, required=False, help_text=SAID)
    due_end = Moment(required=False)
    due_start = Moment(required=False)
    agreed = Flag(help_text="Did the customer agree? Without, the promise counts as missed.")


class Timing(Shape):
    """A due time to be read, and promised to nobody yet."""

    due = Text(max_length=80, help_text="As people say it: today 15:40, in 20 min, tomorrow morning, Fri 9-11.")
    zone = Text(max_length=60, required=False, help_text="The zone that is meant; the customer’s if not given.")


class Abandoning(Shape):
    reason = Text(max_length=300, allow_blank=True, default="", help_text="Needed.")
