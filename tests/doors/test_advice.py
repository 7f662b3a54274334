"""Rules of advice at every door: the same refusals, and nothing written."""

from __future__ import annotations

import html
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.authority import Refused
from compensation.domain.advice_rules import change_advice
from compensation.models import AdviceRule
from recovery.rest.problems import STATUS_OF
from tests.api.conftest import Api, problem
from tests.compensation.test_views_advice import form
from tests.doors.state import everything
from tests.factories import NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P15")]

TRIES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("administrator_needed", "alice", "fits_money", {"words": "Mine"}),
    ("administrator_needed", "sue", "fits_money", {"active": False}),
    ("apology_always", "ada", "apology", {"active": False}),
    ("apology_always", "ada", "apology", {"severities": ["high"]}),
    ("apology_always", "ada", "apology", {"kinds_of_action": ["fee"]}),
    ("apology_always", "ada", "apology", {"kinds": ["assistance"]}),
    ("words_needed", "ada", "fits_money", {"citation": ""}),
    ("words_needed", "ada", "fits_money", {"words": " "}),
    ("invalid", "ada", "fits_money", {"gives": []}),
    ("invalid", "ada", "low_either", {"kinds": []}),
    ("invalid", "ada", "more_than_helps", {"percent": None}),
    ("changed_meanwhile", "ada", "fits_money", {"words": "Mine", "version": 7}),
]


@pytest.mark.parametrize(("code", "who", "rule", "change"), TRIES)
def test_a_refusal_is_the_same_at_every_door(
    house: House, code: str, who: str, rule: str, change: dict[str, Any]
) -> None:
    found, user = AdviceRule.objects.get(code=rule), getattr(house, who)
    version = change.pop("version", found.version) if (change := dict(change)) else found.version
    client, api = Client(), Api(user)
    client.force_login(user)
    before = everything()
    with pytest.raises(Refused) as refused:
        change_advice(found, by=user, now=NOW, version=version, **change)
    assert refused.value.code == code
    with time_machine.travel(NOW, tick=False):
        sent = {
            name: ("on" if value is True else "" if value in (False, None) else value) for name, value in change.items()
        }
        answer = client.post(
            reverse("setting-advice-rule", args=[found.pk]), form(found, **sent | {"version": version})
        )
        page = html.unescape(answer.content.decode())
        assert answer.status_code == 422
        assert refused.value.reason in page or code in page
        problem(api.patch(f"advice-rules/{found.pk}/", change, version=version), code, STATUS_OF.get(code, 409))
    assert everything() == before


def test_switching_off_by_the_lists_own_button_is_refused_too(house: House) -> None:
    client, found = Client(), AdviceRule.objects.get(code="apology")
    client.force_login(house.ada)
    before = everything()
    answer = client.post(reverse("setting-advice-switch", args=[found.pk]), {"version": 1})
    assert (answer.status_code, "apology_always" in answer.content.decode()) == (422, True)
    assert everything() == before


def test_the_database_holds_that_an_apology_is_called_for(house: House) -> None:
    for wrong in ({"active": False}, {"second_failure": True}, {"effect": "anew"}, {"citation": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AdviceRule.objects.filter(code="apology").update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        AdviceRule.objects.filter(code="more_than_helps").update(percent=99)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_rules_are_neither_added_nor_deleted(house: House, method: str) -> None:
    client = Client()
    client.force_login(house.ada)
    assert getattr(client, method)("/api/v1/advice-rules/").status_code == 405
