"""What happens to every browser request."""

import json
import logging
from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from recovery.logs import JsonFormatter, RequestIdFilter

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.recovery.refusing_urls")]


@pytest.fixture
def maya() -> object:
    return get_user_model().objects.create_user("maya", "maya@example.com", "x", name="Maya", time_zone="Asia/Kolkata")


@pytest.fixture
def signed_in(client: Client, maya: object) -> Client:
    client.force_login(maya)  # type: ignore[arg-type]
    return client


def test_a_refusal_by_htmx_is_a_partial_aimed_at_the_refusal_region(signed_in: Client) -> None:
    response = signed_in.post("/refuse", headers={"HX-Request": "true"})
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#refusal"
    assert response["HX-Reswap"] == "innerHTML"
    assert 'data-refused="over_cap"' in response.text
    assert "<html" not in response.text


def test_a_refusal_of_a_plain_post_is_a_page_with_the_way_back(signed_in: Client) -> None:
    response = signed_in.post("/refuse", headers={"Referer": "http://testserver/cases/RC-7K3M9QTX"})
    assert response.status_code == 422
    assert "This is more than you may give alone." in response.text
    assert "<html" in response.text
    assert 'href="http://testserver/cases/RC-7K3M9QTX"' in response.text


def test_the_way_back_never_leads_elsewhere(signed_in: Client) -> None:
    response = signed_in.post("/refuse", headers={"Referer": "https://elsewhere.example.com/"})
    assert "elsewhere" not in response.text


def test_times_are_in_the_persons_own_zone(signed_in: Client) -> None:
    assert signed_in.get("/zone").text == "Asia/Kolkata"
    assert Client().get("/zone").text == "UTC"


def test_a_request_without_a_session_pays_for_no_query(django_assert_num_queries: Callable[..., object]) -> None:
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        assert Client().get("/zone").status_code == 200


@pytest.mark.parametrize(("given", "kept"), [("a1b2c3d4-e5f6", True), ("x\r\nInjected: 1", False), ("short", False)])
def test_a_request_has_an_id(given: str, kept: bool) -> None:
    response = Client().get("/zone", headers={"X-Request-ID": given})
    assert (response["X-Request-ID"] == given) is kept
    assert len(response["X-Request-ID"]) >= 8


def test_nothing_inline_is_allowed_to_run() -> None:
    policy = Client().get("/zone")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_an_error_is_logged_without_its_words(signed_in: Client, caplog: pytest.LogCaptureFixture) -> None:
    signed_in.raise_request_exception = False
    with caplog.at_level(logging.ERROR):
        assert signed_in.get("/fail?phone=%2B13035550100").status_code == 500
    record = next(record for record in caplog.records if record.name == "django.request")
    RequestIdFilter().filter(record)
    line = json.loads(JsonFormatter().format(record))
    assert line["error"] == "ValueError"
    assert line["message"] == "Internal Server Error: /fail"
    assert any("refusing_urls.py" in place for place in line["where"])
    assert "private" not in json.dumps(line)
    assert "0100" not in json.dumps(line)


def test_a_view_that_says_nothing_about_signing_in_asks_for_it() -> None:
    response = Client().post("/refuse")
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/login/")


@pytest.mark.parametrize("path", ["/sign-in/login/", "/sign-in/password/reset/", "/healthz"])
def test_a_stranger_reaches_what_leads_to_signing_in(path: str) -> None:
    assert Client().get(path).status_code in (200, 302)
    assert "/sign-in/login/" not in Client().get(path).get("Location", "")


def test_the_admin_has_no_sign_in_of_its_own() -> None:
    assert Client().get("/admin/login/")["Location"].startswith("/sign-in/login/")


def test_nobody_can_sign_up() -> None:
    response = Client().post("/sign-in/signup/", {"username": "eve", "password1": "correct-horse-7"})
    assert not get_user_model().objects.filter(username="eve").exists()
    assert response.status_code < 500


@pytest.mark.parametrize("place", ["s", "p"])
def test_the_token_of_a_customers_link_is_in_no_log(place: str) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: /%s/7~abc/call", (place,), None)
    assert json.loads(JsonFormatter().format(record))["message"] == f"Not Found: /{place}/…/call"
