"""Coupon pools, as administrators keep them."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from django import forms

from compensation.domain.coupons import MOST_LOW_AT
from compensation.models import CouponPool
from recovery.forms import Form


class PoolForm(Form):
    """What a pool is called, and when it runs low."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(max_length=120)
    code = forms.SlugField(
        max_length=40, required=False, help_text="For programs: small letters, digits and dashes. It stays."
    )
    low_at = forms.IntegerField(
        label="Tell us when fewer are left than",
        min_value=0,
        max_value=MOST_LOW_AT,
        initial=20,
        help_text="0: only when none is left.",
    )
    active = forms.BooleanField(label="In use", required=False, initial=True)

    @staticmethod
    def initial_of(pool: CouponPool) -> dict[str, Any]:
        return {name: getattr(pool, name) for name in ("version", "name", "code", "low_at", "active")}

    def particulars(self, *, new: bool) -> dict[str, Any]:
        """What ``coupons.save_pool`` takes: a new pool also takes its code, and is in use."""
        given = {name: self.cleaned_data[name] for name in ("name", "low_at", "active")}
        return given | {"code": self.cleaned_data["code"], "active": True} if new else given


class CodesForm(Form):
    """Codes to add: a file of any length, or pasted."""

    file = forms.FileField(
        label="A file",
        required=False,
        allow_empty_file=True,
        help_text="One code a line; after a comma the last day it is good for, as 2026-12-31.",
    )
    pasted = forms.CharField(
        label="Or paste them", required=False, strip=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("file") and not data.get("pasted", "").strip():
            raise forms.ValidationError("Choose a file, or paste some codes.")
        return data

    def stream(self) -> BinaryIO:
        """The codes as a file of bytes. A large upload lies on disk and is read from there."""
        file: Any = self.cleaned_data["file"]
        if file:
            return file.file
        # What cannot be encoded is not a code: its line says so.
        return io.BytesIO(self.cleaned_data["pasted"].encode("utf-8", "replace"))
