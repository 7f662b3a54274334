"""What a customer chooses on the page that a promise's link leads to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django import forms
from django.forms import BoundField

from cases.domain.chosen_times import NOTE
from cases.domain.clock import FARTHEST
from cases.domain.opening_hours import Slot
from cases.domain.promise_words import Wording
from recovery.forms import Form


def value_of(slot: Slot) -> str:
    """What stands for a window in the form: when it begins."""
    return slot.due_start.isoformat()


class ChosenTimeForm(Form):
    """One of the times that are offered, or a day and a time of the customer's own, which go first. In their language.

    Browsers show days and times as their owner writes them, and send them in one form, whatever the language.
    """

    slot = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    day = forms.DateField(
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
    )
    time = forms.TimeField(
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(attrs={"type": "time", "autocomplete": "off"}, format="%H:%M"),
    )
    words = forms.CharField(required=False, max_length=NOTE, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, slots: Sequence[Slot], today: date, said: Wording, **kwargs: Any) -> None:
        """``today`` is the day where the customer is, ``said`` the words of the page."""
        super().__init__(*args, **kwargs)
        self.slots = {value_of(slot): slot for slot in slots}
        self.said = said
        chosen: Any = self.fields["slot"]
        chosen.choices = [(value, value) for value in self.slots]
        for name, label in (("day", said.day), ("time", said.time), ("words", said.anything)):
            self.fields[name].label = label
        self.fields["day"].widget.attrs |= {"min": today.isoformat(), "max": (today + FARTHEST).isoformat()}
        for name, code, says in (
            ("slot", "invalid_choice", said.just_gone),
            ("day", "invalid", said.no_day),
            ("time", "invalid", said.no_time),
            ("words", "max_length", said.too_long.format(most=NOTE)),
        ):
            self.fields[name].error_messages[code] = says

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("day") and data.get("time"):
            self.errors.pop("slot", None)  # their own goes first, also before a window that has passed meanwhile
        if self.errors:
            return data
        if data["day"] is None and data["time"] is None:
            if not data["slot"]:
                self.add_error("slot", self.said.choose_one)
        elif data["time"] is None:
            self.add_error("time", self.said.time_needed)
        elif data["day"] is None:
            self.add_error("day", self.said.day_needed)
        return data

    @property
    def wall(self) -> datetime | None:
        """The day and time of their own, as their clock shows it; None where they chose one that was offered."""
        day, time = self.cleaned_data["day"], self.cleaned_data["time"]
        return None if day is None else datetime.combine(day, time)

    @property
    def own(self) -> list[BoundField]:
        """The fields of the time of their own."""
        return [self["day"], self["time"]]

    @property
    def days(self) -> list[tuple[date, list[tuple[str, Slot]]]]:
        """The windows by day on the customer's clock, each with what stands for it."""
        rows = list(self.slots.items())
        return [(day, list(of_day)) for day, of_day in groupby(rows, key=lambda row: row[1].starts.date())]
