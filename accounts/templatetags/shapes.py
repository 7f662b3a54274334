"""Which icon goes with a status or a channel, drawn once and kept."""

from functools import lru_cache
from typing import Any

from lucide.templatetags.lucide import lucide

# The shape that goes with a status. Its color is CSS's, by data-status; its word is the label.
SHAPES = {
    "kept": "circle-check",
    "approved": "circle-check",
    "approved_less": "circle-check",
    "acknowledged": "circle-check",
    "given": "gift",
    "delivered": "package-check",
    "fulfilled": "package-check",
    "resolved": "circle-check",
    "closed": "circle-check",
    "turned_around": "thumbs-up",
    "soon": "clock",
    "ahead": "calendar",
    "due": "alarm-clock",
    "late": "clock-alert",
    "overdue": "clock-alert",
    "missed": "circle-x",
    "abandoned": "circle-slash",
    "cancelled": "circle-slash",
    "reversed": "undo-2",
    "awaiting_approval": "shield-check",
    "waiting": "hourglass",
    "pending": "hourglass",
    "declined": "circle-x",
    "failed": "triangle-alert",
    "low": "signal-low",
    "medium": "signal-medium",
    "high": "signal-high",
    "open": "circle-dot",
    "new": "circle-dot",
    "reopened": "refresh-cw",
    "in_progress": "circle-dot",
    "planned": "calendar",
    "scheduled": "calendar",
    "dispatched": "phone-outgoing",
    "given_up": "circle-slash",
    "expired": "hourglass",
    "renegotiated": "calendar-clock",
    "discharged": "circle-check",
    "no_answer": "phone-missed",
    "busy": "phone-missed",
    "do_not_call": "phone-off",
    "unacknowledged": "circle-alert",
    "available": "circle-check",
    "away": "coffee",
    "left": "log-out",
    "no_questions": "zap",
    "next": "arrow-right",
    "done": "circle-check",
    "later": "circle-dashed",
    "blocked": "lock",
    "irate": "flame",
    "activist": "megaphone",
    "phone": "phone",
    "call": "phone",
    "email": "mail",
    "chat": "message-square",
    "social": "at-sign",
    "in_person": "store",
    "web": "globe",
    "post": "mailbox",
    "fax": "printer",
    "referral": "corner-down-right",
    "video": "video",
    "survey": "star",
    "api": "plug",
    "import": "download",
    "system": "bot",
}


@lru_cache(maxsize=512)
def drawn(name: str, size: int, label: str) -> str:
    named: dict[str, Any] = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return str(lucide(name, size=size, **named))
