"""Many people give coupons at the same moment: every code is given once, and none is left lying while one is wanted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import connection

from accounts.authority import Refused
from compensation.domain import awards, coupons, delivering, payouts
from compensation.domain.coupon_lines import Line
from compensation.models import Award, Coupon, CouponPool, Payout
from tests.compensation.books import agree
from tests.factories import NOW, House
from tests.races.beside import all_at_once
from tests.races.test_once import outcomes

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.practice("P19")]

CONNECTIONS = 16


def owed(house: House, *, codes: int, owed_: int) -> list[Award]:
    """So many coupons to deliver, each on a case of its own, and so many codes for them."""
    house.usual_caps()
    house.caps("rep", day=10**9, month=10**9)
    pool = coupons.save_pool(None, code="summer", name="Summer", by=house.ada, now=NOW)
    coupons.fill(pool, [Line(n, f"CODE-{n:04}") for n in range(1, codes + 1)], by=house.ada, now=NOW)
    line = house.remedy("voucher", cost_minor=100, method="coupon", pool=pool, delivery_days=1)
    customer = house.customer()
    return [awards.give(house.heard_case(customer), line, by=house.alice, now=NOW) for _ in range(owed_)]


def race(house: House, given: list[Award]) -> Counter[str]:
    """Everything is delivered by as many connections as there are, each taking its share one after the other."""

    def work(mine: list[Award]) -> list[Any]:
        results: list[Any] = []
        for award in mine:
            try:
                results.append(delivering.deliver(award, by=house.alice, now=NOW))
            except Refused as refused:
                results.append(refused)
        return results

    shares = [given[start::CONNECTIONS] for start in range(CONNECTIONS)]
    done = all_at_once([lambda mine=mine: work(mine) for mine in shares])
    return outcomes([one for each in done for one in (each if isinstance(each, list) else [each])])


def codes_of(given: list[Award]) -> list[str]:
    """The code of each delivered award, as its owner would be told it."""
    return [coupon.code for coupon in Coupon.objects.filter(award__in=given)]


def test_sixteen_connections_take_every_code_once_and_the_rest_are_told_there_is_none(house: House) -> None:
    given = owed(house, codes=60, owed_=80)
    assert race(house, given) == {"done": 60, "pool_empty": 20}
    assert sorted(codes_of(given)) == [f"CODE-{n:04}" for n in range(1, 61)]
    assert Award.objects.filter(status="delivered").count() == 60
    agree()


@pytest.mark.parametrize(
    "guard",
    ["none", pytest.param("look", marks=pytest.mark.only("postgresql"))],
)
def test_without_the_guard_a_code_is_given_twice(house: House, monkeypatch: pytest.MonkeyPatch, guard: str) -> None:
    """`look` looks for a free code without holding it and then takes it; `none` does not even ask who has it.

    On SQLite the transaction that looks is the only one that may write, so that looking is enough there.
    """

    def take(award: Award, case: object, *, now: object) -> Coupon:
        left = Coupon.objects.order_by("-id") if guard == "none" else Coupon.objects.filter(award=None).order_by("id")
        coupon = left.first()
        if coupon is None:
            raise Refused("pool_empty", "None is left.")
        Coupon.objects.filter(pk=coupon.pk).update(award=award, taken_at=now)
        return coupon

    given = owed(house, codes=60, owed_=48)
    monkeypatch.setattr(coupons, "take", take)
    race(house, given)
    delivered = Award.objects.filter(status="delivered").count()
    assert Coupon.objects.filter(award__isnull=False).count() < delivered, "somebody was told a code that another has"


def test_two_who_fill_a_pool_with_the_same_codes_add_them_once(house: House) -> None:
    pool = coupons.save_pool(None, code="summer", name="Summer", by=house.ada, now=NOW)
    lines = [Line(n, f"CODE-{n:04}") for n in range(1, 701)]
    results = all_at_once([lambda: coupons.fill(pool, lines, by=house.ada, now=NOW) for _ in range(4)])
    assert sorted(result.added for result in results if isinstance(result, coupons.Filled)) == [0, 0, 0, 700]
    assert (Coupon.objects.count(), CouponPool.objects.get().version) == (700, 2)


def test_senders_side_by_side_never_have_the_same_payout(house: House, settings: Any) -> None:
    settings.RECOVERY = settings.RECOVERY | {"PAYOUT_WEBHOOK_URL": "https://billing.example.com"}
    house.usual_caps()
    house.caps("rep", day=10**9, month=10**9)
    line = house.remedy("refund", method="refund", payout=True)
    customer = house.customer()
    for _ in range(24):
        awards.give(house.heard_case(customer), line, amount_minor=100, by=house.alice, now=NOW)

    def work() -> list[int]:
        mine: list[int] = []
        misses = 0
        while misses < 3:
            payout = payouts.claim(now=NOW)
            if payout is None:
                misses += 1
                continue
            mine.append(payout.pk)
            payouts.note_sent(payout, now=NOW)
        return mine

    done = all_at_once([work for _ in range(8)])
    claimed = [pk for each in done if isinstance(each, list) for pk in each]
    assert sorted(claimed) == sorted(Payout.objects.values_list("pk", flat=True)), connection.vendor
    assert set(Payout.objects.values_list("status", "attempts")) == {("sent", 1)}
