"""Messages to customers, written by the domain and sent by outreach."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.enums import DeliveryStatus
from cases.enums import Channel, MessageKind
from cases.models.case import Case
from cases.models.customer import Customer
from cases.models.honored_error import Letter


class Message(models.Model):
    """One message to one customer. The row is the queue: it is sent until it says that it was sent."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="messages")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="messages")
    letter = models.ForeignKey(
        Letter, models.PROTECT, null=True, blank=True, related_name="messages", help_text="What goes with it, as a PDF."
    )
    kind = models.CharField(max_length=24, choices=MessageKind.choices)
    channel = models.CharField(max_length=12, choices=Channel.choices, default=Channel.EMAIL)
    to = models.CharField(max_length=254, blank=True, default="")
    subject = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(
        max_length=40, blank=True, default="", help_text="What “{link}” in the body leads to, such as promise:7."
    )
    key = models.CharField(max_length=80, unique=True, help_text="What makes this message happen once.")
    message_id = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="message_to_deliver", condition=Q(status="pending")),
            models.Index(fields=["message_id"], name="messages_by_message_id"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to customer {self.customer_id}"
