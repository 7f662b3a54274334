"""The form that a mistake is logged with."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import BusinessUnit, User
from accounts.money import to_minor
from cases.enums import Channel, Complainer, Favor, KindOfAction, Originator, Severity
from desk.forms.fields import SPOKEN, labeled
from recovery.forms import Form

LOGGED_BY = (*SPOKEN, Channel.WEB, Channel.FAX, Channel.REFERRAL, Channel.SURVEY)
NO_CHOICE = [("", "Choose…")]


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
