"""The screen of calls: whom to call next, why, what to ask, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import Refused, Verdict
from accounts.models import User
from cases.models import CustomerPhone
from cases.queries.people import baggage_of
from compensation.queries import awards_of
from outreach.domain import callers, hours, outcomes
from outreach.domain import calls as verbs
from outreach.enums import CallOutcome, CallStatus
from outreach.forms.calls import OutcomeForm
from outreach.models import FollowUpCall
from outreach.queries.calls import in_hand, later, visible_calls, waiting, with_story
from outreach.queries.programs import questions_of
from outreach.views.dials import shown_of
from recovery.pages import done, live, person, reads, tag, writes

MINE, WAITING, LATER = 6, 10, 6

# In the order of the keyboard's digits: outcome, icon, and whether the browser asks for what they said.
OUTCOMES = (
    (CallOutcome.TURNED_AROUND, "thumbs-up", True),
    (CallOutcome.NOT_TURNED_AROUND, "frown", True),
    (CallOutcome.NO_ANSWER, "phone-missed", False),
    (CallOutcome.LEFT_MESSAGE, "voicemail", False),
    (CallOutcome.WRONG_NUMBER, "phone-off", False),
    (CallOutcome.REFUSED, "hand", False),
)
SAID = {
    CallOutcome.TURNED_AROUND: "Turned around. That is what the call was for.",
    CallOutcome.NOT_TURNED_AROUND: "The case is open: put it right from here.",
    CallOutcome.WRONG_NUMBER: "The number is marked and will not be dialed again.",
    CallOutcome.REFUSED: "They will not be called about this again.",
}


@dataclass(frozen=True)
class Row:
    """A call in a list, and whether it may be made now."""

    call: FollowUpCall
    may: Verdict


@dataclass(frozen=True)
class Lists:
    """The calls of a person: in hand, waiting for somebody, and planned for later."""

    mine: list[FollowUpCall]
    waiting: list[Row]
    later: list[FollowUpCall]

    @property
    def token(self) -> str:
        """Changes when what is shown does."""
        mine = [f"{call.pk}.{call.version}" for call in self.mine]
        rows = [f"{row.call.pk}.{row.call.version}{row.may.code}" for row in self.waiting]
        return "|".join([",".join(mine), ",".join(rows), ",".join(f"{c.pk}.{c.version}" for c in self.later)])


def _lists(user: User, now: datetime) -> Lists:
    rules, caller = hours.rules(), callers.known([user], now=now)[user.pk]
    ready = list(waiting(user, now=now)[:WAITING])
    return Lists(
        mine=list(in_hand(user)[:MINE]),
        waiting=[Row(call, verbs.can_take(user, call, now=now, rules=rules, caller=caller)) for call in ready],
        later=list(later(user, now=now)[:LATER]),
    )


def _chosen(user: User, pk: int) -> FollowUpCall:
    return get_object_or_404(with_story(visible_calls(user)), pk=pk)


def _about(user: User, call: FollowUpCall | None, now: datetime, form: OutcomeForm | None = None) -> dict[str, Any]:
    """Everything that whoever dials should have before them."""
    if call is None:
        return {"call": None, "in_group": callers.in_call_group(user), "now": now}
    phones = list(call.customer.usable_phones)  # type: ignore[attr-defined]
    line = shown_of(user, call.customer, call=call, now=now)
    live_call = call.status in (CallStatus.PLANNED, CallStatus.DISPATCHED)
    may_record = verbs.can_record(user, call, now=now)
    return {
        "call": call,
        "customer": call.customer,
        "dial": line.number,
        "line": line,
        "form": form or (_fresh(call, phones, line.number) if live_call and may_record else None),
        "outcomes": OUTCOMES,
        "may_take": verbs.can_take(user, call, now=now),
        "may_record": may_record,
        "may_call": hours.can_call_now(call.customer, now=now),
        "hours": hours.said(hours.hours_in(call.customer.jurisdiction, hours.rules())),
        "next_attempt": outcomes.next_attempt(call, now=now) if live_call else None,
        "mine": call.status == CallStatus.DISPATCHED and call.rep_id == user.pk,
        "live": live_call,
        "baggage": baggage_of(call.customer, apart_from_case=call.case_id, limit=5),
        "awards": list(awards_of(call.case)) if call.case else [],
        "now": now,
    }


def _fresh(call: FollowUpCall, phones: list[CustomerPhone], dial: str) -> OutcomeForm:
    return OutcomeForm(phones=phones, dial=dial, questions=questions_of(call))


def _page(
    request: HttpRequest, call: FollowUpCall | None, *, form: OutcomeForm | None = None, status: int = 200
) -> HttpResponse:
    user, now = person(request), timezone.now()
    lists = _lists(user, now)
    context = {**_about(user, call, now, form), "lists": lists, "etag": tag(lists.token, user)}
    return render(request, "outreach/calls.html", context, status=status)


@reads
def calls(request: HttpRequest) -> HttpResponse:
    """The call in hand whose time runs out first, or how to get one."""
    user = person(request)
    first = in_hand(user).values_list("pk", flat=True).first()
    return _page(request, _chosen(user, first) if first is not None else None)


@reads
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """One call, whatever its state."""
    return _page(request, _chosen(person(request), pk))


@reads
def calls_lists(request: HttpRequest) -> HttpResponse:
    """The lists beside the call, kept fresh."""
    user, now = person(request), timezone.now()
    lists = _lists(user, now)
    return live(request, "outreach/_lists.html", lambda: {"lists": lists, "now": now}, lists.token)


@reads
def calls_now(request: HttpRequest) -> HttpResponse:
    """While nothing is in hand: what came in meanwhile. Once a call is shown it stays still."""
    user, now = person(request), timezone.now()
    first = in_hand(user).values_list("pk", flat=True).first()

    def context() -> dict[str, Any]:
        return {
            **_about(user, _chosen(user, first) if first is not None else None, now),
            "lists": _lists(user, now),
        }

    waits = waiting(user, now=now).values_list("pk", flat=True).first()
    return live(request, "outreach/_call.html", context, f"now:{first}:{waits}")


@writes
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take this call, or keep it for longer."""
    found = get_object_or_404(visible_calls(person(request)), pk=pk)
    verbs.take(found, by=person(request), now=timezone.now())
    return done(request, "call", pk)


@writes
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the most pressing call that waits."""
    taken = verbs.take_next(by=person(request), now=timezone.now())
    return done(request, "call", taken.pk)


@writes
def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """What came of the call. A refusal comes back beside its field, with every word still there."""
    user, now = person(request), timezone.now()
    found = _chosen(user, pk)
    phones = list(found.customer.usable_phones)  # type: ignore[attr-defined]
    form = OutcomeForm(
        request.POST, phones=phones, dial=verbs.number_to_dial(found, phones), questions=questions_of(found)
    )
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    try:
        recorded = outcomes.record_outcome(found, by=user, now=now, **form.heard())
    except Refused as refused:
        if refused.code == "out_of_reach":
            raise
        form.refuse(refused)
        return _page(request, found, form=form, status=422)
    return _after(request, recorded)


def _after(request: HttpRequest, call: FollowUpCall) -> HttpResponse:
    draft = f"call-{call.pk}"
    last = CallOutcome(call.attempts.order_by("-number").values_list("outcome", flat=True)[0])
    if last == CallOutcome.NOT_TURNED_AROUND and call.case:
        return done(request, "case", call.case.reference, said=SAID[last], draft=draft)
    if call.status == CallStatus.PLANNED:
        local = call.not_before.astimezone(call.customer.zone)
        return done(request, "calls", said=f"We try again on {local:%A at %H:%M} their time.", draft=draft)
    if call.status == CallStatus.GIVEN_UP:
        said = "That was the last try. Whoever answers for them has been told."
        return done(request, "calls", said=said, draft=draft)
    if call.status == CallStatus.DISPATCHED:
        return done(request, "call", call.pk, said=f"{SAID[last]} Try the next one.", draft=draft)
    return done(request, "calls", said=SAID[last], draft=draft)
