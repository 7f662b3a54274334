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
    down_to(page.get_by_text("/cases/{reference}/acknowledge/"), page)
    read = page.locator("#operations-me-me-read")
    down_to(read, page)
    read.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.get_by_text('"username": "alice"').first.wait_for()


def down_to(part: Any, page: Any) -> None:
    """It draws what comes into sight."""
    for _ in range(200):
        if part.count():
            return
        page.mouse.wheel(0, 800)
        page.wait_for_timeout(50)
    pytest.fail(f"{part} is not there")


def test_the_document_needs_no_sign_in() -> None:
    answer = Client().get("/api/v1/schema/")
    assert answer.status_code == 200
    document = answer.json()
    assert document["openapi"].startswith("3.0")
    assert all(path.startswith("/api/v1/") for path in document["paths"])
