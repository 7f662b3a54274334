"""Coupon pools on screen: added, filled from a file or by pasting, and who was given which code."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compensation.domain import awards
from compensation.models import Coupon, CouponPool
from tests.compensation.test_coupons import pool, voucher
from tests.compensation.test_views_settings import as_
from tests.factories import NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P19")]


def page(house: House, who: str, address: str) -> str:
    """What it says, with its blanks as a browser shows them."""
    return " ".join(as_(getattr(house, who)).get(address).content.decode().split())


def fill(house: House, to: CouponPool, **sent: Any) -> Any:
    return as_(house.ada).post(f"/settings/coupons/{to.pk}/codes", sent)


def test_a_pool_is_added_changed_and_listed(house: House) -> None:
    ada = as_(house.ada)
    added = ada.post("/settings/coupons/new", {"name": "Summer", "code": "summer", "low_at": "5"}, follow=True)
    assert "Now add its codes" in added.content.decode()
    summer = CouponPool.objects.get()
    assert (summer.name, summer.low_at, summer.active, summer.version) == ("Summer", 5, True, 1)
    again = ada.post("/settings/coupons/new", {"name": "Summer", "code": "summer", "low_at": "5"})
    assert (again.status_code, "Another pool has this code already." in again.content.decode()) == (422, True)
    typed = {"name": "Summer fair", "low_at": "7", "active": "on", "version": "1"}
    ada.post(f"/settings/coupons/{summer.pk}", typed)
    assert CouponPool.objects.get().name == "Summer fair"
    late = ada.post(f"/settings/coupons/{summer.pk}", typed | {"name": "Mine"})
    assert (late.status_code, "changed_meanwhile" in late.content.decode()) == (422, True)
    listed = page(house, "alice", "/settings/coupons")
    assert "Summer fair" in listed
    assert "Empty" in listed
    assert "Add a pool" not in listed


def test_codes_come_from_a_file_or_are_pasted_and_lines_that_will_not_do_are_named(house: House) -> None:
    summer = pool(house)
    file = SimpleUploadedFile("codes.csv", b"code,expires\nA-1,2030-12-31\nA-2\nA-2\nA-3,soon\n")
    said = fill(house, summer, file=file).content.decode()
    assert "2 codes added." in said
    assert "Line 5: The day is not written as 2026-12-31." in said
    assert " 4" in said[said.index("there already") :][:60]
    assert "A-3" not in said
    assert Coupon.objects.count() == 2
    pasted = fill(house, summer, pasted="A-1\r\nA-4\r\n").content.decode()
    assert "1 code added." in pasted
    assert "Nothing was added." in fill(house, summer, pasted="A-1").content.decode()
    nothing = fill(house, summer, pasted=" ")
    assert (nothing.status_code, "Choose a file, or paste some codes." in nothing.content.decode()) == (422, True)


def test_a_large_file_is_read_from_where_it_was_uploaded_to(house: House, settings: Any) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    file = SimpleUploadedFile("codes.txt", "".join(f"CODE-{n:06}\n" for n in range(3000)).encode())
    assert "3,000 codes added." in fill(house, pool(house), file=file).content.decode()


def test_only_administrators_add_and_fill(house: House) -> None:
    summer = pool(house)
    for address, sent in (
        ("/settings/coupons/new", {"name": "X", "code": "x", "low_at": "1"}),
        (f"/settings/coupons/{summer.pk}", {"name": "X", "low_at": "1"}),
        (f"/settings/coupons/{summer.pk}/codes", {"pasted": "A-1"}),
    ):
        answer = as_(house.sue).post(address, sent)
        assert (answer.status_code, b"administrator_needed" in answer.content) == (422, True)
    assert (CouponPool.objects.count(), Coupon.objects.count()) == (1, 0)


def test_a_code_is_shown_with_its_award_to_whoever_may_see_that(house: House) -> None:
    house.usual_caps()
    summer = pool(house, "SECRET-1\nSECRET-2\n")
    given = awards.give(house.heard_case(), voucher(house, summer), by=house.alice, now=NOW)
    address = f"/settings/coupons/{summer.pk}"
    for who in ("alice", "ada"):
        shown = page(house, who, address)
        assert "SECRET-1" in shown
        assert given.case.reference in shown
        assert "SECRET-2" not in shown, "nobody reads what nobody was given"
    assert "SECRET" not in page(house, "charlie", address)
    assert "1 given out" in page(house, "charlie", address)


def test_the_pages_ask_as_much_of_a_full_pool_as_of_an_empty_one(house: House) -> None:
    house.usual_caps()
    summer, asked = pool(house), {}
    for size in ("empty", "full"):
        for address in ("/settings/coupons", f"/settings/coupons/{summer.pk}"):
            with CaptureQueriesContext(connection) as queries:
                page(house, "ada", address)
            asked.setdefault(address, []).append(len(queries))
        if size == "empty":
            fill(house, summer, pasted="\n".join(f"A-{n}" for n in range(40)))
            line, case = voucher(house, summer, cost_minor=100), house.heard_case()
            for _ in range(30):
                awards.give(case, line, by=house.alice, now=NOW)
            pool(house, code="another")
    assert all(before == after for before, after in asked.values()), asked
    first = page(house, "ada", f"/settings/coupons/{summer.pk}")
    assert first.count('id="coupon-') == 25
    older = first[first.index("?after=") :].split('"')[0]
    assert page(house, "ada", f"/settings/coupons/{summer.pk}{older}").count('id="coupon-') == 5
