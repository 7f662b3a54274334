"""Bad input anywhere: a 400 that names the field, nothing written, and never a fault of ours, on either database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cases.models import Case, Customer, Incident
from journal.models import Event
from tests.api.conftest import problem
from tests.factories import House

Clients = Callable[..., Any]
HUGE = 10**30


def soon() -> str:
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat()


@pytest.fixture
def addresses(house: House) -> dict[str, str]:
    house.usual_caps()
    house.remedy()
    case = house.heard_case()
    return {
        "incidents": "incidents/",
        "customers": "customers/",
        "promises": f"cases/{case.reference}/promises/",
        "awards": f"cases/{case.reference}/awards/",
        "notes": f"cases/{case.reference}/notes/",
        "contacts": f"cases/{case.reference}/contacts/",
        "pop": "pop/",
    }


def good(where: str, house: House) -> dict[str, Any]:
    return {
        "incidents": {
            "customer": Customer.objects.values_list("pk", flat=True)[0],
            "channel": "phone",
            "our_words": "x",
        },
        "customers": {"preferred_name": "Ann", "units": [house.unit.pk]},
        "promises": {"due_end": soon()},
        "awards": {"remedy": "credit", "amount_minor": 100},
        "notes": {"words": "x"},
        "contacts": {"channel": "phone"},
        "pop": {"phone": "+13035550142"},
    }[where]


BAD = [
    ("incidents", {"our_words": "a\x00b"}, "our_words"),
    ("incidents", {"our_words": "\ud800"}, "our_words"),
    ("incidents", {"our_words": "x" * 20_001}, "our_words"),
    ("incidents", {"our_words": 5}, "our_words"),
    ("incidents", {"our_words": None}, "our_words"),
    ("incidents", {"channel": "pigeon"}, "channel"),
    ("incidents", {"channel": ["phone"]}, "channel"),
    ("incidents", {"channel": "\ud800"}, "channel"),
    ("incidents", {"customer": HUGE}, "customer"),
    ("incidents", {"customer": -1}, "customer"),
    ("incidents", {"customer": True}, "customer"),
    ("incidents", {"customer": "1"}, "customer"),
    ("incidents", {"customer_external": {"system": "a", "external_id": "b"}}, "customer"),
    ("incidents", {"loss_minor": HUGE, "currency": "USD"}, "loss_minor"),
    ("incidents", {"loss_minor": -1, "currency": "USD"}, "loss_minor"),
    ("incidents", {"loss_minor": 1.5, "currency": "USD"}, "loss_minor"),
    ("incidents", {"loss_minor": 1}, "currency"),
    ("incidents", {"loss_minor": 1, "currency": "usd"}, "currency"),
    ("incidents", {"loss_minor": 1, "currency": "QQQ"}, "currency"),
    ("incidents", {"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
    ("incidents", {"occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at"),
    ("incidents", {"occurred_at": "2026-01-01T09:00:00"}, "occurred_at"),
    ("incidents", {"occurred_at": "2026-02-30T09:00:00Z"}, "occurred_at"),
    ("incidents", {"occurred_at": 1}, "occurred_at"),
    ("incidents", {"occurred_at": "2199-01-01T00:00:00Z"}, "occurred_at"),
    ("incidents", {"reported_at": "2199-01-01T00:00:00Z"}, "reported_at"),
    ("incidents", {"originator_kind": "person"}, "originator"),
    ("incidents", {"category": "x" * 201}, "category"),
    ("incidents", {"external_id": "a\x00"}, "external_id"),
    ("incidents", {"seperity": "high"}, "seperity"),
    ("incidents", {"\ud800": 1}, "?"),
    ("incidents", {"our_words": " "}, "customer_words"),
    ("customers", {"units": []}, "units"),
    ("customers", {"units": [HUGE]}, "units.0"),
    ("customers", {"units": "1"}, "units"),
    ("customers", {"phones": ["12"]}, "phones"),
    ("customers", {"phones": ["+1" + "2" * 38]}, "phones"),
    ("customers", {"phones": ["+999999999999999999"]}, "phones"),
    ("customers", {"phones": [{}]}, "phones.0"),
    ("customers", {"emails": ["not an address"]}, "emails"),
    ("customers", {"emails": ["a@" + "b" * 260]}, "emails.0"),
    ("customers", {"time_zone": "Mars/Olympus"}, "time_zone"),
    ("customers", {"time_zone": "../../etc/passwd"}, "time_zone"),
    ("customers", {"language": "?"}, "language"),
    ("customers", {"jurisdiction": "USA"}, "jurisdiction"),
    ("customers", {"value_minor": HUGE, "value_currency": "USD"}, "value_minor"),
    ("customers", {"risk_flags": ["a\x00"]}, "risk_flags.0"),
    ("customers", {"risk_flags": {"a": 1}}, "risk_flags"),
    ("customers", {"do_not_call": "yes"}, "do_not_call"),
    ("customers", {"external_ids": [{"system": "CRM one", "external_id": "1"}]}, "system"),
    ("customers", {"external_ids": [{"system": "crm"}]}, "external_ids.0.external_id"),
    ("promises", {"due_end": "yesterday"}, "due_end"),
    ("promises", {"due_end": "2020-01-01T00:00:00Z"}, "due_end"),
    ("promises", {"due_end": "2150-01-01T00:00:00Z"}, "due_end"),
    ("promises", {"due_start": "2150-01-01T00:00:00Z"}, "due_start"),
    ("promises", {"zone": "Mars/Olympus"}, "zone"),
    ("promises", {"what": "x" * 201}, "what"),
    ("awards", {"amount_minor": HUGE}, "amount_minor"),
    ("awards", {"amount_minor": 0}, "amount_minor"),
    ("awards", {"amount_minor": "15.00"}, "amount_minor"),
    ("awards", {"amount_minor": None}, "amount_minor"),
    ("awards", {"amount": 1500}, "amount"),
    ("awards", {"currency": "EUR"}, "currency"),
    ("awards", {"feeling": ""}, "feeling"),
    ("notes", {"words": " "}, "words"),
    ("contacts", {"reached": "nobody"}, "reached"),
    ("pop", {"phone": "nobody"}, "phone"),
    ("pop", {"phone": "\x00"}, "phone"),
    ("pop", {"region": "us"}, "region"),
]


@pytest.mark.parametrize(("where", "change", "field"), BAD)
def test_it_names_the_field(
    house: House, api: Clients, addresses: dict[str, str], where: str, change: dict[str, Any], field: str
) -> None:
    rep = api(house.alice)
    before = (Event.objects.count(), Incident.objects.count(), Case.objects.count(), Customer.objects.count())
    answer = rep.post(addresses[where], json.dumps(good(where, house) | change), key="k")
    problem(answer, answer.json()["code"], 400, field)
    assert (Event.objects.count(), Incident.objects.count(), Case.objects.count(), Customer.objects.count()) == before


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"1", b'"x"', b"null", b"\xff\xfe", b'{"words": NaN}', b'{"words": "\\ud800"}',
        b"[" * 100_000, b'{"words":' * 50_000, b'{"words": ' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_object_is_malformed(house: House, api: Clients, addresses: dict[str, str], body: bytes) -> None:
    answer = api(house.alice).post(addresses["notes"], body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] in ("malformed", "invalid", "words_needed")


def test_a_body_beyond_reason_is_too_large(house: House, api: Clients, addresses: dict[str, str]) -> None:
    problem(api(house.alice).post(addresses["notes"], {"words": "x" * 3_000_000}), "too_large", 413)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("cases/?page_size=0", "page_size"), ("cases/?page_size=201", "page_size"),
        ("cases/?page_size=%D9%A3", "page_size"), ("cases/?page_size=1e3", "page_size"),
        ("cases/?ordering=title", "ordering"), ("cases/?cursor=x", "cursor"), ("cases/?cursor=%00", "cursor"),
        ("cases/?cursor=WyJpZCIsZmFsc2UsIjIiXQ", "cursor"), ("cases/?cursor=bnVsbA", "cursor"),
        ("customers/?cursor=WyJpZCIsdHJ1ZSwiOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5Il0", "cursor"),
        ("customers/?q=%00", "q"), ("customers/?unit=99999999999999999999999", "unit"), ("customers/?unit=x", "unit"),
        ("cases/?owner=", "owner"), ("cases/?urgent=yes", "urgent"), ("cases/?status=%00", "status"),
        ("cases/?opened_after=0001-01-01T00:00:00%2B14:00", "opened_after"),
        ("cases/?opened_after=9999-12-31T23:59:59-14:00", "opened_after"), ("cases/?opened_after=soon", "opened_after"),
        ("cases/?reference=%00", "reference"), ("events/?after=x", "after"), ("events/?after=%00", "after"),
        ("events/?limit=0", "limit"), ("caps/me/?currency=", "currency"), ("caps/me/?currency=%00", "currency"),
    ],
)  # fmt: skip
def test_a_query_names_what_is_wrong(house: House, api: Clients, path: str, field: str) -> None:
    answer = api(house.alice).client.get(f"/api/v1/{path}")
    problem(answer, answer.json()["code"], 400, field)


@pytest.mark.parametrize(
    "path",
    [
        "cases/%00/", "cases/RC-0000000%00/", "customers/99999999999999999999/", "customers/-1/", "customers/%00/",
        "awards/999999999999999999/", "customers/by-external-id/crm/nobody/",
    ],
)  # fmt: skip
def test_an_address_of_nothing(house: House, api: Clients, path: str) -> None:
    answer = api(house.alice).client.get(f"/api/v1/{path}")
    problem(answer, answer.json()["code"], 404)


@pytest.mark.parametrize("name", ["crm/%00", "%00/1", "crm/" + "x" * 121, "x" * 41 + "/1"])
def test_a_foreign_id_that_cannot_be_one(house: House, api: Clients, name: str) -> None:
    rep, at = api(house.alice), f"customers/by-external-id/{name}/"
    problem(rep.client.get(f"/api/v1/{at}"), "invalid", 400)
    problem(rep.put(at, {"units": [house.unit.pk]}), "invalid", 400)


@pytest.mark.parametrize("header", ["3", "'3'", '"x"', '"1", "2"', '"' + "9" * 30 + '"', "W/3"])
def test_an_etag_of_ours_or_none(house: House, api: Clients, header: str) -> None:
    rep, case = api(house.alice), house.case()
    answer = rep.post(f"cases/{case.reference}/acknowledge/", {"feeling": "angry"}, **{"If-Match": header})
    problem(answer, "invalid", 400, "If-Match")
