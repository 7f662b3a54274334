"""One case: the page, its live part, and the verbs of the people who put it right."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import Refused
from accounts.models import User
from accounts.queries import staff_of_unit
from cases.domain import acknowledging, causes, closing, conversation, opening_hours, ownership, promises
from cases.domain.permissions import can_work_on
from cases.enums import CaseOutcome, Feeling, PromiseStatus
from cases.models import Case, Incident, Investigation, Promise
from cases.queries import visible_cases, visible_incidents
from compensation.domain import awards, delivering, reversing
from compensation.domain.caps import Full
from compensation.domain.gauges import what_is_left
from compensation.enums import AwardStatus, Axis, Method
from compensation.models import Approval, Award
from compensation.queries import visible_awards
from compensation.queries.awards import catalog
from desk.forms.case import (
    AwardForm,
    CauseForm,
    CloseForm,
    ContactForm,
    DeliverForm,
    FeelingsForm,
    FindingForm,
    HandoffForm,
    KeepForm,
    PromiseForm,
    ReasonForm,
)
from desk.queries import case_page
from desk.views.doors import present, writes
from outreach.domain.health import cautions
from recovery.pages import done, live, person, reads, tag

OUTCOMES = [choice for choice in CaseOutcome.choices if choice[0] != CaseOutcome.UNKNOWN]


def _case(request: HttpRequest, reference: str) -> Case:
    case = case_page.find(person(request), reference.upper())
    if case is None:
        raise Http404
    return case


def _promise(case: Case, pk: int) -> Promise:
    promise = get_object_or_404(case.promises.select_related("obligation"), pk=pk)
    promise.case = case
    return promise


def _award(request: HttpRequest, case: Case, pk: int) -> Award:
    return get_object_or_404(visible_awards(person(request)).select_related("remedy", "case"), pk=pk, case=case)


@reads
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """The whole case on one screen."""
    shown, user, now = _case(request, reference), person(request), timezone.now()
    page = case_page.read(shown, user=user, now=now, others=present(request, f"case:{shown.pk}"))
    choices = case_page.around(page, user=user)
    context = {
        "page": page,
        "case": shown,
        "customer": shown.customer,
        "choices": choices,
        "advice": choices.advice,
        "story": case_page.story(shown),
        "owed": list(case_page.owed_elsewhere(shown)),
        "etag": tag(page.token, user),
        "now": now,
        "outcomes": OUTCOMES,
        "contact_channels": ContactForm.base_fields["channel"].choices,  # type: ignore[attr-defined]
    }
    return render(request, "desk/case.html", context)


@reads
def case_live(request: HttpRequest, reference: str) -> HttpResponse:
    """What may change while one looks: steps, timeline, promises, awards, who else is here."""
    shown, user, now = _case(request, reference), person(request), timezone.now()
    page = case_page.read(shown, user=user, now=now, others=present(request, f"case:{shown.pk}"))

    def drawn() -> dict[str, Any]:
        moved = request.GET.get("next", page.next) != page.next  # the step in hand was taken meanwhile
        choices = case_page.around(page, user=user) if moved else None
        context: dict[str, Any] = {
            "page": page,
            "case": shown,
            "customer": shown.customer,
            "story": case_page.story(shown),
            "may_close": closing.close_gate(user, shown),
            "now": now,
            "oob": True,
        }
        if choices is not None:
            return context | {"moved": True, "outcomes": OUTCOMES, "choices": choices, "advice": choices.advice}
        if can_work_on(user, shown):
            context["advice"] = case_page.advised(page, user=user)
        return context

    return live(request, "desk/_case_live.html", drawn, page.token)


@writes
def acknowledge(request: HttpRequest, reference: str) -> HttpResponse:
    shown, data = _case(request, reference), FeelingsForm(request.POST).accepted()
    acknowledging.acknowledge_feelings(
        shown,
        feeling=data["feeling"],
        words=data["words"],
        confirmed=data["confirmed"] or None,
        by=person(request),
        now=timezone.now(),
    )
    label = Feeling(data["feeling"]).label.lower()
    return done(request, "case", shown.reference, said=f"Noted: {label}.", draft=f"feelings-{shown.reference}")


@writes
def record(request: HttpRequest, reference: str) -> HttpResponse:
    """A contact with the customer, or a note for colleagues."""
    shown, data = _case(request, reference), ContactForm(request.POST).accepted()
    user, now, draft = person(request), timezone.now(), f"composer-{shown.reference}"
    if data["kind"] == ContactForm.NOTE:
        conversation.add_note(shown, words=data["words"], by=user, now=now)
        return done(request, "case", shown.reference, said="Note kept.", draft=draft)
    conversation.record_contact(
        shown,
        channel=data["channel"] or shown.customer.channel_preference,
        reached=data["kind"],
        words=data["words"],
        by=user,
        now=now,
    )
    return done(request, "case", shown.reference, said="Kept on the timeline.", draft=draft)


@writes
def promise(request: HttpRequest, reference: str) -> HttpResponse:
    shown, form = _case(request, reference), PromiseForm(request.POST)
    made = promises.make(
        shown,
        **form.when(shown.customer.time_zone),
        what=form.cleaned_data["what"],
        channel=form.cleaned_data["channel"] or _channel_of(shown),
        by=person(request),
        now=timezone.now(),
    )
    said = _promised("Promised. You will be reminded.", made)
    return done(request, "case", shown.reference, said=said, draft=f"promise-{shown.reference}")


def _promised(said: str, promise: Promise) -> str:
    """What is said after a promise: that it stands, what to know of its time, and what stands in for what is closed."""
    of_its_time = (caution.reason for caution in opening_hours.cautions_of(promise))
    return " ".join([said, *of_its_time, *cautions.cautions_of(promise, now=timezone.now())])


@reads
def when_read(request: HttpRequest, reference: str) -> HttpResponse:
    """How a due time that somebody writes would be read, on both clocks. Promises nothing."""
    shown, user = _case(request, reference), person(request)
    words, zone = request.GET.get("said", "").strip(), request.GET.get("zone") or None
    context: dict[str, Any] = {"user": user, "customer": shown.customer}
    if words:
        try:
            context["reading"] = opening_hours.reading(
                words, shown, zone=zone, own_zone=user.time_zone, now=timezone.now()
            )
        except Refused as refused:
            context["unclear"] = refused.reason
    return render(request, "desk/_when_read.html", context)


def _channel_of(case: Case) -> str:
    """The channel they prefer, unless it is a call and they want none."""
    preferred = case.customer.channel_preference
    return preferred if promises.can_promise_channel(case, preferred) else "email"


@writes
def keep_promise(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    shown, data = _case(request, reference), KeepForm(request.POST).accepted()
    kept = _promise(shown, pk)
    promises.keep(
        kept,
        reached=data["reached"],
        channel=data["channel"] or None,
        words=data["words"],
        by=person(request),
        now=timezone.now(),
    )
    kept.refresh_from_db(fields=["status"])
    said = {
        PromiseStatus.OPEN: "Kept on the timeline. The promise is still open.",
        PromiseStatus.KEPT: "Promise kept.",
        PromiseStatus.LATE: "Promise kept, a little late.",
    }.get(PromiseStatus(kept.status), "Recorded. It was too late to count as kept.")
    return done(request, "case", shown.reference, said=said, draft=f"keep-{pk}")


@writes
def interim(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """“Still working on it”: keeps this promise and makes the next."""
    shown, form = _case(request, reference), PromiseForm(request.POST)
    kept = _promise(shown, pk)
    following = promises.interim(
        kept,
        **form.when(kept.obligation.zone),
        words=form.cleaned_data["what"],
        channel=form.cleaned_data["channel"] or None,
        by=person(request),
        now=timezone.now(),
    )
    said = _promised("Kept, and the next one is promised.", following)
    return done(request, "case", shown.reference, said=said, draft=f"keep-{pk}")


@writes
def move_promise(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    shown, form = _case(request, reference), PromiseForm(request.POST)
    moved = _promise(shown, pk)
    when = form.when(moved.obligation.zone)
    agreed = form.cleaned_data["agreed"]
    following = promises.move(moved, **when, agreed=agreed, by=person(request), now=timezone.now())
    moved.refresh_from_db(fields=["status"])
    missed = moved.status == PromiseStatus.MISSED
    said = "Moved. The one before counts as missed." if missed else "Moved, as you agreed."
    return done(request, "case", shown.reference, said=_promised(said, following), draft=f"move-{pk}")


@writes
def abandon_promise(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    shown, data = _case(request, reference), ReasonForm(request.POST).accepted()
    promises.abandon(_promise(shown, pk), reason=data["reason"], by=person(request), now=timezone.now())
    return done(request, "case", shown.reference, said="No longer owed.")


@writes
def award(request: HttpRequest, reference: str) -> HttpResponse:
    """Give a remedy; with a feeling in the same action when none has been named yet."""
    shown, form = _case(request, reference), AwardForm(request.POST)
    data = form.accepted()
    remedy = catalog().filter(pk=form.chosen).first()
    if remedy is None:
        raise Refused("remedy_retired", "This remedy is no longer in the catalog. Choose another.", "remedy")
    given = awards.give(
        shown,
        remedy,
        amount_minor=form.amount_minor(remedy.currency or shown.unit.currency) if remedy.open_amount else None,
        note=data["note"],
        feeling=data["feeling"],
        precedent_reason=data["precedent_reason"],
        by=person(request),
        now=timezone.now(),
    )
    said = f"Given: {given.remedy_name}."
    if given.status == AwardStatus.AWAITING_APPROVAL:
        said = _asked(given)
    elif given.status == AwardStatus.GIVEN:
        said += " It is still to be delivered."
    return done(request, "case", shown.reference, said=said, draft=f"award-{shown.reference}")


def _asked(given: Award) -> str:
    """Which cap bound, what it leaves, and who has it now."""
    approval: Approval | None = getattr(given, "approval", None)
    if approval is None:
        return ""
    bound = Full(Axis(approval.binding_axis), approval.binding_left_minor)
    with_whom = approval.routed_to.name if approval.routed_to else "A supervisor"
    return (
        f"Asked: above your cap {what_is_left(bound, approval.currency)}. {with_whom} has it now; you need not keep "
        "the customer on the line."
    )


@writes
def deliver(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    shown, data = _case(request, reference), DeliverForm(request.POST).accepted()
    award = _award(request, shown, pk)
    given = delivering.deliver(award, proof=data["proof"], by=person(request), now=timezone.now())
    said = "Here is the code, for them alone." if given.method == Method.COUPON else "Delivered."
    return done(request, "case", shown.reference, said=said, draft=f"deliver-{pk}")


@writes
def reverse_award(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    shown, data = _case(request, reference), ReasonForm(request.POST).accepted()
    reversing.reverse(_award(request, shown, pk), reason=data["reason"], by=person(request), now=timezone.now())
    return done(request, "case", shown.reference, said="Taken back.")


@writes
def hand_off(request: HttpRequest, reference: str) -> HttpResponse:
    shown = _case(request, reference)
    form = HandoffForm(request.POST, colleagues=staff_of_unit(shown.unit_id, "rep", "supervisor"))
    data = form.accepted()
    to: User = data["to"]
    ownership.hand_off(
        shown, to=to, reason=data["reason"], version=data["version"], by=person(request), now=timezone.now()
    )
    return done(request, "case", shown.reference, said=f"{to.name} has it now.", draft=f"handoff-{shown.reference}")


@writes
def cause(request: HttpRequest, reference: str) -> HttpResponse:
    """The cause, or a question that stays open until it is found."""
    shown, data = _case(request, reference), CauseForm(request.POST).accepted()
    user, now = person(request), timezone.now()
    if data["cause"] is not None:
        causes.set_cause(shown, cause=data["cause"], version=data["version"], by=user, now=now)
        said = f"Cause: {data['cause'].name}."
    else:
        causes.open_investigation(shown, question=data["question"], by=user, now=now)
        said = "The question stays open until somebody answers it."
    return done(request, "case", shown.reference, said=said, draft=f"cause-{shown.reference}")


@writes
def finding(request: HttpRequest, reference: str) -> HttpResponse:
    shown, data = _case(request, reference), FindingForm(request.POST).accepted()
    question = get_object_or_404(Investigation, case=shown, status="open")
    causes.close_investigation(
        question, finding=data["finding"], cause=data["cause"], by=person(request), now=timezone.now()
    )
    return done(request, "case", shown.reference, said="Found, and kept.", draft=f"finding-{shown.reference}")


@writes
def close(request: HttpRequest, reference: str) -> HttpResponse:
    shown, data = _case(request, reference), CloseForm(request.POST).accepted()
    closing.close(
        shown,
        outcome=data["outcome"],
        words=data["words"],
        version=data["version"],
        by=person(request),
        now=timezone.now(),
    )
    return done(request, "case", shown.reference, said="Closed.", draft=f"close-{shown.reference}")


@writes
def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    shown, data = _case(request, reference), ReasonForm(request.POST).accepted()
    closing.reopen(shown, reason=data["reason"], by=person(request), now=timezone.now())
    return done(request, "case", shown.reference, said="Open again.", draft=f"reopen-{shown.reference}")


@writes
def own_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Acknowledge a past incident to the customer, from whichever page one is on."""
    incident: Incident = get_object_or_404(visible_incidents(person(request)), pk=pk)
    acknowledging.acknowledge_incident(incident, by=person(request), now=timezone.now())
    said = "Owned up to. It is on the record."
    came_from = visible_cases(person(request)).filter(reference=request.POST.get("from_case", "")[:20]).first()
    if came_from is not None:
        return done(request, "case", came_from.reference, said=said)
    return done(request, "customer", incident.customer_id, said=said)
