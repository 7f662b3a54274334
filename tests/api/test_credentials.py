"""`manage.py api_credential`: the secret alone on the last line, and nowhere else."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import ApiCredential, User
from tests.factories import House


def issued(*args: str, **options: Any) -> str:
    out = StringIO()
    call_command("api_credential", *args, stdout=out, **options)
    return out.getvalue().rstrip("\n").splitlines()[-1]


def me(secret: str) -> dict[str, Any]:
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/me/")
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def test_for_a_person(house: House) -> None:
    secret = issued("--user", "alice", "--name", "CRM")
    assert me(secret)["username"] == "alice"
    kept = ApiCredential.objects.get()
    assert kept.scopes == ["money", "read", "write"]
    assert secret not in str(ApiCredential.objects.values().get())


def test_with_scopes(house: House) -> None:
    issued("--user", "alice", "--name", "CRM", "--scope", "read", "--scope", "write")
    assert ApiCredential.objects.get().scopes == ["read", "write"]


def test_for_a_service_account_that_is_made_once(house: House) -> None:
    first, second = (issued("--service", "dialer", "--team", "Front desk", "--name", "Dialer") for _ in range(2))
    assert me(first) == me(second)
    assert me(first)["is_service"] is True
    assert me(first)["units"] == [house.unit.pk]
    assert not User.objects.get(username="dialer").has_usable_password()


@pytest.mark.parametrize(
    "args",
    [
        ("--user", "nobody", "--name", "CRM"),
        ("--user", "alice", "--name", " "),
        ("--service", "dialer", "--name", "CRM"),
        ("--service", "dialer", "--team", "No such team", "--name", "CRM"),
        ("--service", "alice", "--team", "Front desk", "--name", "CRM"),
        ("--service", "crm", "--team", "Bank desk", "--name", "CRM"),
    ],
)
def test_what_it_refuses(house: House, args: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        issued(*args)
    assert not ApiCredential.objects.exists()
