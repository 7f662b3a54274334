"""Lines of the catalog as administrators type them. Amounts as people write money."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.authority import Refused
from compensation.domain.catalog import GIVES
from compensation.enums import Basis, Gives, Method, RemedyKind
from compensation.models import CouponPool, Remedy
from recovery.forms import Amount, Form, minor, typed

GIVABLE = [(basis.value, basis.label) for basis in (Basis.GOODWILL, Basis.ENTITLEMENT)]
AMOUNTS = ("cost_minor", "value_minor", "at_most_minor")
PLAIN = (
    "version", "name", "code", "kind", "gives", "basis", "authority", "currency", "no_questions", "method", "pool",
    "payout", "delivery_days", "words",
)  # fmt: skip


class RemedyForm(Form):
    """A line of the catalog."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(max_length=120)
    code = forms.SlugField(
        max_length=40, help_text="What programs call it: letters, digits and dashes, and no other line’s."
    )
    kind = forms.ChoiceField(choices=RemedyKind.choices, widget=forms.RadioSelect)
    gives = forms.ChoiceField(
        label="What it gives",
        choices=[("", "As its kind does"), *Gives.choices],
        required=False,
        help_text="Best is what makes good the failure in its own kind: money for money lost, attention for neglect.",
    )
    words = forms.CharField(
        label="What to say", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    currency = forms.CharField(
        required=False, max_length=3, help_text="Three letters, such as USD. Empty for what costs nothing anywhere."
    )
    cost_minor = Amount(
        label="Cost to us", required=False, help_text="Empty: the rep chooses the amount, within the caps."
    )
    value_minor = Amount(
        label="Worth to the customer", required=False, help_text="Empty: it is worth to them what it costs us."
    )
    at_most_minor = Amount(
        label="At most",
        required=False,
        help_text="The most the rep may choose. What is owed by law or contract needs one.",
    )
    basis = forms.ChoiceField(
        label="Why it is given",
        choices=GIVABLE,
        initial=Basis.GOODWILL,
        required=False,
        widget=forms.RadioSelect,
        help_text="Goodwill draws on the caps. What is owed by law or contract draws on none and is kept apart.",
    )
    authority = forms.CharField(
        label="By which law or contract",
        required=False,
        max_length=300,
        help_text="Such as “Regulation (EC) 261/2004, Art. 7” or “Terms of service, 12.3”. Shown wherever it is given.",
    )
    no_questions = forms.BooleanField(
        label="No questions asked: given in one action, without a justification", required=False
    )
    method = forms.ChoiceField(
        label="How it reaches the customer",
        choices=Method.choices,
        initial=Method.NONE,
        required=False,
        help_text="This decides what proves the delivery: a refund reference, a code, an order number.",
    )
    pool = forms.ModelChoiceField(
        label="Codes from",
        queryset=CouponPool.objects.none(),
        required=False,
        empty_label="No pool",
        help_text="For coupon codes alone: each code is given out once.",
    )
    payout = forms.BooleanField(
        label="A billing system delivers it and confirms",
        required=False,
        help_text="For refunds, service credits and replacements.",
    )
    delivery_days = forms.IntegerField(
        label="Days until delivered", required=False, min_value=0, max_value=366, help_text="Empty: at once."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pool"].queryset = CouponPool.objects.order_by("-active", "name")  # type: ignore[attr-defined]

    def fields_of_remedy(self) -> dict[str, Any]:
        """What was typed, as the catalog keeps it. Refused as ``money.to_minor``, beside the amount."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        data["gives"] = data["gives"] or GIVES[RemedyKind(data["kind"])]
        data["basis"], data["method"] = data["basis"] or Basis.GOODWILL, data["method"] or Method.NONE
        currency = data["currency"] = data["currency"].strip().upper()
        if not currency and self.cleaned_data["cost_minor"].strip("0., ") == "":
            # What costs nothing has no currency; what is left empty is for the rep to choose, which needs one.
            for name in ("value_minor", "at_most_minor"):
                if self.cleaned_data[name].strip("0., "):
                    raise Refused("invalid", "What is worth money has a currency.", "currency")
            return data | {
                "cost_minor": 0 if self.cleaned_data["cost_minor"] else None,
                "value_minor": None,
                "at_most_minor": None,
            }
        if not currency:
            raise Refused("invalid", "What has a price has a currency.", "currency")
        for name in AMOUNTS:
            data[name] = minor(self, name, currency=currency, zero=True)
        return data

    @staticmethod
    def initial_of(remedy: Remedy) -> dict[str, Any]:
        kept = {name: remedy.pool_id if name == "pool" else getattr(remedy, name) for name in PLAIN}
        return kept | {name: typed(getattr(remedy, name), remedy.currency) for name in AMOUNTS}


class VersionForm(Form):
    """A button that changes something which somebody else may have changed meanwhile."""

    version = forms.IntegerField()
