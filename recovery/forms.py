"""What every form in the browser shares. Forms check the shape of what was typed; the rules are the domain's."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime

from accounts.authority import ChangedMeanwhile, Refused
from accounts.money import to_major, to_minor


class Form(forms.Form):
    """A form that can say no in the same words as the domain, and loses nothing that was typed."""

    use_required_attribute = True

    def accepted(self) -> dict[str, Any]:
        """What was filled in. Refused: ``invalid``, for the first field that does not do."""
        if self.is_valid():
            return self.cleaned_data
        field, errors = next(iter(self.errors.items()))
        label = "" if field == "__all__" else f"{self.fields[field].label or field}: "
        raise Refused("invalid", f"{label}{errors[0]}", field)

    def refuse(self, refused: Refused) -> None:
        """Show a refusal beside its field, or above the form when it has none here.

        After ``changed_meanwhile`` the form carries the version that is now stored, so that saving again is meant.
        """
        if isinstance(refused, ChangedMeanwhile) and "version" in self.fields:
            self.retype("version", refused.details["version"])
        self.add_error(refused.field if refused.field in self.fields else None, refused.reason)

    def takes(self, refused: Refused) -> bool:
        """Whether a refusal is about what was written here, so that the form is to be shown again with it.

        All else is about who asks and how things stand: the form may not even be on the page any more.
        """
        return refused.field in self.fields or isinstance(refused, ChangedMeanwhile)

    def retype(self, field: str, value: object) -> None:
        """Put something else into what was sent, for the form to be shown again with."""
        data: Any = copy(self.data)
        data[self.add_prefix(field)] = str(value)
        self.data = data


class MoneyInput(forms.TextInput):
    """An amount as people write it. A text box: number boxes eat separators and scroll by accident."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})


class Amount(forms.CharField):
    """Money as typed. Its currency is known to the form, not to the field, so ``minor`` is asked with it."""

    widget = MoneyInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=24, **kwargs)


class WallTime(forms.CharField):
    """A date and time as it stands on a wall: without a zone, which the view knows."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> datetime | None:  # type: ignore[override]
        if not value:
            return None
        wall = parse_datetime(str(value))
        if wall is None or wall.tzinfo is not None:
            raise forms.ValidationError("Give a date and a time.")
        return wall


def minor(form: forms.Form, field: str, *, currency: str, zero: bool = False) -> int | None:
    """Minor units of what stands in ``field``; None when nothing does. Refused as ``money.to_minor``, for that field."""
    typed = str(form.cleaned_data.get(field) or "").strip()
    return to_minor(typed.lstrip("$€£¥ "), currency=currency, field=field, zero=zero) if typed else None


def typed(amount_minor: int | None, currency: str) -> str:
    """An amount as it stands in a box, ready to be changed: 125000 in USD is 1,250.00; nothing is nothing."""
    return "" if amount_minor is None else f"{to_major(amount_minor, currency or 'USD'):,f}"
