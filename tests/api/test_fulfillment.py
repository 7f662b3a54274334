"""What was given reaches the customer, by REST: proofs, coupon pools, and the billing system's side of payouts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Notice
from cases.models import Case
from compensation.domain import awards, payouts
from compensation.models import Award, Coupon, Payout, Remedy
from journal.models import Event
from tests.api.conftest import Api, problem
from tests.compensation.test_coupons import pool, voucher
from tests.factories import NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P19", "P29")]

Client = Callable[..., Api]


def key() -> str:
    return uuid.uuid4().hex


def given(house: House, line: Remedy, case: Case | None = None, **more: Any) -> Award:
    house.usual_caps()
    return awards.give(case or house.heard_case(), line, by=house.alice, now=NOW, **more)


# Delivering -----------------------------------------------------------------------------------------------------------


def test_a_refund_is_fulfilled_with_its_reference_once(house: House, api: Client) -> None:
    award = given(house, house.remedy("refund", method="refund", delivery_days=2), amount_minor=1500)
    alice, address = api(house.alice), f"awards/{award.pk}/fulfill/"
    shown = alice.get(f"awards/{award.pk}/").json()
    assert (shown["method"], shown["status"], shown["deliver_by"][:10]) == ("refund", "given", "2026-03-12")
    problem(alice.post(address, {}, key=key()), "proof_needed", 400, "proof")
    problem(alice.post(address, {"proof": "R-1"}), "idempotency_key_needed", 400)
    once = key()
    first, second = (alice.post(address, {"proof": "R-1"}, key=once) for _ in range(2))
    assert (first.json()["proof"], first.content, second.headers["Idempotency-Replayed"]) == (
        "R-1",
        second.content,
        "true",
    )
    problem(alice.post(address, {"proof": "R-1"}, key=key()), "wrong_state", 409)


def test_a_coupon_is_fulfilled_by_its_pool_and_its_code_answered_to_whoever_sees_the_award(
    house: House, api: Client
) -> None:
    summer = pool(house, "A-1\nA-2\n")
    award = given(house, voucher(house, summer, delivery_days=2))
    address = f"awards/{award.pk}/fulfill/"
    problem(api(house.alice).post(address, {"proof": "MINE"}, key=key()), "invalid", 400, "proof")
    answer = api(house.alice).post(address, {}, key=key()).json()
    assert (answer["status"], answer["coupon"], answer["proof"]) == ("delivered", "A-1", "")
    assert api(house.bob).get(f"awards/{award.pk}/").json()["coupon"] == "A-1"
    problem(api(house.charlie).get(f"awards/{award.pk}/"), "out_of_reach", 404)
    at_once = api(house.alice).post(
        f"cases/{award.case.reference}/awards/", {"remedy": voucher(house, summer, "now").code}, key=key()
    )
    assert (at_once.status_code, at_once.json()["coupon"]) == (201, "A-2")
    problem(
        api(house.alice).post(f"cases/{award.case.reference}/awards/", {"remedy": "now"}, key=key()), "pool_empty", 409
    )


def test_a_list_of_awards_asks_as_often_for_many_as_for_few(house: House, api: Client) -> None:
    summer = pool(house, "".join(f"A-{n}\n" for n in range(20)))
    case, alice, asked = house.heard_case(), api(house.alice), []
    line, refund = voucher(house, summer, cost_minor=10), house.remedy("refund", method="refund")
    for _ in range(2):
        for _ in range(4):
            given(house, line, case)
            given(house, refund, case, amount_minor=10)
        with CaptureQueriesContext(connection) as queries:
            assert alice.get("awards/").status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]


# Pools ----------------------------------------------------------------------------------------------------------------


def test_a_pool_is_added_filled_changed_and_read(house: House, api: Client) -> None:
    ada = api(house.ada)
    made = ada.post("coupon-pools/", {"code": "summer", "name": "Summer", "low_at": 3})
    assert (made.status_code, made.headers["Location"], made.headers["ETag"]) == (
        201,
        "/api/v1/coupon-pools/summer/",
        '"1"',
    )
    codes = [{"code": "A-1"}, {"code": "A-2", "expires_on": "2035-12-31"}, {"code": "A-1"}, {"code": " "}]
    filled = ada.post("coupon-pools/summer/codes/", {"codes": [*codes, {"code": "A-3", "expires_on": "2020-01-01"}]})
    assert filled.json() == {
        "added": 2,
        "duplicates": 1,
        "duplicate_lines": [3],
        "bad": 2,
        "bad_lines": [
            {"line": 4, "reason": "There is no code."},
            {"line": 5, "reason": "It expired on January 1, 2020."},
        ],
        "left": 2,
    }
    read = ada.get("coupon-pools/summer/")
    assert {name: read.json()[name] for name in ("left", "used", "low_at", "version")} == {
        "left": 2,
        "used": 0,
        "low_at": 3,
        "version": 2,
    }
    problem(ada.patch("coupon-pools/summer/", {"low_at": 5}), "version_needed", 428)
    problem(ada.patch("coupon-pools/summer/", {"low_at": 5}, version=1), "changed_meanwhile", 412)
    assert ada.patch("coupon-pools/summer/", {"low_at": 5}, version=2).json()["low_at"] == 5
    assert [each["code"] for each in api(house.alice).get("coupon-pools/").json()["results"]] == ["summer"]
    assert "A-1" not in read.content.decode()


def test_what_is_refused_of_pools(house: House, api: Client) -> None:
    pool(house, "A-1\n")
    for who in (house.sue, house.crm):
        client = api(who)
        problem(client.post("coupon-pools/", {"code": "x", "name": "X"}), "administrator_needed", 403)
        problem(client.post("coupon-pools/summer/codes/", {"codes": [{"code": "X"}]}), "administrator_needed", 403)
        problem(client.patch("coupon-pools/summer/", {"name": "X"}, version=2), "administrator_needed", 403)
    ada = api(house.ada)
    problem(ada.post("coupon-pools/", {"code": "summer", "name": "Twice"}), "name_taken", 409, "code")
    problem(ada.get("coupon-pools/winter/"), "out_of_reach", 404)
    problem(ada.post("coupon-pools/summer/codes/", {"codes": ["A-1"]}), "invalid", 400)
    many = [{"code": f"A-{n}"} for n in range(10_001)]
    problem(ada.post("coupon-pools/summer/codes/", {"codes": many}), "invalid", 400)
    assert Coupon.objects.count() == 1


# Payouts --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def payout(house: House, settings: Any) -> Payout:
    """A refund that the billing system has."""
    settings.RECOVERY = settings.RECOVERY | {"PAYOUT_WEBHOOK_URL": "https://billing.example.com/payouts"}
    award = given(house, house.remedy("refund", method="refund", payout=True), amount_minor=1500)
    claimed = payouts.claim(now=NOW)
    assert claimed is not None
    payouts.note_sent(claimed, now=NOW)
    return Payout.objects.get(award=award)


def test_a_billing_system_reads_its_payouts_and_confirms(house: House, api: Client, payout: Payout) -> None:
    crm = api(house.crm)
    (listed,) = crm.get("payouts/", status="sent").json()["results"]
    assert (listed["id"], listed["key"], listed["amount_minor"], listed["currency"]) == (
        payout.pk,
        str(payout.key),
        1500,
        "USD",
    )
    assert crm.get("payouts/", status="failed").json()["results"] == []
    assert len(crm.get("payouts/", award=payout.award_id).json()["results"]) == 1
    address = f"payouts/{payout.pk}/confirm/"
    problem(crm.post(address, {"reference": "PAY-1"}), "idempotency_key_needed", 400)
    problem(crm.post(address, {}, key=key()), "proof_needed", 400, "reference")
    for _ in range(2):
        answer = crm.post(address, {"reference": "PAY-1"}, key=key())
        assert (answer.status_code, answer.json()["status"], answer.json()["reference"]) == (200, "confirmed", "PAY-1")
    problem(crm.post(address, {"reference": "PAY-2"}, key=key()), "already_confirmed", 409, "reference")
    assert (again(payout.award).status, again(payout.award).proof) == ("delivered", "PAY-1")
    shown = crm.get(f"awards/{payout.award_id}/").json()
    assert (shown["payout"], shown["proof"]) == (payout.pk, "PAY-1")


def test_a_billing_system_says_no_and_people_have_it_sent_again(house: House, api: Client, payout: Payout) -> None:
    crm, sue = api(house.crm), api(house.sue)
    problem(crm.post(f"payouts/{payout.pk}/fail/", {}, key=key()), "reason_needed", 400, "reason")
    failed = crm.post(f"payouts/{payout.pk}/fail/", {"reason": "Account closed"}, key=key())
    assert (failed.json()["status"], failed.json()["error"]) == ("failed", "Account closed")
    assert failed.json()["perhaps_paid"] is False
    problem(crm.post(f"payouts/{payout.pk}/send-again/", {}, key=key()), "person_needed", 403)
    assert sue.post(f"payouts/{payout.pk}/send-again/", {}, key=key()).json()["status"] == "queued"


def test_what_is_confirmed_too_late_is_refused_and_written_down_all_the_same(
    house: House, api: Client, payout: Payout
) -> None:
    crm = api(house.crm)
    crm.post(f"payouts/{payout.pk}/fail/", {"reason": "Account closed"}, key=key())
    fulfilled = api(house.alice).post(f"awards/{payout.award_id}/fulfill/", {"proof": "BANK-9"}, key=key())
    assert fulfilled.json()["proof"] == "BANK-9"
    address, once = f"payouts/{payout.pk}/confirm/", key()
    for one in (once, once, key()):
        refused = problem(crm.post(address, {"reference": "PAY-1"}, key=one), "wrong_state", 409)
        assert "delivered by hand" in refused["detail"]
    assert Event.objects.filter(type="payout.confirmed_late").count() == 1
    assert Notice.objects.filter(kind="payout_paid_twice").count() == 3
    assert again(payout.award).proof == "BANK-9"


def test_nobody_else_says_what_became_of_a_payout(house: House, api: Client, payout: Payout) -> None:
    for verb, body in (("confirm", {"reference": "PAY-1"}), ("fail", {"reason": "No"})):
        address = f"payouts/{payout.pk}/{verb}/"
        for who in (house.alice, house.bob):
            problem(api(who).post(address, body, key=key()), "program_needed", 403)
        problem(api(house.charlie).post(address, body, key=key()), "out_of_reach", 404)
        problem(api(house.crm, scopes=["read", "write"]).post(address, body, key=key()), "scope_missing", 403)
    assert again(payout).status == "sent"
    problem(
        api(house.sue).post(f"awards/{payout.award_id}/reverse/", {"reason": "No"}, key=key()), "payout_under_way", 409
    )
