"""Mail that lies in files: an mbox, a maildir, a folder of messages, or one message from a pipe."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from outreach.domain.mailbox.reading import MOST_BYTES
from outreach.domain.mailbox.taking import Raw, take

BATCH = 50
# By these endings a file holds one message; any other file is an mbox if it begins like one.
SINGLE = (".eml", ".msg", ".txt")


class Readable(Protocol):
    """Anything that gives so many bytes at most."""

    def read(self, size: int, /) -> bytes: ...


def take_file(path: Path, *, now: datetime) -> tuple[int, int]:
    """Take over every mail of a file or a folder; returns how many were found and how many were new.

    May be stopped and run again: what is here already changes nothing. Raises ``OSError``.
    """
    return _take(_mails(path), came_from=path.name, now=now)


def take_stream(stream: BinaryIO, *, now: datetime) -> tuple[int, int]:
    """Take over the one mail that a mail server pipes in."""
    raw = _begun(stream)
    return _take(iter([raw] if raw.data.strip() else []), came_from="pipe", now=now)


def _take(mails: Iterator[Raw], *, came_from: str, now: datetime) -> tuple[int, int]:
    found = new = 0
    batch: list[Raw] = []
    for raw in mails:
        found += 1
        batch.append(raw)
        if len(batch) == BATCH:
            new += take(batch, came_from=came_from, now=now)
            batch = []
    return found, new + take(batch, came_from=came_from, now=now)


def _mails(path: Path) -> Iterator[Raw]:
    if path.is_dir():
        if (path / "cur").is_dir() and (path / "new").is_dir():
            files = sorted([*(path / "new").iterdir(), *(path / "cur").iterdir()])
        else:
            files = sorted(file for file in path.iterdir() if file.suffix.casefold() in SINGLE)
        for file in files:
            if file.is_file():
                yield _one(file)
        return
    with path.open("rb") as begun:
        is_mbox = begun.read(5) == b"From " and path.suffix.casefold() not in SINGLE
    if not is_mbox:
        yield _one(path)
        return
    held = mailbox.mbox(path, create=False)
    try:
        for key in held.iterkeys():
            with held.get_file(key) as message:
                yield _begun(message)
    finally:
        held.close()


def _begun(stream: Readable) -> Raw:
    """As much of a mail as is taken over; the rest is counted as it goes by."""
    data, rest = stream.read(MOST_BYTES), 0
    while more := stream.read(1024 * 1024):
        rest += len(more)
    return Raw(data, len(data) + rest)


def _one(file: Path) -> Raw:
    with file.open("rb") as opened:
        return Raw(opened.read(MOST_BYTES), file.stat().st_size)
