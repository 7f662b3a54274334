"""Programs that call the API: each client carries a credential of somebody in the house."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.domain import credentials
from accounts.enums import Scope
from accounts.models import User


class Api:
    """A client that speaks JSON as one user. Every POST may carry a key; money needs one."""

    def __init__(self, user: User, *, scopes: list[str] | None = None) -> None:
        _, self.secret = credentials.issue(
            user, name="tests", by=None, now=timezone.now(), scopes=scopes or Scope.values
        )
        self.client = Client(headers={"Authorization": f"Bearer {self.secret}"})

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        raw = body if isinstance(body, str | bytes) else json.dumps({} if body is None else body)
        return self.client.generic(method, f"/api/v1/{path}", raw, "application/json", headers=headers)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path if path.startswith("http") else f"/api/v1/{path}", query)

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        return self._send("POST", path, body, headers | ({"Idempotency-Key": key} if key else {}))

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("PUT", path, body, headers)

    def patch(self, path: str, body: Any = None, *, version: Any = None) -> Any:
        return self._send("PATCH", path, body, {"If-Match": f'"{version}"'} if version is not None else {})


@pytest.fixture
def api(db: None) -> Callable[..., Api]:
    return Api


def problem(response: Any, code: str, status: int, field: str = "") -> dict[str, Any]:
    """Asserts that an answer is this problem document."""
    assert response.headers["Content-Type"] == "application/problem+json", response.content
    told: dict[str, Any] = response.json()
    assert (told["code"], response.status_code, told["status"]) == (code, status, status), told
    assert told["detail"]
    if field:
        assert field in told["errors"], told
    return told
