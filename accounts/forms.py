"""Credentials and working state, as they are filled in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from accounts.enums import Scope, WorkingState
from accounts.models import User
from recovery.forms import Form


class CredentialForm(Form):
    user = forms.ModelChoiceField(label="It acts as", queryset=User.objects.none(), empty_label=None)
    name = forms.CharField(label="What will use it", required=False, max_length=80, help_text="Such as: CRM, nightly.")
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=Scope.choices,
        required=False,
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people  # type: ignore[attr-defined]


class HolidaysForm(Form):
    holiday_region = forms.CharField(
        label="Public holidays of",
        required=False,
        max_length=6,
        help_text="A country such as DE, or a part of one such as US-CO. Empty: weekends only.",
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_holiday_region(self) -> str:
        return str(self.cleaned_data["holiday_region"]).upper()


class WorkingStateForm(Form):
    state = forms.ChoiceField(label="Working state", choices=WorkingState.choices)
    until = forms.DateTimeField(
        label="Away until",
        required=False,
        help_text="On your own clock.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    @staticmethod
    def initial_of(user: User) -> dict[str, Any]:
        until = timezone.localtime(user.away_until) if user.away_until else None
        return {"state": user.working_state, "until": until}
