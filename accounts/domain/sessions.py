"""Sign-ins that have ended by themselves."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session


def forget_ended(*, now: datetime) -> int:
    """Remove the sessions whose time has passed; returns how many. Nobody could use them any more. For the sweep."""
    count, _ = Session.objects.filter(expire_date__lt=now).delete()
    return count
