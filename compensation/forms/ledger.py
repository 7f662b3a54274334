"""What can be chosen of the ledger. A statement is never refused: nonsense shows what is usual."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.money import is_currency
from compensation.enums import Account, Basis, Grouping
from compensation.queries.ledger import NOBODY, Narrowing

MONTH = re.compile(r"(20\d{2}|19\d{2})-(0[1-9]|1[0-2])")
LARGEST = 2**63 - 1


class MonthField(forms.CharField):
    """A month such as 2026-03, as its first day."""

    widget = forms.TextInput(attrs={"type": "month", "min": "1900-01", "max": "2099-12", "placeholder": "2026-03"})

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        found = MONTH.fullmatch(text)
        if found is None:
            raise ValidationError("Give a month such as 2026-03.")
        return date(int(found[1]), int(found[2]), 1)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, date) else value


class CurrencyField(forms.CharField):
    """A currency's code, as the statement is always in one."""

    def clean(self, value: Any) -> str:
        code = str(super().clean(value)).upper()
        if code and not is_currency(code):
            raise ValidationError(f"“{code}” is not a currency code such as USD.")
        return code


class SomeOrNone(forms.CharField):
    """An id, or ``none`` for what has none."""

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if text and text != NOBODY and not (text.isascii() and text.isdigit() and 0 < int(text) <= LARGEST):
            raise ValidationError("Give an id, or none.")
        return text


def whole() -> forms.IntegerField:
    """An id."""
    return forms.IntegerField(required=False, min_value=1, max_value=LARGEST)


class StatementForm(forms.Form):
    month = MonthField(required=False)
    by = forms.ChoiceField(choices=Grouping.choices, required=False)
    unit = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    currency = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, units: list[Any], currencies: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("unit", [("", "All units"), *((unit.pk, unit.name) for unit in units)])
        self.set_choices("currency", [(code, code) for code in currencies])

    def set_choices(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def chosen(self, **usual: Any) -> dict[str, Any]:
        """What was chosen and can be, and what is usual for the rest."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or usual.get(name) for name in self.fields}


class EntriesForm(forms.Form):
    """Which entries are behind a figure. What cannot be meant is nowhere."""

    month = MonthField(required=False)
    until = MonthField(required=False)
    unit = whole()
    currency = CurrencyField(required=False)
    rep = whole()
    team = SomeOrNone(required=False)
    cause = SomeOrNone(required=False)
    product = forms.CharField(required=False, max_length=120, strip=False)
    basis = forms.ChoiceField(choices=[("", ""), *Basis.choices], required=False)
    account = forms.ChoiceField(choices=[("", ""), *Account.choices], required=False)
    award = whole()
    case = forms.CharField(required=False, max_length=11)
    after = forms.CharField(required=False, max_length=400)
    before = forms.CharField(required=False, max_length=400)

    def narrowing(self) -> Narrowing:
        """The same as a narrowing of entries."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("after", "before")}
        return Narrowing(**{**given, "product": given["product"] or None})
