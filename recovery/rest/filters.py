"""Filters of lists: what can be asked is checked, and what cannot be understood is a 400 at its name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import DjangoFilterBackend

from recovery.rest.fields import EARLIEST, LARGEST, LATEST

__all__ = ["Filters", "FlagFilter", "IdFilter", "MomentFilter", "OneOf", "SomeOf", "WordFilter"]


class _IdField(forms.IntegerField):
    def __init__(self, **given: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": LARGEST, **given})


class IdFilter(django_filters.Filter):
    """By an id."""

    field_class = _IdField


class _MomentField(IsoDateTimeField):
    def clean(self, value: Any) -> datetime | None:
        moment: datetime | None = super().clean(value)
        if moment is not None and not EARLIEST <= moment <= LATEST:
            raise forms.ValidationError("This time is too far away to be meant.")
        return moment


class MomentFilter(django_filters.IsoDateTimeFilter):
    """By a time in ISO 8601; one without an offset is in UTC."""

    field_class = _MomentField


class _FlagField(forms.TypedChoiceField):
    def __init__(self, **given: Any) -> None:
        given.pop("null_value", None)
        choices = [("true", "true"), ("false", "false")]
        super().__init__(choices=choices, coerce=lambda said: said == "true", empty_value=None, **given)


class FlagFilter(django_filters.Filter):
    """`true` or `false`; anything else is refused instead of being taken for no answer."""

    field_class = _FlagField


class WordFilter(django_filters.CharFilter):
    """By a string of at most 200 characters."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **{"max_length": 200, **given})


OneOf = django_filters.ChoiceFilter
SomeOf = django_filters.MultipleChoiceFilter


class Filters(django_filters.FilterSet):
    """The filters of one list."""


class FilterBackend(DjangoFilterBackend):
    """Applies the view's `filterset_class`; forms are never drawn."""

    def to_html(self, request: Any, queryset: Any, view: Any) -> str:
        return ""
