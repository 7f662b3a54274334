"""How a person likes to work. Nobody else is concerned, so it is not in the log."""

from __future__ import annotations

from accounts.models import User


def set_single_key_shortcuts(user: User, *, on: bool) -> User:
    """Whether single keys do anything for this person (WCAG 2.1.4: they must be able to be switched off)."""
    user.single_key_shortcuts = on
    user.save(update_fields=["single_key_shortcuts"])
    return user
