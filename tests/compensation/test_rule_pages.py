"""The rules for taking back on screen: in force, coming, ended; added, changed and ended by administrators alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from compensation.models import RescissionRule
from tests.factories import House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P1")]

GIVEN = {
    "jurisdiction": "us-ny",
    "line_of_business": "Insurance",
    "kind_of_action": "reinstatement",
    "effect": "prohibited",
    "citation": "The policy on reinstatements",
    "valid_from": "2026-01-01",
}


@pytest.fixture(autouse=True)
def _at_that_time(house: House) -> Iterator[None]:
    RescissionRule.objects.all().delete()
    with time_machine.travel(house.now, tick=False):
        yield


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def add(house: House, **changed: Any) -> Any:
    return as_(house.ada).post(reverse("setting-rule-new"), GIVEN | changed)


def listed(user: User) -> str:
    return as_(user).get(reverse("setting-rules")).content.decode()


def rule() -> RescissionRule:
    return RescissionRule.objects.get()


def test_an_empty_table_teaches_what_follows(house: House) -> None:
    assert "No rule is in force" in listed(house.ada)


def test_a_rule_is_added_and_stands_in_the_list(house: House) -> None:
    assert add(house, example="on").url == reverse("setting-rules")
    html = listed(house.alice)
    for said in ("US-NY", "Insurance", "reinstatement", "Prohibited", "The policy on reinstatements"):
        assert said in html
    assert "to be confirmed by counsel" in html


def test_what_will_hold_and_what_has_ended_stand_apart(house: House) -> None:
    add(house, valid_from="2027-01-01")
    add(house, valid_until="2026-02-01")
    html = listed(house.ada)
    assert "Coming" in html
    assert "Ended" in html
    assert "No rule is in force" in html


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"jurisdiction": "XX-1"}, "country"),
        ({"effect": "within_days"}, "Say within how many days"),
        ({"citation": " "}, "Say where this is written"),
        ({"valid_until": "2025-12-31"}, "It would end before it begins."),
        ({"valid_from": "soon"}, "Enter a valid date."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_written(
    house: House, wrong: dict[str, str], said: str
) -> None:
    answer = add(house, note="kept as it was typed", **wrong)
    html = answer.content.decode()
    assert (answer.status_code, RescissionRule.objects.count()) == (422, 0)
    assert said in html
    assert "kept as it was typed" in html
    assert 'aria-invalid="true"' in html


def test_a_second_rule_for_the_same_place_and_time_is_refused_with_the_first(house: House) -> None:
    add(house)
    answer = add(house, effect="allowed", citation="Another")
    assert answer.status_code == 422
    assert "“The policy on reinstatements”. End that one first" in answer.content.decode()
    assert RescissionRule.objects.count() == 1


def test_a_rule_is_changed_and_two_writers_do_not_overwrite_each_other(house: House) -> None:
    add(house)
    address = reverse("setting-rule", args=[rule().pk])
    first = as_(house.ada).post(address, GIVEN | {"citation": "Section 7", "version": rule().version})
    assert (first.status_code, rule().citation) == (302, "Section 7")
    late = as_(house.ada).post(address, GIVEN | {"citation": "Section 8", "version": 1})
    assert (late.status_code, rule().citation) == (422, "Section 7")
    assert "was changed by Ada" in late.content.decode()


def test_a_rule_is_ended(house: House) -> None:
    add(house)
    address = reverse("setting-rule-end", args=[rule().pk])
    as_(house.ada).post(address, {"valid_until": "2026-03-10", "version": rule().version})
    assert rule().valid_until == date(2026, 3, 10)
    again_ = as_(house.ada).post(address, {"valid_until": "2026-04-01", "version": rule().version})
    assert "It ends on March 10, 2026 already." in again_.content.decode()


@pytest.mark.parametrize("who", ["alice", "sue"])
def test_others_read_and_do_not_write(house: House, who: str) -> None:
    add(house)
    user, kept = getattr(house, who), rule()
    client = as_(user)
    html = client.get(reverse("setting-rule", args=[kept.pk])).content.decode()
    assert "Only an administrator can change settings." in html
    assert "Keep it" not in html
    for address in (
        reverse("setting-rule-new"),
        reverse("setting-rule", args=[kept.pk]),
        reverse("setting-rule-end", args=[kept.pk]),
    ):
        answer = client.post(address, GIVEN | {"citation": "Mine", "valid_until": "2026-03-10"})
        assert answer.status_code == 422
        assert "administrator" in answer.content.decode()
    assert (again(kept).citation, again(kept).valid_until) == (kept.citation, None)
