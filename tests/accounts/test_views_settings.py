"""People and credentials on screen."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.domain.credentials import authenticate
from accounts.models import ApiCredential, User
from tests.factories import DAY, House, again

pytestmark = pytest.mark.django_db


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def issue(by: User, to: User, **data: Any) -> Any:
    given = {"user": to.pk, "name": "CRM", "scopes": ["read", "write"]} | data
    return as_(by).post("/settings/credentials", given)


def secret_in(answer: Any) -> str:
    found = re.search(r'id="secret"[^>]*value="(rcv_[^"]+)"', answer.content.decode())
    return found[1] if found else ""


@pytest.mark.practice("P29")
def test_a_secret_is_shown_once_and_works(house: House) -> None:
    answer = issue(house.ada, house.crm)
    secret = secret_in(answer)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    credential = authenticate(secret)
    assert credential is not None
    assert credential.user == house.crm
    assert sorted(credential.scopes) == ["read", "write"]
    later = as_(house.ada).get("/settings/credentials").content.decode()
    assert secret not in later
    assert credential.hint in later


def test_people_issue_their_own_and_nobody_elses(house: House) -> None:
    assert secret_in(issue(house.alice, house.alice))
    refused = issue(house.alice, house.bob)
    assert refused.status_code == 422
    assert [each.user for each in ApiCredential.objects.all()] == [house.alice]
    assert "CRM" not in as_(house.bob).get("/settings/credentials").content.decode().split("Issue one")[0]


@pytest.mark.parametrize(
    ("data", "said"), [({"name": " "}, "Give the credential a name"), ({"scopes": []}, "Scopes are")]
)
def test_what_is_wrong_stands_beside_its_field(house: House, data: dict[str, Any], said: str) -> None:
    refused = issue(house.ada, house.crm, **data)
    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert not ApiCredential.objects.exists()


def test_a_credential_is_revoked_by_its_holder_or_an_administrator(house: House) -> None:
    for by in (house.alice, house.ada):
        secret = secret_in(issue(house.alice, house.alice))
        credential = ApiCredential.objects.latest("pk")
        assert as_(house.bob).post(f"/settings/credentials/{credential.pk}/revoke").status_code == 404
        assert as_(by).post(f"/settings/credentials/{credential.pk}/revoke").status_code == 302
        assert authenticate(secret) is None


@pytest.mark.parametrize("who", ["alice", "sue", "ada"])
def test_everybody_finds_where_settings_begin(house: House, who: str) -> None:
    html = as_(getattr(house, who)).get("/settings").content.decode()
    assert ("Only an administrator can change settings." in html) == (who != "ada")
    assert "Credentials" in html


def test_an_administrator_sees_everybody_and_says_who_is_away(house: House) -> None:
    until = timezone.localtime(timezone.now() + DAY).strftime("%Y-%m-%dT%H:%M")
    client = as_(house.ada)
    assert "Charlie" in client.get("/settings/people").content.decode()
    client.post(f"/settings/people/{house.alice.pk}/state", {"state": "away", "until": until})
    assert again(house.alice).working_state == "away"
    client.post(f"/settings/people/{house.bob.pk}/state", {"state": "left"})
    assert again(house.bob).working_state == "left"


def test_an_administrator_says_whose_public_holidays_somebody_has(house: House) -> None:
    client, at = as_(house.ada), f"/settings/people/{house.alice.pk}/holidays"
    assert client.post(at, {"holiday_region": " us-co "}).status_code == 302
    assert again(house.alice).holiday_region == "US-CO"
    assert "holidays of US-CO" in as_(house.sue).get("/settings/people").content.decode()
    client.post(at, {"holiday_region": ""})
    assert again(house.alice).holiday_region == ""


@pytest.mark.parametrize("region", ["ZZ", "US-XX", "Texas", "U"])
def test_holidays_that_nobody_knows_are_refused(house: House, region: str) -> None:
    refused = as_(house.ada).post(f"/settings/people/{house.alice.pk}/holidays", {"holiday_region": region})
    assert refused.status_code == 422
    assert 'class="errorlist"' in refused.content.decode()
    assert again(house.alice).holiday_region == ""


def test_nobody_else_says_whose_holidays_somebody_has(house: House) -> None:
    client = as_(house.sue)
    assert "/holidays" not in client.get("/settings/people").content.decode()
    refused = client.post(f"/settings/people/{house.sue.pk}/holidays", {"holiday_region": "US"})
    assert refused.status_code == 422
    assert b"Only an administrator can change settings." in refused.content
    assert again(house.sue).holiday_region == ""


def test_somebody_whose_time_away_has_passed_is_shown_as_there(house: House) -> None:
    until = timezone.now() + DAY
    User.objects.filter(pk=house.alice.pk).update(working_state="away", away_until=until)
    row = r"Alice</span>.*?data-status=\"(\w+)\""
    html = as_(house.sue).get("/settings/people").content.decode()
    assert re.search(row, html, re.S)[1] == "away"  # type: ignore[index]
    with time_machine.travel(until + DAY):
        html = as_(house.sue).get("/settings/people").content.decode()
    assert re.search(row, html, re.S)[1] == "available"  # type: ignore[index]


@pytest.mark.parametrize("until", ["", "2020-01-01T10:00", "soon"])
def test_away_needs_a_time_ahead(house: House, until: str) -> None:
    refused = as_(house.ada).post(f"/settings/people/{house.alice.pk}/state", {"state": "away", "until": until})
    assert refused.status_code == 422
    assert 'class="errorlist"' in refused.content.decode()
    assert again(house.alice).working_state == "available"


def test_one_changes_ones_own_state_and_no_colleagues(house: House) -> None:
    client = as_(house.alice)
    html = client.get("/settings/people").content.decode()
    assert html.count("/state") == 1
    assert "Charlie" not in html
    assert client.post(f"/settings/people/{house.charlie.pk}/state", {"state": "available"}).status_code == 404
    refused = client.post(f"/settings/people/{house.bob.pk}/state", {"state": "left"})
    assert refused.status_code == 422
    assert b"data-refused=" in refused.content
    left = client.post(f"/settings/people/{house.alice.pk}/state", {"state": "left"})
    assert left.status_code == 422
    assert "Only an administrator can record that somebody left." in left.content.decode()
