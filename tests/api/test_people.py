"""Customers and incidents by REST: found, added, changed, kept in step, corrected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case, Customer
from journal.keyset import Order, mark_of, window
from tests.api.conftest import problem
from tests.factories import House, again

Clients = Callable[..., Any]


def test_a_customer_is_added_read_and_changed(house: House, api: Clients) -> None:
    rep = api(house.alice)
    added = rep.post(
        "customers/",
        {
            "preferred_name": "Noor Haddad",
            "units": [house.unit.pk],
            "phones": ["+1 303 555 0177"],
            "emails": ["noor@example.com"],
            "external_ids": [{"system": "crm", "external_id": "N-1"}],
            "risk_flags": ["vip"],
        },
    )
    assert added.status_code == 201, added.content
    at = added.headers["Location"].removeprefix("/api/v1/")
    read = rep.get(at)
    assert read.json() == added.json()
    assert read.json()["phones"] == [{"number": "+13035550177", "label": "", "wrong": False}]
    assert read.json()["external_ids"] == [{"system": "crm", "external_id": "N-1"}]
    assert read.headers["ETag"] == '"1"'

    changed = rep.patch(at, {"time_zone": "America/Denver", "phones": []}, version=1)
    assert (changed.status_code, changed.json()["version"], changed.json()["phones"]) == (200, 2, [])
    assert changed.json()["preferred_name"] == "Noor Haddad"
    assert changed.headers["ETag"] == '"2"'


def test_a_change_needs_what_was_last_seen(house: House, api: Clients) -> None:
    rep, customer = api(house.alice), house.customer()
    at = f"customers/{customer.pk}/"
    problem(rep.patch(at, {"language": "fr"}), "version_needed", 428, "If-Match")
    assert rep.patch(at, {"language": "fr"}, version=1).status_code == 200
    told = problem(api(house.bob).patch(at, {"language": "de"}, version=1), "changed_meanwhile", 412)
    assert told["version"] == 2
    assert [(change["by"], change["fields"]) for change in told["changes"]] == [("Alice", ["language"])]
    assert again(customer).language == "fr"
    anyway = rep._send("PATCH", at, {"language": "de"}, {"If-Match": "*"})
    assert anyway.status_code == 200
    compressed = rep._send("PATCH", at, {"language": "it"}, {"If-Match": 'W/"3"'})
    assert compressed.status_code == 200


def test_another_system_keeps_a_customer_in_step(house: House, api: Clients) -> None:
    crm, at = api(house.crm), "customers/by-external-id/crm/C-9/"
    problem(crm.get(at), "out_of_reach", 404)
    problem(crm.put(at, {"preferred_name": "Ann"}), "unit_needed", 400, "units")
    problem(crm.put(at, {"preferred_name": "Ann", "units": [house.other_unit.pk]}), "unit_needed", 400, "units")
    first = crm.put(at, {"preferred_name": "Ann", "units": [house.unit.pk]})
    second = crm.put(at, {"preferred_name": "Anna"})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"] == crm.get(at).json()["id"]
    assert second.json()["preferred_name"] == "Anna"
    same = crm.put(at, {"preferred_name": "Anna"})
    assert same.json()["version"] == second.json()["version"]
    problem(api(house.charlie).put(at, {"units": [house.other_unit.pk]}), "out_of_reach", 404)


@pytest.mark.parametrize("q", ["dana", "oka", "dana oka", "+1 303", "3035550142", "X-1", "dana.o"])
def test_customers_are_found_as_one_types(house: House, api: Clients, q: str) -> None:
    wanted = house.customer(emails=["dana.o@example.com"], external_ids=[("crm", "X-1")])
    house.customer("Somebody Else", phones=["+442079460000"])
    assert [c["id"] for c in api(house.alice).get("customers/", q=q).json()["results"]] == [wanted.pk]


def test_one_can_find_nobody(house: House, api: Clients) -> None:
    house.customer()
    assert api(house.alice).get("customers/", q="--").json()["results"] == []


def test_an_incident_is_logged_under_a_foreign_id_once(house: House, api: Clients) -> None:
    rep, customer = api(house.alice), house.customer()
    body = {
        "customer": customer.pk,
        "channel": "web",
        "customer_words": "Never came",
        "external_system": "shop",
        "external_id": "T-1",
    }
    assert rep.post("incidents/", body).status_code == 201
    problem(rep.post("incidents/", body), "external_id_taken", 409, "external_id")
    assert Case.objects.count() == 1


def test_an_incident_joins_an_open_case_of_its_customer_only(house: House, api: Clients) -> None:
    rep, case = api(house.alice), house.case()
    body = {"customer": case.customer_id, "case": case.reference, "channel": "phone", "our_words": "Late"}
    joined = rep.post("incidents/", body)
    assert (joined.status_code, joined.json()["opened"]) == (201, False)
    other = house.customer("Other")
    problem(rep.post("incidents/", body | {"customer": other.pk}), "other_customer", 409, "case")
    problem(rep.post("incidents/", body | {"case": "RC-22222222"}), "out_of_reach", 404, "case")
    closed = house.closed_case(other)
    refused = rep.post("incidents/", body | {"customer": other.pk, "case": closed.reference})
    problem(refused, "case_closed", 409)


def test_an_incident_is_corrected(house: House, api: Clients) -> None:
    rep, case = api(house.alice), house.case()
    incident = case.incidents.get()
    at = f"incidents/{incident.pk}/"
    assert rep.get(at).headers["ETag"] == '"1"'
    problem(rep.patch(at, {"severity": "high"}), "version_needed", 428, "If-Match")
    changed = rep.patch(
        at,
        {
            "severity": "high", "complainer": "irate", "originator_kind": "person", "originator": house.alice.pk,
            "loss_minor": 4200, "currency": "USD",
        },
        version=1,
    )  # fmt: skip
    assert changed.status_code == 200, changed.content
    assert changed.json()["self_reported"] is True
    now = again(case)
    assert (now.severity, now.urgent) == ("high", True)
    problem(rep.patch(at, {"severity": "low"}, version=1), "changed_meanwhile", 412)
    problem(rep.patch(at, {"originator": None}, version=2), "invalid", 400, "originator")
    calmed = rep.patch(at, {"severity": "low", "complainer": "", "originator_kind": "system"}, version=2)
    assert (calmed.status_code, calmed.json()["originator"]) == (200, None), calmed.content
    now = again(case)
    assert (now.severity, now.urgent) == ("low", False)


def test_the_severity_of_a_case_is_the_highest_of_its_incidents(house: House, api: Clients) -> None:
    rep, case = api(house.alice), house.case(severity="high")
    house.logged(case.customer, case=case, severity="medium")
    first = case.incidents.order_by("id")[0]
    rep.patch(f"incidents/{first.pk}/", {"severity": "low"}, version=first.version)
    assert again(case).severity == "medium"


def test_history_is_not_corrected(house: House, api: Clients) -> None:
    rep, case = api(house.alice), house.closed_case()
    incident = case.incidents.get()
    refused = rep.patch(f"incidents/{incident.pk}/", {"severity": "low"}, version=incident.version)
    problem(refused, "case_closed", 409)


@pytest.mark.practice("P20")
def test_owning_up_to_the_past(house: House, api: Clients) -> None:
    rep, case = api(house.alice), house.case()
    at = f"incidents/{case.incidents.get().pk}/acknowledge/"
    first, second = rep.post(at, {"words": "That was our fault"}), rep.post(at)
    assert first.json()["acknowledged_at"] == second.json()["acknowledged_at"] is not None


GUARDED = {
    "acknowledge": {"feeling": "angry"},
    "contacts": {"channel": "phone"},
    "notes": {"words": "Prefers mornings"},
    "investigation": {"question": "Why?"},
    "cause": {},
    "promises": {},
    "handoff": {},
    "awards": {"remedy": "credit", "amount_minor": 100},
}


@pytest.mark.practice("P8")
@pytest.mark.parametrize("action", GUARDED)
def test_an_action_takes_what_was_last_seen_too(house: House, api: Clients, action: str) -> None:
    house.usual_caps()
    house.remedy()
    rep, case = api(house.alice), house.heard_case()
    body = GUARDED[action] | {
        "cause": {"cause": house.cause().pk},
        "promises": {"due_end": (timezone.now() + timedelta(hours=1)).isoformat()},
        "handoff": {"to": house.bob.pk, "reason": "Off sick"},
    }.get(action, {})
    at = f"cases/{case.reference}/{action}/"
    told = problem(rep.post(at, body, key="1", **{"If-Match": f'"{case.version - 1}"'}), "changed_meanwhile", 412)
    assert told["version"] == case.version
    assert told["changes"]
    done = rep.post(at, body, key="2", **{"If-Match": f'"{case.version}"'})
    assert done.status_code in (200, 201), done.content


def test_an_award_and_an_incident_have_versions_of_their_own(house: House, api: Clients) -> None:
    house.usual_caps()
    rep, case = api(house.alice), house.heard_case()
    award, incident = house.give(case, 100), case.incidents.get()
    body = {"reason": "Wrong case"}
    at = f"awards/{award.pk}/reverse/"
    problem(rep.post(at, body, key="1", **{"If-Match": '"7"'}), "changed_meanwhile", 412)
    assert (
        rep.post(at, body, key="2", **{"If-Match": rep.get(f"awards/{award.pk}/").headers["ETag"]}).status_code == 200
    )
    at = f"incidents/{incident.pk}/acknowledge/"
    problem(rep.post(at, **{"If-Match": '"7"'}), "changed_meanwhile", 412)
    assert rep.post(at, **{"If-Match": '"1"'}).status_code == 200


# Pages --------------------------------------------------------------------------------------------------------------


def pages(rep: Any, path: str, **query: Any) -> list[list[Any]]:
    """All pages of a list, by following `next`."""
    found, at = [], path
    while at:
        answer = rep.get(at, **query) if not at.startswith("http") else rep.get(at)
        assert answer.status_code == 200, answer.content
        found.append(answer.json()["results"])
        at = answer.json()["next"]
    return found


@pytest.mark.parametrize("ordering", ["-opened_at", "opened_at"])
def test_pages_hold_everything_once_and_in_order(house: House, api: Clients, ordering: str) -> None:
    customer = house.customer()
    for _ in range(7):  # all opened at the same moment: the id decides
        house.case(customer)
    found = pages(api(house.alice), "cases/", page_size=3, ordering=ordering)
    assert [len(page) for page in found] == [3, 3, 1]
    got = [case["reference"] for page in found for case in page]
    sign = "-" if ordering.startswith("-") else ""
    assert got == list(Case.objects.order_by(f"{sign}opened_at", f"{sign}id").values_list("reference", flat=True))


def test_what_comes_meanwhile_disturbs_no_page(house: House, api: Clients) -> None:
    rep, customer = api(house.alice), house.customer()
    old = [house.case(customer).reference for _ in range(4)]
    first = rep.get("cases/", page_size=2).json()
    house.case(customer)
    second = rep.get(first["next"]).json()
    assert [c["reference"] for c in first["results"] + second["results"]] == old[::-1]
    assert second["next"] is None


def test_filters_stay_with_the_pages(house: House, api: Clients) -> None:
    rep = api(house.alice)
    for severity in ("low", "high", "low", "high", "low"):
        house.case(severity=severity)
    found = pages(rep, "cases/", page_size=2, severity="low")
    assert [case["severity"] for page in found for case in page] == ["low"] * 3
    assert rep.get("cases/", live="false").json()["results"] == []
    assert len(rep.get("cases/", owner=house.alice.pk, live="true").json()["results"]) == 5
    assert rep.get("cases/", unowned="true").json()["results"] == []
    reference = Case.objects.first().reference  # type: ignore[union-attr]
    assert len(rep.get("cases/", reference=reference).json()["results"]) == 1


def test_a_page_far_down_is_a_range_of_the_index(house: House) -> None:
    """The plan of a page after a mark, on either database: the index, no sort, and nothing skipped by reading it."""
    order = Order(("opened_at", "id"))
    case = house.case()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # A handful of rows is read in any other way first; with a million it is this one.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    with CaptureQueriesContext(connection) as ran:
        window(Case.objects.all(), order, size=5, after=mark_of(case, order))
    (asked,) = [query["sql"] for query in ran if query["sql"].startswith("SELECT")]
    with connection.cursor() as cursor:
        explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} " + asked.replace("%", "%%"))
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "cases_newest" in plan, plan
    assert "opened_at" in plan.split("cases_newest", 1)[1], plan
    assert "SORT" not in plan.upper().replace("SORT_", ""), plan


def test_a_mark_reads_backwards_too(house: House) -> None:
    order = Order(("id",))
    made = [house.customer(f"Customer {n}") for n in range(5)]
    newest = made[::-1]
    middle = mark_of(newest[2], order)
    back = window(Customer.objects.all(), order, size=1, before=middle)
    assert back.rows == [newest[1]]
    assert window(Customer.objects.all(), order, size=5, after=back.further).rows == newest[2:]
    first = window(Customer.objects.all(), order, size=5, before=middle)
    assert (first.rows, first.back) == (newest[:2], "")
