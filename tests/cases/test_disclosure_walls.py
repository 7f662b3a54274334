"""What the database refuses of calls, of tries and of passing on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases.domain import disclosing
from cases.models import Contact, Disclosure, DisclosureAttempt, Reassignment
from tests.cases.calls import left
from tests.factories import DAY, NOW, House

pytestmark = pytest.mark.practice("P2")


def set_made(call: Disclosure, **fields: Any) -> int:
    contact = Contact.objects.create(case=call.case, channel="phone", by=call.owed_by, at=NOW)
    whole: dict[str, Any] = dict.fromkeys(disclosing.SAID.values(), True)
    whole |= {"status": "made", "understanding": "understood", "channel": "phone", "made_at": NOW, "contact": contact}
    return Disclosure.objects.filter(pk=call.pk).update(**whole | {"caller": call.owed_by} | fields)


def reassignment(house: House, call: Disclosure, **fields: Any) -> Reassignment:
    given = {"from_user": house.alice, "to_user": house.bob, "reason": "Left", "by": house.sue, "at": NOW}
    return Reassignment.objects.create(disclosure=call, **given | fields)


WALLS: dict[str, Callable[[House, Disclosure], Any]] = {
    "nobody else makes it": lambda house, call: set_made(call, caller=house.bob),
    "no supervisor makes it": lambda house, call: set_made(call, caller=house.sue),
    "somebody makes it": lambda _, call: set_made(call, caller=None),
    **{f"{name} is needed": (lambda _, call, name=name: set_made(call, **{name: False})) for name in
       disclosing.SAID.values()},
    "whether they understood is needed": lambda _, call: set_made(call, understanding=""),
    "how they were told is needed": lambda _, call: set_made(call, channel=""),
    "when they were told is needed": lambda _, call: set_made(call, made_at=None),
    "the contact is needed": lambda _, call: set_made(call, contact=None),
    "what is owed has no caller": lambda house, call: Disclosure.objects.filter(pk=call.pk).update(caller=house.alice),
    "the originator's is not quietly another's": lambda house, call: Disclosure.objects.filter(pk=call.pk).update(
        owed_by=house.bob
    ),
    "the originator's is not nobody's": lambda _, call: Disclosure.objects.filter(pk=call.pk).update(owed_by=None),
    "passed on means to another": lambda _, call: Disclosure.objects.filter(pk=call.pk).update(owed_because="left"),
    "a system is no person": lambda _, call: Disclosure.objects.filter(pk=call.pk).update(owed_because="system"),
    "one is owed at a time": lambda house, call: Disclosure.objects.filter(
        pk=house.decided(house.favorable()).pk
    ).update(error=call.error),
    "a call is not deleted": lambda _, call: call.delete(),
    "passing on has a reason": lambda house, call: reassignment(house, call, reason=""),
    "passing on is to another": lambda house, call: reassignment(house, call, to_user=house.alice),
}  # fmt: skip


@pytest.mark.parametrize("wall", WALLS)
def test_the_database_refuses(house: House, wall: str) -> None:
    call = house.decided(house.favorable())
    with pytest.raises(IntegrityError), transaction.atomic():
        WALLS[wall](house, call)


def test_all_of_it_said_by_whoever_owes_it_is_taken_so_that_the_walls_refuse_what_they_say(house: House) -> None:
    assert set_made(house.decided(house.favorable())) == 1


@pytest.mark.parametrize("field", ["answer", "understanding", "channel", "status", "caller", "owed_by", "made_at"])
def test_once_made_nothing_of_it_changes(house: House, field: str) -> None:
    made = house.told(house.decided(house.favorable()))
    other: Any = {"caller": house.bob, "owed_by": house.bob, "made_at": NOW + DAY, "status": "withdrawn"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Disclosure.objects.filter(pk=made.pk).update(**{field: other.get(field, "partly")})


@pytest.mark.parametrize("write", ["update", "delete"])
@pytest.mark.parametrize("table", [DisclosureAttempt, Reassignment])
def test_what_was_tried_and_passed_on_stays_as_it_was(house: House, table: Any, write: str) -> None:
    call = house.decided(house.favorable())
    disclosing.attempt(call, outcome="no_answer", by=house.alice, now=NOW)
    left(house, house.alice)
    disclosing.reassign(call, to=house.bob, reason="Left", by=house.sue, now=NOW)
    rows = table.objects.all()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.update(at=NOW + DAY) if write == "update" else rows.delete()
