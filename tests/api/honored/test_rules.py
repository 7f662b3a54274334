"""The rules of taking back by REST: added, changed and ended by administrators."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import problem
from tests.api.honored.conftest import Clients, at, favorable, rule
from tests.doors.state import everything
from tests.factories import House

pytestmark = pytest.mark.django_db


RULE = {
    "jurisdiction": "US-CO",
    "kind_of_action": "fee",
    "effect": "prohibited",
    "valid_from": "2026-01-01",
    "citation": "CRS 10",
}


@pytest.mark.practice("P1")
def test_rules_are_added_changed_and_ended_by_administrators(house: House, api: Clients) -> None:
    ada, sue = api(house.ada), api(house.sue)
    problem(sue.post("rescission-rules/", RULE), "administrator_needed", 403)
    made = ada.post("rescission-rules/", RULE)
    assert (made.status_code, made.json()["used"]) == (201, False)
    here = made.headers["Location"].removeprefix("/api/v1/")
    problem(ada.post("rescission-rules/", RULE), "rules_overlap", 409, "valid_from")
    problem(ada.patch(here, {"note": "Confirmed"}), "version_needed", 428)
    changed = ada.patch(here, {"note": "Confirmed"}, version=1)
    assert (changed.json()["note"], changed.headers["ETag"]) == ("Confirmed", '"2"')
    problem(ada.patch(here, {"note": "Else"}, version=1), "changed_meanwhile", 412)
    problem(sue.patch(here, {"note": "Else"}, version=2), "administrator_needed", 403)
    problem(sue.post(f"{here}end/", {"on": "2026-06-01"}), "administrator_needed", 403)
    ended = ada.post(f"{here}end/", {"on": "2026-06-01"})
    assert ended.json()["valid_until"] == "2026-06-01"
    for day, there in (("2025-12-31", False), ("2026-01-01", True), ("2026-05-31", True), ("2026-06-01", False)):
        listed = sue.get("rescission-rules/", on=day, jurisdiction="US-CO", kind_of_action="fee").json()["results"]
        assert bool(listed) is there, day


def test_a_rule_that_was_used_is_only_ended(house: House, api: Clients) -> None:
    used = rule(house, "within_days", within_days=30)
    error = favorable(house)
    assert api(house.bob).post(at(error, "honor/"), {}, key="1").status_code == 201
    ada = api(house.ada)
    here = f"rescission-rules/{used.pk}/"
    assert ada.get(here).json()["used"] is True
    problem(ada.patch(here, {"effect": "allowed"}, version=used.version), "rule_in_use", 409)
    problem(ada.post(f"{here}end/", {"on": "2026-03-10"}), "rule_in_use", 409, "valid_until")
    assert ada.post(f"{here}end/", {"on": "2026-03-11"}).status_code == 200


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"jurisdiction": "Mars"}, "unknown_jurisdiction", "jurisdiction"),
        ({"jurisdiction": "XX"}, "unknown_jurisdiction", "jurisdiction"),
        ({"effect": "maybe"}, "invalid", "effect"),
        ({"effect": "within_days"}, "invalid", "within_days"),
        ({"within_days": 5}, "invalid", "within_days"),
        ({"effect": "within_days", "within_days": -1}, "invalid", "within_days"),
        ({"effect": "within_days", "within_days": 10**30}, "invalid", "within_days"),
        ({"valid_from": "2026-02-30"}, "invalid", "valid_from"),
        ({"valid_from": "2026-1-1"}, "invalid", "valid_from"),
        ({"valid_from": 20260101}, "invalid", "valid_from"),
        ({"valid_from": None}, "invalid", "valid_from"),
        ({"valid_from": "0001-01-01"}, "invalid", "valid_from"),
        ({"valid_until": "2026-01-01"}, "invalid", "valid_until"),
        ({"valid_until": "9999-12-31"}, "invalid", "valid_until"),
        ({"citation": " "}, "invalid", "citation"),
        ({"citation": "x" * 301}, "invalid", "citation"),
        ({"line_of_business": "a\x00"}, "invalid", "line_of_business"),
        ({"example": "yes"}, "invalid", "example"),
        ({"valid": True}, "invalid", "valid"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    house: House, api: Clients, change: dict[str, Any], code: str, field: str
) -> None:
    ada = api(house.ada)
    before = everything()
    problem(ada.post("rescission-rules/", RULE | change), code, 400, field)
    assert everything() == before
