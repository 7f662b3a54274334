"""Reads of coupon pools: what is left, and what was given out."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import BooleanField, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from compensation.models import Coupon, CouponPool
from compensation.queries.awards import visible_awards

# More than this is "more than 10,000": nobody needs to know, and counting on would take its time.
COUNTED = 10_000


class _CountOf(Subquery):
    """How many rows a sliced query has."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class _OfMost(Func):
    """A condition that holds of most rows it is asked of, said to SQLite's planner; PostgreSQL knows from its statistics.

    Without that SQLite takes the codes that nobody has for two rows, since an award has one code at most, and reads
    those of all pools by the index that keeps it so.
    """

    template = "%(expressions)s"
    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="LIKELY(%(expressions)s)", **extra)


def coupons_left(pool: CouponPool | int | OuterRef | None, *, on: date) -> QuerySet[Coupon]:
    """Codes of a pool that may still be given out on a day: nobody has them, and they have not expired."""
    good = Q(expires_on__isnull=True) | Q(expires_on__gte=on)
    return Coupon.objects.filter(good, _OfMost(IsNull(F("award"), True)), pool=pool)


def pools_with_counts(*, on: date, **where: Any) -> QuerySet[Any]:
    """Pools with the codes that are ``left`` on a day and those that are ``used``, each counted up to ``COUNTED`` + 1."""
    here = OuterRef("pk")
    left = coupons_left(here, on=on).order_by().values("pk")[: COUNTED + 1]
    used = Coupon.objects.filter(pool=here, award__isnull=False).order_by().values("pk")[: COUNTED + 1]
    return CouponPool.objects.filter(**where).annotate(left=_CountOf(left), used=_CountOf(used))


def coupons_used(pool: CouponPool, user: Any) -> QuerySet[Coupon]:
    """Codes of a pool that were given out, with their awards, as far as this user may see these."""
    used = Coupon.objects.filter(pool=pool, award__isnull=False, award__in=visible_awards(user))
    return used.select_related("award__case", "award__given_by")
