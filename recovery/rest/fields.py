"""What comes in, checked for shape: strictly typed, bounded, and nothing that a database would choke on.

REST framework's own fields are kind: they read "12" as a number, "yes" as true, and any year. A program that sends those
has a fault that should be heard of, and what they let through has to fit 64 bits and a timestamp.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

LARGEST = 2**63 - 1
LARGEST_MINOR = 10**15
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Text(serializers.CharField):
    """A string. NUL and lone surrogates are refused by the base class."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("max_length", 10_000)
        super().__init__(**given)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty and data is not None and not isinstance(data, str):
            self.fail("invalid")
        return super().run_validation(data)


class Whole(serializers.IntegerField):
    """A whole number of at most 64 bits; `12.0` is one, `"12"` and `true` are not."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("max_value", LARGEST)
        given.setdefault("min_value", -LARGEST)
        super().__init__(**given)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
            self.fail("invalid")
        return int(data)


class Id(Whole):
    """The id of something here."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"min_value": 1, **given})


class Minor(Whole):
    """An amount in the currency's smallest unit."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": LARGEST_MINOR, **given})


class Flag(serializers.BooleanField):
    """`true` or `false`, and nothing that only looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Choice(serializers.ChoiceField):
    """One of the codes."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=type(data).__name__)
        return super().to_internal_value(data)


class Currency(Text):
    """Three capital letters; whether they name a currency, the domain knows."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=3, **given)
        self.validators.append(RegexValidator(r"^([A-Z]{3})?$", "Use the three capital letters, such as USD."))


class Moment(serializers.DateTimeField):
    """A time in ISO 8601 with its offset from UTC, between 1900 and 2200."""

    default_error_messages = {
        "naive": _("Give the time with its offset from UTC, such as 2026-03-01T09:30:00Z."),
        "range": _("This time is too far away to be meant."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss±hh:mm")
        return super().to_internal_value(value)

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("naive")
        if not EARLIEST <= value <= LATEST:
            self.fail("range")
        return value.astimezone(UTC)


class Day(serializers.DateField):
    """A date such as 2026-03-10, between 1900 and 2200."""

    default_error_messages = {"range": _("This date is too far away to be meant.")}

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        day: date = super().to_internal_value(value)
        if not EARLIEST.date() <= day <= LATEST.date():
            self.fail("range")
        return day


class Shape(serializers.Serializer[Any]):
    """The body of a request. A field that it does not know is refused: a mistyped name must not pass for a default."""

    default_error_messages = {"unknown": _("There is no such field.")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError({name: [self.error_messages["unknown"]] for name in unknown})
        return super().to_internal_value(data)


class Nothing(Shape):
    """An empty body."""


class ExternalName(Shape):
    """How another system knows somebody."""

    system = Text(max_length=40)
    external_id = Text(max_length=120)


class Named(serializers.Serializer[Any]):
    """A member of staff, as answered: by id and name."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)


class WallTime(Text):
    """A time of day on somebody's own wall clock, to the minute; null is none."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"allow_null": True, "default": None, **given})
        self.validators.append(RegexValidator(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", "Give a time such as 07:30."))

    def run_validation(self, data: Any = serializers.empty) -> Any:
        at = super().run_validation(data)
        return at and time.fromisoformat(at)


@extend_schema_field({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"})
class OnTheWall(serializers.TimeField):
    """A time of day as answered. OpenAPI's own format of times has an offset, and a wall has none."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"format": "%H:%M", "allow_null": True, **given})
