"""Colleagues whom our mail does not reach: said on their desk and the administrators', who can mend the address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.domain.notices import tell
from accounts.models import User
from accounts.queries import administrators


def tell_unreached(person: User, *, now: datetime) -> None:
    """Once a day (UTC), and on desks alone: what told them by mail would come back as well."""
    told: dict[str, Any] = {
        "key": f"unreached:{person.pk}:{now:%Y-%m-%d}",
        "kind": "unreached",
        "now": now,
        "urgent": True,
    }
    tell([person], title="Our mail does not reach you. Tell whoever keeps your address.", path="/preferences", **told)
    others = administrators().exclude(pk=person.pk)
    title = f"Our mail does not reach {person.name[:120]}. Look at the address and the mailbox."
    tell(others, title=title, path="/settings/people", **told)
