"""How the house says no.

A permission or a rule is one function that returns a ``Verdict``. The screen asks it to disable a button and to
say why; the domain enforces it; the API answers with its ``code``. There is no second way to refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Refused(Exception):  # noqa: N818 - the house's word
    """A rule said no. ``code`` is stable and public, ``reason`` is for people, ``field`` names the input."""

    def __init__(self, code: str, reason: str, field: str = "", **details: Any) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.field = field
        self.details = details


class ChangedMeanwhile(Refused):
    """Someone else wrote first. ``details["changes"]`` lists what, by whom and when."""

    def __init__(self, changes: list[dict[str, Any]], *, version: int) -> None:
        who = sorted({change["by"] for change in changes if change["by"]})
        by = " and ".join(who) if who else "somebody else"
        super().__init__(
            "changed_meanwhile",
            f"This was changed by {by} while you were writing. Nothing of yours is lost: "
            "look at what changed, then save again.",
            changes=changes,
            version=version,
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, or no with a code and a reason in words."""

    code: str
    reason: str
    field: str = ""

    def __bool__(self) -> bool:
        return self.code == "ok"

    @property
    def allowed(self) -> bool:
        return bool(self)

    def enforce(self) -> None:
        """Raise ``Refused`` unless allowed."""
        if not self:
            raise Refused(self.code, self.reason, self.field)


ALLOWED = Verdict("ok", "")


def refuse(code: str, reason: str, field: str = "") -> Verdict:
    """A verdict of no."""
    return Verdict(code, reason, field)


def first_no(*verdicts: Verdict) -> Verdict:
    """The first verdict that is a no, or ``ALLOWED``."""
    return next((verdict for verdict in verdicts if not verdict), ALLOWED)
