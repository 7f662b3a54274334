"""Coupon codes: bought or made elsewhere, kept in pools, and each given out once.

A code is worth money to whoever reads it. It stands in its row and on the screen of whoever may see the award that took
it: in no event, no notice, no log line and no task.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.notices import tell
from accounts.domain.roles import can_administer
from accounts.models import User
from accounts.queries import administrators
from cases.domain.casework import changes_since
from cases.domain.clock import zone_named
from cases.models import Case
from compensation.domain.coupon_lines import Line
from compensation.enums import Method
from compensation.models import Award, Coupon, CouponPool, Remedy, RemedyVersion
from compensation.queries.coupons import coupons_left, pools_with_counts
from journal.domain.log import record
from journal.enums import EventType

BATCH = 500
# Of lines that were not taken so many are named; the others are counted.
NAMED = 50
# A pool cannot ask to be told of more than is counted.
MOST_LOW_AT = 10_000
FIELDS = ("code", "name", "low_at", "active")


@transaction.atomic
def save_pool(
    pool: CouponPool | None, *, by: User, now: datetime, version: int | None = None, **fields: Any
) -> CouponPool:
    """Add a pool (``pool`` None) or change one. ``fields`` are those of ``FIELDS``; its code stays as it was given.

    Refused: ``administrator_needed``, ``name_taken``, ``pool_in_use``, ``invalid``, ``changed_meanwhile``.
    """
    can_administer(by).enforce()
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"not fields of a pool: {sorted(unknown)}")
    held = CouponPool(version=0) if pool is None else _hold(pool, version=version)
    changed = sorted(name for name, value in fields.items() if pool is None or getattr(held, name) != value)
    if not changed:
        return held
    if pool is not None and "code" in changed:
        raise Refused("invalid", "A pool keeps its code.", "code")
    for name in changed:
        setattr(held, name, fields[name])
    _check(held)
    _save(held)
    record(
        EventType.COUPON_POOL_CHANGED,
        subject=("coupon_pool", held.pk),
        by=by,
        now=now,
        data={"version": held.version, "fields": changed, "low_at": held.low_at, "active": held.active},
        words={"name": held.name},
    )
    return held


def _hold(pool: CouponPool, *, version: int | None = None) -> CouponPool:
    held = CouponPool.objects.select_for_update(no_key=True).get(pk=pool.pk)
    if version is not None and version != held.version:
        raise ChangedMeanwhile(changes_since("coupon_pool", held.pk, version), version=held.version)
    return held


def _check(pool: CouponPool) -> None:
    pool.name = pool.name.strip()
    try:
        pool.full_clean(validate_unique=False)
    except ValidationError as wrong:
        field_, problems = next(iter(wrong.message_dict.items()))
        raise Refused("invalid", problems[0], "" if field_ == "__all__" else field_) from None
    if pool.low_at > MOST_LOW_AT:
        raise Refused("invalid", f"At most {MOST_LOW_AT:,}.", "low_at")
    if not pool.active and Remedy.objects.filter(pool=pool.pk, active=True).exists():
        raise Refused("pool_in_use", "A line of the catalog gives out its codes. Change that line first.", "active")


def _save(pool: CouponPool) -> None:
    pool.version += 1
    try:
        with transaction.atomic():
            pool.save()
    except IntegrityError:
        raise Refused("name_taken", "Another pool has this code already.", "code") from None


@dataclass
class Filled:
    """What became of the lines of an import: counts, and the first of those that were not taken, by their numbers."""

    added: int = 0
    duplicates: int = 0
    duplicate_lines: list[int] = field(default_factory=list)
    bad: int = 0
    bad_lines: list[tuple[int, str]] = field(default_factory=list)

    def is_duplicate(self, line: Line) -> None:
        self.duplicates += 1
        if len(self.duplicate_lines) < NAMED:
            self.duplicate_lines.append(line.number)

    def is_bad(self, line: Line) -> None:
        self.bad += 1
        if len(self.bad_lines) < NAMED:
            self.bad_lines.append((line.number, line.wrong))


@transaction.atomic
def fill(pool: CouponPool, lines: Iterable[Line], *, by: User, now: datetime) -> Filled:
    """Add codes to a pool, all of the good ones or, where the import breaks off, none. The same again adds nothing.

    ``lines`` may be a stream: memory does not grow with it. What was not taken is named by its line and never quoted.
    Refused: ``administrator_needed``.
    """
    can_administer(by).enforce()
    held, filled, stream = _hold(pool), Filled(), iter(lines)
    while batch := list(islice(stream, BATCH)):
        _add(held, batch, filled)
    if filled.added:
        _save(held)
        record(
            EventType.COUPONS_ADDED,
            subject=("coupon_pool", held.pk),
            by=by,
            now=now,
            data={
                "version": held.version,
                "fields": ["codes"],
                "added": filled.added,
                "duplicates": filled.duplicates,
                "bad": filled.bad,
            },
            words={"name": held.name},
        )
    return filled


def _add(pool: CouponPool, batch: list[Line], filled: Filled) -> None:
    new: dict[str, Line] = {}
    for line in batch:
        if line.wrong:
            filled.is_bad(line)
        elif new.setdefault(line.code, line) is not line:
            filled.is_duplicate(line)
    # Also those of the batches before: they stand in the same transaction.
    for known in Coupon.objects.filter(pool=pool, code__in=new).values_list("code", flat=True):
        filled.is_duplicate(new.pop(known))
    Coupon.objects.bulk_create(Coupon(pool=pool, code=line.code, expires_on=line.expires_on) for line in new.values())
    filled.added += len(new)


def take(award: Award, case: Case, *, now: datetime) -> Coupon:
    """Give an award the next code of its pool that is still good on the customer's day. For good: it never goes back.

    The award is saved, and its case held. Refused: ``pool_empty``.
    """
    today = now.astimezone(zone_named(case.customer.time_zone)).date()
    left = coupons_left(_pool_of(award), on=today).order_by("id")
    # Past codes that somebody is just taking; and where there is no other, after them, who may yet let go of one.
    for passing in (True, False):
        coupon = left.select_for_update(skip_locked=passing, no_key=True).first()
        if coupon is not None and _claim(coupon, award, now=now):
            award.coupon = coupon
            return coupon
    raise Refused(
        "pool_empty",
        f"There is no code left for {award.remedy_name}. Give something else, and tell an administrator.",
        "remedy",
    )


def _claim(coupon: Coupon, award: Award, *, now: datetime) -> bool:
    """Whether the code is the award's now: it is only where nobody had it."""
    coupon.award, coupon.taken_at = award, now
    return bool(Coupon.objects.filter(pk=coupon.pk, award__isnull=True).update(award=award, taken_at=now))


def _pool_of(award: Award) -> int | None:
    """The pool that the catalog names now: an empty one may have been replaced. Else the one it named then."""
    if award.remedy.pool_id is not None:
        return award.remedy.pool_id
    then = RemedyVersion.objects.filter(remedy=award.remedy_id, version=award.remedy_version).first()
    line: dict[str, Any] = then.line if then else {}
    return line.get("pool") or line.get("pool_id")


def is_out(award: Award) -> bool:
    """Whether a code was given out with it: from then on the customer may have it. No query where it was read along."""
    return award.method == Method.COUPON and hasattr(award, "coupon")


def tell_of_low_pools(*, now: datetime) -> int:
    """Tell the administrators of pools of the catalog that run out, and again when they have: once until one is filled.

    Returns how many there are. Codes also run out by expiring, so it is the clock that looks.
    """
    given_from = pools_with_counts(on=now.date()).filter(
        Exists(Remedy.objects.filter(pool=OuterRef("pk"), active=True))
    )
    low = [pool for pool in given_from if pool.left < pool.low_at or not pool.left]
    people = list(administrators()) if low else []
    for pool in low:
        left = (
            f"{pool.left} codes are left" if pool.left > 1 else "One code is left" if pool.left else "No code is left"
        )
        tell(
            people,
            key=f"pool_{'low' if pool.left else 'empty'}:{pool.pk}:{pool.version}",
            kind="pool_low",
            title=f"{left} in {pool.name}",
            path=f"/settings/coupons/{pool.pk}",
            now=now,
            urgent=not pool.left,
        )
    return len(low)
