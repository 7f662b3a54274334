"""Coupon pools: filled from files, given out code by code, each once."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from accounts.domain.staffing import change_user
from accounts.models import Notice
from compensation.domain import awards, coupon_lines, coupons, delivering, reversing
from compensation.domain.coupon_lines import Line
from compensation.models import Coupon, CouponPool, Remedy
from compensation.queries.coupons import coupons_left, coupons_used, pools_with_counts
from compensation.tasks import watch_pools
from journal.models import Event, Words
from tests.compensation.books import agree, counters, refusal
from tests.factories import DAY, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P19")]

TODAY = NOW.date()


def pool(house: House, codes: str = "", *, code: str = "summer", **fields: object) -> CouponPool:
    made = coupons.save_pool(None, code=code, name=code.capitalize(), by=house.ada, now=NOW, **fields)
    if codes:
        fill(house, made, codes)
    return again(made)


def fill(house: House, to: CouponPool, codes: str) -> coupons.Filled:
    lines = coupon_lines.read(io.BytesIO(codes.encode()), today=TODAY)
    return coupons.fill(to, lines, by=house.ada, now=NOW)


def voucher(house: House, from_: CouponPool, code: str = "voucher", **fields: object) -> Remedy:
    given = {"kind": "monetary", "cost_minor": 1000, "method": "coupon", "pool": from_}
    return house.remedy(code, **given | fields)


# Lines ----------------------------------------------------------------------------------------------------------------


def read(text: bytes) -> list[Line]:
    return list(coupon_lines.read(io.BytesIO(text), today=TODAY))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (b"A-1\nA-2\n", [(1, "A-1", None), (2, "A-2", None)]),
        (
            b"\xef\xbb\xbfCode,Expires\r\nA-1,2026-12-31\r\n\r\n A-2 ,\r\n",
            [(2, "A-1", date(2026, 12, 31)), (4, "A-2", None)],
        ),
        (b'"A-1";2026-03-10\nA-2\t2027-01-01', [(1, "A-1", TODAY), (2, "A-2", date(2027, 1, 1))]),
        (b"", []),
    ],
)
def test_a_line_is_a_code_and_perhaps_a_day(text: bytes, lines: list[tuple[int, str, date | None]]) -> None:
    assert [(line.number, line.code, line.expires_on) for line in read(text)] == lines
    assert not any(line.wrong for line in read(text))


@pytest.mark.parametrize(
    "wrong",
    [
        b"SECRET-1,31.12.2026",
        b"SECRET-1,2026-02-30",
        b"SECRET-1,2026-03-09",
        b"SECRET-1,2026-12-31,Dana",
        b'"SECRET-1',
        b"SECRET-\x00",
        b"SECRET-\xff",
        b"SECRET-1" * 11,
        b"SECRET-1" * 1000,
        b",2026-12-31",
    ],
)
def test_what_is_wrong_with_a_line_is_that_lines_trouble_and_quotes_nothing(wrong: bytes) -> None:
    before, bad, after = read(b"A-1\n" + wrong + b"\nA-2\n")
    assert (before.code, bad.number, after.number, after.code) == ("A-1", 2, 3, "A-2")
    assert bad.wrong
    assert "SECRET" not in bad.wrong
    assert not before.wrong + after.wrong


# Filling --------------------------------------------------------------------------------------------------------------


def test_a_pool_is_filled_and_what_was_not_taken_is_named_by_its_line(house: House) -> None:
    summer = pool(house)
    filled = fill(house, summer, "A-1\nA-2\nA-1\nA-3,soon\nA-4,2026-12-31\n")
    assert (filled.added, filled.duplicates, filled.duplicate_lines, filled.bad) == (3, 1, [3], 1)
    assert filled.bad_lines == [(4, "The day is not written as 2026-12-31.")]
    again_ = fill(house, summer, "A-4\nA-5\n")
    assert (again_.added, again_.duplicate_lines) == (1, [1])
    assert (again(summer).version, Coupon.objects.count()) == (3, 4)
    assert fill(house, summer, "A-1\n").added == 0
    assert again(summer).version == 3, "nothing came of it"
    (first, second) = Event.objects.filter(type="coupon_pool.filled").order_by("id")
    assert first.data == {"version": 2, "fields": ["codes"], "added": 3, "duplicates": 1, "bad": 1}
    assert second.data["added"] == 1
    assert refusal(coupons.fill, summer, [], by=house.sue, now=NOW) == "administrator_needed"


def test_an_import_that_breaks_off_leaves_nothing(house: House) -> None:
    summer = pool(house)

    def broken() -> Iterator[Line]:
        yield from (Line(number, f"A-{number}") for number in range(1, 1200))
        raise OSError("the line went dead")

    with pytest.raises(OSError, match="dead"):
        coupons.fill(summer, broken(), by=house.ada, now=NOW)
    assert (Coupon.objects.count(), again(summer).version) == (0, 1)


def test_a_hundred_thousand_codes_pass_in_little_memory(house: House) -> None:
    summer = pool(house)
    many = 100_000
    lines = (Line(number, f"CODE-{number:08}") for number in range(1, many + 1))
    tracemalloc.start()
    filled = coupons.fill(summer, lines, by=house.ada, now=NOW)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (filled.added, Coupon.objects.count()) == (many, many)
    assert peak < 20 * 2**20
    (counted,) = pools_with_counts(on=TODAY)
    assert (counted.left, counted.used) == (10_001, 0), "nobody counts them all"


def test_who_keeps_pools_and_what_is_refused(house: House) -> None:
    summer = pool(house, "A-1\n")
    save = coupons.save_pool
    assert refusal(save, None, code="x", name="X", by=house.sue, now=NOW) == "administrator_needed"
    assert refusal(save, None, code="summer", name="Twice", by=house.ada, now=NOW) == "name_taken"
    assert refusal(save, None, code="no good", name="X", by=house.ada, now=NOW) == "invalid"
    assert refusal(save, None, code="x", name=" ", by=house.ada, now=NOW) == "invalid"
    assert refusal(save, summer, code="other", by=house.ada, now=NOW) == "invalid"
    assert refusal(save, summer, low_at=-1, by=house.ada, now=NOW) == "invalid"
    assert refusal(save, summer, low_at=10_001, by=house.ada, now=NOW) == "invalid"
    assert refusal(save, summer, name="Y", version=1, by=house.ada, now=NOW) == "changed_meanwhile"
    voucher(house, summer)
    assert refusal(save, summer, active=False, by=house.ada, now=NOW) == "pool_in_use"
    kept = save(summer, name="Summer fair", version=2, by=house.ada, now=NOW)
    assert (kept.name, kept.version) == ("Summer fair", 3)
    assert save(kept, name="Summer fair", by=house.ada, now=NOW).version == 3


# Giving out -----------------------------------------------------------------------------------------------------------


def test_a_coupon_at_once_takes_its_code_with_the_award(house: House) -> None:
    house.usual_caps()
    summer = pool(house, "A-1\nA-2\n")
    award = awards.give(house.heard_case(), voucher(house, summer), by=house.alice, now=NOW)
    taken = Coupon.objects.get(award=award)
    assert (award.status, award.method, taken.code, taken.taken_at) == ("delivered", "coupon", "A-1", NOW)
    assert [coupon.code for coupon in coupons_used(summer, house.alice)] == ["A-1"]
    assert list(coupons_used(summer, house.charlie)) == []
    assert refusal(delivering.deliver, award, by=house.alice, now=NOW) == "wrong_state"
    agree()


def test_a_coupon_that_takes_days_takes_its_code_when_it_is_delivered_and_nobody_types_one(house: House) -> None:
    house.usual_caps()
    summer = pool(house, "A-1\n")
    award = awards.give(house.heard_case(), voucher(house, summer, delivery_days=2), by=house.alice, now=NOW)
    assert (award.status, award.delivery.what, Coupon.objects.filter(award=award).count()) == (
        "given",
        "Give the code: Voucher",
        0,
    )
    assert refusal(delivering.deliver, award, proof="MY-OWN", by=house.alice, now=NOW) == "invalid"
    delivered = delivering.deliver(award, by=house.alice, now=NOW + DAY)
    assert (delivered.status, delivered.proof, delivered.coupon.code) == ("delivered", "", "A-1")
    agree()


def test_no_code_stands_in_the_log_or_in_a_notice(house: House) -> None:
    house.usual_caps()
    summer = pool(house, "SECRET-1\nSECRET-1\nSECRET-2,never\n")
    award = awards.give(house.heard_case(), voucher(house, summer, delivery_days=1), by=house.alice, now=NOW)
    delivering.deliver(award, by=house.alice, now=NOW)
    watch_pools()
    told = [str(event.data) for event in Event.objects.all()] + [str(words.body) for words in Words.objects.all()]
    told += [f"{notice.title} {notice.body}" for notice in Notice.objects.all()]
    assert len(told) > 5
    assert not any("SECRET" in each for each in told)


def test_an_empty_pool_refuses_and_nothing_is_given(house: House) -> None:
    house.usual_caps()
    summer = pool(house, "A-1\n")
    case, line = house.heard_case(), voucher(house, summer)
    awards.give(case, line, by=house.alice, now=NOW)
    assert refusal(awards.give, case, line, by=house.alice, now=NOW) == "pool_empty"
    agree()
    fill(house, summer, "A-2\n")
    assert awards.give(case, line, by=house.alice, now=NOW).coupon.code == "A-2"


def test_a_code_is_good_to_the_end_of_its_day_where_the_customer_is(house: House) -> None:
    house.usual_caps()
    summer = pool(house, "A-1,2026-03-10\nA-2,2026-03-11\nA-3\n")
    line = voucher(house, summer)
    late = datetime(2026, 3, 11, 5, 30, tzinfo=UTC)  # still the tenth in Denver
    denver, kyoto = house.heard_case(), house.heard_case(house.customer("Aiko", time_zone="Asia/Tokyo"))
    assert awards.give(kyoto, line, by=house.alice, now=late).coupon.code == "A-2"
    assert awards.give(denver, line, by=house.alice, now=late).coupon.code == "A-1"
    assert awards.give(denver, line, by=house.alice, now=late + 9 * DAY).coupon.code == "A-3"
    assert refusal(awards.give, denver, line, by=house.alice, now=late) == "pool_empty"


def test_what_is_owed_comes_from_the_pool_that_the_catalog_names_now_or_else_named_then(house: House) -> None:
    house.usual_caps()
    old, new = pool(house, "OLD-1\n", code="old"), pool(house, "NEW-1\n", code="new")
    line = voucher(house, old, delivery_days=2)
    first, second = (awards.give(house.heard_case(), line, by=house.alice, now=NOW) for _ in range(2))
    Remedy.objects.filter(pk=line.pk).update(pool=new)
    assert delivering.deliver(first, by=house.alice, now=NOW).coupon.code == "NEW-1"
    Remedy.objects.filter(pk=line.pk).update(pool=None, method="other")
    assert delivering.deliver(second, by=house.alice, now=NOW).coupon.code == "OLD-1"


def test_a_code_that_was_given_out_never_goes_back(house: House) -> None:
    house.usual_caps()
    summer = pool(house, "A-1\n")
    award = awards.give(house.heard_case(), voucher(house, summer), by=house.alice, now=NOW)
    reversing.reverse(award, reason="Given twice; blocked", by=house.sue, now=NOW)
    assert Coupon.objects.get().award == award
    assert not coupons_left(summer, on=TODAY).exists()
    agree()


@pytest.mark.practice("P16")
def test_nobody_alone_hands_out_more_codes_than_their_caps_hold(house: House) -> None:
    """Given, shown and taken back, five times over, was five codes in a customer's hand and every counter at nothing."""
    house.caps(award=2000, case=2000, customer=2000, day=2000, month=2000, team=2000)
    line, case = voucher(house, pool(house, "A-1\nA-2\nA-3\n"), cost_minor=2000), house.heard_case()
    award = awards.give(case, line, by=house.alice, now=NOW)
    assert refusal(reversing.reverse, award, reason="Again", by=house.alice, now=NOW) == "in_their_hands"
    assert refusal(awards.give, case, line, by=house.alice, now=NOW) == "beyond_every_cap"
    assert (Coupon.objects.filter(award__isnull=False).count(), counters()["day 2026-03-10"]) == (1, (2000, 0))
    agree()


def test_a_code_that_is_out_is_taken_back_by_a_supervisor_who_did_not_give_it(house: House) -> None:
    house.usual_caps()
    line = voucher(house, pool(house, "A-1\nA-2\n"))
    first, second = (awards.give(house.heard_case(), line, by=by, now=NOW) for by in (house.alice, house.sue))
    reverse = reversing.reverse
    assert refusal(reverse, first, reason="Blocked", by=house.bob, now=NOW) == "not_yours"
    assert refusal(reverse, first, reason=" ", by=house.sue, now=NOW) == "reason_needed"
    assert reverse(first, reason="Blocked", by=house.sue, now=NOW).status == "reversed"
    assert refusal(reverse, second, reason="Blocked", by=house.sue, now=NOW) == "in_their_hands"
    assert reverse(second, reason="Blocked", by=house.sam, now=NOW).status == "reversed"
    agree()


def test_whoever_became_a_supervisor_does_not_take_back_the_code_they_gave(house: House) -> None:
    house.usual_caps()
    award = awards.give(house.heard_case(), voucher(house, pool(house, "A-1\n")), by=house.alice, now=NOW)
    change_user(house.alice, role="supervisor", by=house.ada, now=NOW)
    assert refusal(reversing.reverse, award, reason="Mine", by=again(house.alice), now=NOW) == "in_their_hands"


def test_until_its_code_is_out_a_coupon_is_taken_back_as_anything_else(house: House) -> None:
    house.usual_caps()
    line = voucher(house, pool(house, "A-1\n"), delivery_days=2)
    award = awards.give(house.heard_case(), line, by=house.alice, now=NOW)
    assert reversing.reverse(award, reason="Wrong one", by=house.alice, now=NOW).status == "reversed"
    assert not Coupon.objects.filter(award__isnull=False).exists()
    agree()


def test_administrators_are_told_once_when_a_pool_runs_low_and_when_it_is_empty(house: House) -> None:
    house.usual_caps()
    summer = pool(house, "A-1\nA-2\nA-3\n", low_at=2)
    pool(house, code="nobody-gives-from-it")
    line, case = voucher(house, summer), house.heard_case()
    awards.give(case, line, by=house.alice, now=NOW)
    assert watch_pools() == 0
    awards.give(case, line, by=house.alice, now=NOW)
    assert (watch_pools(), watch_pools()) == (1, 1)
    awards.give(case, line, by=house.alice, now=NOW)
    watch_pools()
    watch_pools()
    assert list(Notice.objects.order_by("id").values_list("user__name", "title", "urgent")) == [
        ("Ada", "One code is left in Summer", False),
        ("Ada", "No code is left in Summer", True),
    ]
    fill(house, summer, "A-4\nA-5\n")
    assert watch_pools() == 0
    awards.give(case, line, by=house.alice, now=NOW)
    watch_pools()
    assert Notice.objects.filter(title="One code is left in Summer").count() == 2
