"""What is to happen once happens once, however many ask for it at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.authority import Refused
from accounts.models import BusinessUnit
from cases.domain import causes, customers, ownership, promises
from cases.models import Case, Cause, Contact, Customer, Handoff, Incident, Promise
from compensation.domain import setting_caps
from compensation.models import Cap
from tests.compensation.books import agree
from tests.factories import DAY, NOW, House, again
from tests.races.beside import all_at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def outcomes(results: list[Any]) -> Counter[str]:
    """How often each came to pass: a refusal by its code, a fault by its name, all else as done."""
    return Counter(
        result.code
        if isinstance(result, Refused)
        else type(result).__name__
        if isinstance(result, Exception)
        else "done"
        for result in results
    )


@pytest.mark.practice("P29")
def test_a_customer_whom_eight_programs_send_at_once_is_there_once(house: House) -> None:
    def send(number: int) -> Customer:
        return customers.upsert_by_external_id(
            "crm", "77", by=house.crm, now=NOW, units=[house.unit], preferred_name=f"Dana {number}"
        )[0]

    results = all_at_once([lambda number=number: send(number) for number in range(8)])
    assert outcomes(results) == {"done": 8}
    assert (Customer.objects.count(), Customer.objects.get().version) == (1, 8)


@pytest.mark.practice("P29")
def test_an_incident_that_eight_programs_send_at_once_is_logged_once(house: House) -> None:
    customer = house.customer()
    results = all_at_once(
        [
            lambda: house.logged(customer, by=house.crm, channel="api", external_system="crm", external_id="1")
            for _ in range(8)
        ]
    )
    assert outcomes(results) == {"done": 1, "external_id_taken": 7}
    assert (Incident.objects.count(), Case.objects.count()) == (1, 1)
    agree()


@pytest.mark.practice("P7")
def test_a_promise_that_eight_people_keep_at_once_is_kept_by_one_contact(house: House) -> None:
    case = house.case()
    promise = house.promise(case)
    works: list[Any] = [lambda: promises.keep(promise, by=house.alice, now=NOW) for _ in range(5)]
    works += [lambda: promises.interim(promise, due_end=NOW + DAY, by=house.bob, now=NOW) for _ in range(3)]
    assert outcomes(all_at_once(works)) == {"done": 1, "wrong_state": 7}
    assert Contact.objects.filter(direction="out").count() == 1
    assert again(promise).status == "kept"
    assert Promise.objects.count() in (1, 2)
    agree()


@pytest.mark.practice("P8", "P14")
def test_of_two_who_hand_off_what_they_both_saw_one_is_told_of_the_other(house: House) -> None:
    case = house.case()
    results = all_at_once(
        [
            lambda to=to: ownership.hand_off(case, to=to, reason="Lunch", by=house.sue, now=NOW, version=case.version)
            for to in (house.bob, house.sam)
        ]
    )
    assert outcomes(results) == {"done": 1, "changed_meanwhile": 1}
    (told,) = [result for result in results if isinstance(result, Refused)]
    assert [change["by"] for change in told.details["changes"]] == ["Sue"]
    assert Handoff.objects.count() == 1


def test_what_two_administrators_set_up_at_once_is_there_once(house: House) -> None:
    works: list[Any] = [lambda: causes.add_cause(name="Till", parent=None, by=house.ada, now=NOW) for _ in range(4)]
    assert outcomes(all_at_once(works)) == {"done": 1, "name_taken": 3}
    works = [
        lambda: setting_caps.set_cap(axis="day", currency="USD", amount_minor=5, role="rep", by=house.ada, now=NOW)
        for _ in range(4)
    ]
    assert set(outcomes(all_at_once(works))) <= {"done", "changed_meanwhile"}
    assert (Cause.objects.count(), Cap.objects.count()) == (1, 1)


@pytest.mark.only("sqlite")
def test_writers_wait_in_a_queue_and_none_gives_up(house: House) -> None:
    """With `timeout` at nothing SQLite itself lets nobody wait: whoever is let in past the queue would fail at once."""
    unit = house.unit.pk
    done: list[int] = []

    def writer(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 0")
        for turn in range(20):
            if turn % 2:
                with transaction.atomic():
                    held = BusinessUnit.objects.get(pk=unit)
                    held.name = str(int(held.name) + 1)
                    held.save()
            else:
                BusinessUnit.objects.filter(pk=house.other_unit.pk).update(name=f"{number}.{turn}")
        done.append(threading.get_ident())

    BusinessUnit.objects.filter(pk=unit).update(name="0")
    results = all_at_once([lambda number=number: writer(number) for number in range(8)])
    assert outcomes(results) == {"done": 8}
    assert (BusinessUnit.objects.get(pk=unit).name, len(done)) == ("80", 8)
