"""A made-up life of a company: random but repeatable, through the domain alone; and its figures, counted the slow way."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.authority import Refused
from accounts.models import User
from cases.domain import acknowledging, causes, closing, conversation, disclosing, ownership, promises
from cases.enums import Point
from cases.models import Case, Disclosure, HonoredError, Incident, Promise
from compensation.domain import approvals, awards, delivering, honoring, reversing
from compensation.models import Approval, Award, Decision, LedgerEntry
from insights.domain import facts
from insights.models import Tally
from journal.models import Event
from outreach.domain.signals import receive
from outreach.models import Signal
from tests.factories import DAY, HOUR, MINUTE, House

Key = tuple[Any, ...]
# Those that stand twice happen twice as often.
VERBS = [
    "log",
    "log",
    "hear",
    "answer",
    "give",
    "promise",
    "keep",
    "close",
    "close",
    "reopen",
    "hand_off",
    "find",
    "reverse",
    "signal",
    "supervise",
    "honor",
    "honor",
    "rescind",
    "tell",
]


class Story:
    """Each step is one verb on some case at some later time; what the rules refuse just does not happen."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.chance, self.now = house, random.Random(seed), house.now - 40 * DAY
        house.now = self.now
        house.usual_caps()
        house.remedy()
        house.remedy("sorry", kind="apology", currency="", cost_minor=0)
        house.remedy("parcel", kind="non_monetary", cost_minor=1200, value_minor=4000, delivery_days=2)
        self.causes = [house.cause("A step was skipped"), house.cause("A system was down")]
        self.customers = [house.customer(name) for name in ("Dana", "Kofi", "Mei")]

    def live(self, steps: int) -> None:
        for _ in range(steps):
            self.now += timedelta(minutes=self.chance.choice([1, 20, 200, 1500]))
            try:
                getattr(self, self.chance.choice(VERBS))()
            except Refused:
                continue

    def case(self) -> Case:
        cases = list(Case.objects.select_related("owner").order_by("pk"))
        if not cases:
            raise Refused("nothing_yet", "")
        return self.chance.choice(cases[-8:])

    def rep(self) -> User:
        return self.chance.choice([self.house.alice, self.house.bob])

    def log(self) -> None:
        guilty = self.chance.choice([None, self.house.alice, self.house.bob])
        self.house.now = self.now
        self.house.logged(
            self.chance.choice(self.customers),
            by=self.rep(),
            channel=self.chance.choice(["phone", "email"]),
            severity=self.chance.choice(["low", "medium", "high"]),
            reported_at=self.now - self.chance.choice([0, 1, 30, 90]) * MINUTE,
            favor=self.chance.choice(["company", "company", "company", "customer"]),
            **({"originator_kind": "person", "originator": guilty} if guilty else {}),
        )

    def hear(self) -> None:
        acknowledging.acknowledge_feelings(self.case(), feeling="angry", by=self.rep(), now=self.now, confirmed=True)

    def answer(self) -> None:
        conversation.record_contact(
            self.case(),
            channel="phone",
            direction="out",
            reached="customer",
            by=self.rep(),
            now=self.now,
            words="Hello.",
        )

    def give(self) -> None:
        remedy = self.chance.choice(list(self.house.remedies.values()))
        amount = self.chance.choice([500, 1900, 4000]) if remedy.open_amount else None
        case = self.case()
        by = self.rep()
        acknowledging.acknowledge_feelings(case, feeling="angry", by=by, now=self.now, confirmed=True)
        awards.give(case, remedy, amount_minor=amount, by=by, now=self.now)

    def supervise(self) -> None:
        for approval in Approval.objects.filter(status="waiting").select_related("award__case")[:2]:
            if self.chance.random() < 0.6:
                approvals.approve(approval, by=self.house.sue, now=self.now)
            else:
                approvals.decline(approval, reason="Too much", by=self.house.sam, now=self.now)
        for award in Award.objects.filter(status="given").select_related("case")[:2]:
            delivering.deliver(award, by=self.house.sue, now=self.now)

    def reverse(self) -> None:
        given = list(Award.objects.filter(status__in=["given", "delivered"]).select_related("case", "remedy"))
        if given:
            reversing.reverse(self.chance.choice(given), reason="A mistake", by=self.house.sue, now=self.now)

    def promise(self) -> None:
        promises.make(self.case(), due_end=self.now + HOUR, by=self.rep(), now=self.now)

    def keep(self) -> None:
        for promise in Promise.objects.filter(status="open").select_related("case")[:3]:
            promises.keep(promise, by=self.rep(), now=self.now)

    def find(self) -> None:
        causes.set_cause(self.case(), cause=self.chance.choice(self.causes), by=self.rep(), now=self.now)

    def close(self) -> None:
        case = self.case()
        for promise in Promise.objects.filter(status="open", case=case).select_related("case"):
            promises.keep(promise, by=self.house.sue, now=self.now)
        for award in Award.objects.filter(status="given", case=case).select_related("case"):
            delivering.deliver(award, by=self.house.sue, now=self.now)
        causes.set_cause(case, cause=self.chance.choice(self.causes), by=self.house.sue, now=self.now)
        closing.close(case, outcome=self.chance.choice(["put_right", "partly"]), by=self.house.sue, now=self.now)

    def reopen(self) -> None:
        self.now += self.chance.choice([HOUR, 35 * DAY])
        closing.reopen(self.case(), reason="Not put right", by=self.house.sue, now=self.now)

    def hand_off(self) -> None:
        ownership.hand_off(self.case(), to=self.rep(), reason="A shift ends", by=self.house.sue, now=self.now)

    def error(self) -> HonoredError:
        errors = list(HonoredError.objects.select_related("case").order_by("pk"))
        if not errors:
            raise Refused("nothing_yet", "")
        return self.chance.choice(errors[-4:])

    def honor(self) -> None:
        cost, why = self.chance.choice([0, 1200, 5000]), "Only fair"
        honoring.honor(self.error(), cost_minor=cost, reason=why, precedent_reason=why, by=self.house.sue, now=self.now)

    def rescind(self) -> None:
        error = self.error()
        honoring.record_legal_review(
            error, conclusion="may", counsel="Counsel", note="Yes", by=self.house.sue, now=self.now
        )
        honoring.rescind(error, reason="Nothing relied on it", by=self.house.sue, now=self.now)

    def tell(self) -> None:
        for call in Disclosure.objects.filter(status="owed", owed_by__isnull=False)[:2]:
            disclosing.disclose(call, points=Point.values, understanding="understood", by=call.owed_by, now=self.now)

    def signal(self) -> None:
        case, score = self.case(), self.chance.randint(1, 5)
        receive(case.customer, kind="survey", score=score, case=case, at=self.now, by=self.house.crm, now=self.now)


def counted() -> dict[Key, tuple[int, int]]:
    """The daily tallies as they stand."""
    rows = Tally.objects.filter(grain="day").values_list(
        "day", "unit", "rep", "measure", "key", "currency", "historical", "n", "amount_minor"
    )
    return {tuple(row[:7]): (row[7], row[8]) for row in rows}


def by_hand() -> dict[Key, tuple[int, int]]:
    """The same figures from the cases themselves, one thing at a time and by other means than the rollups use."""
    hand = Hand()
    for case in Case.objects.all():
        hand.count_case(case)
    for event in Event.objects.filter(type="case.closed").select_related("case"):
        hand.count_closing(event)
    for promise in Promise.objects.exclude(status="open").select_related("obligation", "case"):
        owed = promise.obligation
        hand.add(owed.ended_at, promise.case, owed.credited_to_id or owed.owner_id, "promise", promise.status)
    hand.count_money()
    for error in HonoredError.objects.filter(decided_at__isnull=False).select_related("case", "incident"):
        hand.count_error(error)
    for signal in Signal.objects.select_related("case"):
        hand.add(signal.at, signal.case, signal.case.owner_id, "satisfaction", str(signal.score))
    return {where: (hand.n[where], hand.amount[where]) for where in hand.n}


class Hand:
    """Counts on its fingers."""

    def __init__(self) -> None:
        self.n: Counter[Key] = Counter()
        self.amount: Counter[Key] = Counter()

    def add(self, at: datetime, case: Case, rep: int | None, measure: str, key: str, **money: Any) -> None:
        day: date = at.astimezone(UTC).date()
        where = (day, case.unit_id, rep, measure, key, money.get("currency", ""), case.historical)
        self.n[where] += money.get("sign", 1)
        self.amount[where] += money.get("amount", 0) * money.get("sign", 1)

    def count_case(self, case: Case) -> None:
        self.add(case.opened_at, case, case.first_owner_id, "opened", case.severity)
        incidents = list(Incident.objects.filter(case=case))
        if any(incident.favor != "customer" for incident in incidents):
            key = facts.bucket(case.first_response_at - case.reported_at) if case.first_response_at else "none"
            self.add(case.reported_at, case, case.first_owner_id, "first_response", key)
        for incident in incidents:
            self.add(incident.reported_at, case, case.owner_id, "cause", str(incident.cause_id or ""))
            if incident.originator_id:
                who = "self" if incident.originator_id == incident.logged_by_id else "other"
                self.add(incident.logged_at, case, incident.originator_id, "honesty", who)

    def count_closing(self, event: Event) -> None:
        case = event.case
        self.add(event.at, case, case.owner_id, "closed", event.data["outcome"])
        reopened = Event.objects.filter(case=case, type="case.reopened", pk__gt=event.pk).order_by("pk").first()
        if Event.objects.filter(case=case, type="case.handed_off", pk__lt=event.pk).exists():
            how = "handed_off"
        else:
            how = "reopened" if reopened and reopened.at - event.at <= timedelta(days=30) else "solved"
        self.add(event.at, case, case.first_owner_id, "first_owner", how)
        asked = Approval.objects.filter(award__case=case, requested_at__lte=event.at).exists()
        self.add(event.at, case, case.first_owner_id, "unasked", "asked" if asked else "alone")

    def count_money(self) -> None:
        gone = {"committed", "delivered"}
        for entry in LedgerEntry.objects.filter(award__isnull=False).select_related("award__remedy", "award__case"):
            if (entry.from_account in gone) != (entry.to_account in gone):
                sign = 1 if entry.to_account in gone else -1
                self.count_spent(entry.award, entry.at, sign=sign, amount=entry.amount_minor)
        free = Award.objects.filter(cost_minor=0, status__in=["given", "delivered"])
        for award in free.select_related("remedy", "case"):
            self.count_spent(award, award.given_at)

    def count_spent(self, award: Award, at: datetime, **money: int) -> None:
        order = {"high": 0, "medium": 1, "low": 2}
        known = [i for i in Incident.objects.filter(case=award.case).order_by("pk") if i.cause_id]
        cause = str(min(known, key=lambda i: (order[i.severity], i.pk)).cause_id) if known else ""
        for measure, key in (("spend", award.remedy.kind), ("cause_spend", cause)):
            self.add(at, award.case, award.given_by_id, measure, key, currency=award.currency, **money)

    def count_error(self, error: HonoredError) -> None:
        case, rep = error.case, error.originator_id
        self.add(error.decided_at, case, rep, "error_decided", error.status)
        if error.status == "honored" and rep:
            self.add(error.decided_at, case, rep, "error_honesty", "self" if error.self_reported else "other")
        for call in Disclosure.objects.filter(error=error, status="made").select_related("obligation"):
            self.add(
                call.made_at, case, call.owed_by_id, "error_told",
                "late" if call.obligation.due_end < call.made_at else "in_time",
            )  # fmt: skip
        self.count_cost(error)

    def count_cost(self, error: HonoredError) -> None:
        """What cost something from the ledger, what cost nothing from the decisions."""
        case, rep, cause = error.case, error.originator_id, str(error.incident.cause_id or "")
        for entry in LedgerEntry.objects.filter(decision__error=error):
            sign = 1 if entry.to_account == "delivered" else -1
            money = {"currency": entry.currency, "amount": entry.amount_minor, "sign": sign}
            self.add(entry.at, case, rep, "error_cost", cause, **money)
        for decision in Decision.objects.filter(error=error, stance="honor", cost_minor=0):
            self.add(decision.at, case, rep, "error_cost", cause, currency=error.currency)
            for later in Decision.objects.filter(supersedes=decision):
                self.add(later.at, case, rep, "error_cost", cause, currency=error.currency, sign=-1)
