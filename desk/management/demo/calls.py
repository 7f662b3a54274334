"""Customers who told us that they are dissatisfied: calls that were made, and calls to make now.

Whoever loads the demo, at whatever hour of whatever day, finds some of these customers awake: they live around the globe,
and the rules for those of the United States allow calls on Sundays too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from accounts.enums import Role
from cases.enums import CaseStatus
from cases.models import Case
from desk.management.demo.flyers import WORTH
from desk.management.demo.ringing import Try, ring_back
from desk.management.demo.stage import Cast, Story
from outreach.domain import planning, programs, signals
from outreach.domain.dialing.phones import choose_phone
from outreach.enums import CallOutcome, CallStatus, Dialer, SignalKind
from outreach.models import FollowUpCall, Program


class Said(NamedTuple):
    """Who said it, how many days ago, their score of 5 (None for a flag of another system) and their words."""

    who: str
    days: float
    score: int | None
    comment: str


TO_CALL = [
    Said("grace", 0.3, 1, "It took six weeks and four people."),
    Said("ling", 0.5, 2, "解释不清楚。"),
    Said("desmond", 0.7, 1, "I still do not know what happened."),
    Said("tevita", 0.9, 2, "Nobody here has heard of a follow-up."),
    Said("rosa", 0.4, 1, "I gave up."),
    Said("kiera", 0.6, 2, "Your hours are not my hours."),
    Said("malik", 0.2, 1, "Do you know what deployed means?"),
    Said("dana", 0.8, 2, "It works again, but nobody apologized."),
    Said("cole", 0.35, 1, "Fixed, they said."),
    Said("inez", 0.45, 2, "Too many forms."),
    Said("yusuf", 0.55, None, "Flagged by the branch: says he will close all accounts."),
    Said("bo", 0.65, 2, "Slow."),
    Said("ana", 0.25, 1, "Tres veces la misma pregunta."),
    Said("siobhan", 0.15, 2, "Polite, and no use."),
    Said("ngozi", 0.75, 1, "You do not listen."),
    Said("priya", 0.85, 2, "I had to explain it five times."),
    Said("aroha", 0.5, 1, "Two months for one answer."),
    Said("rawiri", 0.6, 2, "No word since."),
    Said("yoko", 0.7, 2, "説明が足りません。"),
    Said("joao", 0.4, 1, "Sem resposta."),
]
# Signals that are not called about: one does not want calls, two are satisfied, one has no telephone.
NOT_CALLED = [
    Said("wendell", 0.5, 1, "Written answer, please."),
    Said("elodie", 0.4, 5, "Très bien, finalement."),
    Said("zoe", 1.2, 4, "Goed opgelost."),
    Said("beatrice", 0.9, 1, "Disappointed."),
]


class Made(NamedTuple):
    """A call that was made about what somebody said, by whom, and how it went."""

    said: Said
    by: str
    tried: Try


TURNED, NOT_TURNED = CallOutcome.TURNED_AROUND, CallOutcome.NOT_TURNED_AROUND
MADE = [
    Made(Said("hannah", 19, 1, "Never again."), "maya", Try(TURNED, "The second letter contradicted the first.", "One letter, with a name under it.", "Misleading letter")),
    Made(Said("fergus", 16, 2, "Not good."), "omar", Try(TURNED, "He was told the wrong gate.", "A message when the gate changes.", "Message not sent")),
    Made(Said("ioana", 14, 1, "Nesatisfăcută."), "omar", Try(NOT_TURNED, "The credit never came.", "That it comes this week.", "Step left out")),
    Made(Said("minjun", 11, 2, "늦어요."), "lena", Try(TURNED, "Nobody said how long it takes.", "A date.", "Terms hard to understand")),
    Made(Said("khai", 8, 1, "Sad."), "maya", Try(TURNED, "She had to prove who she is four times.", "Once would be enough.", "System not known")),
    Made(Said("carmen", 6, 2, "Regular."), "omar", Try(CallOutcome.REFUSED)),
    Made(Said("shira", 4, 1, "לא מרוצה"), "omar", Try(TURNED, "The voucher had run out before it came.", "One that lasts a year.", "Approval took too long")),
    Made(Said("jurgen", 0.9, 2, "Na ja."), "lena", Try(CallOutcome.LEFT_MESSAGE)),
    Made(Said("sita", 0.95, 2, "Confusing."), "lena", Try(CallOutcome.NO_ANSWER)),
]  # fmt: skip


# Who calls in which languages besides English; whoever is not here calls in any.
LANGUAGES = {"omar": ["en", "es", "pt"], "lena": ["en", "de", "ja"]}
QUESTIONS = ["When did you first notice it?", "Whom did you tell, and what did they say?"]
SCRIPT = (
    "Say who you are and that you call because of what they told us. Thank them for it. Then listen: do not explain "
    "until they have finished."
)


def calls(cast: Cast) -> Iterator[Story]:
    """Stories of signals and of the calls that followed, by the programs and the group that are set up for them."""
    _set_up(cast, now=cast.now - timedelta(days=90))
    for said in (*TO_CALL, *NOT_CALLED):
        yield _signal(cast, said)
    for made in MADE:
        yield _call(cast, made)


def _set_up(cast: Cast, *, now: datetime) -> None:
    """Everybody is called, so that the demo's calls are the same for all; only of frequent flyers a lot leaves out half."""
    admin = cast.staff["admin"]
    people = [
        programs.Member(person, LANGUAGES.get(name, []))
        for name, person in cast.staff.items()
        if person.takes_calls and person.role != Role.ADMIN
    ]
    group = programs.set_group(None, name="Those who listen well", members=people, by=admin, now=now)
    first = Program.objects.order_by("rank", "id")[0]
    said: dict[str, Any] = {"group": group, "script": SCRIPT, "by": admin, "now": now}
    programs.set_program(first, questions=QUESTIONS, holdout_percent=0, **said)
    programs.set_program(
        None,
        name="Frequent flyers: do calls help?",
        rank=first.rank - 1,
        score_at_most=first.score_at_most,
        value_at_least_minor=WORTH,
        value_currency=cast.units["air"].currency,
        holdout_percent=50,
        questions=QUESTIONS[:1],
        **said,
    )
    choose_phone(cast.staff["lena"], dialer=Dialer.LINK, address="sip.example.org", by=cast.staff["lena"], now=now)


def _receive(cast: Cast, said: Said, at: datetime, case: Case | None = None) -> None:
    survey = said.score is not None
    signals.receive(
        cast.customers[said.who],
        kind=SignalKind.SURVEY if survey else SignalKind.CRM_FLAG,
        at=at,
        by=cast.staff["crm"],
        now=at,
        score=said.score,
        comment=said.comment,
        external_system="survey" if survey else "crm",
        external_id=f"{said.who}-{at:%Y%m%d}",
        case=case,
    )
    planning.plan(now=at)


def _signal(cast: Cast, said: Said) -> Story:
    at = cast.now - timedelta(days=said.days)
    yield at
    _receive(cast, said, at)


def _call(cast: Cast, made: Made) -> Story:
    """A signal about their last case, and the call that was made as soon as it was morning where the customer is."""
    at = cast.now - timedelta(days=made.said.days)
    yield at
    customer = cast.customers[made.said.who]
    closed = Case.objects.filter(customer=customer, status=CaseStatus.CLOSED).order_by("-closed_at")
    _receive(cast, made.said, at, closed.first())
    call = FollowUpCall.objects.select_related("customer").filter(customer=customer, status=CallStatus.PLANNED).first()
    if call is not None:
        yield from ring_back(cast, call, [made.tried], by=made.by, after=at + timedelta(minutes=90))
