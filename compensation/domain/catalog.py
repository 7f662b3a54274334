"""The catalog: what we may give. A line is changed or retired, never deleted; old awards keep what they were."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.models import User
from accounts.money import check_minor, exponent
from cases.domain.casework import changes_since
from compensation.enums import Gives, RemedyKind
from compensation.models import Remedy, RemedyVersion
from journal.domain.log import record
from journal.enums import EventType

FIELDS = (
    "code",
    "name",
    "kind",
    "gives",
    "basis",
    "authority",
    "currency",
    "cost_minor",
    "value_minor",
    "at_most_minor",
    "no_questions",
    "method",
    "pool",
    "payout",
    "delivery_days",
    "words",
    "active",
)


# What a kind of remedy gives where nothing else is said.
GIVES = {
    RemedyKind.APOLOGY: Gives.ATTENTION,
    RemedyKind.ASSISTANCE: Gives.SERVICE,
    RemedyKind.MONETARY: Gives.MONEY,
    RemedyKind.NON_MONETARY: Gives.GOODS,
}


@transaction.atomic
def save_remedy(remedy: Remedy | None, *, by: User, now: datetime, version: int | None = None, **fields: Any) -> Remedy:
    """Add a remedy (``remedy`` None) or change one. ``fields`` are those of ``FIELDS``; amounts in minor units.

    Refused: ``administrator_needed``, ``invalid``, ``unknown_currency``, ``not_an_amount``, ``changed_meanwhile``.
    """
    can_administer(by).enforce()
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"not fields of a remedy: {sorted(unknown)}")
    if remedy is None:
        held = Remedy(version=0)
        fields.setdefault("gives", GIVES.get(fields.get("kind", ""), Gives.MONEY))
    else:
        held = Remedy.objects.select_for_update(no_key=True).get(pk=remedy.pk)
        if version is not None and version != held.version:
            raise ChangedMeanwhile(changes_since("remedy", held.pk, version), version=held.version)
    changed = sorted(name for name, value in fields.items() if held.pk is None or getattr(held, name) != value)
    if not changed:
        return held
    for name in changed:
        setattr(held, name, fields[name])
    _check(held)
    held.version += 1
    held.save()
    RemedyVersion.objects.create(remedy=held, version=held.version, line=as_line(held), by=by, at=now)
    record(
        EventType.REMEDY_CHANGED,
        subject=("remedy", held.pk),
        by=by,
        now=now,
        data={
            "version": held.version,
            "fields": changed,
            "cost_minor": held.cost_minor,
            "value_minor": held.value_minor,
            "currency": held.currency,
            "active": held.active,
        },
        words={"name": held.name},
    )
    return held


def as_line(remedy: Remedy) -> dict[str, Any]:
    """The fields of a line as its versions keep them; a pool by its id."""
    return {name: remedy.pool_id if name == "pool" else getattr(remedy, name) for name in FIELDS}


def _check(remedy: Remedy) -> None:
    if remedy.currency:
        exponent(remedy.currency)
    for name in ("cost_minor", "value_minor", "at_most_minor"):
        amount = getattr(remedy, name)
        if amount is not None and (remedy.currency or amount):
            if not remedy.currency:
                raise Refused("invalid", "What has a price has a currency.", "currency")
            check_minor(amount, currency=remedy.currency, field=name, zero=True)
    if remedy.cost_minor is None and remedy.no_questions:
        raise Refused(
            "invalid", "What is given without questions has a fixed cost: else it would pass every cap.", "cost_minor"
        )
    if remedy.cost_minor is None and not remedy.currency:
        raise Refused("invalid", "Say in which currency the rep chooses the amount.", "currency")
    try:
        remedy.full_clean()
    except ValidationError as wrong:
        field, problems = next(iter(wrong.message_dict.items()))
        raise Refused("invalid", problems[0], "" if field == "__all__" else field) from None
