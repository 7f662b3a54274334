"""What a customer chooses on the page that a promise's link leads to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django import forms

from cases.domain.chosen_times import NOTE
from cases.domain.due_times import LONGEST
from cases.domain.opening_hours import Slot
from recovery.forms import Form


def value_of(slot: Slot) -> str:
    """What stands for a window in the form: when it begins."""
    return slot.due_start.isoformat()


class ChosenTimeForm(Form):
    """One of the times that are offered, or another in the customer's own words, which go first."""

    slot = forms.ChoiceField(label="When", required=False, widget=forms.RadioSelect)
    said = forms.CharField(
        label="Another time",
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "tomorrow at 3, or Friday 9-11"}),
    )
    words = forms.CharField(
        label="Anything we should know", required=False, max_length=NOTE, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, slots: Sequence[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slots = {value_of(slot): slot for slot in slots}
        chosen: Any = self.fields["slot"]
        chosen.choices = [(value, value) for value in self.slots]
        chosen.error_messages["invalid_choice"] = "That time has just gone. Choose another, please."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data["slot"] and not data["said"].strip():
            self.add_error("slot", "Choose one of the times, or write another below.")
        return data

    @property
    def days(self) -> list[tuple[date, list[tuple[str, Slot]]]]:
        """The windows by day on the customer's clock, each with what stands for it."""
        rows = list(self.slots.items())
        return [(day, list(of_day)) for day, of_day in groupby(rows, key=lambda row: row[1].starts.date())]
