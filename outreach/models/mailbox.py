"""Mail that came in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import BusinessUnit
from cases.models import Case, Customer, Message
from outreach.enums import MailFate


class Mailbox(models.Model):
    """A mailbox that is read, and how far. Messages there are left as they are: this is our own mark."""

    name = models.CharField(max_length=200, unique=True, help_text="Whose, where and which folder; no password.")
    uid_validity = models.BigIntegerField(default=0, help_text="Of which numbering `last_uid` is.")
    last_uid = models.BigIntegerField(default=0, help_text="Everything up to here has been taken over.")
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True, help_text="When it was last read to its end.")
    failing_since = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=120, blank=True, default="", help_text="A kind and a code, nobody’s words.")

    class Meta:
        verbose_name_plural = "mailboxes"
        constraints = [
            models.CheckConstraint(
                name="mailbox_failing_has_an_error", condition=Q(failing_since__isnull=True) | ~Q(error="")
            ),
        ]

    def __str__(self) -> str:
        return f"mailbox {self.pk}"


class InboundMail(models.Model):
    """One message that came in. The row is the queue.

    It is kept whole until its fate is known. What became part of a case is in the log then, beside its event, and
    nothing of it is left here; what was set aside is kept for a while, since a person may see it otherwise.
    """

    key = models.CharField(max_length=64, unique=True, help_text="A hash of what makes it this message.")
    message_id = models.CharField(max_length=255, blank=True, default="")
    came_from = models.CharField(max_length=40, help_text="The mailbox, or the file.")
    sender = models.CharField(max_length=64, blank=True, default="", help_text="A hash of the address it came from.")
    unit = models.ForeignKey(
        BusinessUnit, models.PROTECT, null=True, blank=True, related_name="+", help_text="Whose mailbox it is."
    )
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
            models.Index(fields=["sender", "id"], name="mails_of_sender"),
            models.Index(fields=["message_id"], name="mails_by_message_id", condition=~Q(message_id="")),
            models.Index(fields=["handled_at"], name="mails_to_forget", condition=~Q(raw=b"") & ~Q(fate="")),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"
