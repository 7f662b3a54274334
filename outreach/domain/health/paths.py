"""What the path to the customer is made of. Each app names its own parts in its `domain/probes`.

To have something watched, register it there: `register(Path(name="fax", …, check=_fax))`. The check takes the time
(aware), returns what may be shown of what it found (ids, codes and numbers, nobody's words), and raises when the way is
closed: ``Closed`` with a code, or anything else, of which only the kind is kept. It must come back within seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPResponseException
from typing import Any

Found = Mapping[str, Any] | None
Check = Callable[[datetime], Found]


class Closed(Exception):  # noqa: N818 - it reads as what it says
    """A way is closed; its text is a code such as `HTTP 503`, without names, addresses or anybody's words.

    ``detail`` is what may be shown of what was found: ids, codes and numbers. ``since`` is when it closed, if known.
    """

    def __init__(self, code: str, *, since: datetime | None = None, **detail: Any) -> None:
        super().__init__(code)
        self.since, self.detail = since, detail


def always() -> bool:
    return True


@dataclass(frozen=True)
class Path:
    """One part of the way to the customer, how it is tried, and what stands in while it is closed."""

    name: str
    title: str
    carries: str
    meanwhile: str
    check: Check
    is_set_up: Callable[[], bool] = always
    # A part that is not set up is not watched; this says how to set it up.
    to_set_up: str = ""
    every: timedelta = timedelta(seconds=60)
    # Answered at once, mostly by rows and our own clock: asked anew whenever somebody looks, and needs no worker.
    at_a_glance: bool = False
    # Whether a worker tries it. What a worker needs to be rung at all, none would find closed.
    on_schedule: bool = True


_paths: dict[str, Path] = {}


def register(path: Path) -> None:
    """Have a part of the path watched. The same name again takes the place of the earlier."""
    _paths[path.name] = path


def watched() -> list[Path]:
    """All parts in the order in which they were named, those that are not set up too."""
    return list(_paths.values())


def error_of(problem: Exception) -> str:
    """The kind and the code of what went wrong, never its text: that may name people, addresses and passwords."""
    if isinstance(problem, Closed):
        return str(problem)[:120] or "Closed"
    if isinstance(problem, SMTPResponseException):
        return f"{type(problem).__name__} {problem.smtp_code}"
    return type(problem).__name__[:120]
