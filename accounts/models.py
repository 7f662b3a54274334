"""Who works here, whom they may serve, and what they are told."""

from __future__ import annotations

import functools
import zoneinfo
from datetime import time

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from accounts.enums import DeliveryStatus, NoticeChannel, Role, WorkingState

# Asking the zoneinfo module walks the whole database on disk each time, 50 ms of a request.
time_zones = functools.cache(zoneinfo.available_timezones)
currency_code = RegexValidator(r"^[A-Z]{3}$", "Use the three capital letters of the currency, such as USD.")

jurisdiction_code = RegexValidator(
    r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$", "Use an ISO 3166 code: a country such as CA, or a part of one such as US-CO."
)


def time_zone_name(value: str) -> None:
    """A validator: the name must be one of the IANA time zone database."""
    if value not in time_zones():
        raise ValidationError(f"“{value}” is not a time zone name such as America/Denver.", code="unknown_zone")


def every_weekday() -> list[int]:
    """Monday to Friday."""
    return [0, 1, 2, 3, 4]


class BusinessUnit(models.Model):
    """A part of the company with customers of its own."""

    code = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=160)
    currency = models.CharField(max_length=3, default="USD", validators=[currency_code])
    time_zone = models.CharField(max_length=60, default="UTC", validators=[time_zone_name])
    opens = models.TimeField(default=time(8), help_text="When people are there to call back, on the unit’s own clock.")
    closes = models.TimeField(default=time(20))
    weekdays = models.JSONField(default=every_weekday, help_text="0 is Monday.")
    holiday_region = models.CharField(
        max_length=6,
        blank=True,
        default="",
        validators=[jurisdiction_code],
        help_text="Whose public holidays it keeps.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People who serve the customers of one or more units together."""

    name = models.CharField(max_length=120, unique=True)
    units = models.ManyToManyField(BusinessUnit, related_name="teams", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A member of staff, or a service account that a program signs in as."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=120, help_text="As customers and colleagues know them.")
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.REP)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="members")
    time_zone = models.CharField(max_length=60, default="UTC", validators=[time_zone_name])
    working_state = models.CharField(max_length=10, choices=WorkingState.choices, default=WorkingState.AVAILABLE)
    away_until = models.DateTimeField(null=True, blank=True)
    holiday_region = models.CharField(
        max_length=6,
        blank=True,
        default="",
        validators=[jurisdiction_code],
        help_text="Whose public holidays they have, such as US-CO. Blank: none are known.",
    )
    takes_calls = models.BooleanField(default=False, help_text="In the group that calls dissatisfied customers.")
    is_service = models.BooleanField(default=False, help_text="A program, not a person.")
    single_key_shortcuts = models.BooleanField(default=True)

    REQUIRED_FIELDS = ["email", "name"]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="user_away_until_only_when_away",
                condition=Q(away_until__isnull=True) | Q(working_state=WorkingState.AWAY),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def is_supervisor(self) -> bool:
        return self.role == Role.SUPERVISOR

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMIN


class ApiCredential(models.Model):
    """A bearer secret for the REST API. Only its hash is stored; the secret is shown once."""

    user = models.ForeignKey(User, models.PROTECT, related_name="credentials")
    name = models.CharField(max_length=80)
    hint = models.CharField(max_length=8, help_text="The secret's first characters, to tell one from another.")
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class IdempotencyKey(models.Model):
    """The first answer to a POST that carried an ``Idempotency-Key``, kept for a day."""

    caller = models.CharField(max_length=40, help_text="credential:<id> or user:<id>")
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=120)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "path", "key"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.caller} {self.path} {self.key}"


class Notice(models.Model):
    """Something one member of staff is told, once per channel. ``key`` makes it once."""

    user = models.ForeignKey(User, models.PROTECT, related_name="notices", db_index=False)
    channel = models.CharField(max_length=8, choices=NoticeChannel.choices)
    key = models.CharField(max_length=120, help_text="What this is about; unique per person and channel.")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True, default="")
    path = models.CharField(max_length=200, blank=True, default="", help_text="Where in Recovery to go.")
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(
        null=True, blank=True, help_text="Held back until then: quiet hours, or a digest."
    )
    in_digest = models.BooleanField(default=False, help_text="Told together with others, in one mail.")
    status = models.CharField(max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=120, blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "channel", "key"], name="notice_once"),
        ]
        indexes = [
            models.Index(
                fields=["user", "-id"], name="notice_unseen", condition=Q(channel="desk", seen_at__isnull=True)
            ),
            models.Index(fields=["id"], name="notice_to_deliver", condition=Q(status="pending")),
            models.Index(fields=["created_at", "id"], name="notices_in_chat", condition=Q(channel="chat")),
        ]

    def __str__(self) -> str:
        return f"{self.title} → {self.user_id}"


class NoticePreference(models.Model):
    """When and how somebody wants to be told of things away from their desk. The desk itself is always live."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="notice_preference")
    quiet_from = models.TimeField(null=True, blank=True, help_text="On their own clock.")
    quiet_until = models.TimeField(null=True, blank=True)
    quiet_days = models.JSONField(default=list, blank=True, help_text="Days without any; 0 is Monday.")
    urgent_anyway = models.BooleanField(default=True, help_text="What is due or was missed is not held back.")
    digest_at = models.TimeField(
        null=True, blank=True, help_text="What can wait comes together at this time; blank: each by itself."
    )
    chat_handle = models.CharField(max_length=80, blank=True, default="", help_text="How chat calls them.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="quiet_hours_have_both_ends",
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"preferences of user {self.user_id}"
