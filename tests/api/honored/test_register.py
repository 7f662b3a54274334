"""The register by REST: its filters, those that cannot be, and its pages."""

from __future__ import annotations

from typing import Any

import pytest

from cases.models import Incident
from tests.api.conftest import problem
from tests.api.honored.conftest import Clients, favorable
from tests.factories import House

pytestmark = pytest.mark.django_db


@pytest.mark.practice("P4")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "ab"), ({"show": "undecided"}, "a"), ({"show": "call_due"}, "b"), ({"show": "to_review"}, "b"),
        ({"show": "told"}, ""), ({"status": "honored"}, "b"), ({"originator": "alice"}, "ab"),
        ({"originator": "bob"}, ""), ({"kind_of_action": "fee"}, "b"), ({"line_of_business": "home  INSURANCE"}, "ab"),
        ({"line_of_business": "motor"}, ""), ({"month": "2026-03-31"}, "ab"), ({"month": "2026-04-01"}, ""),
        ({"cause": "its"}, "a"), ({"cause": 999_999}, ""), ({"self_reported": "true"}, "ab"),
        ({"opened_after": "2026-03-11T00:00:00Z"}, ""), ({"case": "RC-22222222"}, ""),
    ],
)  # fmt: skip
def test_filters_are_those_of_the_register(house: House, api: Clients, query: dict[str, Any], found: str) -> None:
    first, second = favorable(house), favorable(house, kind_of_action="fee")
    house.decided(second, by=house.sam)
    Incident.objects.filter(pk=first.incident_id).update(cause=house.cause())
    named = {"alice": house.alice.pk, "bob": house.bob.pk, "its": house.cause().pk}
    listed = api(house.alice).get("honored-errors/", **{name: named.get(value, value) for name, value in query.items()})
    assert listed.status_code == 200, listed.content
    known = {first.pk: "a", second.pk: "b"}
    assert "".join(sorted(known[row["id"]] for row in listed.json()["results"])) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("show=mine", "show"), ("month=2026-13-01", "month"), ("month=9999-12-01", "month"), ("month=%00", "month"),
        ("status=%00", "status"), ("originator=x", "originator"), ("line_of_business=%00", "line_of_business"),
        ("ordering=cost", "ordering"), ("cursor=x", "cursor"), ("show=", "show"),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_is_refused(house: House, api: Clients, query: str, field: str) -> None:
    answer = api(house.alice).client.get(f"/api/v1/honored-errors/?{query}")
    problem(answer, "invalid", 400, field)


def test_pages_go_on_where_the_last_one_ended(house: House, api: Clients) -> None:
    every = [favorable(house).pk for _ in range(3)]
    alice = api(house.alice)
    first = alice.get("honored-errors/", page_size=2).json()
    second = alice.get(first["next"]).json()
    assert [row["id"] for row in first["results"] + second["results"]] == every[::-1]
    assert second["next"] is None
