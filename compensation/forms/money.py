"""Answers to requests. Amounts are typed as people write money."""

from __future__ import annotations

from django import forms

from recovery.forms import Amount, Form, minor


class ApproveForm(Form):
    """All of it, or less of it when an amount is given."""

    amount_minor = Amount(label="Approve only", required=False)
    note = forms.CharField(label="Note to the rep", required=False, max_length=2000)

    def granted(self, currency: str) -> int | None:
        """Minor units; None for all that was asked. Refused: ``not_an_amount``, ``too_many_decimals``."""
        return minor(self, "amount_minor", currency=currency)


class DeclineForm(Form):
    reason = forms.CharField(
        label="Why not",
        required=False,
        max_length=2000,
        help_text="The rep has to tell the customer something.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
