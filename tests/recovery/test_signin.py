"""Who may sign in with the password that everybody knows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain.staffing import add_user
from accounts.models import User
from accounts.tasks import forget_sessions
from desk.management.demo import staff
from recovery import signin

pytestmark = pytest.mark.django_db


@pytest.fixture
def maya() -> User:
    return add_user(
        username="maya", name="Maya", email="maya@example.org", password="demo-recovery", now=timezone.now()
    )


def test_the_two_who_know_it_know_the_same() -> None:
    assert signin.DEMO_PASSWORD == staff.PASSWORD


def test_the_demo_password_works_in_the_embedded_mode(maya: User) -> None:
    assert authenticate(username="maya", password="demo-recovery") == maya


def test_it_is_refused_elsewhere_even_where_the_rows_are(maya: User, settings: pytest.FixtureRequest) -> None:
    settings.IS_EMBEDDED = False  # type: ignore[attr-defined]
    assert authenticate(username="maya", password="demo-recovery") is None
    client = Client()
    for address, field in ((reverse("account_login"), "login"), (reverse("admin:login"), "username")):
        client.post(address, {field: "maya", "password": "demo-recovery"})
        assert "_auth_user_id" not in client.session


def test_other_passwords_work_everywhere(maya: User, settings: pytest.FixtureRequest) -> None:
    settings.IS_EMBEDDED = False  # type: ignore[attr-defined]
    maya.set_password("a-long-password-of-her-own")
    maya.save()
    assert authenticate(username="maya", password="a-long-password-of-her-own") == maya


def test_wrong_passwords_of_one_address_behind_the_proxy_shut_nobody_else_out(
    maya: User, settings: pytest.FixtureRequest
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # type: ignore[attr-defined]
    cache.clear()
    address = reverse("account_login")
    for guess in range(12):
        Client().post(
            address, {"login": f"guess{guess}", "password": "wrong"}, headers={"X-Forwarded-For": "203.0.113.7"}
        )
    right = {"login": "maya", "password": "demo-recovery"}
    shut_out, client = Client(), Client()
    shut_out.post(address, right, headers={"X-Forwarded-For": "203.0.113.7"})
    assert "_auth_user_id" not in shut_out.session
    client.post(address, right, headers={"X-Forwarded-For": "198.51.100.4"})
    assert client.session["_auth_user_id"] == str(maya.pk)
    cache.clear()


def test_a_sign_in_that_has_ended_is_forgotten_and_one_in_use_is_kept(maya: User) -> None:
    now, client = timezone.now(), Client()
    client.force_login(maya)
    ended = Session.objects.create(session_key="ended", session_data="", expire_date=now - timedelta(minutes=1))
    assert forget_sessions() == 1
    assert not Session.objects.filter(pk=ended.pk).exists()
    assert client.get(reverse("desk")).status_code == 200


def test_signing_in_by_the_page(maya: User) -> None:
    client = Client()
    answer = client.post(reverse("account_login"), {"login": "maya", "password": "demo-recovery"})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(maya.pk)
