"""Answers to requests, offers taken up, requests made anew, deputies and the times of a unit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet

from accounts.authority import Refused
from accounts.models import User
from compensation.models import Remedy
from recovery.forms import Amount, Form, WallTime, minor

NOTE = 2000


class Seen(forms.IntegerField):
    """The version of the case that somebody answers. What does not say what it saw is refused: ``version_needed``."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> int:
        try:
            return int(super().clean(value))
        except forms.ValidationError:
            raise Refused(
                "version_needed", "This does not say what it answers. Look at the case again, then answer.", "version"
            ) from None


class ApproveForm(Form):
    """All of it, or less of it when an amount is given."""

    version = Seen()
    amount_minor = Amount(label="Approve only", required=False)
    note = forms.CharField(label="Note to the rep", required=False, max_length=NOTE)

    def granted(self, currency: str) -> int | None:
        """Minor units; None for all that was asked. Refused: ``not_an_amount``, ``too_many_decimals``."""
        return minor(self, "amount_minor", currency=currency)


class DeclineForm(Form):
    version = Seen()
    reason = forms.CharField(
        label="Why not",
        required=False,
        max_length=NOTE,
        help_text="The rep has to tell the customer something.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class InsteadForm(Form):
    """Another remedy, from those given: offered instead of what was asked for, or asked for instead of it."""

    version = Seen()
    remedy = forms.ChoiceField(label="Remedy")
    amount_minor = Amount(label="Amount", required=False, help_text="Where the catalog leaves it open.")
    note = forms.CharField(label="Note", required=False, max_length=NOTE)

    def __init__(self, *args: Any, remedies: Iterable[Remedy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_id = {str(remedy.pk): remedy for remedy in remedies}
        self.fields["remedy"].choices = [  # type: ignore[attr-defined]
            ("", "Choose…"),
            *((key, remedy.name) for key, remedy in self.by_id.items()),
        ]

    @property
    def chosen(self) -> Remedy:
        return self.by_id[self.cleaned_data["remedy"]]

    def amount(self, fallback: str) -> int | None:
        """Minor units in the remedy's currency. Refused as ``money.to_minor``, beside the amount."""
        return minor(self, "amount_minor", currency=self.chosen.currency or fallback)


class TakeForm(Form):
    """An offer taken up, or left with a reason."""

    version = Seen()
    note = forms.CharField(required=False, max_length=NOTE)
    reason = forms.CharField(required=False, max_length=NOTE)


class TimesForm(Form):
    """How long requests of a unit wait."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    answer_minutes = forms.IntegerField(label="Answer within", help_text="Minutes, until it is overdue.")
    goes_up_minutes = forms.IntegerField(label="Goes up after", help_text="Minutes, until the next person is asked.")
    expires_hours = forms.IntegerField(label="Ends after", help_text="Hours, until nobody can answer it any more.")


class DeputyForm(Form):
    """Who stands in for whom, and how long."""

    principal = forms.ModelChoiceField(label="For", queryset=User.objects.none(), empty_label="Choose…")
    deputy = forms.ModelChoiceField(label="Stands in", queryset=User.objects.none(), empty_label="Choose…")
    starts_at = WallTime(label="From", required=False, help_text="Empty: from now on.")
    ends_at = WallTime(label="Until")

    def __init__(self, *args: Any, principals: QuerySet[User], people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["principal"].queryset = principals  # type: ignore[attr-defined]
        self.fields["deputy"].queryset = people  # type: ignore[attr-defined]

    def times(self, zone: ZoneInfo) -> tuple[datetime | None, datetime]:
        """From and until, as the clock on that person's wall says. Refused: ``invalid``."""
        starts, ends = self.cleaned_data["starts_at"], self.cleaned_data["ends_at"]
        if ends is None:
            raise Refused("invalid", "Say until when.", "ends_at")
        return (starts.replace(tzinfo=zone) if starts else None), ends.replace(tzinfo=zone)


class PreviewForm(Form):
    """Who would be asked for how much."""

    amount = Amount(required=False)
    currency = forms.CharField(required=False, max_length=3)
