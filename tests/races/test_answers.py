"""Requests that wait, and all that is done about them at the same moment: what they hold is held, and comes free once.

Reps ask for more than they may give alone until nobody may approve more; then two supervisors answer everything at
once, twice over, while the reps take back and ask anew; then what is left is asked for to the last award that fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import cycle

import pytest

from accounts.enums import Role
from compensation.models import Approval, Award
from tests.factories import House
from tests.races.field import AMOUNT, GIVEN, Field, Wish, at_midday, open_books, overspent, used
from tests.races.server import Asked, Server, secret_of, serve, statuses, unguarded

__all__ = ["serve", "unguarded"]

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.practice("P16")]
Serve = Callable[..., Server]
FIT = 10
"""So many awards fit under the supervisors' cap of each case."""


def waiting_field(house: House) -> Field:
    """Three reps on four cases of two customers. The reps' day and each case bind the reps, each case the supervisors."""
    cap, plenty = FIT * AMOUNT + AMOUNT - 1, 10**9
    house.caps(Role.REP, award=plenty, case=FIT // 2 * AMOUNT, customer=plenty, day=8 * AMOUNT, month=plenty)
    house.caps(Role.SUPERVISOR, award=plenty, case=cap, customer=plenty, day=plenty, month=plenty, team=plenty)
    reps = [house.alice, house.bob, house.person("lena")]
    cases = [house.heard_case(customer) for customer in (house.customer(), house.customer("Kofi")) for _ in range(2)]
    house.remedy()
    at_midday()
    found = Field(house, [Wish(rep, case, AMOUNT) for case in cases for rep in reps for _ in range(FIT // 2)])
    found.ceilings = {("case", case.pk): cap for case in cases} | {("day", rep.pk): 8 * AMOUNT for rep in reps}
    return found


def answers_to(house: House, found: Field) -> list[Asked]:
    """Every request answered by both supervisors, every fourth award taken back by whoever gave it, and more asked for."""
    sue, sam = secret_of(house.sue), secret_of(house.sam)
    kinds = cycle([("approve", {}), ("decline", {"reason": "No"}), ("approve", {"amount_minor": AMOUNT // 2})])
    asked: list[Asked] = []
    for approval, (verb, body) in zip(Approval.objects.order_by("id"), kinds, strict=False):
        other = ("decline", {"reason": "No"}) if approval.pk % 2 else ("approve", {})
        asked += [
            (sue, f"approvals/{approval.pk}/{verb}/", body),
            (sam, f"approvals/{approval.pk}/{other[0]}/", other[1]),
        ]
    given = Award.objects.filter(status__in=GIVEN).order_by("id")[::4]
    asked += [(found.secrets[award.given_by_id], f"awards/{award.pk}/reverse/", {"reason": "No"}) for award in given]
    return asked + found.asked(found.wishes[::5])


def wrong(found: Field, *, full: bool) -> Iterable[str]:
    """What went wrong, in words; ``full`` where by now no further award may fit on any case."""
    yield from overspent(found)
    total = used(found)
    for (axis, whose), cap in found.ceilings.items():
        if full and axis == "case" and cap - total[axis, whose] >= AMOUNT:
            yield f"room left: {cap - total[axis, whose]} on a case"
    yield from open_books()


def stages(house: House, server: Server, guard: str = "") -> list[str]:
    """Ask, answer, ask again; what went wrong after any of it."""
    headers = {"X-Without": guard} if guard else {}
    found = waiting_field(house)
    problems: list[str] = []

    def post(asked: list[Asked], allowed: set[int], *, full: bool) -> Counter[int]:
        answers = server.post_all(asked, headers=headers)
        problems.extend(f"answered {status}" for status in statuses(answers) if status not in allowed)
        problems.extend(wrong(found, full=full))
        return statuses(answers)

    asked = post(found.asked(), {201, 409}, full=True)
    if asked[201] != 4 * FIT:
        problems.append(f"not what fits: {asked[201]}")
    answered = answers_to(house, found)
    waiting = Approval.objects.filter(status="waiting").count()
    post(answered, {200, 201, 409}, full=False)
    again = Approval.objects.filter(status="waiting").count()
    if not waiting or not again or Approval.objects.filter(answered_by__isnull=False).count() != waiting:
        problems.append(f"of {waiting} requests not each was answered once")
    post(found.asked(), {201, 409}, full=True)
    return problems


def test_what_waits_is_held_and_what_is_answered_comes_free_once(house: House, serve: Serve) -> None:
    server = serve()
    assert stages(house, server) == [], server.said()


NOTICED = {"reservation": "overspent case", "release": "room left", "giving back": "room left"}


@pytest.mark.parametrize("guard", NOTICED)
def test_without_holding_or_freeing_it_goes_wrong(house: House, unguarded: Server, guard: str) -> None:
    found = stages(house, unguarded, guard)
    assert any(line.startswith(NOTICED[guard]) for line in found), found
    # An answer to a request that holds nothing ends in a fault, since there is nothing to turn into what is granted.
    assert guard == "reservation" or "answered 500" not in found, unguarded.said()
