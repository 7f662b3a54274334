"""When a person is told of things."""

from __future__ import annotations

from calendar import day_name
from typing import Any

from django import forms

from accounts.models import NoticePreference
from recovery.forms import Form


class WallClock(forms.TimeField):
    """A time of day on somebody's own wall."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class NoticesForm(Form):
    """What ``accounts.domain.preferences.choose_notices`` takes."""

    quiet_from = WallClock(label="Quiet from", required=False)
    quiet_until = WallClock(label="Quiet until", required=False)
    quiet_days = forms.TypedMultipleChoiceField(
        label="Quiet all day",
        required=False,
        coerce=int,
        choices=[(number, name[:3]) for number, name in enumerate(day_name)],
        widget=forms.CheckboxSelectMultiple,
    )
    urgent_anyway = forms.BooleanField(
        label="Tell me at once of what is due now or was missed",
        required=False,
        help_text="Otherwise it waits too, and the next rung of its reminders finds somebody else.",
    )
    digest_at = WallClock(
        label="One mail a day, at",
        required=False,
        help_text="With all that could wait. Empty: each by itself, as it comes.",
    )
    chat_handle = forms.CharField(
        label="Your name in chat",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "placeholder": "@maya"}),
    )

    @staticmethod
    def initial_of(preference: NoticePreference) -> dict[str, Any]:
        names = ("quiet_from", "quiet_until", "quiet_days", "urgent_anyway", "digest_at", "chat_handle")
        return {name: getattr(preference, name) for name in names}
