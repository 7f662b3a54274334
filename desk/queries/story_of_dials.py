"""Numbers that were rung and what their lines did, told in a timeline. Whom we reached is told with the contact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from journal.enums import EventType
from journal.models import Event
from outreach.enums import Dialer, DialStatus

Told = tuple[str, str, str]

ENDED: dict[str, Told] = {
    DialStatus.ANSWERED: ("The line was laid down", "phone", ""),
    DialStatus.MACHINE: ("An answering machine picked up", "voicemail", ""),
    DialStatus.BUSY: ("The line was busy", "phone-missed", "warn"),
    DialStatus.NO_ANSWER: ("Nobody picked up", "phone-missed", "warn"),
    DialStatus.DECLINED: ("The call was declined", "phone-missed", "warn"),
    DialStatus.INVALID: ("There is no such number", "phone-off", "bad"),
    DialStatus.UNAVAILABLE: ("The number could not be reached", "phone-off", "warn"),
    DialStatus.FAILED: ("The line failed", "phone-off", "bad"),
    DialStatus.CANCELED: ("The ringing was given up", "phone-off", ""),
}


SYSTEMS: dict[str, str] = {
    Dialer.BARESIP: "The rep’s softphone",
    Dialer.AMI: "The exchange",
    Dialer.TWILIO: "Twilio",
}


def dial_told(event: Event) -> Told | None:
    """The sentence, the icon and the mood of an event about a dial."""
    tell = TELLERS.get(event.type)
    return tell(event.data) if tell else None


def _started(data: dict[str, Any]) -> Told:
    down = SYSTEMS.get(data.get("instead_of", ""))
    if down:
        return (
            f"{down} could not be reached: the number was left to their own device",
            "phone-off",
            "warn",
        )
    return "dialed the customer’s number", "phone-call", ""


def _ended(data: dict[str, Any]) -> Told:
    return ENDED.get(data.get("status", ""), ("The line ended", "phone", ""))


TELLERS: dict[str, Callable[[dict[str, Any]], Told]] = {EventType.DIAL_STARTED: _started, EventType.DIAL_ENDED: _ended}
