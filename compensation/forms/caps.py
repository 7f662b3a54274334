"""Caps as administrators set them. Amounts are typed as people write money, moments as they stand on their wall."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet

from accounts.authority import Refused
from accounts.enums import Role
from accounts.models import User
from cases.domain.clock import at_wall_time
from compensation.domain.caps import MONEY_AXES, holder_of
from compensation.enums import Axis
from compensation.models import Cap
from compensation.queries.caps import AXES
from recovery.forms import Amount, Form, WallTime, minor, typed

MONEY = tuple(axis for axis in AXES if axis in MONEY_AXES)
UNASKED = (Axis.NO_QUESTIONS,)


class PersonalCapsForm(Form):
    """Whose caps are to be set apart from their role's, and in which currency."""

    user = forms.ModelChoiceField(label="Person", queryset=User.objects.none(), empty_label="Choose…")
    currency = forms.CharField(max_length=3, min_length=3)

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people  # type: ignore[attr-defined]


class PreviewForm(Form):
    """Whose caps are looked at, on which case and at which moment. Empty: on no case in particular, now."""

    who = forms.ModelChoiceField(label="Person", queryset=User.objects.none(), empty_label="Choose…")
    case = forms.CharField(label="On case", required=False, max_length=11, help_text="Its reference, if on one.")
    currency = forms.CharField(required=False, max_length=3, help_text="Empty: the case’s, or their first unit’s.")
    at = WallTime(label="At", required=False, help_text="Empty: now. Your own time.")

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].queryset = people  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Holder:
    """Whose caps one row of the grid shows: a role's, or one person's."""

    role: str = ""
    user: User | None = None

    @property
    def key(self) -> str:
        return f"u{self.user.pk}" if self.user else self.role

    @property
    def holder(self) -> str:
        return holder_of(role=self.role, user=self.user)

    @property
    def name(self) -> str:
        return self.user.name if self.user else f"Every {Role(self.role).label.lower()}"


@dataclass(frozen=True)
class Typed:
    """One cap that was changed in the grid. ``amount_minor`` None: it was emptied."""

    field: str
    holder: Holder
    axis: Axis
    amount_minor: int | None
    version: int


class CapsForm(Form):
    """The caps of one currency, or without one the numbers a day: a row for each holder, a column for each axis.

    Beside every amount stand what was seen there and its version, so that only what this writer changed is
    written, and nothing over somebody else's change.
    """

    starts_at = WallTime(label="In force from", required=False, help_text="Empty: at once. Your own time.")

    def __init__(
        self, *args: Any, currency: str, holders: list[Holder], axes: Sequence[Axis] = MONEY, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.currency, self.holders, self.axes = currency, holders, axes
        of = f", in {currency}" if currency else ""
        for holder in holders:
            for axis in axes:
                name = f"{holder.key}-{axis}"
                self.fields[name] = Amount(label=f"{holder.name}, {axis.label}{of}", required=False)
                self.fields[f"{name}-was"] = forms.CharField(required=False, widget=forms.HiddenInput)
                self.fields[f"{name}-seen"] = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def key(self) -> str:
        """What this grid is called on its page."""
        return self.currency or "no-questions"

    @property
    def otherwise(self) -> str:
        """What holds where a role's cell is empty."""
        return "0" if self.currency else str(settings.RECOVERY["NO_QUESTIONS_PER_DAY"])

    @classmethod
    def initial_of(cls, caps: Iterable[Cap], currency: str) -> dict[str, Any]:
        initial: dict[str, Any] = {}
        for cap in caps:
            name = f"u{cap.user_id}-{cap.axis}" if cap.user_id else f"{cap.role}-{cap.axis}"
            amount = cls.as_typed(cap, currency)
            initial |= {name: amount, f"{name}-was": amount, f"{name}-seen": cap.version}
        return initial

    @staticmethod
    def as_typed(cap: Cap | None, currency: str) -> str:
        if cap is None:
            return ""
        return typed(cap.amount_minor, currency) if currency else str(cap.amount_minor)

    def begins(self, zone: str) -> datetime | None:
        """From when what is saved is in force; None: at once."""
        wall = self.cleaned_data.get("starts_at")
        return at_wall_time(wall, zone) if wall else None

    def changed(self) -> list[Typed]:
        """The cells that this writer changed; what is no amount becomes an error of its field."""
        cells = []
        for holder in self.holders:
            for axis in self.axes:
                name = f"{holder.key}-{axis}"
                if self.cleaned_data.get(name, "").strip() == self.cleaned_data.get(f"{name}-was", "").strip():
                    continue
                try:
                    amount = (
                        minor(self, name, currency=self.currency, zero=True) if self.currency else self._count(name)
                    )
                except Refused as refused:
                    self.add_error(name, refused.reason)
                    continue
                cells.append(Typed(name, holder, axis, amount, self.cleaned_data.get(f"{name}-seen") or 0))
        return cells

    def _count(self, name: str) -> int | None:
        written = str(self.cleaned_data.get(name) or "").strip()
        if written and not (written.isascii() and written.isdigit() and len(written) <= 6):
            raise Refused("not_an_amount", f"“{written[:40]}” is not a number of remedies.", name)
        return int(written) if written else None

    def meanwhile(self, field: str, cap: Cap | None) -> None:
        """Keep what was typed, but know what stands there now, so that saving again is meant."""
        self.retype(f"{field}-was", self.as_typed(cap, self.currency))
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
                        "of_role": self.initial.get(f"{holder.user.role}-{axis}", "") if holder.user else "",
                    }
                    for axis in self.axes
                ],
            )
            for holder in self.holders
        ]
