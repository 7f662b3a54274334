"""What beat rings for in the matter of who works here."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.domain import sessions


@shared_task(name="accounts.forget_sessions")
def forget_sessions() -> int:
    """Forget sign-ins that have ended by themselves."""
    return sessions.forget_ended(now=timezone.now())
