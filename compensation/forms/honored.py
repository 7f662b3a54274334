"""What is filled in about an error in the customer's favor: its assessment, the decision, the call, the review."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from babel import Locale
from django import forms
from django.utils.dateparse import parse_date, parse_datetime

from accounts.authority import Refused
from accounts.models import BusinessUnit, User
from cases.domain.clock import at_wall_time
from cases.domain.letters import LANGUAGES
from cases.enums import (
    LIVE_CHANNELS,
    AttemptOutcome,
    Channel,
    KindOfAction,
    MoneyHeld,
    Point,
    Relied,
    ReviewOutcome,
    Understanding,
)
from cases.models import Cause, HonoredError
from compensation.enums import Conclusion
from recovery.forms import Amount, Form, WallTime, minor, typed

SHOWS = (
    ("", "All"),
    ("undecided", "Undecided"),
    ("overdue_decision", "Decision late"),
    ("call_due", "Call due"),
    ("call_overdue", "Call late"),
    ("told", "Told"),
    ("to_review", "To review"),
    ("reviewed", "Reviewed"),
)
# How a customer is told: where both are there at once, or in writing where nothing else is left.
TOLD_BY = [
    (channel.value, channel.label)
    for channel in (*sorted(LIVE_CHANNELS, key=list(Channel).index), Channel.EMAIL, Channel.POST)
]


def words(label: str, *, rows: int = 2, must: bool = False, **more: Any) -> forms.CharField:
    """A box for words. ``must`` lets the browser ask for them; whether they may be missing is the domain's to say."""
    attrs = {"rows": rows, **({"required": True} if must else {})}
    return forms.CharField(label=label, required=False, max_length=5000, widget=forms.Textarea(attrs=attrs), **more)


class CauseChoice(forms.ModelChoiceField):
    """The tree of causes, indented."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{'— ' * obj.depth}{obj.name}"


class RegisterForm(forms.Form):
    """Which errors to list. What cannot be read filters nothing."""

    show = forms.ChoiceField(choices=SHOWS, required=False, widget=forms.HiddenInput)
    rep = forms.ModelChoiceField(
        label="Whose mistake", queryset=User.objects.none(), required=False, empty_label="Anybody’s"
    )
    cause = CauseChoice(
        label="Cause", queryset=Cause.objects.order_by("path", "id"), required=False, empty_label="Any cause"
    )
    kind = forms.ChoiceField(label="Kind of action", choices=[("", "Any kind"), *KindOfAction.choices], required=False)
    line = forms.CharField(label="Line of business", required=False, max_length=120)
    month = forms.CharField(
        label="Month", required=False, max_length=7, widget=forms.TextInput(attrs={"type": "month"})
    )
    unit = forms.ModelChoiceField(
        label="Business unit", queryset=BusinessUnit.objects.none(), required=False, empty_label="All"
    )

    def __init__(self, *args: Any, people: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rep"].queryset = people  # type: ignore[attr-defined]
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    def clean_month(self) -> Any:
        given = self.cleaned_data["month"]
        try:
            month = parse_date(f"{given}-01") if given else None
        except ValueError:
            month = None
        if given and month is None:
            raise forms.ValidationError("Give a month such as 2026-03.")
        return month

    def wanted(self) -> dict[str, Any]:
        """What was understood of the choice, without what was left empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class Told(Form):
    """What the customer may read: said in the call, and written in the letter."""

    happened_words = words("What happened, in plain words", help_text="It goes into the letter. Name nobody at fault.")
    should_have = words("What should have happened, and why", help_text="Said in the call, and written in the letter.")

    def told_in(self) -> dict[str, str]:
        """What was written of it."""
        return {name: self.cleaned_data[name] for name in ("happened_words", "should_have") if self.cleaned_data[name]}


class AssessForm(Told):
    """What is known of the error, as the decision needs it and as the customer may read it."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    value_minor = Amount(label="At stake now", required=False)
    value_year_minor = Amount(label="Over the coming year", required=False)
    currency = forms.CharField(label="Currency", required=False, max_length=3)
    relied = forms.ChoiceField(label="What have they relied on already?", choices=Relied.choices, required=False)
    relied_words = words("Such as what")
    money = forms.ChoiceField(label="Where is the money?", choices=MoneyHeld.choices, required=False)

    @staticmethod
    def initial_of(error: HonoredError) -> dict[str, Any]:
        names = ("version", "relied", "relied_words", "money", "happened_words", "should_have")
        currency = error.currency or error.unit.currency
        return {
            **{name: getattr(error, name) for name in names},
            "currency": currency,
            "value_minor": typed(error.value_minor, currency),
            "value_year_minor": typed(error.value_year_minor, currency),
        }

    def particulars(self, *, kept: str) -> dict[str, Any]:
        """What ``honored_errors.assess`` takes; ``kept`` is the currency that stands while no amount is typed.

        Refused as ``money.to_minor``, beside the amount.
        """
        data = dict(self.cleaned_data)
        data.pop("version")
        currency = data["currency"].strip().upper()
        for name in ("value_minor", "value_year_minor"):
            data[name] = minor(self, name, currency=currency or "USD", zero=True)
        nothing = data["value_minor"] is None and data["value_year_minor"] is None
        data["currency"] = kept if nothing else currency
        return data


class HonorForm(Form):
    """Standing by it."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    cost_minor = Amount(label="What it costs us", required=False)
    reason = words("Why")
    precedent_reason = forms.CharField(
        label="Why again, when they were told that it was once", required=False, max_length=300
    )

    def costs(self, currency: str) -> int | None:
        """Minor units; None when nothing was typed. Refused: ``not_an_amount``, ``too_many_decimals``."""
        return minor(self, "cost_minor", currency=currency, zero=True)


class RescindForm(Form):
    """Taking it back."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = words("Why we take it back", must=True)


class LegalReviewForm(Form):
    conclusion = forms.ChoiceField(label="What counsel concluded", choices=Conclusion.choices, widget=forms.RadioSelect)
    counsel = forms.CharField(label="Who reviewed it", required=False, max_length=160)
    note = words("What they said", must=True)


class ReviewForm(Form):
    """What a supervisor makes of it. One line for the note, so that Enter keeps it."""

    outcome = forms.ChoiceField(
        label="What comes of it",
        choices=ReviewOutcome.choices,
        widget=forms.RadioSelect,
        initial=ReviewOutcome.NO_ACTION,
    )
    note = forms.CharField(label="Note", required=False, max_length=2000)
    question = forms.CharField(label="What has to be found out", required=False, max_length=500)


class DiscloseForm(Told):
    """The call: four points, each by itself, and what the customer made of it."""

    points = forms.MultipleChoiceField(
        label="What was said", choices=Point.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    answer = words("What they said to it")
    understanding = forms.ChoiceField(
        label="Did they understand?", choices=Understanding.choices, required=False, widget=forms.RadioSelect
    )
    channel = forms.ChoiceField(label="How", choices=TOLD_BY, required=False, initial=Channel.PHONE)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class AttemptForm(Form):
    """A try that did not come to it. The outcome is the button that was pressed."""

    outcome = forms.ChoiceField(
        choices=[choice for choice in AttemptOutcome.choices if choice[0] != AttemptOutcome.TOLD],
        widget=forms.HiddenInput,
        error_messages={"required": "Say how the call went.", "invalid_choice": "Say how the call went."},
    )
    due = forms.CharField(required=False)
    call_back_at = WallTime(label="Another time", required=False)
    words = words("Anything to remember", rows=1)
    channel = forms.ChoiceField(label="How you tried", choices=TOLD_BY, required=False, initial=Channel.PHONE)

    def call_back(self, zone: str) -> datetime | None:
        """The aware moment to call back: one that was suggested, or a time on the customer's own wall."""
        wall, due = self.cleaned_data["call_back_at"], self.cleaned_data["due"]
        if wall is not None and due in ("", "other"):
            return at_wall_time(wall, zone)
        moment = parse_datetime(due) if due and due != "other" else None
        if moment is not None and moment.tzinfo is None:
            raise Refused("invalid", "Choose when to call them back.", "call_back_at")
        return moment


class ReassignForm(Form):
    to = forms.ModelChoiceField(label="Who makes the call", queryset=User.objects.none(), empty_label="Choose…")
    reason = words("Why it passes on", must=True)

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues  # type: ignore[attr-defined]


class LetterForm(Form):
    language = forms.ChoiceField(
        label="In", choices=[(code, Locale(code).english_name) for code in LANGUAGES], required=False
    )
