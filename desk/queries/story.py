"""The log told as people would tell it: who did what, and the words that went with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from cases.enums import AttemptOutcome, Channel, Feeling, MessageKind, Reached
from desk.queries.story_of_dials import dial_told
from desk.queries.story_of_mails import mail_told
from desk.queries.story_of_surveys import said_already, survey_told
from journal.enums import ActorKind, EventType
from journal.models import Event


@dataclass(frozen=True)
class Line:
    """One line of a timeline. ``quote`` is what was said or written; ``voice`` is whose: theirs, ours or a note."""

    id: int
    at: datetime
    who: str
    did: str
    shape: str
    mood: str = ""
    quote: str = ""
    voice: str = ""
    minor: int | None = None
    currency: str = ""


# What happened: the sentence after the name, the icon and the mood.
TOLD: dict[str, tuple[str, str, str]] = {
    EventType.CUSTOMER_ADDED: ("added the customer", "user-plus", ""),
    EventType.CUSTOMER_CHANGED: ("changed the customer’s particulars", "pencil", ""),
    EventType.INCIDENT_LOGGED: ("logged what went wrong", "message-square-warning", "bad"),
    EventType.INCIDENT_CHANGED: ("corrected the incident", "pencil", ""),
    EventType.INCIDENT_ACKNOWLEDGED: ("owned up to a past incident", "heart-handshake", "good"),
    EventType.INCIDENT_CAUSE_FOUND: ("found the cause", "search-check", "good"),
    EventType.INVESTIGATION_OPENED: ("opened an investigation", "search", "warn"),
    EventType.INVESTIGATION_CLOSED: ("closed the investigation", "search-check", "good"),
    EventType.CASE_OPENED: ("opened the case", "folder-open", ""),
    EventType.CASE_ROUTED: ("gave the case to a rep who was free", "shuffle", ""),
    EventType.CASE_ACKNOWLEDGED: ("named the feeling", "heart", "good"),
    EventType.CASE_CONTACTED: ("was in touch", "phone", ""),
    EventType.CASE_NOTED: ("wrote a note", "sticky-note", ""),
    EventType.CASE_HANDED_OFF: ("handed the case on", "arrow-left-right", "warn"),
    EventType.CASE_CLOSED: ("closed the case", "circle-check", "good"),
    EventType.CASE_REOPENED: ("reopened the case", "refresh-cw", "warn"),
    EventType.CASE_IMPORTED: ("This case was imported as history", "archive", ""),
    EventType.MESSAGE_QUEUED: ("wrote to the customer", "mail", ""),
    EventType.MESSAGE_SENT: ("The message to the customer went out", "mail-check", "good"),
    EventType.MESSAGE_FAILED: ("The message to the customer could not be sent", "mail-x", "bad"),
    EventType.PROMISE_MADE: ("made a promise", "alarm-clock", ""),
    EventType.PROMISE_KEPT: ("kept the promise", "alarm-clock-check", "good"),
    EventType.PROMISE_KEPT_LATE: ("kept the promise, late", "alarm-clock-check", "warn"),
    EventType.PROMISE_MISSED: ("The promise was missed", "alarm-clock-off", "bad"),
    EventType.PROMISE_RENEGOTIATED: ("moved the promise, with the customer’s agreement", "calendar-clock", ""),
    EventType.PROMISE_ABANDONED: ("gave up the promise", "alarm-clock-off", "warn"),
    EventType.OBLIGATION_COVERED: ("What was owed went to somebody who is there", "user-check", "warn"),
    EventType.OBLIGATION_RETURNED: ("What was owed is back with whoever owed it", "undo-2", ""),
    EventType.AWARD_GIVEN: ("gave a remedy", "gift", "good"),
    EventType.AWARD_REQUESTED: ("asked for an approval", "shield-question-mark", "warn"),
    EventType.AWARD_APPROVED: ("approved the remedy", "shield-check", "good"),
    EventType.AWARD_DECLINED: ("declined the remedy", "shield-x", "bad"),
    EventType.AWARD_EXPIRED: ("The approval ran out of time", "hourglass", "warn"),
    EventType.AWARD_COUNTERED: ("answered with something else", "replace", "warn"),
    EventType.AWARD_OFFERED: ("approved instead", "hand-coins", "good"),
    EventType.AWARD_NOT_TAKEN: ("did not take up", "circle-slash", ""),
    EventType.APPROVAL_ROUTED: ("The request went to whoever can answer it", "route", ""),
    EventType.PAYOUT_SENT: ("The billing system was told to pay it out", "send", ""),
    EventType.PAYOUT_CONFIRMED: ("The billing system paid it out", "badge-check", "good"),
    EventType.PAYOUT_CONFIRMED_LATE: ("The billing system paid it out too: perhaps twice", "circle-alert", "bad"),
    EventType.PAYOUT_FAILED: ("The billing system did not pay it out", "circle-alert", "bad"),
    EventType.PAYOUT_REQUEUED: ("had it sent to the billing system again", "send", ""),
    EventType.AWARD_DELIVERED: ("delivered the remedy", "package-check", "good"),
    EventType.AWARD_REVERSED: ("took the remedy back", "undo-2", "warn"),
    EventType.SURVEY_PLANNED: ("The customer will be asked how it was", "calendar", ""),
    EventType.SURVEY_ASKED: ("The customer was asked how it was", "star", ""),
    EventType.SURVEY_EXPIRED: ("The customer did not answer our survey", "hourglass", ""),
    EventType.CALL_PLANNED: ("A follow-up call was planned", "calendar", ""),
    EventType.CALL_DISPATCHED: ("The follow-up call was given to a rep", "phone-forwarded", ""),
    EventType.CALL_RETURNED: ("The follow-up call went back to the list", "undo-2", ""),
    EventType.CALL_ATTEMPTED: ("tried the follow-up call", "phone-outgoing", ""),
    EventType.CALL_FINISHED: ("finished the follow-up call", "phone", "good"),
    EventType.HONORED_ERROR_OPENED: ("A mistake in the customer’s favor is to be decided", "scale", "warn"),
    EventType.HONORED_ERROR_ASSESSED: ("wrote down what bears on the decision", "pencil", ""),
    EventType.HONORED_ERROR_WITHDRAWN: ("It was not in the customer’s favor after all", "circle-slash", ""),
    EventType.HONORED_ERROR_HONORED: ("decided that we stand by it", "handshake", "good"),
    EventType.HONORED_ERROR_RESCINDED: ("decided that we take it back", "undo-2", "warn"),
    EventType.HONORED_ERROR_REVIEWED: ("reviewed the error in the customer’s favor", "clipboard-check", ""),
    EventType.LEGAL_REVIEW_RECORDED: ("recorded what counsel said", "landmark", ""),
    EventType.DISCLOSURE_OWED: ("The customer is to be told by whoever made the mistake", "phone", ""),
    EventType.DISCLOSURE_ATTEMPTED: ("tried to tell the customer", "phone-outgoing", "warn"),
    EventType.DISCLOSURE_MADE: ("told the customer what was decided", "handshake", "good"),
    EventType.DISCLOSURE_REASSIGNED: ("passed the call on", "phone-forwarded", "warn"),
    EventType.DISCLOSURE_MOVED: ("The call waits for whoever is away", "calendar-clock", ""),
    EventType.DISCLOSURE_WITHDRAWN: ("The call is owed no longer", "phone-off", ""),
    EventType.LETTER_MADE: ("wrote the letter that says so", "file-text", ""),
    EventType.REMINDER_RUNG: ("A reminder went out", "bell", ""),
}
# The same where the customer did it themselves, by the link that we sent them.
BY_CUSTOMER: dict[str, str] = {
    EventType.PROMISE_RENEGOTIATED: "moved the promise to a time of their own",
    EventType.PROMISE_MISSED: "chose another time, after the promise was missed",
    EventType.PROMISE_MADE: "chose when they hear from us",
}
# What was written to the customer, by the kind of the message.
WRITTEN: dict[str, str] = {
    MessageKind.OPENING_NOTICE: "told the customer who looks after it",
    MessageKind.PROMISE: "confirmed to the customer when they hear from us",
}
# Why a request was put before somebody, other than that it was asked.
ROUTED = {
    "unanswered": "Nobody answered in time: the request went to the next person",
    "away": "Whoever was asked is away: the request went to the next person",
}
CHANNEL_SHAPES = {
    Channel.EMAIL: "mail",
    Channel.CHAT: "message-square",
    Channel.IN_PERSON: "store",
    Channel.VIDEO: "video",
    Channel.SOCIAL: "at-sign",
    Channel.POST: "mailbox",
    Channel.WEB: "globe",
}
REACHED = {
    Reached.CUSTOMER: ("spoke with the customer", "phone", "good"),
    Reached.LEFT_MESSAGE: ("left a message", "voicemail", ""),
    Reached.NO_ANSWER: ("tried; nobody answered", "phone-missed", "warn"),
    Reached.WRONG_PERSON: ("reached the wrong person", "phone-off", "warn"),
    Reached.DROPPED: ("was speaking with the customer when the line dropped", "phone-off", "bad"),
}
TAKEN = {
    Channel.PHONE: "took the customer’s call",
    Channel.VIDEO: "took the customer’s video call",
    Channel.CHAT: "took the customer’s chat",
    Channel.IN_PERSON: "met the customer in person",
}
# Where the words of an event lie, the first that is there is told, and in whose voice.
VOICES = (
    ("customer_words", "theirs"),
    ("comment", "theirs"),
    ("answer", "theirs"),
    ("said", "ours"),
    ("our_words", "note"),
    ("note", "note"),
    ("reason", "note"),
    ("question", "note"),
    ("finding", "note"),
    ("what_went_wrong", "note"),
    ("what", "plain"),
)


def words_of(event: Event) -> Mapping[str, Any]:
    """An event's words; empty when it has none or they were erased."""
    try:
        return event.words.body or {}
    except ObjectDoesNotExist:
        return {}


def told(event: Event) -> Line:
    """One event as a line."""
    did, shape, mood = survey_told(event) or dial_told(event) or mail_told(event, words_of(event)) or _usual(event)
    data, words = event.data, words_of(event)
    if event.type == EventType.CASE_CONTACTED:
        did, shape, mood = _contact(data, event.channel)
    elif event.type == EventType.CASE_ACKNOWLEDGED:
        did = f"named the feeling: {_label(Feeling, data.get('feeling')).lower()}" + (
            ", and they said it was so" if data.get("confirmed") else ""
        )
    elif event.type == EventType.APPROVAL_ROUTED:
        did = ROUTED.get(data.get("why", ""), did)
    elif event.type == EventType.DISCLOSURE_ATTEMPTED:
        did = f"{did}: {_label(AttemptOutcome, data.get('outcome')).lower()}"
    elif event.type == EventType.MESSAGE_QUEUED and not data.get("has_address", True):
        did, shape, mood = "We have no address to write to the customer: tell them yourself", "mail-x", "warn"
    quote, voice = next(((str(words[key]), voice) for key, voice in VOICES if words.get(key)), ("", ""))
    if event.type == EventType.AWARD_COUNTERED:  # told with what was approved instead
        quote = ""
    remedy = str(words.get("remedy") or data.get("remedy_name") or "")
    if remedy and event.type.startswith("award."):
        did = f"{did}: {remedy}"
    if words.get("precedent_reason"):
        did = f"{did}, in spite of an earlier honored error"
        quote = "\n".join(filter(None, (quote, str(words["precedent_reason"]))))
        voice = voice or "note"
    if voice == "plain":
        did, quote = f"{did}: {quote}", ""
    amount = data.get("granted_minor") or data.get("cost_minor") or data.get("amount_minor")
    return Line(
        id=event.pk,
        at=event.at,
        who=_who(event, did),
        did=did,
        shape=shape,
        mood=mood,
        quote=quote,
        voice=voice,
        minor=amount,
        currency=str(data.get("currency") or ""),
    )


def _usual(event: Event) -> tuple[str, str, str]:
    """The sentence of its type, and whether the customer did it."""
    did, shape, mood = TOLD.get(event.type, (event.get_type_display(), "circle", ""))
    if event.type == EventType.PAYOUT_FAILED and event.data.get("perhaps_paid"):
        did = "The billing system gave no answer: it may have paid it"
    if event.actor_kind == ActorKind.CUSTOMER:
        did = BY_CUSTOMER.get(event.type, did)
    elif event.type == EventType.MESSAGE_QUEUED:
        did = WRITTEN.get(event.data.get("kind", ""), did)
    return did, shape, mood


def timeline(events: Iterable[Event]) -> list[Line]:
    """Events as lines, without those that another event tells in more words."""
    return [told(event) for event in events if not said_already(event) and not event.data.get("told_as")]


def _who(event: Event, did: str) -> str:
    """The name that begins the sentence; none where the sentence has its own subject."""
    if did[:1].isupper():
        return ""
    if event.actor is not None:
        return event.actor.name
    return "The customer" if event.actor_kind == ActorKind.CUSTOMER else "Recovery"


def _contact(data: Mapping[str, Any], channel: str) -> tuple[str, str, str]:
    via = _label(Channel, channel).lower()
    if data.get("direction") == "in":
        shape = CHANNEL_SHAPES.get(Channel(channel), "phone-incoming")
        return TAKEN.get(Channel(channel), f"heard from the customer by {via}"), shape, ""
    did, shape, mood = REACHED.get(data.get("reached", ""), TOLD[EventType.CASE_CONTACTED])
    if channel and channel != Channel.PHONE and shape == "phone":
        shape = CHANNEL_SHAPES.get(Channel(channel), shape)
        did = f"{did} by {via}"
    return did, shape, mood


def _label(choices: Any, value: object) -> str:
    return str(choices(value).label) if value in choices.values else str(value or "")
