"""Answers to requests, remedies and caps. Amounts are typed as people write money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.authority import Refused
from accounts.enums import Role
from accounts.models import User
from compensation.domain.caps import MONEY_AXES
from compensation.enums import Axis, RemedyKind
from compensation.models import Cap, Remedy
from recovery.forms import Amount, Form, minor, typed


class ApproveForm(Form):
    """All of it, or less of it when an amount is given."""

    amount_minor = Amount(label="Approve only", required=False)
    note = forms.CharField(label="Note to the rep", required=False, max_length=2000)

    def granted(self, currency: str) -> int | None:
        """Minor units; None for all that was asked. Refused: ``not_an_amount``, ``too_many_decimals``."""
        return minor(self, "amount_minor", currency=currency)


class DeclineForm(Form):
    reason = forms.CharField(
        label="Why not",
        required=False,
        max_length=2000,
        help_text="The rep has to tell the customer something.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RemedyForm(Form):
    """A line of the catalog."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(max_length=120)
    code = forms.SlugField(
        max_length=40, help_text="What programs call it: letters, digits and dashes, and no other line’s."
    )
    kind = forms.ChoiceField(choices=RemedyKind.choices, widget=forms.RadioSelect)
    currency = forms.CharField(
        required=False, max_length=3, help_text="Three letters, such as USD. Empty for what costs nothing anywhere."
    )
    cost_minor = Amount(
        label="Cost to us", required=False, help_text="Empty: the rep chooses the amount, within the caps."
    )
    value_minor = Amount(
        label="Worth to the customer", required=False, help_text="Empty: it is worth to them what it costs us."
    )
    delivery_days = forms.IntegerField(
        label="Days until delivered", required=False, min_value=0, max_value=366, help_text="Empty: at once."
    )
    no_questions = forms.BooleanField(
        label="No questions asked: given in one action, without a justification", required=False
    )
    words = forms.CharField(
        label="What to say", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def fields_of_remedy(self) -> dict[str, Any]:
        """What was typed, as the catalog keeps it. Refused as ``money.to_minor``, beside the amount."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        currency = data["currency"] = data["currency"].strip().upper()
        if not currency and self.cleaned_data["cost_minor"].strip("0., ") == "":
            # What costs nothing has no currency; what is left empty is for the rep to choose, which needs one.
            data["cost_minor"] = 0 if self.cleaned_data["cost_minor"] else None
            data["value_minor"] = None
            if self.cleaned_data["value_minor"].strip("0., "):
                raise Refused("invalid", "What is worth money has a currency.", "currency")
            return data
        if not currency:
            raise Refused("invalid", "What has a price has a currency.", "currency")
        data["cost_minor"] = minor(self, "cost_minor", currency=currency, zero=True)
        data["value_minor"] = minor(self, "value_minor", currency=currency, zero=True)
        return data

    @staticmethod
    def initial_of(remedy: Remedy) -> dict[str, Any]:
        kept = {
            name: getattr(remedy, name)
            for name in ("version", "name", "code", "kind", "currency", "delivery_days", "no_questions", "words")
        }
        return kept | {
            "cost_minor": typed(remedy.cost_minor, remedy.currency),
            "value_minor": typed(remedy.value_minor, remedy.currency),
        }


class VersionForm(Form):
    """A button that changes something which somebody else may have changed meanwhile."""

    version = forms.IntegerField()


class PersonalCapsForm(Form):
    """Whose caps are to be set apart from their role's, and in which currency."""

    user = forms.ModelChoiceField(label="Person", queryset=User.objects.none(), empty_label="Choose…")
    currency = forms.CharField(max_length=3, min_length=3)

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Holder:
    """Whose caps one row of the grid shows: a role's, or one person's."""

    role: str = ""
    user: User | None = None

    @property
    def key(self) -> str:
        return f"u{self.user.pk}" if self.user else self.role

    @property
    def name(self) -> str:
        return self.user.name if self.user else f"Every {Role(self.role).label.lower()}"


@dataclass(frozen=True)
class Cell:
    """One cap that was changed in the grid. ``amount_minor`` None: it was emptied."""

    field: str
    holder: Holder
    axis: Axis
    amount_minor: int | None
    version: int


class CapsForm(Form):
    """The caps of one currency: a row for each holder, a column for each axis.

    Beside every amount stand what was seen there and its version, so that only what this writer changed is
    written, and nothing over somebody else's change.
    """

    def __init__(self, *args: Any, currency: str, holders: list[Holder], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency, self.holders = currency, holders
        for holder in holders:
            for axis in MONEY_AXES:
                name = f"{holder.key}-{axis}"
                self.fields[name] = Amount(label=f"{holder.name}, {axis.label}, in {currency}", required=False)
                self.fields[f"{name}-was"] = forms.CharField(required=False, widget=forms.HiddenInput)
                self.fields[f"{name}-seen"] = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @staticmethod
    def initial_of(caps: Iterable[Cap], currency: str) -> dict[str, Any]:
        initial: dict[str, Any] = {}
        for cap in caps:
            name = f"u{cap.user_id}-{cap.axis}" if cap.user_id else f"{cap.role}-{cap.axis}"
            amount = typed(cap.amount_minor, currency)
            initial |= {name: amount, f"{name}-was": amount, f"{name}-seen": cap.version}
        return initial

    def changed(self) -> list[Cell]:
        """The cells that this writer changed; what is no amount becomes an error of its field."""
        cells = []
        for holder in self.holders:
            for axis in MONEY_AXES:
                name = f"{holder.key}-{axis}"
                if self.cleaned_data.get(name, "").strip() == self.cleaned_data.get(f"{name}-was", "").strip():
                    continue
                try:
                    amount = minor(self, name, currency=self.currency, zero=True)
                except Refused as refused:
                    self.add_error(name, refused.reason)
                    continue
                cells.append(Cell(name, holder, axis, amount, self.cleaned_data.get(f"{name}-seen") or 0))
        return cells

    def meanwhile(self, field: str, cap: Cap | None) -> None:
        """Keep what was typed, but know what stands there now, so that saving again is meant."""
        self.retype(f"{field}-was", typed(cap.amount_minor, self.currency) if cap else "")
        self.retype(f"{field}-seen", cap.version if cap else 0)

    def rows(self) -> list[tuple[Holder, list[dict[str, Any]]]]:
        """For the template: each holder with its cells; an empty one of a person shows what the role may."""
        return [
            (
                holder,
                [
                    {
                        "amount": self[f"{holder.key}-{axis}"],
                        "was": self[f"{holder.key}-{axis}-was"],
                        "seen": self[f"{holder.key}-{axis}-seen"],
                        "of_role": self.initial.get(f"{holder.user.role}-{axis}", "0") if holder.user else "",
                    }
                    for axis in MONEY_AXES
                ],
            )
            for holder in self.holders
        ]
