"""The rules of advice on screen: everybody reads them with their sources, administrators tune them."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from compensation.models import AdviceRule
from compensation.queries.advice import advice_rules
from journal.models import Event
from tests.factories import House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P15")]


@pytest.fixture(autouse=True)
def _at_that_time(house: House) -> Iterator[None]:
    with time_machine.travel(house.now, tick=False):
        yield


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def rule(code: str = "fits_money") -> AdviceRule:
    return AdviceRule.objects.get(code=code)


def form(of: AdviceRule, **changed: Any) -> dict[str, Any]:
    """What the page of a rule would send."""
    given = {
        "version": of.version,
        "title": of.title,
        "words": of.words,
        "citation": of.citation,
        "severities": of.severities,
        "kinds_of_action": of.kinds_of_action,
        "kinds": of.kinds,
        "gives": of.gives,
        "active": "on" if of.active else "",
    } | ({"percent": of.percent} if of.percent else {})
    return {name: value for name, value in (given | changed).items() if value != ""}


@pytest.mark.parametrize("who", ["alice", "sue", "ada"])
def test_every_rule_is_read_with_its_reason_and_source(house: House, who: str) -> None:
    page = html.unescape(as_(getattr(house, who)).get(reverse("setting-advice")).content.decode())
    for each in advice_rules():
        assert each.title in page
        assert each.words in page
        assert each.citation in page
    assert ("Switch off" in page) is (who == "ada")


def test_one_rule_is_read_by_everybody_and_changed_by_administrators(house: House) -> None:
    at = reverse("setting-advice-rule", args=[rule().pk])
    assert '<form class="card"' not in as_(house.sue).get(at).content.decode()
    answer = as_(house.ada).post(at, form(rule(), words="Money back, at once.", kinds_of_action=["fee"]))
    assert answer.url == reverse("setting-advice")
    changed = rule()
    assert (changed.words, changed.kinds_of_action, changed.version) == ("Money back, at once.", ["fee"], 2)
    event = Event.objects.get(type="advice_rule.changed")
    assert (event.subject_id, event.actor, event.data["fields"]) == (
        changed.pk,
        house.ada,
        ["kinds_of_action", "words"],
    )
    assert "Money back" not in str(event.data)


def test_nothing_changed_is_nothing_written(house: House) -> None:
    for each in advice_rules():
        answer = as_(house.ada).post(reverse("setting-advice-rule", args=[each.pk]), form(each))
        assert answer.status_code == 302, answer.content.decode()
    assert set(advice_rules().values_list("version", flat=True)) == {1}
    assert not Event.objects.filter(type="advice_rule.changed").exists()


def test_a_rule_is_switched_off_and_on_from_the_list(house: House) -> None:
    ada, at = as_(house.ada), reverse("setting-advice-switch", args=[rule().pk])
    assert "no longer advised" in ada.post(at, {"version": 1}, follow=True).content.decode()
    assert rule().active is False
    assert "Switched off" in ada.get(reverse("setting-advice")).content.decode()
    ada.post(at, {"version": 2, "active": "on"})
    assert rule().active is True


def test_what_a_colleague_changed_meanwhile_is_told(house: House) -> None:
    seen = form(rule(), words="Mine")
    as_(house.ada).post(reverse("setting-advice-rule", args=[rule().pk]), form(rule(), words="Theirs"))
    answer = as_(house.ada).post(reverse("setting-advice-rule", args=[rule().pk]), seen)
    assert answer.status_code == 422
    assert "changed by Ada" in answer.content.decode()
    assert "Mine" in answer.content.decode()
    assert rule().words == "Theirs"
    again_sent = as_(house.ada).post(reverse("setting-advice-rule", args=[rule().pk]), seen | {"version": 2})
    assert (again_sent.status_code, rule().words) == (302, "Mine")


@pytest.mark.parametrize(
    ("code", "wrong", "said"),
    [
        ("fits_money", {"gives": []}, "Choose at least one"),
        ("fits_money", {"gives": ["gold"]}, "Select a valid choice"),
        ("low_either", {"kinds": []}, "Choose at least one"),
        ("low_either", {"severities": ["huge"]}, "Select a valid choice"),
        ("fits_money", {"title": " "}, "A rule says what to do, why"),
        ("fits_money", {"citation": " "}, "A rule says what to do, why"),
        ("more_than_helps", {"percent": "99"}, "greater than or equal to 100"),
        ("more_than_helps", {"percent": ""}, "from 100 to"),
        ("fits_money", {"words": "x" * 301}, "at most 300 characters"),
    ],
)
def test_what_no_rule_can_be_is_refused_beside_its_field(house: House, code: str, wrong: Any, said: str) -> None:
    before = rule(code)
    answer = as_(house.ada).post(reverse("setting-advice-rule", args=[before.pk]), form(before, **wrong))
    assert answer.status_code == 422
    assert said in html.unescape(answer.content.decode())
    assert rule(code).version == 1


def test_the_share_of_the_loss_is_tuned(house: House) -> None:
    found = rule("more_than_helps")
    as_(house.ada).post(reverse("setting-advice-rule", args=[found.pk]), form(found, percent="200"))
    assert again(found).percent == 200


def test_the_apology_has_no_switch(house: House) -> None:
    page = as_(house.ada).get(reverse("setting-advice")).content.decode()
    assert reverse("setting-advice-switch", args=[rule("apology").pk]) not in page
    assert "Always on" in page
    own = as_(house.ada).get(reverse("setting-advice-rule", args=[rule("apology").pk])).content.decode()
    assert 'name="severities"' not in own
    answer = as_(house.ada).post(
        reverse("setting-advice-rule", args=[rule("apology").pk]), form(rule("apology"), words="Sorry comes first.")
    )
    assert (answer.status_code, rule("apology").words) == (302, "Sorry comes first.")


def test_what_is_switched_off_is_gone_from_the_case(house: House) -> None:
    house.usual_caps()
    case, alice = house.heard_case(severity="low", kind_of_action="fee"), as_(house.alice)
    at = reverse("case", args=[case.reference])
    assert 'data-rule="fits_money"' in alice.get(at).content.decode()
    as_(house.ada).post(reverse("setting-advice-switch", args=[rule().pk]), {"version": 1})
    page = alice.get(at).content.decode()
    assert 'data-rule="fits_money"' not in page
    assert 'data-rule="low_either"' in page
