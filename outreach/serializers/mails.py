"""What the API of mail that came in reads and shows. Shapes only: no rule, no query."""

from __future__ import annotations

from rest_framework import serializers

from outreach import models
from recovery.rest import Id, Shape, Text


class Placing(Shape):
    """What becomes of a mail that was set aside: a reply in a case, or else an incident of whoever has the address."""

    case = Text(max_length=11, required=False, help_text="The reference of the case that it is about.")
    email = Text(max_length=254, required=False, help_text="Without `case`: the customer’s address.")
    name = Text(max_length=160, allow_blank=True, required=False, help_text="What they are called, if we do not know.")
    unit = Id(required=False, help_text="Whose customer, if the mailbox does not say.")


class InboundMail(serializers.ModelSerializer[models.InboundMail]):
    """A mail that came in, and what became of it: an empty `fate` has not been handled yet.

    `because` is a code that says why it was set aside. What it says is in its case; here it is never shown.
    """

    case = serializers.CharField(source="case.reference", read_only=True, allow_null=True, default=None)
    kept = serializers.BooleanField(read_only=True, help_text="Whether it can still be placed by hand.")

    class Meta:
        model = models.InboundMail
        fields = [
            "id", "received_at", "handled_at", "came_from", "unit", "customer", "case", "fate", "because", "about", "size",
            "attachments", "kept",
        ]  # fmt: skip
        read_only_fields = fields
