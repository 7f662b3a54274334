"""What administrators fill in about reminders and opening hours."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.enums import NoticeChannel
from accounts.models import BusinessUnit, time_zones
from cases.enums import ObligationKind
from outreach.enums import Audience
from recovery.forms import Form

MINUTES = {"minutes": 1, "hours": 60, "days": 24 * 60}
WEEKDAYS = ((0, "Mon"), (1, "Tue"), (2, "Wed"), (3, "Thu"), (4, "Fri"), (5, "Sat"), (6, "Sun"))


class Channels(forms.MultipleChoiceField):
    """Where a reminder is told."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **given: Any) -> None:
        super().__init__(label="Where", choices=NoticeChannel.choices, required=False, **given)


class RungForm(Form):
    """A new reminder: how long before or after, whom, where."""

    kind = forms.ChoiceField(label="Of what", choices=ObligationKind.choices)
    number = forms.IntegerField(label="How long", min_value=0, max_value=43_200)
    unit = forms.ChoiceField(label="In", choices=[(unit, unit) for unit in MINUTES])
    side = forms.ChoiceField(label="When", choices=[("before", "before it is due"), ("after", "after it was due")])
    audience = forms.ChoiceField(label="Who hears", choices=Audience.choices)
    channels = Channels(initial=["desk"])

    @property
    def offset_minutes(self) -> int:
        """Minutes from the time it is due; negative before it."""
        data = self.cleaned_data
        minutes: int = data["number"] * MINUTES[data["unit"]]
        return -minutes if data["side"] == "before" else minutes


class RungChangeForm(Form):
    """Where one reminder is told, and whether it is on."""

    channels = Channels()
    active = forms.BooleanField(label="On", required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class OpeningHoursForm(Form):
    """When a unit is there to keep its promises."""

    time_zone = forms.CharField(label="Time zone", max_length=60, help_text="Such as America/Denver.")
    opens = forms.TimeField(label="Opens", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    closes = forms.TimeField(label="Closes", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    weekdays = forms.TypedMultipleChoiceField(
        label="On", choices=WEEKDAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    holiday_region = forms.CharField(
        label="Keeps the holidays of", max_length=6, required=False, help_text="Such as US or US-CO. Blank: of nobody."
    )

    def clean_time_zone(self) -> str:
        zone = str(self.cleaned_data["time_zone"])
        if zone not in time_zones():
            raise forms.ValidationError(f"“{zone}” is not a time zone such as America/Denver.")
        return zone

    def clean_holiday_region(self) -> str:
        return str(self.cleaned_data["holiday_region"]).upper()

    @classmethod
    def initial_of(cls, unit: BusinessUnit) -> dict[str, Any]:
        return {name: getattr(unit, name) for name in cls.base_fields}
