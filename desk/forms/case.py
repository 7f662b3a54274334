"""The forms on the page of a case, one for each verb."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime

from accounts.authority import Refused
from accounts.models import User
from accounts.money import to_minor
from cases.domain.clock import said_wall
from cases.domain.due_times import LONGEST
from cases.enums import CaseOutcome, Feeling, Reached
from cases.models import Cause
from desk.forms.fields import SPOKEN, Versioned, labeled
from recovery.forms import Form, WallTime


class FeelingsForm(Form):
    feeling = forms.ChoiceField(label="Feeling", choices=Feeling.choices, widget=forms.RadioSelect)
    confirmed = forms.BooleanField(label="They said that is right", required=False)
    words = forms.CharField(label="In your words", required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ContactForm(Form):
    """Either a contact with the customer or a note for colleagues, by ``kind``."""

    NOTE = "note"
    kind = forms.ChoiceField(
        label="What this was", choices=[*Reached.choices, (NOTE, "A note")], initial=Reached.CUSTOMER
    )
    channel = forms.ChoiceField(label="How", choices=labeled(SPOKEN), required=False)
    words = forms.CharField(
        label="What was said, or a note", required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 2})
    )


class PromiseForm(Form):
    """When they hear from us next: one of the suggested moments, or a time as people say it, on the customer's clock."""

    due = forms.CharField(required=False)
    said = forms.CharField(label="Another time", required=False, max_length=LONGEST)
    wall = WallTime(label="Another time", required=False)
    what = forms.CharField(label="What you promise", required=False, max_length=200)
    channel = forms.ChoiceField(label="How", choices=labeled(SPOKEN), required=False)
    agreed = forms.BooleanField(label="They agreed to it", required=False)

    def when(self, zone: str) -> dict[str, Any]:
        """The time that was meant, as the verbs of promises take it: in words, or as a moment. Refused: ``invalid``."""
        data = self.accepted()
        if data["due"] in ("", "other"):
            if data["said"]:
                return {"due": data["said"]}
            if data["wall"] is not None:
                return {"due_end": said_wall(data["wall"], zone)}
        due = parse_datetime(data["due"]) if data["due"] else None
        if due is None or due.tzinfo is None:
            raise Refused("invalid", "Choose when they will hear from you.", "due")
        return {"due_end": due}


class KeepForm(Form):
    reached = forms.ChoiceField(label="What happened", choices=Reached.choices, initial=Reached.CUSTOMER)
    channel = forms.ChoiceField(label="How", choices=labeled(SPOKEN), required=False)
    words = forms.CharField(label="What was said", required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(Versioned):
    # The browser asks for it; what comes without it all the same, the domain refuses as it does everywhere.
    reason = forms.CharField(
        label="Why", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2, "required": True})
    )


class HandoffForm(ReasonForm):
    to = forms.ModelChoiceField(label="To", queryset=User.objects.none())

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues  # type: ignore[attr-defined]


class CauseForm(Versioned):
    cause = forms.ModelChoiceField(label="Cause", queryset=Cause.objects.filter(active=True), required=False)
    question = forms.CharField(
        label="Not known yet? Write what has to be found out", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("cause") and not data.get("question") and not self.errors:
            raise forms.ValidationError("Choose the cause, or write what has to be found out.")
        return data


class FindingForm(Form):
    finding = forms.CharField(
        label="What was found", required=False, widget=forms.Textarea(attrs={"rows": 2, "required": True})
    )
    cause = forms.ModelChoiceField(label="Cause", queryset=Cause.objects.filter(active=True), required=False)


class CloseForm(Versioned):
    outcome = forms.ChoiceField(
        label="How it ended",
        choices=[choice for choice in CaseOutcome.choices if choice[0] != CaseOutcome.UNKNOWN],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label="Last words", required=False, widget=forms.Textarea(attrs={"rows": 2}))


class AwardForm(Form):
    """A remedy; with a feeling when it has not been acknowledged yet, so that one action carries both.

    ``now`` is the remedy whose own button was pressed, whatever is chosen in the list.
    """

    now = forms.IntegerField(required=False)
    remedy = forms.IntegerField(label="Remedy", required=False)
    note = forms.CharField(required=False, max_length=2000)
    feeling = forms.ChoiceField(choices=[("", ""), *Feeling.choices], required=False)
    precedent_reason = forms.CharField(label="Why all the same", required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and data["now"] is None and data["remedy"] is None:
            self.add_error("remedy", "Choose a remedy.")
        return data

    @property
    def chosen(self) -> int:
        """The id of the remedy that is meant."""
        chosen: int = self.cleaned_data["remedy"] if self.cleaned_data["now"] is None else self.cleaned_data["now"]
        return chosen

    def amount_minor(self, currency: str) -> int | None:
        """The amount that was typed beside the chosen remedy, in minor units; None when it has a fixed one."""
        typed = self.data.get(f"amount-{self.chosen}", "").strip()
        return to_minor(typed, currency=currency, field="amount_minor") if typed else None


class DeliverForm(Form):
    """That something was delivered, with the reference that shows it. Whether it takes one, the domain knows."""

    proof = forms.CharField(label="Reference", required=False, max_length=200)


class PaidForm(Form):
    """That a billing system paid something out. Whether it takes a reference, the domain knows."""

    reference = forms.CharField(label="Reference", required=False, max_length=200)
