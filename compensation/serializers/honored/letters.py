"""The letters that prove it."""

from __future__ import annotations

from rest_framework import serializers

from cases import models as cases
from recovery.rest import Named, Shape, Text

# What is asked -------------------------------------------------------------------------------------------------------


class Writing(Shape):
    """In the customer's own language where it is not given."""

    language = Text(max_length=20, allow_null=True, required=False)


# What is shown -------------------------------------------------------------------------------------------------------


class Letter(serializers.ModelSerializer[cases.Letter]):
    """A letter that was made; ``letter.pdf`` is the newest. ``sha256`` is of the PDF, in hex."""

    error = serializers.IntegerField(source="error_id", read_only=True)
    disclosure = serializers.IntegerField(source="disclosure_id", read_only=True)
    made_by = Named(read_only=True)

    class Meta:
        model = cases.Letter
        fields = ["id", "error", "disclosure", "language", "sha256", "made_by", "made_at"]
        read_only_fields = fields


class LetterMail(serializers.ModelSerializer[cases.Message]):
    """The message that takes a letter to the customer."""

    class Meta:
        model = cases.Message
        fields = ["id", "letter", "to", "subject", "status", "created_at"]
        read_only_fields = fields
