"""Mail that came in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cases.models import Case, Customer, Message
from outreach.enums import MailFate


class InboundMail(models.Model):
    """One message that came in, kept whole until its fate is known. The row is the queue.

    Afterwards what the customer wrote is in the log, beside the event, and nothing of it is left here.
    """

    key = models.CharField(max_length=64, unique=True, help_text="A hash of its Message-ID, or of all of it.")
    message_id = models.CharField(max_length=255, blank=True, default="")
    came_from = models.CharField(max_length=40, help_text="The mailbox, or the file.")
    received_at = models.DateTimeField()
    raw = models.BinaryField(default=b"", blank=True)
    size = models.PositiveIntegerField(default=0)
    fate = models.CharField(max_length=12, choices=MailFate.choices, blank=True, default="")
    because = models.CharField(max_length=40, blank=True, default="", help_text="A code.")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="mails")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="mails")
    about = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="answers", help_text="Ours, that this answers."
    )
    attachments = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="mails_to_handle", condition=Q(fate="")),
            models.Index(fields=["-received_at", "-id"], name="mails_by_time"),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"
