"""What becomes of a mail that was set aside, as a supervisor fills it in."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import BusinessUnit
from recovery.forms import Form


class IncidentForm(Form):
    """Whose mail it is, when it is something new."""

    email = forms.CharField(label="Their email address", max_length=254, widget=forms.EmailInput)
    name = forms.CharField(
        label="What they are called", max_length=160, required=False, help_text="If we do not know them yet."
    )
    unit = forms.ModelChoiceField(label="Whose customer", queryset=BusinessUnit.objects.none(), empty_label=None)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class CaseForm(Form):
    """The case that it is about."""

    case = forms.CharField(label="Case", max_length=20, widget=forms.TextInput(attrs={"placeholder": "RC-7K3M9QTX"}))
