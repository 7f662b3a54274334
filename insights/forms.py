"""What can be chosen on the page: never refused, since a figure for nonsense is the figure for what is usual."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import BusinessUnit
from insights.enums import Measure
from insights.queries import PERIODS

USUAL = "30"


class InsightsForm(forms.Form):
    period = forms.ChoiceField(choices=list(PERIODS.items()), required=False)
    unit = forms.IntegerField(required=False)

    def __init__(self, *args: Any, units: list[BusinessUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reachable = {unit.pk for unit in units}

    def chosen(self) -> tuple[str, int | None]:
        """The period and the unit; the usual period and every unit where nothing that exists was chosen."""
        self.is_valid()
        unit = self.cleaned_data.get("unit")
        return self.cleaned_data.get("period") or USUAL, unit if unit in self.reachable else None


class FactsForm(forms.Form):
    measure = forms.ChoiceField(choices=Measure.choices)
    history = forms.BooleanField(required=False)
    customer = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    again = forms.BooleanField(required=False, help_text="Only of those for whom more than one error was honored.")
    after = forms.CharField(required=False, max_length=400)
    before = forms.CharField(required=False, max_length=400)


class OwedForm(forms.Form):
    late = forms.BooleanField(required=False)
    after = forms.CharField(required=False, max_length=400)
    before = forms.CharField(required=False, max_length=400)
