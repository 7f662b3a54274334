"""Fixtures for a person at a screen: real Chromium, through Playwright."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client

from ops.machine import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# A slow machine is no failure; a thing that does not come is.
PATIENCE_MS = 15_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the test process; every page gets a context of its own."""
    program = chromium()
    if program is None:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


class Faults:
    """What went wrong in a page that no assertion looked at: script errors and whatever the CSP had to stop."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.seen.append(f"script error: {error}"))
        page.on("console", self._console)

    def _console(self, message: Any) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.seen.append(message.text)


OpenPage = Callable[..., "Page"]


@pytest.fixture
def page_faults() -> Faults:
    """What went wrong in this test's windows so far. A test that means to provoke it takes it out again."""
    return Faults()


@pytest.fixture
def open_page(
    browser: Browser, live_server: Any, page_faults: Faults, request: pytest.FixtureRequest
) -> Iterator[OpenPage]:
    """`open_page(user=None, width=1440, height=900, **context)`: a window of its own, signed in as `user` if given.

    Paths are relative to the live server: `page.goto("/calls/")`. A script error or a CSP violation in any window fails
    the test; when the test fails, each window's picture is kept in var/test/.
    """
    contexts: list[BrowserContext] = []

    def open_one(user: Any = None, width: int = 1440, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale="en-US",
            **{"timezone_id": "America/New_York", "reduced_motion": "reduce"} | options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if user is not None:
            client = Client()
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
            cookie = client.cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page_faults.watch(page)
        return page

    yield open_one
    if getattr(request.node, "failed_in_call", False):
        folder = settings.BASE_DIR / "var" / "test" / "failures"
        folder.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(page for context in contexts for page in context.pages):
            page.screenshot(path=folder / f"{request.node.name[:80].replace('/', '_')}-{number}.png", full_page=True)
    for context in contexts:
        context.close()
    assert not page_faults.seen, "\n".join(page_faults.seen)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A window nobody is signed in at."""
    return open_page()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call" and report.failed:
        item.failed_in_call = True
    return report
