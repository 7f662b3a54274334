"""The catalog: what we may give. A line is changed or retired, never deleted; old awards keep what they were."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.models import User
from accounts.money import check_minor, exponent
from cases.domain.casework import changes_since
from compensation.enums import Basis, Gives, Method, RemedyKind
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


# What a billing system can deliver.
PAID_OUT = (Method.REFUND, Method.SERVICE_CREDIT, Method.REPLACEMENT)
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

    Refused: ``administrator_needed``, ``invalid``, ``name_taken``, ``unknown_currency``, ``not_an_amount``,
    ``changed_meanwhile``.
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
    try:
        with transaction.atomic():
            held.save()
    except IntegrityError:  # all that one line can be wrong in was checked: another has its code
        raise Refused("name_taken", f"Another remedy is called “{held.code}” already.", "code") from None
    keep_version(held, by=by, now=now)
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


def keep_version(remedy: Remedy, *, by: User | None, now: datetime) -> RemedyVersion:
    """How a line reads from now on, for good. Written with every change of it, by the verb that makes it."""
    return RemedyVersion.objects.create(remedy=remedy, version=remedy.version, line=as_line(remedy), by=by, at=now)


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
    _check_owed(remedy)
    _check_delivery(remedy)
    try:
        remedy.full_clean(validate_unique=False)
    except ValidationError as wrong:
        field, problems = next(iter(wrong.message_dict.items()))
        raise Refused("invalid", problems[0], "" if field == "__all__" else field) from None


def _check_owed(remedy: Remedy) -> None:
    if remedy.basis == Basis.COST_OF_ERROR:
        raise Refused("invalid", "What an error costs us is entered where it is decided, not given.", "basis")
    if remedy.at_most_minor is not None and remedy.cost_minor is not None:
        raise Refused("invalid", "A fixed amount is what it is: leave this empty.", "at_most_minor")
    if remedy.at_most_minor == 0:
        raise Refused("not_an_amount", "Give an amount above zero, or leave this empty.", "at_most_minor")
    if remedy.basis != Basis.ENTITLEMENT:
        return
    if not remedy.authority.strip():
        raise Refused("invalid", "Say by which law or contract it is owed.", "authority")
    if remedy.cost_minor is None and remedy.at_most_minor is None:
        raise Refused(
            "invalid", "Say the most it can come to: what is owed draws on no cap that would bound it.", "at_most_minor"
        )


def _check_delivery(remedy: Remedy) -> None:
    if remedy.method == Method.COUPON and remedy.pool is None:
        raise Refused("invalid", "Say from which pool the codes come.", "pool")
    if remedy.method != Method.COUPON and remedy.pool is not None:
        raise Refused("invalid", "Only coupon codes come from a pool.", "pool")
    if remedy.payout and remedy.method not in PAID_OUT:
        raise Refused("invalid", "A billing system delivers refunds, service credits and replacements.", "payout")
