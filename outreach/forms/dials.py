"""What a rep fills in to dial, and to say what they dial with. Checked for shape here; the rules are the domain's."""

from __future__ import annotations

from typing import Any

from django import forms

from outreach.domain.dialing.dials import KEY_LENGTH
from outreach.enums import Dialer
from outreach.models import Phone
from recovery.forms import Form


class DialForm(Form):
    """One press of the button. The key was made with the page, so that a double press is one dial."""

    key = forms.CharField(max_length=KEY_LENGTH, widget=forms.HiddenInput)
    to = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    case = forms.CharField(required=False, max_length=11, widget=forms.HiddenInput)
    by_link = forms.BooleanField(required=False, widget=forms.HiddenInput)


class PhoneForm(Form):
    """What ``phones.choose_phone`` takes. An address is asked for each way of ringing, and the chosen one's is kept."""

    dialer = forms.ChoiceField(label="What rings the customer", choices=(), widget=forms.RadioSelect)
    address = forms.CharField(label="Its address", required=False, max_length=120)

    def __init__(self, *given: Any, offered: list[Dialer], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["dialer"] = forms.ChoiceField(
            label="What rings the customer",
            choices=[(dialer.value, dialer.label) for dialer in offered],
            widget=forms.RadioSelect,
        )
        self.fields["address"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
        self.order_fields(["dialer", "address"])

    @staticmethod
    def initial_of(phone: Phone) -> dict[str, Any]:
        return {"dialer": phone.dialer, "address": phone.address}
