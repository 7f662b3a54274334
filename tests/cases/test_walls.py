"""The last wall is in the database: what no program may write, neither database takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Notice, NoticePreference
from cases.models import Acknowledgment, Case, Handoff, Incident, Investigation, Obligation, Promise
from compensation.models import Cap, LedgerEntry, Remedy
from outreach.models import (
    CallGroup,
    CallGroupMember,
    Dial,
    DialEvent,
    InboundMail,
    Probe,
    Program,
    Signal,
    Survey,
    SurveyTemplate,
)
from tests.factories import NOW, House

Wall = Callable[[House, Case], Any]

WALLS: dict[str, Wall] = {
    "a case does not close while something is owed": lambda _, case: Case.objects.filter(pk=case.pk).update(
        closed_at=NOW, outcome="put_right", status="closed"
    ),
    "a closed case has a time": lambda house, _: Case.objects.filter(pk=house.closed_case().pk).update(closed_at=None),
    "a closed case has an outcome": lambda house, _: Case.objects.filter(pk=house.closed_case().pk).update(outcome=""),
    "an open case has no closing time": lambda _, case: Case.objects.filter(pk=case.pk).update(closed_at=NOW),
    "an acknowledgment names a feeling": lambda _, case: Case.objects.filter(pk=case.pk).update(feeling=""),
    "no fewer than nothing is owed": lambda _, case: Case.objects.filter(pk=case.pk).update(open_obligations=-1),
    "a reference is one case's": lambda house, case: Case.objects.filter(pk=house.case().pk).update(
        reference=case.reference
    ),
    "a handoff has a reason": lambda house, case: Handoff.objects.create(
        case=case, from_owner=house.alice, to_owner=house.bob, reason="", by=house.alice, at=NOW
    ),
    "a handoff changes the owner": lambda house, case: Handoff.objects.create(
        case=case, from_owner=house.alice, to_owner=house.alice, reason="Why", by=house.alice, at=NOW
    ),
    "an ended obligation has a time": lambda *_: Obligation.objects.update(status="discharged"),
    "an open obligation has none": lambda *_: Obligation.objects.update(ended_at=NOW),
    "a window is in order": lambda *_: Obligation.objects.update(due_start=NOW.replace(year=2030)),
    "a promise is kept by a contact": lambda *_: Promise.objects.update(status="kept"),
    "a promise is given up with a reason": lambda *_: Promise.objects.update(status="abandoned"),
    "a colleague's mistake names them": lambda *_: Incident.objects.update(originator_kind="person"),
    "a named colleague made the mistake": lambda house, _: Incident.objects.update(originator=house.bob),
    "a loss is not negative": lambda *_: Incident.objects.update(loss_minor=-1, currency="USD"),
    "a loss has a currency": lambda *_: Incident.objects.update(loss_minor=5),
    "somebody owned up": lambda *_: Incident.objects.update(acknowledged_at=NOW),
    "one investigation is open at a time": lambda house, case: [
        Investigation.objects.create(case=case, question="Why?", opened_by=house.bob, opened_at=NOW) for _ in "ab"
    ],
    "a cap is a role's or a person's": lambda house, _: Cap.objects.filter(role="rep").update(user=house.alice),
    "a cap is not negative": lambda *_: Cap.objects.update(amount_minor=-1),
    "a role has one cap on an axis": lambda *_: Cap.objects.filter(role="rep").update(axis="day"),
    "what costs has a currency": lambda house, _: Remedy.objects.filter(pk=house.remedy().pk).update(currency=""),
    "a cost is not negative": lambda house, _: Remedy.objects.filter(pk=house.remedy().pk).update(cost_minor=-1),
    "an entry is above zero": lambda house, case: entry(house, case, amount_minor=0),
    "an entry goes somewhere": lambda house, case: entry(house, case, to_account="source"),
    "a score is one of five": lambda _, case: Signal.objects.create(
        customer=case.customer, unit=case.unit, kind="survey", score=6, at=NOW, received_at=NOW
    ),
    "at most half of a program is held out": lambda *_: Program.objects.create(
        name="Another", score_at_most=1, holdout_percent=51
    ),
    "a program’s value has a currency": lambda *_: Program.objects.create(
        name="Another", score_at_most=1, value_at_least_minor=100
    ),
    "somebody is in a call group once": lambda house, _: [
        CallGroupMember.objects.create(group=CallGroup.objects.get_or_create(name="Callers")[0], user=house.alice)
        for _ in "ab"
    ],
    "every score of a survey is one of five": lambda _, case: survey(case, ease=6),
    "a survey that was answered has a time": lambda _, case: survey(case, status="answered", satisfaction=5),
    "a survey that was answered has the score that counts": lambda _, case: survey(
        case, status="answered", answered_at=NOW
    ),
    "a survey is asked once": lambda _, case: [survey(case) for _ in "ab"],
    "one template is in force for a language": lambda *_: [
        SurveyTemplate.objects.create(language="tlh", subject="", message="", heading="", thanks="") for _ in "ab"
    ],
    "a line is rung once for a key": lambda house, case: [dial(house, case) for _ in "ab"],
    "a provider’s reference is one dial’s": lambda house, case: [
        dial(house, case, key=key, provider_ref="CA1") for key in "ab"
    ],
    "what a telephone system says is heard once": lambda house, case: DialEvent.objects.bulk_create(
        [DialEvent(dial=dial(house, case), status="ringing", at=NOW, key="1")] * 2
    ),
    "a path that fails says how": lambda *_: Probe.objects.create(name="mail", next_at=NOW, failing_since=NOW),
    "a path is probed by one row": lambda *_: [Probe.objects.create(name="mail", next_at=NOW) for _ in "ab"],
    "a mail comes in once": lambda *_: [
        InboundMail.objects.create(key="a", came_from="mailbox", received_at=NOW) for _ in "ab"
    ],
    "quiet hours have both ends": lambda house, _: NoticePreference.objects.create(
        user=house.alice, quiet_from=NOW.time()
    ),
    "a person is told once on a channel": lambda house, _: [
        Notice.objects.create(user=house.alice, channel="chat", key="a", kind="a", title="a", created_at=NOW)
        for _ in "ab"
    ],
}


def survey(case: Case, **fields: Any) -> Survey:
    given = {"kind": "closure", "key": f"closure:{case.pk}", "ask_at": NOW} | fields
    return Survey.objects.create(customer=case.customer, unit=case.unit, case=case, **given)


def dial(house: House, case: Case, **fields: Any) -> Dial:
    given = {"key": "a", "to": "+13035550142", "asked_of": "twilio", "dialer": "twilio", "started_at": NOW} | fields
    return Dial.objects.create(user=house.alice, customer=case.customer, **given)


def entry(house: House, case: Case, **fields: Any) -> LedgerEntry:
    award = house.give(case, 500)
    given = {"from_account": "source", "to_account": "pending", "amount_minor": 5} | fields
    return LedgerEntry.objects.create(
        award=award, at=NOW, basis="goodwill", currency="USD", unit=case.unit, rep=house.alice, **given
    )


@pytest.mark.parametrize("wall", WALLS)
def test_the_database_refuses(house: House, wall: str) -> None:
    house.usual_caps()
    case = house.heard_case()
    house.promise(case)
    assert Acknowledgment.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        WALLS[wall](house, case)
