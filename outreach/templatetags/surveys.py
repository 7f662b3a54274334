"""What a customer answered, in words."""

from __future__ import annotations

from django import template
from django.conf import settings

from outreach.models import Survey

register = template.Library()

FACETS = (
    ("outcome_fair", "What they got was fair"),
    ("process_fair", "The way there was fair"),
    ("treated_well", "Treated well"),
    ("ease", "Easy for them"),
    ("would_return", "Would come again"),
)
MOODS = {"dissatisfied": "bad", "satisfied": "good", "so_so": ""}


@register.filter
def facets(survey: Survey) -> list[tuple[str, int]]:
    """What they said besides, as far as they did: its name and how much of five."""
    said = [(label, getattr(survey, name)) for name, label in FACETS]
    return [(label, score) for label, score in said if score is not None]


@register.filter
def how(survey: Survey) -> str:
    """Satisfied, so so or dissatisfied, by what calls are made about."""
    score = survey.satisfaction or 0
    worst: int = settings.RECOVERY["DISSATISFIED_SCORE_AT_MOST"]
    return "dissatisfied" if score <= worst else "satisfied" if score > worst + 1 else "so_so"


@register.filter
def mood(how: str) -> str:
    return MOODS.get(how, "")
