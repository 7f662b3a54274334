"""Telling colleagues in chat: a room that takes what is posted to its webhook, as Slack's incoming webhooks do.

The body is ``{"text": …}``, which Slack, Mattermost, Rocket.Chat and others take. With a secret the request is signed as a
Standard Webhook, for a room that checks. ``webhook-id`` is the same at every try, so that a repetition can be told.
A room is read by many and kept elsewhere: no customer's name goes there (``Telling.in_chat``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from accounts.models import Notice
from outreach.domain.holding import preference_of
from outreach.domain.mailing import where

# Seconds to reach the room, and to wait for its answer, where there is time for so long.
CONNECT, ANSWER = 3.05, 10.0
ON_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
# By these the room says that it may take it later. Any other 4xx is about us or about it, and stays.
LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
# Seconds that a room may have us wait, and what holds when it does not say.
LONGEST_WAIT, USUAL_WAIT = 300, 30


class NotTaken(Exception):  # noqa: N818 - it says what happened
    """The room did not take it. ``wait`` is for how many seconds it wants to hear nothing more from us."""

    def __init__(self, error: str, *, final: bool = False, wait: int = 0) -> None:
        super().__init__(error)
        self.error, self.final, self.wait = error, final, wait


def is_set_up() -> bool:
    """Whether there is a room at all."""
    return bool(settings.RECOVERY["CHAT_WEBHOOK_URL"])


@dataclass(frozen=True)
class Post:
    id: str
    body: str


class Room:
    """The way into the room, kept for a batch."""

    def __init__(self) -> None:
        self.session: requests.Session | None = None

    def load(self, notice: Notice) -> Post | None:
        """What to post, or None when there is no room or nobody to tell."""
        if not is_set_up() or not notice.user.is_active or notice.user.is_service:
            return None
        return Post(id=notice.message_id.strip("<>"), body=json.dumps({"text": text(notice)}, separators=(",", ":")))

    def send(self, post: Post, *, within: float) -> None:
        """Raises ``NotTaken``."""
        connect = min(CONNECT, within / 4)
        url: str = settings.RECOVERY["CHAT_WEBHOOK_URL"]
        if self.session is None:
            self.session = requests.Session()
            # A proxy that the environment names leads away from this machine, not back to it.
            self.session.trust_env = urlsplit(url).hostname not in ON_THIS_MACHINE
        try:
            # Streamed and closed unread: what it has to say besides its status is of no use, and may be long.
            with self.session.post(
                url,
                data=post.body.encode(),
                headers=_headers(post, now=timezone.now()),
                timeout=(connect, min(ANSWER, within - connect)),
                allow_redirects=False,
                stream=True,
            ) as answer:
                status, after = answer.status_code, answer.headers.get("Retry-After", "")
        except requests.RequestException as problem:
            # Its text names the address, and whoever has that can write into the room.
            raise NotTaken(type(problem).__name__) from None
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise NotTaken(f"HTTP {status}", final=_is_final(status), wait=_wait(status, after))

    def close(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None


def text(notice: Notice) -> str:
    """What stands in the room: whom it is for, what it is, where it is done."""
    preference = preference_of(notice)
    to = (preference and preference.chat_handle) or _plain(notice.user.name)
    return "\n".join(part for part in (f"{to}: {_plain(notice.title)}", _plain(notice.body), where(notice)) if part)


def _plain(words: str) -> str:
    """Words that are words and no more: no markup, no link, and nobody who is called on by an @ in them."""
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("@", "@\u200b")):
        words = words.replace(sign, written)
    return " ".join(words.split())


def _headers(post: Post, *, now: datetime) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Recovery",
        "webhook-id": post.id,
        "webhook-timestamp": str(int(now.timestamp())),
    }
    if secret := settings.RECOVERY["CHAT_WEBHOOK_SECRET"]:
        headers["webhook-signature"] = Webhook(secret).sign(post.id, now.astimezone(UTC), post.body)
    return headers


def _is_final(status: int) -> bool:
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in LATER


def _wait(status: int, after: str) -> int:
    if status != HTTPStatus.TOO_MANY_REQUESTS:
        return 0
    return min(int(after), LONGEST_WAIT) if after.isascii() and after.isdigit() else USUAL_WAIT
