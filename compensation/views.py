"""Browser doors: approvals, caps, catalog. Each parses what was sent, calls one verb of the domain, and answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer, can_supervise
from accounts.enums import Role
from accounts.models import BusinessUnit, User
from accounts.money import display, is_currency
from accounts.queries import colleagues
from compensation.domain import approvals, caps, catalog
from compensation.domain.gauges import approvable, gauges_in
from compensation.forms import (
    ApproveForm,
    CapsForm,
    Cell,
    DeclineForm,
    Holder,
    PersonalCapsForm,
    RemedyForm,
    VersionForm,
)
from compensation.models import Approval, Cap, Remedy
from compensation.queries import (
    answered,
    asked_by,
    caps_by_holder,
    in_one_glance,
    visible_approvals,
    waiting_approvals,
)
from recovery.pages import done, edits, live, person, reads, tag, writes

SHOWN = 50
ANSWERED_SHOWN = 12

# Approvals -----------------------------------------------------------------------------------------------------------------


def _waiting(user: User) -> tuple[list[Approval], list[Approval], str]:
    """What waits and what was answered, and a token that changes whenever either does."""
    now = timezone.now()
    waiting = asked_by(user, now=now) if user.role == Role.REP else waiting_approvals(user, now=now)
    shown, older = list(waiting[:SHOWN]), list(answered(user)[:ANSWERED_SHOWN])
    token = "|".join(f"{each.pk}.{each.status}.{each.award.case.version}" for each in (*shown, *older))
    return shown, older, token


def _approvals(user: User, waiting: list[Approval], older: list[Approval]) -> dict[str, Any]:
    now, supervises = timezone.now(), can_supervise(user)
    asks = in_one_glance([*waiting, *older])
    currencies = {approval.currency for approval in waiting} if supervises else set()
    measured = gauges_in(user, currencies, now=now)
    answer_in = timedelta(minutes=settings.RECOVERY["APPROVAL_ANSWER_MINUTES"])
    cards = [
        {
            "ask": ask,
            "can": approvals.can_answer(user, ask.approval, now=now),
            "own_cap": approvable(ask.approval.asked_minor, measured.get(ask.approval.currency, [])),
            "late": ask.approval.requested_at + answer_in < now,
            # The title of a case is often the beginning of its story: it is not said twice.
            "told": ask.story.startswith(ask.approval.award.case.title.rstrip("….")[:60]),
            "approve": ApproveForm(auto_id=f"approve-{ask.approval.pk}-%s"),
            "decline": DeclineForm(auto_id=f"decline-{ask.approval.pk}-%s"),
        }
        for ask in asks[: len(waiting)]
    ]
    return {
        "cards": cards,
        "answered": asks[len(waiting) :],
        "supervises": bool(supervises),
        "now": now,
        "more": len(waiting) == SHOWN,
    }


@reads
def approvals_page(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, the longest waiting first; for a rep, what they asked for."""
    user = person(request)
    waiting, older, token = _waiting(user)
    context = _approvals(user, waiting, older)
    return render(request, "compensation/approvals.html", {**context, "etag": tag(token, user)})


@reads
def approvals_live(request: HttpRequest) -> HttpResponse:
    user = person(request)
    waiting, older, token = _waiting(user)
    return live(request, "compensation/_approvals.html", lambda: _approvals(user, waiting, older), token)


@writes
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve all of it, or less of it."""
    approval, user, form = _approval(request, pk), person(request), ApproveForm(request.POST)
    if not form.is_valid():
        return _answer_again(request, approval, approve=form)
    try:
        given = approvals.approve(
            approval,
            amount_minor=form.granted(approval.currency),
            note=form.cleaned_data["note"],
            by=user,
            now=timezone.now(),
        )
    except Refused as refused:
        if refused.field not in form.fields:
            raise
        form.refuse(refused)
        return _answer_again(request, approval, approve=form)
    granted = display(given.granted_minor or 0, given.currency)
    return _answered(request, f"Approved: {granted} for {given.award.customer.greeting}.")


@writes
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    approval, user, form = _approval(request, pk), person(request), DeclineForm(request.POST)
    if not form.is_valid():
        return _answer_again(request, approval, decline=form)
    try:
        approvals.decline(approval, reason=form.cleaned_data["reason"], by=user, now=timezone.now())
    except Refused as refused:
        if refused.field not in form.fields:
            raise
        form.refuse(refused)
        return _answer_again(request, approval, decline=form)
    return _answered(request, f"Declined. {approval.requested_by.get_short_name()} has been told why.")


def _approval(request: HttpRequest, pk: int) -> Approval:
    mine = visible_approvals(person(request)).select_related("award", "award__case", "award__customer", "requested_by")
    return get_object_or_404(mine, pk=pk)


def _answered(request: HttpRequest, said: str) -> HttpResponse:
    if not getattr(request, "htmx", False):
        return done(request, "approvals", said=said)
    messages.success(request, said)
    user = person(request)
    waiting, older, token = _waiting(user)
    context = {**_approvals(user, waiting, older), "etag": tag(token, user), "speaks": True}
    return render(request, "compensation/_approvals.html", context)


def _answer_again(request: HttpRequest, approval: Approval, **typed: ApproveForm | DeclineForm) -> HttpResponse:
    """The list again, with what was typed and what is wrong with it, in its place."""
    user = person(request)
    waiting, older, token = _waiting(user)
    context = {**_approvals(user, waiting, older), "etag": tag(token, user)}
    for card in context["cards"]:
        if card["ask"].approval.pk == approval.pk:
            for name, form in typed.items():
                form.auto_id = card[name].auto_id
                card[name] = form
    partial = getattr(request, "htmx", False)
    template = "compensation/_approvals.html" if partial else "compensation/approvals.html"
    return render(request, template, context, status=422)


# Caps ----------------------------------------------------------------------------------------------------------------------


def _grid(request: HttpRequest, every: list[Cap], currency: str, extra: User | None) -> tuple[CapsForm, list[Holder]]:
    of_currency = [cap for cap in every if cap.currency == currency]
    people = {cap.user_id: cap.user for cap in of_currency if cap.user is not None}
    if extra is not None:
        people[extra.pk] = extra
    holders = [Holder(role=Role.REP), Holder(role=Role.SUPERVISOR)]
    holders += [Holder(user=user) for user in sorted(people.values(), key=lambda user: user.name)]
    initial = CapsForm.initial_of(of_currency, currency)
    data = request.POST if request.method == "POST" and request.POST.get("grid") == currency else None
    form = CapsForm(data, initial=initial, currency=currency, holders=holders, auto_id=f"{currency}-%s")
    return form, holders


@edits
def caps_page(request: HttpRequest) -> HttpResponse:
    """Who may spend how much alone: a grid for each currency."""
    user, may = person(request), can_administer(person(request))
    asked = request.POST if request.method == "POST" else request.GET
    every = list(caps_by_holder())
    currencies = {cap.currency for cap in every} | set(BusinessUnit.objects.values_list("currency", flat=True))
    people = colleagues(user).exclude(role=Role.ADMIN)
    chosen = PersonalCapsForm(asked if asked.get("user") else None, people=people, initial={"currency": "USD"})
    extra, into = None, ""
    if may and chosen.is_bound and chosen.is_valid():
        extra, into = chosen.cleaned_data["user"], chosen.cleaned_data["currency"].upper()
        if is_currency(into):
            currencies.add(into)
        else:
            chosen.add_error("currency", f"“{into}” is not a currency code such as USD.")
    grids = {code: _grid(request, every, code, extra if code == into else None)[0] for code in sorted(currencies)}
    status = 200
    if request.method == "POST":
        may.enforce()
        form = grids.get(request.POST.get("grid", ""))
        if form is None:
            raise Http404
        if form.is_valid() and (written := _write(form, by=user)) is not None:
            said = f"{written} {'cap' if written == 1 else 'caps'} changed." if written else "Nothing was changed."
            return done(request, "setting-caps", said=said)
        status = 422
    context = {
        "grids": grids.values(),
        "axes": [axis.label for axis in caps.MONEY_AXES],
        "may": may,
        "chosen": chosen,
        "extra": extra,
    }
    return render(request, "compensation/caps.html", context, status=status)


def _write(form: CapsForm, *, by: User) -> int | None:
    """Write all cells that were changed, or none when one cannot be; returns how many."""
    cells = form.changed()
    with transaction.atomic():
        for cell in cells:
            try:
                _write_cell(cell, form.currency, by=by)
            except ChangedMeanwhile as meanwhile:
                cap = _cap(cell, form.currency)
                form.meanwhile(cell.field, cap)
                now_there = display(cap.amount_minor, cap.currency) if cap else "nothing"
                who = next((change["by"] for change in meanwhile.details["changes"] if change["by"]), "Somebody")
                form.add_error(
                    cell.field, f"{who} set this to {now_there} meanwhile. Save again to put yours in its place."
                )
            except Refused as refused:
                form.add_error(cell.field, refused.reason)
        if form.errors:
            transaction.set_rollback(True)
            return None
    return len(cells)


def _cap(cell: Cell, currency: str) -> Cap | None:
    wanted = Cap.objects.filter(axis=cell.axis, currency=currency)
    mine = wanted.filter(user=cell.holder.user) if cell.holder.user else wanted.filter(role=cell.holder.role)
    return mine.first()


def _write_cell(cell: Cell, currency: str, *, by: User) -> None:
    now = timezone.now()
    if cell.amount_minor is None:
        cap = _cap(cell, currency)
        if cap is not None:
            caps.remove_cap(cap, version=cell.version, by=by, now=now)
        return
    caps.set_cap(
        axis=cell.axis,
        currency=currency,
        amount_minor=cell.amount_minor,
        role=cell.holder.role,
        user=cell.holder.user,
        version=cell.version,
        by=by,
        now=now,
    )


# Catalog -------------------------------------------------------------------------------------------------------------------


@reads
def catalog_page(request: HttpRequest) -> HttpResponse:
    """What we may give, and what has been retired."""
    lines = list(Remedy.objects.order_by("-active", "kind", "name"))
    context = {
        "active": [line for line in lines if line.active],
        "retired": [line for line in lines if not line.active],
        "may": can_administer(person(request)),
    }
    return render(request, "compensation/catalog.html", context)


@edits
def remedy(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """One line of the catalog: shown, added or changed."""
    line = get_object_or_404(Remedy, pk=pk) if pk is not None else None
    may = can_administer(person(request))
    if request.method == "GET":
        initial = RemedyForm.initial_of(line) if line else {"kind": "assistance", "currency": "USD"}
        return _remedy(request, line, RemedyForm(initial=initial))
    may.enforce()
    form = RemedyForm(request.POST)
    if not form.is_valid():
        return _remedy(request, line, form, status=422)
    try:
        kept = catalog.save_remedy(
            line,
            by=person(request),
            now=timezone.now(),
            version=form.cleaned_data["version"],
            **form.fields_of_remedy(),
        )
    except Refused as refused:
        form.refuse(refused)
        meanwhile = refused if isinstance(refused, ChangedMeanwhile) else None
        return _remedy(request, line, form, status=422, meanwhile=meanwhile)
    return done(request, "setting-catalog", said=f"{kept.name}: kept.", draft=f"remedy-{pk or 'new'}")


def _remedy(
    request: HttpRequest,
    line: Remedy | None,
    form: RemedyForm,
    *,
    status: int = 200,
    meanwhile: ChangedMeanwhile | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "line": line,
        "form": form,
        "may": can_administer(person(request)),
        "meanwhile": meanwhile,
    }
    if meanwhile is not None and line is not None:
        line.refresh_from_db()
        theirs = RemedyForm.initial_of(line)
        changed = {name for change in meanwhile.details["changes"] for name in change["fields"]}
        context["theirs"] = [(form[name].label, theirs[name]) for name in form.fields if name in changed & set(theirs)]
    return render(request, "compensation/remedy.html", context, status=status)


@writes
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a line out of the catalog, or put it back."""
    line, form = get_object_or_404(Remedy, pk=pk), VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else None
    kept = catalog.save_remedy(line, active=not line.active, version=version, by=person(request), now=timezone.now())
    said = "is in the catalog again" if kept.active else "is retired: what was given stays as it was"
    return done(request, "setting-catalog", said=f"{kept.name} {said}.")
