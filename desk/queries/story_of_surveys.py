"""What customers said of how satisfied they are, and what came of it, told in a timeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings

from cases.enums import MessageKind
from journal.enums import EventType
from journal.models import Event
from outreach.enums import NotAsked, SignalFate, SignalKind, SurveySource

Told = tuple[str, str, str]


def survey_told(event: Event) -> Told | None:
    """The sentence, the icon and the mood of an event about satisfaction that is told by what is in it."""
    tell = TELLERS.get(event.type)
    return tell(event.data) if tell else None


def said_already(event: Event) -> bool:
    """What a survey says of satisfaction, and that nobody has to call about it, is told with the answer itself.

    That a message was written which asks how it was is told by its being asked.
    """
    if event.type == EventType.SIGNAL_RECEIVED:
        return bool(event.data.get("survey")) and event.data.get("kind") == SignalKind.SURVEY
    if event.type == EventType.MESSAGE_QUEUED:
        return event.data.get("kind") == MessageKind.SURVEY
    return event.type == EventType.SIGNAL_SET_ASIDE and event.data.get("fate") == SignalFate.SATISFIED


def _low(score: int) -> bool:
    worst: int = settings.RECOVERY["DISSATISFIED_SCORE_AT_MOST"]
    return score <= worst


def _answered(data: dict[str, Any]) -> Told:
    score = data.get("scores", {}).get("satisfaction") or 0
    said = "answered our survey" if data.get("source") == SurveySource.LINK else "A survey from elsewhere came in"
    shape, mood = ("frown", "bad") if _low(score) else ("smile", "good") if score > 3 else ("star", "")
    return f"{said}: {score} of 5 all in all", shape, mood


def _not_asked(data: dict[str, Any]) -> Told:
    return f"The customer was not asked how it was: {_label(NotAsked, data.get('why_not'))}", "circle-slash", ""


def _received(data: dict[str, Any]) -> Told:
    score = data.get("score") or 0
    if data.get("kind") == SignalKind.REQUEST:
        return "The customer asks to be called", "phone-incoming", "warn"
    if data.get("kind") == SignalKind.SURVEY and not _low(score):
        return f"The customer told us how satisfied they are: {score} of 5", "star", ""
    return "The customer told us they are dissatisfied", "frown", "bad"


def _set_aside(data: dict[str, Any]) -> Told:
    return f"No follow-up call was planned: {_label(SignalFate, data.get('fate'))}", "phone-off", ""


TELLERS: dict[str, Callable[[dict[str, Any]], Told]] = {
    EventType.SURVEY_ANSWERED: _answered,
    EventType.SURVEY_NOT_ASKED: _not_asked,
    EventType.SIGNAL_RECEIVED: _received,
    EventType.SIGNAL_SET_ASIDE: _set_aside,
}


def _label(choices: Any, value: object) -> str:
    """A code in words, as the rest of a sentence."""
    label = str(choices(value).label) if value in choices.values else str(value or "")
    return label[:1].lower() + label[1:]
