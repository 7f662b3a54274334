"""The register of errors in the customer's favor, and a supervisor's review of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.authority import Refused
from accounts.domain.roles import can_supervise
from accounts.models import User
from accounts.queries import colleagues, visible_units
from cases.domain import reviewing
from cases.enums import DisclosureStatus
from cases.models import HonoredError
from cases.queries.honored_errors import register, with_calls
from compensation.forms.honored import SHOWS, RegisterForm, ReviewForm
from compensation.views.honored import show
from compensation.views.honored_page import find
from journal.keyset import NotAMarkError, Order, Window, window
from recovery.pages import person, reads, writes

PAGE, LATE = 30, 8
NEWEST, SOONEST = Order(("opened_at", "id")), Order(("call_due_at", "id"), descending=False)
# Shown by when the call is due, not by when the error came in.
BY_DUE = {"call_due", "call_overdue"}
FIRST = (
    "Quoted too low, waived the wrong fee, reinstated what should have lapsed? Log it and choose “in the customer’s "
    "favor”. What we decide, who tells the customer and the letter all stand here."
)
EMPTY = {
    "": ("book-marked", "No error in a customer’s favor yet", FIRST),
    "undecided": ("scale", "Nothing waits to be decided", "A new error stands here until we honor it or take it back."),
    "overdue_decision": ("alarm-clock-check", "No decision is late", "What stays undecided past its time shows here."),
    "call_due": ("phone", "Nobody has to be called", "Once decided, the one who made the mistake calls the customer."),
    "call_overdue": ("alarm-clock-check", "No call is late", "Every customer who should know by now knows."),
    "told": ("handshake", "Nobody has been told yet", "After the call, the four points and the answer are kept here."),
    "to_review": (
        "clipboard-check",
        "Nothing to review",
        "Decided errors wait here for a supervisor with no part in them.",
    ),
    "reviewed": ("clipboard-check", "Nothing reviewed yet", "What supervisors made of each error is kept here."),
}


def _cards(
    user: User, errors: list[HonoredError], *, at: int = 0, typed: ReviewForm | None = None
) -> list[dict[str, Any]]:
    """Each error with its call, and the form to review it where this person may. ``at`` is the one whose was sent."""
    cards: list[dict[str, Any]] = []
    for error in errors:
        may = reviewing.can_review(user, error)
        form = typed if typed is not None and error.pk == at else ReviewForm(auto_id=f"review-{error.pk}-%s")
        calls = [call for call in error.disclosures.all() if call.status != DisclosureStatus.WITHDRAWN]
        cards.append({"error": error, "call": calls[-1] if calls else None, "form": form if may else None})
    return cards


def _late_first(user: User, wanted: dict[str, Any], now: datetime) -> list[HonoredError]:
    """The calls that are late, the longest waiting first, before all else."""
    if set(wanted) - {"unit"}:
        return []
    late = register(user, show="call_overdue", now=now, unit=wanted.get("unit"))
    return window(with_calls(late), SOONEST, size=LATE).rows


def _context(request: HttpRequest, given: Any, **typed: Any) -> dict[str, Any]:
    user, now = person(request), timezone.now()
    units = visible_units(user).order_by("name")
    form = RegisterForm(given, people=colleagues(user), units=units)
    wanted = form.wanted()
    shown = wanted.get("show", "")
    page = _page(user, wanted, now, after=given.get("after", ""), before=given.get("before", ""))
    late = _late_first(user, wanted, now) if not (given.get("after") or given.get("before")) else []
    seen = {error.pk for error in late}
    kept = {name: given[name] for name in (*wanted, "show") if given.get(name)}
    shape, title, text = EMPTY[shown]
    return {
        "form": form,
        "late": _cards(user, late, **typed),
        "cards": _cards(user, [error for error in page.rows if error.pk not in seen], **typed),
        "wanted": {name: value for name, value in wanted.items() if name != "show"},
        "show": shown,
        "tabs": [(code, label, urlencode({**kept, "show": code})) for code, label in SHOWS],
        "units": len(units) > 1,
        "lines": sorted({error.line_of_business for error in page.rows if error.line_of_business}),
        "older": f"?{urlencode({**kept, 'after': page.further})}" if page.further else "",
        "newer": f"?{urlencode({**kept, 'before': page.back})}" if page.back else "",
        "here": f"{reverse('honored')}?{given.urlencode()}" if given else reverse("honored"),
        "empty": {"shape": shape, "title": title, "text": text},
        "supervises": bool(can_supervise(user)),
        "now": now,
    }


def _page(user: User, wanted: dict[str, Any], now: datetime, *, after: str, before: str) -> Window[HonoredError]:
    rows = with_calls(register(user, now=now, **wanted))
    order = SOONEST if wanted.get("show") in BY_DUE else NEWEST
    try:
        return window(rows, order, size=PAGE, after=after, before=before)
    except NotAMarkError:
        raise Http404 from None


@reads
def honored(request: HttpRequest) -> HttpResponse:
    """The register: late calls first, then the newest; filtered and a page at a time."""
    return render(request, "compensation/honored/register.html", _context(request, request.GET))


@writes
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """What a supervisor made of it, from the register or from the error's own page."""
    user, form = person(request), ReviewForm(request.POST, auto_id=f"review-{pk}-%s")
    error = find(user, pk)
    if not form.is_valid():
        return _again(request, form, pk)
    try:
        kept = reviewing.review(error, by=user, now=timezone.now(), **form.cleaned_data)
    except Refused as refused:
        if refused.field not in form.fields:
            raise
        form.refuse(refused)
        return _again(request, form, pk)
    messages.success(request, f"Reviewed: {kept.get_outcome_display().lower()}.", extra_tags=f"review-{pk}")
    if getattr(request, "htmx", False):
        context = _context(request, _query_of(request))
        return render(request, "compensation/honored/_list.html", {**context, "speaks": True})
    return HttpResponseRedirect(_back(request) or reverse("honored-error", args=[pk]))


def _again(request: HttpRequest, form: ReviewForm, pk: int) -> HttpResponse:
    """The list, or the error's own page, again, with what was written and what is wrong with it, in its place."""
    if not _back(request).startswith(reverse("honored") + "?") and _back(request) != reverse("honored"):
        form.auto_id = "review-%s"
        return show(request, find(person(request), pk), status=422, review=form)
    context = _context(request, _query_of(request), at=pk, typed=form)
    partial = getattr(request, "htmx", False)
    template = "compensation/honored/_list.html" if partial else "compensation/honored/register.html"
    return render(request, template, context, status=422)


def _back(request: HttpRequest) -> str:
    there = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return there if ours else ""


def _query_of(request: HttpRequest) -> QueryDict:
    """The filters of the register that the review was written in."""
    return QueryDict(_back(request).partition("?")[2])
