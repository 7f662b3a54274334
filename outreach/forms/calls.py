"""What a rep fills in after a call. Checked for shape here; the rules are the domain's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from cases.models import Cause, CustomerPhone
from outreach.enums import CallOutcome
from outreach.models import ProgramQuestion
from recovery.forms import Form


class CauseChoice(forms.ModelChoiceField):
    """The tree of causes, indented."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{'— ' * obj.depth}{obj.name}"


class Heard(forms.CharField):
    """Needed once somebody was spoken with. Which outcomes that is, is the domain's to say; the browser asks for it."""

    def validate(self, value: Any) -> None:
        """Whether it may be empty is decided by the verb."""


class OutcomeForm(Form):
    """What one attempt came to. The outcome is the button that was pressed."""

    outcome = forms.ChoiceField(choices=CallOutcome.choices, widget=forms.HiddenInput)
    phone = forms.ChoiceField(required=False, label="The number you dialed")
    what_went_wrong = Heard(max_length=5000, widget=forms.Textarea(attrs={"rows": 3}), label="What went wrong")
    what_would_help = forms.CharField(
        required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2}), label="What would have put it right"
    )
    cause = CauseChoice(
        queryset=Cause.objects.filter(active=True).order_by("path", "id"),
        required=False,
        label="Why it happened",
        empty_label="Not clear yet",
    )
    words = forms.CharField(
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Anything colleagues should know",
    )

    def __init__(
        self,
        *given: Any,
        phones: list[CustomerPhone],
        dial: str,
        questions: Iterable[ProgramQuestion] = (),
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        self.questions = list(questions)
        for question in self.questions:
            self.fields[f"question_{question.pk}"] = forms.CharField(
                required=False, max_length=5000, label=question.words, widget=forms.Textarea(attrs={"rows": 2})
            )
        self.fields["phone"] = forms.ChoiceField(
            choices=[(phone.number, phone.number) for phone in phones],
            required=False,
            initial=dial,
            label="The number you dialed",
            widget=forms.Select if len(phones) > 1 else forms.HiddenInput,
        )

    def asked(self) -> list[Any]:
        """The boxes of the program's own questions, in order."""
        return [self[f"question_{question.pk}"] for question in self.questions]

    def heard(self) -> dict[str, Any]:
        """What ``outcomes.record_outcome`` takes."""
        given = {name: value for name, value in self.cleaned_data.items() if not name.startswith("question_")}
        answers = {question.pk: self.cleaned_data[f"question_{question.pk}"] for question in self.questions}
        return given | {"answers": answers}
