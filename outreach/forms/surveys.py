"""What a customer fills in on the page of a survey, and what administrators write for it."""

from __future__ import annotations

from typing import Any

from django import forms

from outreach.domain.surveys.answering import WORDS_LENGTH
from outreach.domain.surveys.phrases import Phrases
from outreach.domain.surveys.templates import QUESTIONS, TEXTS, open_question, questions
from outreach.enums import SurveyKind
from outreach.models import SurveyTemplate
from recovery.forms import Form

FIVE = [(str(n), str(n)) for n in range(1, 6)]


class SurveyForm(Form):
    """The scales of a template and a box for words. Without JavaScript, in the language of the template."""

    def __init__(self, data: Any = None, *, template: SurveyTemplate, phrases: Phrases) -> None:
        super().__init__(data)
        self.use_required_attribute = True
        self.scales = questions(template)
        for scale in self.scales:
            self.fields[scale.name] = forms.TypedChoiceField(
                label=scale.ask,
                choices=FIVE,
                coerce=int,
                empty_value=None,
                required=scale.needed,
                widget=forms.RadioSelect,
                error_messages={"required": phrases.choose, "invalid_choice": phrases.choose},
            )
        if asked := open_question(template):
            self.fields["words"] = forms.CharField(
                label=asked,
                required=False,
                max_length=WORDS_LENGTH,
                widget=forms.Textarea(attrs={"rows": 4}),
                error_messages={"max_length": phrases.too_long},
            )

    def lines(self) -> list[tuple[Any, Any]]:
        """Each scale with its field, in the order of the page."""
        return [(scale, self[scale.name]) for scale in self.scales]

    def answers(self) -> dict[str, Any]:
        """What ``answering.answer`` takes."""
        scores = {scale.name: self.cleaned_data.get(scale.name) for scale in self.scales}
        return {"scores": scores, "words": self.cleaned_data.get("words", "")}


class CallMeForm(Form):
    """A request to be called, with a word about it."""

    words = forms.CharField(required=False, max_length=WORDS_LENGTH, widget=forms.Textarea(attrs={"rows": 3}))


class TemplateForm(Form):
    """The words of a survey in one language."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="Asked", choices=SurveyKind.ours())
    language = forms.CharField(max_length=20, help_text="A code such as it or pt-BR.")
    subject = forms.CharField(max_length=TEXTS["subject"], label="Subject of the message")
    message = forms.CharField(
        max_length=TEXTS["message"],
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text="{name}, {case}, {company} and {link} are filled in.",
    )
    heading = forms.CharField(max_length=TEXTS["heading"], label="Heading of the page")
    intro = forms.CharField(max_length=TEXTS["intro"], required=False, widget=forms.Textarea(attrs={"rows": 3}))
    thanks = forms.CharField(max_length=TEXTS["thanks"], widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Any = None, *, template: SurveyTemplate | None = None, **given: Any) -> None:
        initial = self.initial_of(template) if template else given.pop("initial", None)
        super().__init__(data, initial=initial, **given)
        if template is not None:
            for name in ("kind", "language"):
                self.fields[name].required = False
                self.fields[name].disabled = True
        for name in QUESTIONS:
            needed = name == "satisfaction"
            self.fields[f"{name}_ask"] = forms.CharField(max_length=300, required=needed, label="Question")
            if name != "words":
                self.fields[f"{name}_low"] = forms.CharField(max_length=60, required=False, label="At 1")
                self.fields[f"{name}_high"] = forms.CharField(max_length=60, required=False, label="At 5")

    @staticmethod
    def initial_of(template: SurveyTemplate) -> dict[str, Any]:
        asked = {
            f"{name}_{part}": (template.questions.get(name) or {}).get(part, "")
            for name in QUESTIONS
            for part in ("ask", "low", "high")
        }
        own = {name: getattr(template, name) for name in ("kind", "language", *TEXTS)}
        return asked | own | {"seen": template.pk or 0}

    def lines(self) -> list[dict[str, Any]]:
        """Each question with its boxes, in the order of the page."""
        return [
            {part: self[f"{name}_{part}"] for part in ("ask", "low", "high") if f"{name}_{part}" in self.fields}
            | {"name": name}
            for name in QUESTIONS
        ]

    def words(self) -> dict[str, Any]:
        """What ``templates.save_template`` takes."""
        data = self.cleaned_data
        return {
            "kind": data["kind"],
            "language": data["language"].strip(),
            "texts": {name: data.get(name, "") for name in TEXTS},
            "questions": {
                name: {part: data.get(f"{name}_{part}", "") for part in ("ask", "low", "high")} for name in QUESTIONS
            },
            "seen": data.get("seen"),
        }


class FileForm(Form):
    """Scores from elsewhere, as a file."""

    file = forms.FileField(label="A CSV file", allow_empty_file=True)
    system = forms.SlugField(
        max_length=40, label="From which system", help_text="The same id from the same system is taken once."
    )
