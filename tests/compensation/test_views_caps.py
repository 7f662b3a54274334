"""Caps on screen: planned ahead, over time, taken out of the plan, and what somebody could spend."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import Role
from compensation.domain import setting_caps
from compensation.models import Cap
from tests.compensation.test_views_settings import amount, as_, grid, save
from tests.factories import House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]


def wall(house: House, days: int = 10) -> str:
    """A moment ahead, as it stands on Ada's wall."""
    return f"{(timezone.now() + timedelta(days=days)).astimezone(house.ada.zone):%Y-%m-%dT%H:00}"


def planned(house: House, typed: dict[str, str], days: int = 10) -> Any:
    return save(house.ada, grid(house.ada) | typed | {"starts_at": wall(house, days)})


def test_a_change_is_planned_shown_and_taken_out(house: House) -> None:
    house.usual_caps()
    assert planned(house, {"rep-award": "35", "rep-team": "5000"}).status_code == 302
    assert (amount("award", role="rep"), Cap.objects.get(role="rep", axis="award", ends_at=None).amount_minor) == (
        2000,
        3500,
    )
    html = unescape(as_(house.ada).get("/settings/caps").content.decode())
    assert "Planned" in html
    assert "$35.00" in html
    assert 'value="20.00"' in html
    ahead = unescape(as_(house.ada).get(f"/settings/caps?from={wall(house, 11)}").content.decode())
    assert 'value="35.00"' in ahead
    cap = Cap.objects.get(role="rep", axis="award", ends_at=None)
    stale = as_(house.ada).post(f"/settings/caps/{cap.pk}/take-out", {"version": cap.version + 1})
    assert b'data-refused="changed_meanwhile"' in stale.content
    assert as_(house.ada).post(f"/settings/caps/{cap.pk}/take-out", {"version": cap.version}).status_code == 302
    assert Cap.objects.get(role="rep", axis="award").ends_at is None


def test_who_plans_over_anothers_plan_is_told_of_it_and_keeps_what_they_typed(house: House) -> None:
    house.usual_caps()
    planned(house, {"rep-award": "35"}, days=5)
    refused = planned(house, {"rep-award": "50", "rep-day": "77"})
    html = unescape(refused.content.decode())
    assert refused.status_code == 422
    assert "Ada planned $35.00 for then. Save again to put yours in its place." in html
    assert 'value="50"' in html
    assert not Cap.objects.filter(role="rep", axis="day", amount_minor=7700).exists()


@pytest.mark.parametrize(("typed", "said"), [("2001-01-01T00:00", "now or later"), ("soon", "Give a date and a time.")])
def test_a_moment_that_cannot_be_meant_saves_nothing(house: House, typed: str, said: str) -> None:
    house.usual_caps()
    refused = save(house.ada, grid(house.ada) | {"rep-award": "35", "starts_at": typed})
    assert refused.status_code == 422
    assert said in unescape(refused.content.decode())
    assert amount("award", role="rep") == 2000


def test_emptying_a_cell_ahead_plans_its_end_and_that_is_taken_out_too(house: House) -> None:
    house.usual_caps()
    cap = house.caps(house.alice, award=4000)["award"]  # type: ignore[index]
    planned(house, {f"u{house.alice.pk}-award": ""})
    assert again(cap).ends_at is not None
    assert amount("award", user=house.alice) == 4000
    as_(house.ada).post(f"/settings/caps/{cap.pk}/take-out", {"version": cap.version})
    assert again(cap).ends_at is None


def test_the_number_of_no_questions_remedies_has_a_grid_of_its_own(house: House) -> None:
    typed = grid(house.ada, "no-questions")
    assert save(house.ada, typed | {"rep-no_questions": "12"}).status_code == 302
    cap = Cap.objects.get(axis="no_questions")
    assert (cap.amount_minor, cap.currency, cap.role) == (12, "", "rep")
    for wrong in ("1.5", "-1", "many", "9999"):
        refused = save(house.ada, grid(house.ada, "no-questions") | {"rep-no_questions": wrong})
        assert refused.status_code == 422
    assert Cap.objects.count() == 1


def test_all_that_one_holder_had_stands_with_who_set_it_and_when(house: House) -> None:
    house.usual_caps()
    save(house.ada, grid(house.ada) | {"rep-award": "60"})
    planned(house, {"rep-award": "80"})
    html = unescape(as_(house.alice).get("/settings/caps/of/rep").content.decode())
    assert "from $20.00 to $60.00" in html
    assert "from $60.00 to $80.00" in html
    assert html.index("$80.00") < html.index("$60.00") < html.index("$20.00")
    assert as_(house.ada).get(f"/settings/caps/of/u{house.alice.pk}").status_code == 200
    for nowhere in ("/settings/caps/of/admin", "/settings/caps/of/u0", "/settings/caps/of/ux"):
        assert as_(house.ada).get(nowhere).status_code == 404
    assert as_(house.alice).get(f"/settings/caps/of/u{house.charlie.pk}").status_code == 404


def test_what_somebody_could_spend_names_the_cap_that_binds_and_who_is_asked_above_it(house: House) -> None:
    house.usual_caps()
    house.caps(Role.REP, customer=1800)
    house.now = timezone.now()
    case = house.heard_case()
    house.give(case, 500)
    address = f"/settings/caps/preview?who={house.alice.pk}&case={case.reference.lower()}"
    html = unescape(as_(house.sue).get(address).content.decode())
    assert "What could Alice spend?" in html
    assert "per customer and month" in html
    assert html.count("$13.00") == 2
    assert "can approve up to $200.00" in html
    anywhere = unescape(as_(house.ada).get(f"/settings/caps/preview?who={house.alice.pk}").content.decode())
    assert "per case" not in anywhere
    for wrong in (f"who={house.charlie.pk}", f"who={house.alice.pk}&case=RC-00000000", f"who={house.alice.pk}&at=soon"):
        assert as_(house.sue).get(f"/settings/caps/preview?{wrong}").status_code == 422
    refused = as_(house.alice).get(address)
    assert b'data-refused="supervisor_needed"' in refused.content


def test_what_could_be_spent_at_a_moment_ahead_goes_by_what_is_planned(house: House) -> None:
    house.usual_caps()
    setting_caps.set_cap(
        axis="award",
        currency="USD",
        amount_minor=100,
        role="rep",
        by=house.ada,
        now=timezone.now(),
        starts_at=timezone.now() + timedelta(days=5),
    )
    html = as_(house.ada).get(f"/settings/caps/preview?who={house.alice.pk}&at={wall(house)}").content.decode()
    assert "<b>per award</b> binds" in html
    assert "$1.00" in html


def test_pages_of_caps_cost_as_many_queries_however_much_is_planned(house: House) -> None:
    house.usual_caps()
    client, seen = as_(house.ada), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as ran:
            client.get("/settings/caps")
            client.get("/settings/caps/of/rep")
            client.get(f"/settings/caps/preview?who={house.alice.pk}")
        seen.append(len(ran))
        for days in range(1, 9):
            planned(house, {"rep-award": str(20 + days), "rep-day": str(200 + days)}, days=days)
    assert seen[0] == seen[1]
