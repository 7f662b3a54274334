"""A customer's particulars, and which cases to list."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.money import to_major, to_minor
from cases.enums import Severity
from cases.models import Customer
from desk.forms.fields import SPOKEN, Lines, Versioned, labeled


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
    do_not_survey = forms.BooleanField(label="Do not ask how it was", required=False)
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
            "do_not_survey": customer.do_not_survey,
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
