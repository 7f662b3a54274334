"""The parts of the path that lead to other systems. Loaded when Django is ready."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from compensation.queries.payouts import are_payouts_refused
from outreach.domain.health.paths import Closed, Found, Path, register
from outreach.domain.health.reaching import reach


def _payouts(now: datetime) -> Found:
    """The billing system answers, and takes what it is told."""
    found = reach(settings.RECOVERY["PAYOUT_WEBHOOK_URL"])
    if are_payouts_refused(now=now):
        raise Closed("NothingIsTaken", **(found or {}))
    return found


register(
    Path(
        "payouts",
        "Billing system",
        "What it is to pay out to customers.",
        "Payouts are tried again for almost three hours; then supervisors hear of them, and deliver by hand.",
        _payouts,
        is_set_up=lambda: bool(settings.RECOVERY["PAYOUT_WEBHOOK_URL"]),
        to_set_up="PAYOUT_WEBHOOK_URL names none: people pay out by hand and write down the reference.",
    )
)
