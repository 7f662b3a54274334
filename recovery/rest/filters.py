"""Filters of lists: what can be asked is checked, and what cannot be understood is a 400 at its name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import django_filters
from django import forms
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from recovery.rest.fields import EARLIEST, LARGEST, LATEST

__all__ = ["DayFilter", "Filters", "FlagFilter", "IdFilter", "MomentFilter", "OneOf", "SomeOf", "WordFilter"]


class _IdField(forms.IntegerField):
    def __init__(self, **given: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": LARGEST, **given})


@extend_schema_field({"type": "integer", "format": "int64", "minimum": 1, "maximum": LARGEST})
class IdFilter(django_filters.Filter):
    """By an id."""

    field_class = _IdField


class _MomentField(IsoDateTimeField):
    def clean(self, value: Any) -> datetime | None:
        moment: datetime | None = super().clean(value)
        if moment is not None and not EARLIEST <= moment <= LATEST:
            raise forms.ValidationError("This time is too far away to be meant.")
        return moment


@extend_schema_field({"type": "string", "format": "date-time"})
class MomentFilter(django_filters.IsoDateTimeFilter):
    """By a time in ISO 8601; one without an offset is in UTC."""

    field_class = _MomentField


class _DayField(forms.DateField):
    def __init__(self, **given: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **given)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not EARLIEST.date() <= day <= LATEST.date():
            raise forms.ValidationError("This date is too far away to be meant.")
        return day


@extend_schema_field({"type": "string", "format": "date"})
class DayFilter(django_filters.Filter):
    """By a date."""

    field_class = _DayField


class _FlagField(forms.TypedChoiceField):
    def __init__(self, **given: Any) -> None:
        given.pop("null_value", None)
        choices = [("true", "true"), ("false", "false")]
        super().__init__(choices=choices, coerce=lambda said: said == "true", empty_value=None, **given)


@extend_schema_field({"type": "boolean"})
class FlagFilter(django_filters.Filter):
    """`true` or `false`; anything else is refused instead of being taken for no answer."""

    field_class = _FlagField


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 200})
class WordFilter(django_filters.CharFilter):
    """By a string of at most 200 characters."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **{"max_length": 200, **given})


OneOf = django_filters.ChoiceFilter
SomeOf = django_filters.MultipleChoiceFilter


class Filters(django_filters.FilterSet):
    """The filters of one list."""


class FilterBackend(DjangoFilterBackend):
    """Applies the view's `filterset_class`; forms are never drawn.

    A filter without a value is refused: a program that means to narrow a list would be given all of it.
    """

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        blank = [name for name in view.filterset_class.base_filters if request.query_params.get(name) == ""]
        if blank:
            raise ValidationError({name: ["Give a value, or leave it out."] for name in blank})
        return super().filter_queryset(request, queryset, view)

    def to_html(self, request: Any, queryset: Any, view: Any) -> str:
        return ""
