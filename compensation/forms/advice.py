"""A rule of advice, as administrators tune it."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.enums import KindOfAction, Severity
from compensation.domain.advice_rules import FIELDS, LONGEST, MOST_PERCENT, NEEDED
from compensation.enums import AdviceEffect, Gives, RemedyKind
from compensation.models import AdviceRule
from recovery.forms import Form


class Several(forms.MultipleChoiceField):
    """Any of a few, to be ticked."""

    widget = forms.CheckboxSelectMultiple


class AdviceForm(Form):
    """What a rule says, where that is from, which cases it is about, and whether it is switched on.

    Only what a rule of its effect has is asked: kinds of remedies, what they give, or a share of the loss.
    """

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label="What to do", required=False, max_length=LONGEST["title"])
    words = forms.CharField(
        label="Why", required=False, max_length=LONGEST["words"], widget=forms.Textarea(attrs={"rows": 2})
    )
    citation = forms.CharField(
        label="Where that is from",
        required=False,
        max_length=LONGEST["citation"],
        help_text="The study, the practice or the policy of ours. Reps are shown it.",
    )
    severities = Several(
        label="Severity", choices=Severity.choices, required=False, help_text="None ticked: whatever the severity."
    )
    kinds_of_action = Several(
        label="What failed", choices=KindOfAction.choices, required=False, help_text="None ticked: whatever failed."
    )
    kinds = Several(label="Answered by", choices=RemedyKind.choices, required=False)
    gives = Several(label="Answered by what gives", choices=Gives.choices, required=False)
    percent = forms.IntegerField(
        label="Share of the loss, in percent", required=False, min_value=100, max_value=MOST_PERCENT
    )
    active = forms.BooleanField(label="Switched on", required=False)

    def __init__(self, *args: Any, rule: AdviceRule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        effect = AdviceEffect(rule.effect)
        needed = "percent" if effect == AdviceEffect.MORE_THAN_HELPS else NEEDED.get(effect, "")
        for name in {"kinds", "gives", "percent"} - {needed}:
            del self.fields[name]

    def particulars(self) -> dict[str, Any]:
        """What ``advice_rules.change_advice`` takes."""
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.fields}

    @staticmethod
    def initial_of(rule: AdviceRule) -> dict[str, Any]:
        return {"version": rule.version, **{name: getattr(rule, name) for name in FIELDS}}


class SwitchForm(Form):
    """A rule switched on or off, from the list."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    active = forms.BooleanField(required=False)
