"""Programs, groups and calling hours, as they are filled in. Checked for shape here; the rules are the domain's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.authority import Refused
from accounts.models import User
from cases.enums import Severity
from outreach.domain.programs import SCRIPT_LENGTH, Member
from outreach.enums import SignalKind
from outreach.models import CallGroup, CallingHours, Program
from recovery.forms import Amount, Form, minor, typed

WEEKDAYS = [
    (str(number), name)
    for number, name in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
]
GAP = re.compile(r"(\d{1,6})\s*(min|m|h|hours?|d|days?)?\.?")
MINUTES = {"m": 1, "h": 60, "d": 1440}


def gaps_said(gaps: Iterable[int]) -> str:
    """Gaps as people write them: 120 and 1440 minutes are 2 h, 1 d."""
    said = []
    for gap in gaps:
        unit = next(unit for unit in ("d", "h", "m") if gap % MINUTES[unit] == 0)
        said.append(f"{gap // MINUTES[unit]} {'min' if unit == 'm' else unit}")
    return ", ".join(said)


class Gaps(forms.CharField):
    """Gaps between tries, such as 2 h, 1 d, 2 d."""

    def to_python(self, value: Any) -> Any:
        gaps = []
        for part in filter(None, (each.strip().lower() for each in re.split(r"[,;]", str(value or "")))):
            read = GAP.fullmatch(part)
            if read is None:
                raise forms.ValidationError(f"“{part}” is not a gap such as 30 min, 2 h or 1 d.")
            gaps.append(int(read[1]) * MINUTES[(read[2] or "m")[0]])
        return gaps


class Several(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class ProgramForm(Form):
    """Who qualifies, who calls and how, what is said, and who is left uncalled."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(max_length=80)
    rank = forms.IntegerField(
        label="Place in order",
        min_value=0,
        max_value=9999,
        help_text="Lower comes first. A signal belongs to the first program that it fits.",
    )
    active = forms.BooleanField(label="In force", required=False)
    score_at_most = forms.IntegerField(
        label="Score of at most", min_value=1, max_value=5, help_text="Of 5, for surveys."
    )
    kinds = Several(
        label="Signs of dissatisfaction", choices=SignalKind.choices, required=False, help_text="None: all."
    )
    severities = Several(
        label="Severity of the case",
        choices=Severity.choices,
        required=False,
        help_text="None: any, and without a case.",
    )
    value = Amount(label="Worth in a year, at least", required=False)
    value_currency = forms.CharField(
        label="Currency", required=False, max_length=3, widget=forms.TextInput(attrs={"autocapitalize": "characters"})
    )
    baggage_at_least = forms.IntegerField(
        label="Past mistakes, at least",
        required=False,
        min_value=0,
        max_value=1000,
        help_text="Empty: nothing is asked.",
    )
    not_again_within_days = forms.IntegerField(
        label="Not again within days", min_value=0, max_value=365, help_text="After we last spoke with them."
    )
    group = forms.ModelChoiceField(
        label="Who calls",
        required=False,
        queryset=CallGroup.objects.filter(active=True),
        empty_label="All who take calls",
    )
    contact_within_hours = forms.IntegerField(label="Called within hours", min_value=1, max_value=720)
    close_within_hours = forms.IntegerField(label="Settled within hours", min_value=1, max_value=2160)
    retry_after_minutes = Gaps(
        label="Tried again after",
        required=False,
        max_length=120,
        help_text="Growing gaps, such as 2 h, 1 d, 2 d. Each at another time of day, where it can be.",
    )
    calls_per_rep_and_day = forms.IntegerField(label="Calls per person and day", min_value=1, max_value=200)
    script = forms.CharField(
        label="How to begin", required=False, max_length=SCRIPT_LENGTH, widget=forms.Textarea(attrs={"rows": 4})
    )
    questions = forms.CharField(
        label="More to ask, one on each line",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What went wrong, what would have put it right and the cause are always asked.",
    )
    holdout_percent = forms.IntegerField(label="Left uncalled by lot, %", min_value=0, max_value=50)
    holdout_spares_severe = forms.BooleanField(label="Cases of high severity are always called", required=False)

    def particulars(self) -> dict[str, Any]:
        """What ``programs.set_program`` takes. Refused as ``money.to_minor``."""
        given = dict(self.cleaned_data)
        given.pop("value"), given.pop("version")
        currency = given["value_currency"] = given["value_currency"].strip().upper()
        if self.cleaned_data["value"].strip() and not currency:
            raise Refused("invalid", "Say in which currency.", "value_currency")
        amount = minor(self, "value", currency=currency, zero=True) if self.cleaned_data["value"].strip() else None
        return given | {"value_at_least_minor": amount, "questions": given["questions"].splitlines()}

    @staticmethod
    def initial_of(program: Program) -> dict[str, Any]:
        names = set(ProgramForm.base_fields) - {"value", "retry_after_minutes", "questions"}
        return {name: getattr(program, name) for name in names} | {
            "value": typed(program.value_at_least_minor, program.value_currency),
            "retry_after_minutes": gaps_said(program.retry_after_minutes),
            "questions": "\n".join(
                question.words for question in program.questions.filter(active=True) if program.pk is not None
            )
            if program.pk
            else "",
        }


class GroupForm(Form):
    """A group: its name, and of all who could call those who do, with their languages and their day."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(max_length=80)
    active = forms.BooleanField(label="It calls", required=False, initial=True)

    def __init__(self, *given: Any, people: list[User], group: CallGroup | None = None, **more: Any) -> None:
        super().__init__(*given, **more)
        self.people = people
        members = {member.user_id: member for member in group.members.all()} if group else {}
        for each in people:
            member = members.get(each.pk)
            self.fields[f"in_{each.pk}"] = forms.BooleanField(
                label=each.name, required=False, initial=member is not None
            )
            self.fields[f"languages_{each.pk}"] = forms.CharField(
                label="Languages",
                required=False,
                max_length=120,
                initial=", ".join(member.languages) if member else "",
                widget=forms.TextInput(
                    attrs={"class": "input", "placeholder": "any", "autocapitalize": "none", "spellcheck": "false"}
                ),
            )
            self.fields[f"most_{each.pk}"] = forms.IntegerField(
                label="A day, at most",
                required=False,
                min_value=0,
                max_value=200,
                initial=member.calls_per_day if member else None,
                widget=forms.NumberInput(attrs={"class": "input", "placeholder": "as usual"}),
            )

    def rows(self) -> list[tuple[User, Any, Any, Any]]:
        """For each person their three boxes."""
        return [
            (each, self[f"in_{each.pk}"], self[f"languages_{each.pk}"], self[f"most_{each.pk}"]) for each in self.people
        ]

    def members(self) -> list[Member]:
        """Those who were chosen."""
        data = self.cleaned_data
        return [
            Member(each, re.findall(r"[^\s,;]+", data[f"languages_{each.pk}"]), data[f"most_{each.pk}"])
            for each in self.people
            if data[f"in_{each.pk}"]
        ]


class HoursForm(Form):
    """Between which hours, on which days, customers of a jurisdiction may be called."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    jurisdiction = forms.CharField(
        required=False,
        max_length=6,
        help_text="A country such as FR, or a part of one such as US-CO. Empty: all for whom no other rule is.",
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
    )
    opens = forms.TimeField(label="From", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    closes = forms.TimeField(label="To", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    weekdays = Several(label="On", choices=WEEKDAYS, required=False)
    on_holidays = forms.BooleanField(label="Also on public holidays there", required=False)
    source = forms.CharField(
        label="Where it is written", required=False, max_length=200, help_text="The law or the policy it comes from."
    )

    def particulars(self) -> dict[str, Any]:
        """What ``programs.set_hours`` takes."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return given | {"weekdays": sorted(int(day) for day in given["weekdays"])}

    @staticmethod
    def initial_of(hours: CallingHours) -> dict[str, Any]:
        return {name: getattr(hours, name) for name in HoursForm.base_fields} | {"weekdays": map(str, hours.weekdays)}
