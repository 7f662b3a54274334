"""Coupon pools: what is left of each, filling them, and which award took which code."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from compensation.domain import coupon_lines, coupons
from compensation.forms.coupons import CodesForm, PoolForm
from compensation.models import Coupon
from compensation.queries.coupons import COUNTED, coupons_used, pools_with_counts
from journal.keyset import NotAMarkError, Order, Window, window
from recovery.pages import done, edits, person, reads, writes

USED = Order(("taken_at", "id"))
PAGE = 25


def _pools() -> Any:
    return pools_with_counts(on=timezone.now().date())


@reads
def pools(request: HttpRequest) -> HttpResponse:
    """All pools, those that run low first."""
    listed = list(_pools().order_by("-active", "name", "id"))
    context = {
        "active": [pool for pool in listed if pool.active],
        "retired": [pool for pool in listed if not pool.active],
        "counted": COUNTED,
        "may": can_administer(person(request)),
    }
    return render(request, "compensation/coupons/pools.html", context)


@edits
def pool(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """One pool: shown, added or changed."""
    found = get_object_or_404(_pools(), pk=pk) if pk is not None else None
    if request.method == "GET":
        return _pool(request, found, PoolForm(initial=PoolForm.initial_of(found) if found else {}))
    user, form = person(request), PoolForm(request.POST)
    can_administer(user).enforce()
    if not form.is_valid():
        return _pool(request, found, form, status=422)
    try:
        kept = coupons.save_pool(
            found,
            version=form.cleaned_data["version"],
            by=user,
            now=timezone.now(),
            **form.particulars(new=found is None),
        )
    except Refused as refused:
        form.refuse(refused)
        meanwhile = refused if isinstance(refused, ChangedMeanwhile) else None
        if meanwhile is not None and found is not None:
            found = get_object_or_404(_pools(), pk=found.pk)
        return _pool(request, found, form, status=422, meanwhile=meanwhile)
    said = f"{kept.name}: kept." if found else f"{kept.name} is there. Now add its codes."
    return done(request, "setting-coupon-pool", kept.pk, said=said, draft=f"pool-{pk or 'new'}")


@writes
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Add codes. What was not taken is named by its line; the same file again adds nothing."""
    found, user, now = get_object_or_404(_pools(), pk=pk), person(request), timezone.now()
    can_administer(user).enforce()
    codes = CodesForm(request.POST, request.FILES)
    shown = PoolForm(initial=PoolForm.initial_of(found))
    if not codes.is_valid():
        return _pool(request, found, shown, status=422, codes=codes)
    filled = coupons.fill(found, coupon_lines.read(codes.stream(), today=now.date()), by=user, now=now)
    found = get_object_or_404(_pools(), pk=pk)
    return _pool(request, found, PoolForm(initial=PoolForm.initial_of(found)), filled=filled)


def _pool(request: HttpRequest, found: Any, form: PoolForm, *, status: int = 200, **more: Any) -> HttpResponse:
    used = _used(request, found) if found else None
    context = {
        "pool": found,
        "form": form,
        "codes": CodesForm() if found else None,
        "used": used.rows if used else [],
        "older": f"?after={used.further}" if used and used.further else "",
        "newer": f"?before={used.back}" if used and used.back else "",
        "counted": COUNTED,
        "may": can_administer(person(request)),
        "now": timezone.now(),
        **more,
    }
    return render(request, "compensation/coupons/pool.html", context, status=status)


def _used(request: HttpRequest, found: Any) -> Window[Coupon]:
    """Codes that were given out, the newest first, as far as this person may see who has them."""
    rows = coupons_used(found, person(request))
    marks = {name: request.GET.get(name, "") for name in ("after", "before")}
    try:
        return window(rows, USED, size=PAGE, **marks)
    except NotAMarkError:
        raise Http404 from None
