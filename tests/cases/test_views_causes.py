"""The tree of causes on screen."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from cases.domain.causes import add_cause
from cases.models import Cause
from tests.factories import House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P24")]


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def test_a_cause_is_added_under_another(house: House) -> None:
    root = house.cause("Process")
    done = as_(house.ada).post("/settings/causes/new", {"name": "A step was skipped", "parent": root.pk})
    assert done.status_code == 302
    assert Cause.objects.get(name="A step was skipped").parent == root
    html = as_(house.ada).get("/settings/causes").content.decode()
    assert 'data-depth="0"' in html
    assert 'data-depth="1"' in html


@pytest.mark.parametrize(
    ("name", "said"), [("", "Give the cause a name."), ("Process", "There is a cause “Process” here")]
)
def test_a_name_that_does_not_do_is_told_beside_it(house: House, name: str, said: str) -> None:
    house.cause("Process")
    refused = as_(house.ada).post("/settings/causes/new", {"name": name, "parent": ""})
    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert Cause.objects.count() == 1


@pytest.mark.practice("P8")
def test_two_who_rename_do_not_overwrite_each_other(house: House) -> None:
    cause = house.cause("Process")
    where, client = f"/settings/causes/{cause.pk}/rename", as_(house.ada)
    client.post(where, {"name": "Procedures", "version": cause.version})
    refused = client.post(where, {"name": "Ways of work", "version": cause.version})
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "It is now called “Procedures”." in html
    assert 'value="Ways of work"' in html
    assert again(cause).name == "Procedures"
    client.post(where, {"name": "Ways of work", "version": again(cause).version})
    assert again(cause).name == "Ways of work"


def test_a_cause_is_retired_and_used_again(house: House) -> None:
    cause = house.cause("Process")
    client = as_(house.ada)
    client.post(f"/settings/causes/{cause.pk}/retire", {"version": cause.version})
    assert not again(cause).active
    client.post(f"/settings/causes/{cause.pk}/retire", {"version": again(cause).version})
    assert again(cause).active
    assert client.post(f"/settings/causes/{cause.pk}/retire", {"version": "x"}).status_code == 422


def test_others_read_the_tree_and_cannot_change_it(house: House) -> None:
    cause = add_cause(name="Process", parent=None, by=house.ada, now=house.now)
    client = as_(house.alice)
    html = client.get("/settings/causes").content.decode()
    assert "Only an administrator can change settings." in html
    assert "Rename" not in html
    for where, data in (
        ("new", {"name": "X"}),
        (f"{cause.pk}/rename", {"name": "X", "version": 1}),
        (f"{cause.pk}/retire", {"version": 1}),
    ):
        refused = client.post(f"/settings/causes/{where}", data)
        assert refused.status_code == 422
        assert b'data-refused="administrator_needed"' in refused.content
    assert [each.name for each in Cause.objects.all()] == ["Process"]
