"""What a rep fills in. Input is checked for shape here; the rules are the domain's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime

from accounts.authority import Refused
from accounts.models import BusinessUnit, User
from accounts.money import to_major, to_minor
from cases.domain.clock import at_wall_time
from cases.enums import (
    CaseOutcome,
    Channel,
    Complainer,
    Favor,
    Feeling,
    KindOfAction,
    Originator,
    Reached,
    Severity,
)
from cases.models import Cause, Customer
from recovery.forms import WallTime

SPOKEN = (Channel.PHONE, Channel.EMAIL, Channel.CHAT, Channel.IN_PERSON, Channel.VIDEO, Channel.SOCIAL, Channel.POST)
LOGGED_BY = (*SPOKEN, Channel.WEB, Channel.FAX, Channel.REFERRAL, Channel.SURVEY)
NO_CHOICE = [("", "Choose…")]


def labeled(choices: Any) -> list[tuple[str, str]]:
    return [(choice.value, choice.label) for choice in choices]


class Form(forms.Form):
    """A form that can say no in the same words as the domain."""

    use_required_attribute = True

    def accepted(self) -> dict[str, Any]:
        """What was filled in. Refused: ``invalid``, for the first field that does not do."""
        if self.is_valid():
            return self.cleaned_data
        field, errors = next(iter(self.errors.items()))
        label = "" if field == "__all__" else f"{self.fields[field].label or field}: "
        raise Refused("invalid", f"{label}{errors[0]}", field)

    def refuse(self, refused: Refused) -> None:
        """Show a refusal beside its field, or above the form when it has none here."""
        self.add_error(refused.field if refused.field in self.fields else None, refused.reason)


class Lines(forms.CharField):
    """Several values, one a line."""

    widget = forms.Textarea(attrs={"rows": 2})

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return [line.strip() for line in str(value or "").replace(",", "\n").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value


class Versioned(Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class FeelingsForm(Form):
    feeling = forms.ChoiceField(label="Feeling", choices=Feeling.choices, widget=forms.RadioSelect)
    confirmed = forms.BooleanField(label="They said that is right", required=False)
    words = forms.CharField(label="In your words", required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ContactForm(Form):
    """Either a contact with the customer or a note for colleagues, by ``kind``."""

    NOTE = "note"
    kind = forms.ChoiceField(
        label="What this was", choices=[*Reached.choices, (NOTE, "A note")], initial=Reached.CUSTOMER
    )
    channel = forms.ChoiceField(label="How", choices=labeled(SPOKEN), required=False)
    words = forms.CharField(
        label="What was said, or a note", required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 2})
    )


class PromiseForm(Form):
    """When they hear from us next: one of the suggested moments, or a time on the customer's own wall."""

    due = forms.CharField(required=False)
    wall = WallTime(label="Another time", required=False)
    what = forms.CharField(label="What you promise", required=False, max_length=200)
    channel = forms.ChoiceField(label="How", choices=labeled(SPOKEN), required=False)

    def due_end(self, zone: str) -> datetime:
        """The aware moment that was meant. Refused: ``invalid``."""
        data = self.accepted()
        if data["wall"] is not None and data["due"] in ("", "other"):
            return at_wall_time(data["wall"], zone)
        due = parse_datetime(data["due"]) if data["due"] else None
        if due is None or due.tzinfo is None:
            raise Refused("invalid", "Choose when they will hear from you.", "due")
        return due


class KeepForm(Form):
    reached = forms.ChoiceField(label="What happened", choices=Reached.choices, initial=Reached.CUSTOMER)
    channel = forms.ChoiceField(label="How", choices=labeled(SPOKEN), required=False)
    words = forms.CharField(label="What was said", required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(Versioned):
    # The browser asks for it; what comes without it all the same, the domain refuses as it does everywhere.
    reason = forms.CharField(
        label="Why", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2, "required": True})
    )


class HandoffForm(ReasonForm):
    to = forms.ModelChoiceField(label="To", queryset=User.objects.none())

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues  # type: ignore[attr-defined]


class CauseForm(Form):
    cause = forms.ModelChoiceField(label="Cause", queryset=Cause.objects.filter(active=True), required=False)
    question = forms.CharField(
        label="Not known yet? Write what has to be found out", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("cause") and not data.get("question") and not self.errors:
            raise forms.ValidationError("Choose the cause, or write what has to be found out.")
        return data


class FindingForm(Form):
    finding = forms.CharField(
        label="What was found", required=False, widget=forms.Textarea(attrs={"rows": 2, "required": True})
    )
    cause = forms.ModelChoiceField(label="Cause", queryset=Cause.objects.filter(active=True), required=False)


class CloseForm(Versioned):
    outcome = forms.ChoiceField(
        label="How it ended",
        choices=[choice for choice in CaseOutcome.choices if choice[0] != CaseOutcome.UNKNOWN],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label="Last words", required=False, widget=forms.Textarea(attrs={"rows": 2}))


class AwardForm(Form):
    """A remedy; with a feeling when it has not been acknowledged yet, so that one action carries both."""

    remedy = forms.IntegerField(label="Remedy", error_messages={"required": "Choose a remedy."})
    note = forms.CharField(required=False, max_length=2000)
    feeling = forms.ChoiceField(choices=[("", ""), *Feeling.choices], required=False)

    def amount_minor(self, currency: str) -> int | None:
        """The amount that was typed beside the chosen remedy, in minor units; None when it has a fixed one."""
        typed = self.data.get(f"amount-{self.cleaned_data['remedy']}", "").strip()
        return to_minor(typed, currency=currency, field="amount_minor") if typed else None


class DeliverForm(Form):
    proof = forms.CharField(label="Reference, if there is one", required=False, max_length=200)


class LogForm(Form):
    """One mistake, told once. The customer is chosen beside it, or described in the ``new_*`` fields."""

    customer = forms.IntegerField(required=False, widget=forms.HiddenInput)
    new_name = forms.CharField(label="Name", required=False, max_length=160)
    new_address = forms.CharField(label="How to address them", required=False, max_length=160)
    new_phone = forms.CharField(label="Phone", required=False, max_length=40)
    new_email = forms.EmailField(label="Email", required=False)
    new_zone = forms.CharField(label="Time zone", required=False, max_length=60)
    unit = forms.ModelChoiceField(
        label="Business unit", queryset=BusinessUnit.objects.none(), required=False, empty_label="Choose…"
    )
    case = forms.CharField(required=False, widget=forms.HiddenInput)

    customer_words = forms.CharField(
        label="What happened, in their words",
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    our_words = forms.CharField(label="In a line of ours", required=False, max_length=2000)
    channel = forms.ChoiceField(
        label="It reached us by", choices=labeled(LOGGED_BY), initial=Channel.PHONE, widget=forms.RadioSelect
    )
    line_of_business = forms.CharField(label="Line of business", required=False, max_length=120)
    category = forms.CharField(label="Category", required=False, max_length=200)
    severity = forms.ChoiceField(
        label="How bad is it for them?", choices=Severity.choices, initial=Severity.MEDIUM, widget=forms.RadioSelect
    )
    mistake = forms.ChoiceField(
        label="Whose mistake was it?",
        choices=[
            ("mine", "Mine"),
            (Originator.PERSON.value, "A colleague’s"),
            (Originator.SYSTEM.value, "A system’s"),
            (Originator.PARTNER.value, "A partner’s"),
            (Originator.UNKNOWN.value, "Not known yet"),
        ],
        initial=Originator.UNKNOWN,
        widget=forms.RadioSelect,
    )
    originator = forms.ModelChoiceField(
        label="Which colleague", queryset=User.objects.none(), required=False, empty_label="Choose…"
    )
    favor = forms.ChoiceField(
        label="In whose favor was it?",
        choices=[
            (Favor.COMPANY.value, "Against the customer"),
            (Favor.CUSTOMER.value, "In the customer’s favor"),
            (Favor.NOBODY.value, "Nobody’s"),
        ],
        initial=Favor.COMPANY,
        widget=forms.RadioSelect,
    )
    kind_of_action = forms.ChoiceField(label="Kind of action", choices=KindOfAction.choices, initial=KindOfAction.OTHER)
    complainer = forms.ChoiceField(
        label="How do they complain?", choices=NO_CHOICE + Complainer.choices, required=False
    )
    occurred_at = forms.DateTimeField(
        label="When it happened", required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    reported_at = forms.DateTimeField(
        label="When it reached us",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="Now, if you leave it empty. The first minute runs from here.",
    )
    loss = forms.CharField(label="Their loss", required=False, max_length=20)
    value_at_stake = forms.CharField(label="Value at stake", required=False, max_length=20)

    def __init__(self, *args: Any, units: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["originator"].queryset = colleagues  # type: ignore[attr-defined]

    def incident(self, *, by: User, currency: str) -> dict[str, Any]:
        """What ``cases.domain.intake.log_incident`` takes, apart from whom it concerns. Refused: ``not_an_amount``."""
        data = self.cleaned_data
        mine = data["mistake"] == "mine"
        given = {
            name: data[name]
            for name in (
                "customer_words",
                "our_words",
                "channel",
                "line_of_business",
                "category",
                "severity",
                "favor",
                "kind_of_action",
                "complainer",
                "occurred_at",
                "reported_at",
            )
        }
        given["originator_kind"] = Originator.PERSON if mine else data["mistake"]
        given["originator"] = by if mine else data["originator"]
        for field in ("loss", "value_at_stake"):
            if data[field]:
                given[f"{field}_minor"] = to_minor(data[field], currency=currency, field=field, zero=True)
                given["currency"] = currency
        return given


class CustomerForm(Versioned):
    """The particulars of a customer, with the version that the writer saw."""

    preferred_name = forms.CharField(label="Preferred name", required=False, max_length=160)
    form_of_address = forms.CharField(
        label="How to address them", required=False, max_length=160, help_text="As one would greet them: Ms. Okafor."
    )
    phones = Lines(label="Phones", required=False, help_text="One a line, with the country: +1 303 555 0142.")
    emails = Lines(label="Email addresses", required=False, help_text="One a line.")
    time_zone = forms.CharField(label="Time zone", max_length=60, help_text="Such as America/Denver.")
    language = forms.CharField(label="Language", max_length=20)
    jurisdiction = forms.CharField(
        label="Jurisdiction", required=False, max_length=6, help_text="Country or state, such as US-CO."
    )
    channel_preference = forms.ChoiceField(label="Prefers", choices=labeled(SPOKEN))
    do_not_call = forms.BooleanField(label="Do not call", required=False)
    value = forms.CharField(label="Worth to us in a year", required=False, max_length=20)
    value_currency = forms.CharField(label="Currency", required=False, max_length=3)

    @staticmethod
    def initial_of(customer: Customer) -> dict[str, Any]:
        names = ("preferred_name", "form_of_address", "time_zone", "language", "jurisdiction", "channel_preference")
        worth = customer.value_minor
        return {
            **{name: getattr(customer, name) for name in names},
            "phones": [phone.number for phone in customer.phones.all()],
            "emails": [email.address for email in customer.emails.all()],
            "do_not_call": customer.do_not_call,
            "value": "" if worth is None else to_major(worth, customer.value_currency),
            "value_currency": customer.value_currency,
            "version": customer.version,
        }

    def particulars(self) -> dict[str, Any]:
        """What ``cases.domain.customers.change_customer`` takes. Refused: ``not_an_amount``, ``unknown_currency``."""
        data = dict(self.cleaned_data)
        value, currency = data.pop("value"), data["value_currency"].upper()
        data["value_currency"] = currency
        data["value_minor"] = to_minor(value, currency=currency or "USD", field="value", zero=True) if value else None
        return data


class CasesFilter(forms.Form):
    """Which cases to list."""

    q = forms.CharField(label="Customer or case", required=False, max_length=160)
    whose = forms.ChoiceField(
        label="Whose", required=False, choices=[("", "Everybody’s"), ("mine", "Mine"), ("nobody", "Nobody’s yet")]
    )
    status = forms.ChoiceField(
        label="Status", required=False, choices=[("", "Any"), ("live", "Open"), ("closed", "Closed")]
    )
    severity = forms.ChoiceField(label="Severity", required=False, choices=[("", "Any"), *Severity.choices])
    # Named by a link only, such as that of the notice that somebody’s cases need cover.
    owner = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
