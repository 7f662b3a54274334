"""The documentation opens in a real browser under the content policy as it is, and its requests come through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories import House

pytestmark = pytest.mark.journey


@pytest.mark.django_db(transaction=True)
def test_swagger_ui_draws_itself_and_asks_as_whoever_is_signed_in(house: House, open_page: Callable[..., Any]) -> None:
    page = open_page(house.alice)
    page.goto("/api/v1/docs/")
    page.get_by_text("/cases/{reference}/acknowledge/").first.wait_for()
    page.locator("#operations-me-me-read").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.get_by_text('"username": "alice"').first.wait_for()


def test_the_document_needs_no_sign_in() -> None:
    answer = Client().get("/api/v1/schema/")
    assert answer.status_code == 200
    document = answer.json()
    assert document["openapi"].startswith("3.0")
    assert all(path.startswith("/api/v1/") for path in document["paths"])
