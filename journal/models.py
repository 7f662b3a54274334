"""The one event log and its feed order.

Rows of ``Event`` are never changed or deleted: a trigger refuses it on both databases. What a person said or
is called lies in ``Words`` beside the event, so that it can be erased and leave the log whole.
"""

from django.db import models

from journal.enums import ActorKind, EventType


class Event(models.Model):
    """One thing that happened, to one subject. ``data`` holds ids, codes and amounts, never words."""

    type = models.CharField(max_length=60, choices=EventType.choices)
    at = models.DateTimeField(help_text="When it happened, UTC.")
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices, default=ActorKind.SYSTEM)
    channel = models.CharField(max_length=20, blank=True, default="")
    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    customer = models.ForeignKey(
        "cases.Customer", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-id"], name="event_of_customer"),
            models.Index(fields=["case", "-id"], name="event_of_case"),
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="event_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject_kind}:{self.subject_id}"


class Words(models.Model):
    """The free text and particulars that belong to an event, apart from it so that they can be erased."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="words")
    body = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "words"

    def __str__(self) -> str:
        return f"words of event {self.event_id}"


class Unsequenced(models.Model):
    """Ids of committed events that have no feed position yet. A trigger fills it, the sequencer empties it."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="+")

    class Meta:
        verbose_name_plural = "unsequenced"

    def __str__(self) -> str:
        return f"event {self.event_id}"


class FeedPosition(models.Model):
    """Where an event stands in the change feed. Given after its commit, so a reader never skips one."""

    position = models.BigAutoField(primary_key=True)
    event = models.OneToOneField(Event, models.PROTECT, related_name="feed")

    def __str__(self) -> str:
        return f"{self.position}: event {self.event_id}"
