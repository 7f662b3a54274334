"""What administrators fill in to keep the tree of causes."""

from __future__ import annotations

from django import forms

from cases.models import Cause
from recovery.forms import Form


class NewCauseForm(Form):
    name = forms.CharField(label="Name", required=False, max_length=120)
    parent = forms.ModelChoiceField(
        label="Under", queryset=Cause.objects.filter(active=True), required=False, empty_label="The top of the tree"
    )


class CauseNameForm(Form):
    """A cause's name, with the version that the writer saw."""

    name = forms.CharField(label="Name", required=False, max_length=120)
    version = forms.IntegerField(widget=forms.HiddenInput)
