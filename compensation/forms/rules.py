"""The rules for taking errors back, as administrators keep them."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.enums import KindOfAction
from compensation.domain.rescission_rules import FIELDS
from compensation.enums import RescissionEffect
from compensation.models import RescissionRule
from recovery.forms import Form


class Day(forms.DateInput):
    """A day, chosen or typed."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class RuleForm(Form):
    """Where, for what, from when, and what the rule says."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    jurisdiction = forms.CharField(
        required=False, max_length=6, help_text="Country or state, such as US or US-CO. Empty: anywhere."
    )
    line_of_business = forms.CharField(required=False, max_length=120, help_text="Empty: any line.")
    kind_of_action = forms.ChoiceField(choices=[("", "Any kind"), *KindOfAction.choices], required=False)
    effect = forms.ChoiceField(label="What it says", choices=RescissionEffect.choices, widget=forms.RadioSelect)
    within_days = forms.IntegerField(
        label="Days", required=False, min_value=1, max_value=3660, help_text="Counted from the day of the error."
    )
    valid_from = forms.DateField(label="In force from", widget=Day())
    valid_until = forms.DateField(
        label="Until, not including", required=False, widget=Day(), help_text="Empty: until somebody ends it."
    )
    citation = forms.CharField(
        label="Where it is written",
        required=False,
        max_length=300,
        help_text="The statute, the contract or the policy. Whoever is refused is shown this.",
    )
    note = forms.CharField(required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    example = forms.BooleanField(label="An example, to be confirmed by counsel", required=False)

    def particulars(self) -> dict[str, Any]:
        """What ``rescission_rules.add_rule`` and ``change_rule`` take."""
        given = {name: self.cleaned_data[name] for name in FIELDS}
        given["jurisdiction"] = given["jurisdiction"].strip().upper()
        return given

    @staticmethod
    def initial_of(rule: RescissionRule) -> dict[str, Any]:
        return {"version": rule.version, **{name: getattr(rule, name) for name in FIELDS}}


class EndRuleForm(Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    valid_until = forms.DateField(label="No longer in force from", widget=Day())
