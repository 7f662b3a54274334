"""Telling the billing system what it is to pay out: one signed request for each, repeated until it is taken.

The request is a Standard Webhook: `webhook-id` is the payout's key and the same at every try, so that whoever pays can
tell a repetition. It carries what paying takes and no more: no name, no address, no words. One payout is in hand at a
time, and no transaction is open while the other side makes up its mind.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from standardwebhooks.webhooks import Webhook
from urllib3.exceptions import NewConnectionError

from compensation.domain import payouts
from compensation.models import Payout

logger = logging.getLogger(__name__)

# Seconds to reach the other side, and to wait for its answer. Together well within the lease of a claim.
TIMEOUTS = (3.05, 10.0)
# A tick works through what is due for so long; the rest is for the next.
SECONDS = 8.0
# By these the other side says that it will never take it. All else may be better next time.
NEVER = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY})
ON_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")

Clock = Callable[[], datetime]


def send_due(*, clock: Clock) -> int:
    """Tell the billing system of what is due, while there is time; returns how many were tried. ``clock`` tells the time."""
    url: str = settings.RECOVERY["PAYOUT_WEBHOOK_URL"]
    if not url:
        return 0
    began, tried = monotonic(), 0
    with requests.Session() as session:
        # A proxy that the environment names leads away from this machine, not back to it.
        session.trust_env = urlsplit(url).hostname not in ON_THIS_MACHINE
        while monotonic() - began < SECONDS and (payout := payouts.claim(now=clock())) is not None:
            tried += 1
            _send_one(payout, session, url, clock=clock)
    return tried


def _send_one(payout: Payout, session: requests.Session, url: str, *, clock: Clock) -> None:
    body = json.dumps(told(payout), separators=(",", ":"))
    try:
        # Streamed and closed unread: what it has to say besides its status is of no use, and may be long.
        with session.post(
            url,
            data=body.encode(),
            headers=_signed(payout, body, now=clock()),
            timeout=TIMEOUTS,
            allow_redirects=False,
            stream=True,
        ) as answer:
            status = answer.status_code
    except requests.RequestException as problem:
        # Its text names the address, which is in the settings, and nothing that helps more than its kind.
        _not_sent(payout, type(problem).__name__, perhaps_paid=_may_have_it(problem), now=clock())
        return
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        payouts.note_sent(payout, now=clock())
    else:
        # It broke in the middle of what it does with it, or whoever stands before it gave up waiting.
        broke = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        _not_sent(payout, f"HTTP {status}", final=status in NEVER, perhaps_paid=broke, now=clock())


def _may_have_it(problem: requests.RequestException) -> bool:
    """Whether what we sent may have arrived, though no answer did: always, unless no connection came about."""
    reason = getattr(problem.args[0], "reason", None) if problem.args else None
    return not isinstance(problem, requests.ConnectTimeout) and not isinstance(reason, NewConnectionError)


def _not_sent(payout: Payout, error: str, *, perhaps_paid: bool, now: datetime, final: bool = False) -> None:
    logger.warning("Payout %d was not taken (try %d): %s", payout.pk, payout.attempts, error)
    payouts.note_not_sent(payout, error=error, final=final, perhaps_paid=perhaps_paid, now=now)


def told(payout: Payout) -> dict[str, Any]:
    """What the billing system is told. The same at every try. Amounts in minor units of ``currency``.

    ``amount_minor`` is what the ledger holds for it, the cost to us; ``value_minor`` what it is worth to the customer.
    """
    award = payout.award
    known_as = award.customer.external_ids.all()
    return {
        "type": "payout.requested",
        "timestamp": payout.queued_at.isoformat(),
        "data": {
            "payout": payout.pk,
            "award": award.pk,
            "case": award.case.reference,
            "remedy": award.remedy.code,
            "method": award.method,
            "amount_minor": award.cost_minor,
            "value_minor": award.value_minor,
            "currency": award.currency,
            "customer": [{"system": each.system, "external_id": each.external_id} for each in known_as],
        },
    }


def _signed(payout: Payout, body: str, *, now: datetime) -> dict[str, str]:
    id_, secret = str(payout.key), settings.RECOVERY["PAYOUT_WEBHOOK_SECRET"]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Recovery",
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, now.astimezone(UTC), body),
    }
