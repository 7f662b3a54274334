"""Two people at once on one case: nobody waits in a circle, and nobody acts on what has changed meanwhile."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import transaction

from cases.domain import acknowledging, casework, causes, ownership, promises
from cases.models import Handoff, Obligation
from tests.factories import NOW, House, again
from tests.races.beside import beside, until_somebody_waits_for_a_lock

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.only("postgresql")]


@pytest.mark.practice("P8")
def test_a_case_that_was_handed_off_while_one_waited_is_seen_with_its_new_owner(house: House) -> None:
    case = house.case()
    house.promise(case)
    with transaction.atomic():
        ownership.hand_off(case, to=house.bob, reason="Alice goes home", by=house.alice, now=NOW)
        wait = beside(
            lambda: ownership.hand_off(case, to=house.sam, reason="Needs a supervisor", by=house.sue, now=NOW)
        )
        until_somebody_waits_for_a_lock()
    wait()
    assert list(Handoff.objects.values_list("from_owner__username", "to_owner__username")) == [
        ("alice", "bob"),
        ("bob", "sam"),
    ]
    assert [owed.owner.username for owed in Obligation.objects.all()] == ["sam"]


@pytest.mark.practice("P20")
def test_owning_up_to_an_incident_while_its_cause_is_set_does_not_end_in_a_deadlock(house: House) -> None:
    logged = house.logged()
    cause = house.cause()
    with transaction.atomic():
        held = casework.hold(logged.case, by=house.bob)
        wait = beside(lambda: acknowledging.acknowledge_incident(logged.incident, by=house.alice, now=NOW))
        threading.Event().wait(0.5)  # it has the incident by now, and writes its event about the case
        causes.set_cause(held, cause=cause, by=house.bob, now=NOW)
    wait()
    incident = again(logged.incident)
    assert (incident.cause, incident.acknowledged_by) == (cause, house.alice)


@pytest.mark.practice("P7")
def test_a_reminder_that_rings_while_its_promise_is_kept_does_not_end_in_a_deadlock(house: House) -> None:
    from outreach.domain import ladder

    promise = house.promise(house.case())
    due = NOW + timedelta(hours=1)
    with transaction.atomic():
        held = casework.hold(promise.case, by=house.bob)
        wait = beside(lambda: ladder.look(now=due))
        threading.Event().wait(0.5)
        promises.keep(promise, by=house.bob, now=due)
        assert held.pk == promise.case_id
    wait()
    assert again(promise).status == "kept"
