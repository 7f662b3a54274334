"""What the forms of the desk are put together from."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.enums import Channel
from recovery.forms import Form

SPOKEN = (Channel.PHONE, Channel.EMAIL, Channel.CHAT, Channel.IN_PERSON, Channel.VIDEO, Channel.SOCIAL, Channel.POST)


def labeled(choices: Any) -> list[tuple[str, str]]:
    return [(choice.value, choice.label) for choice in choices]


class Lines(forms.CharField):
    """Several values, one a line."""

    widget = forms.Textarea(attrs={"rows": 2})

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return [line.strip() for line in str(value or "").replace(",", "\n").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value


class Versioned(Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
