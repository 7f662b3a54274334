"""Writing the log: every domain write adds one event per subject, in its own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from journal.enums import ActorKind, EventType
from journal.models import Event, Words


class Entry(NamedTuple):
    """One event to write. ``subject`` is (kind, id); ``data`` holds codes and ids; ``words`` free text."""

    type: EventType
    subject: tuple[str, int]
    at: datetime
    by: Any = None
    customer_id: int | None = None
    case_id: int | None = None
    channel: str = ""
    data: Mapping[str, Any] = {}
    words: Mapping[str, Any] = {}
    actor_kind: ActorKind | None = None


_gathered: ContextVar[list[tuple[Event, dict[str, Any]]] | None] = ContextVar("gathered", default=None)


def record(
    type: EventType,
    *,
    subject: tuple[str, int],
    now: datetime,
    by: Any = None,
    customer_id: int | None = None,
    case_id: int | None = None,
    channel: str = "",
    data: Mapping[str, Any] | None = None,
    words: Mapping[str, Any] | None = None,
    actor_kind: ActorKind | None = None,
) -> Event:
    """Append one event. Must run inside the transaction of the write that it tells of.

    ``by`` is the acting user, or None where the system or the customer acted (``actor_kind`` then says which).
    Blank words are left out; an event without words has no ``Words`` row.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event is recorded in the transaction of its write")
    event = _event(Entry(type, subject, now, by, customer_id, case_id, channel, data or {}, words or {}, actor_kind))
    said = {key: value for key, value in (words or {}).items() if value not in ("", None)}
    gathered = _gathered.get()
    if gathered is not None:
        gathered.append((event, said))
        return event
    event.save(force_insert=True)
    if said:
        Words(event=event, body=said).save(force_insert=True)
    return event


@contextmanager
def together() -> Iterator[None]:
    """A verb that tells of several things writes its events at its end, in their order and in two statements.

    Stands inside the verb's transaction (``@transaction.atomic`` above ``@together()``). Not for a verb that catches a
    refusal and goes on: what was told before it would be written although it was taken back. An event has no id until
    the verb ends.
    """
    if _gathered.get() is not None:  # a verb within a verb: the outer one writes
        yield
        return
    gathered: list[tuple[Event, dict[str, Any]]] = []
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    Event.objects.bulk_create([event for event, _ in gathered])
    Words.objects.bulk_create([Words(event=event, body=said) for event, said in gathered if said])


def record_many(entries: Iterable[Entry]) -> list[Event]:
    """Append several events in two statements, for batches. Same rules as ``record``."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event is recorded in the transaction of its write")
    listed = list(entries)
    events = Event.objects.bulk_create([_event(entry) for entry in listed], batch_size=500)
    Words.objects.bulk_create(
        [
            Words(event=event, body={k: v for k, v in entry.words.items() if v not in ("", None)})
            for event, entry in zip(events, listed, strict=True)
            if any(v not in ("", None) for v in entry.words.values())
        ],
        batch_size=500,
    )
    return events


def _event(entry: Entry) -> Event:
    kind = entry.actor_kind
    if kind is None:
        kind = ActorKind.SYSTEM if entry.by is None else ActorKind.SERVICE if entry.by.is_service else ActorKind.PERSON
    return Event(
        type=entry.type,
        at=entry.at,
        actor=entry.by,
        actor_kind=kind,
        channel=entry.channel,
        subject_kind=entry.subject[0],
        subject_id=entry.subject[1],
        customer_id=entry.customer_id,
        case_id=entry.case_id,
        data=dict(entry.data),
    )
