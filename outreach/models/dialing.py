"""Telephones: what a rep rings with, and what the line did."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from cases.models import Case, Customer
from outreach.enums import Dialer, DialStatus


class Phone(models.Model):
    """What a rep calls with. Nothing here: a link that their own device opens."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="phone")
    dialer = models.CharField(max_length=8, choices=Dialer.choices, default=Dialer.LINK)
    address = models.CharField(
        max_length=120,
        blank=True,
        default="",
        help_text="host:port of a softphone’s control; a channel such as PJSIP/alice; a phone number.",
    )

    def __str__(self) -> str:
        return f"{self.dialer} of user {self.user_id}"


class Dial(models.Model):
    """One time a number was rung for a rep. ``key`` makes it one: asked for again, the line is not rung again.

    What the line did is not what came of it: that is the rep's to say.
    """

    key = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="dials", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="dials", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="dials", db_index=False)
    follow_up_call = models.ForeignKey(
        "outreach.FollowUpCall", models.PROTECT, null=True, blank=True, related_name="dials", db_index=False
    )
    to = models.CharField(max_length=16)
    asked_of = models.CharField(max_length=8, choices=Dialer.choices, help_text="The rep’s own.")
    dialer = models.CharField(
        max_length=8, choices=Dialer.choices, help_text="Which rang it: the link, if that was down."
    )
    endpoint = models.CharField(max_length=120, blank=True, default="")
    status = models.CharField(max_length=12, choices=DialStatus.choices, default=DialStatus.QUEUED)
    provider_ref = models.CharField(max_length=80, blank=True, default="")
    ring_timeout_seconds = models.PositiveSmallIntegerField(default=30)
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when there is nothing to follow: for a link, from the start."
    )
    leased_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=120, blank=True, default="", help_text="A kind and a code, nobody’s words.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dialer", "provider_ref"], name="dial_once_per_provider_ref", condition=~Q(provider_ref="")
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="dials_to_tend", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["user", "-id"], name="dials_of_user"),
            models.Index(fields=["customer", "-id"], name="dials_of_customer"),
            models.Index(fields=["dialer", "-id"], name="dials_of_dialer"),
        ]

    def __str__(self) -> str:
        return f"dial {self.pk}: {self.status}"


class DialEvent(models.Model):
    """What a telephone system said of a dial, once."""

    dial = models.ForeignKey(Dial, models.PROTECT, related_name="events")
    status = models.CharField(max_length=12, choices=DialStatus.choices)
    at = models.DateTimeField()
    key = models.CharField(max_length=80, help_text="What makes it once.")
    detail = models.CharField(max_length=80, blank=True, default="", help_text="A code, such as SIP 486.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["dial", "key"], name="dial_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.status} of dial {self.dial_id}"
