"""Photographs every screen with the demo data at three widths in two themes: `make screenshots`.

All of them go to var/screens/, to be looked at; the few that the README shows also to docs/screens/. Without `--url` it serves a
demo of its own from a folder that it throws away. The demo's people write in many scripts; without fonts for them (on Debian
fonts-wqy-microhei and fonts-lohit-deva, for instance) their names come out as boxes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.harness.browser import FLAGS, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
ALL, KEPT = ROOT / "var" / "screens", ROOT / "docs" / "screens"
WIDTHS = {1440: 900, 768: 1024, 390: 844}
THEMES = ("light", "dark")
PASSWORD = "demo-recovery"
START_SECONDS = 180


@dataclass(frozen=True)
class Screen:
    """One picture: whose, where, and what is done before the shutter goes. In braces are the demo's first of each."""

    name: str
    user: str
    path: str
    keys: str = ""


SCREENS = (
    Screen("sign-in", "", "/sign-in/login/"),
    Screen("desk", "maya", "/"),
    Screen("log", "maya", "/log?customer={customer}"),
    Screen("cases", "maya", "/cases"),
    Screen("case", "maya", "{case}"),
    Screen("case-delivered", "omar", "{delivered}"),
    Screen("case-offered", "maya", "{offered}"),
    Screen("approvals-rep", "omar", "/approvals"),
    Screen("palette", "maya", "{case}", "Control+k"),
    Screen("customer", "maya", "/customers/{customer}"),
    Screen("customer-edit", "maya", "/customers/{customer}/edit"),
    Screen("calls", "maya", "/calls"),
    Screen("honored-call", "maya", "{call}"),
    Screen("desk-supervisor", "ines", "/"),
    Screen("honored", "ines", "/honored"),
    Screen("honored-decision", "ines", "{decision}"),
    Screen("honored-told", "ines", "{told}"),
    Screen("approvals", "ines", "/approvals"),
    Screen("ledger", "ines", "/ledger"),
    Screen("ledger-cause", "ines", "/ledger?by=cause"),
    Screen("ledger-entries", "ines", "/ledger/entries"),
    Screen("insights", "ines", "/insights"),
    Screen("insights-honored", "ines", "/insights/honored?period=90"),
    Screen("insights-calls", "ines", "/insights/calls"),
    Screen("settings", "admin", "/settings"),
    Screen("caps", "admin", "/settings/caps"),
    Screen("caps-over-time", "admin", "/settings/caps/of/rep"),
    Screen("caps-preview", "ines", "/settings/caps/preview?who={maya}"),
    Screen("path", "admin", "/settings/path"),
    Screen("catalog", "admin", "/settings/catalog"),
    Screen("remedy", "admin", "{remedy}"),
    Screen("coupons", "admin", "/settings/coupons"),
    Screen("coupon-pool", "admin", "{pool}"),
    Screen("advice-rule", "admin", "{rule}"),
    Screen("checks", "admin", "/ledger/checks"),
    Screen("advice", "admin", "/settings/advice"),
    Screen("routes", "admin", "/settings/routes?amount=150"),
    Screen("rules", "admin", "/settings/taking-back"),
    Screen("causes", "admin", "/settings/causes"),
    Screen("people", "admin", "/settings/people"),
    Screen("programs", "admin", "/settings/programs"),
    Screen("program", "admin", "{program}"),
    Screen("surveys", "admin", "/settings/surveys"),
    Screen("survey-shown", "admin", "/settings/surveys/preview?template=1"),
    Screen("reminders", "admin", "/settings/reminders"),
    Screen("mailbox", "admin", "/settings/mailbox"),
    Screen("path", "admin", "/settings/path"),
    Screen("preferences", "maya", "/preferences"),
    Screen("phone", "maya", "/preferences/phone"),
    Screen("nowhere", "maya", "/nowhere"),
)
# Whose cases are listed to find the one, by its title, where something stands out.
CASES = {"offered": ("Goldstein", "Points deleted"), "delivered": ("Ngata", "No meal on a night flight")}
# Where the first line of a list leads to what is photographed.
FIRST = {
    "remedy": "/settings/catalog",
    "pool": "/settings/coupons",
    "rule": "/settings/advice",
    "program": "/settings/programs",
}
# What the register is asked for to find an error of each kind.
ERRORS = {"decision": "undecided", "told": "told"}
# The README shows these and no others, to keep the repository light.
README = {
    "case-1440-light",
    "case-1440-dark",
    "case-390-light",
    "desk-1440-light",
    "approvals-1440-light",
    "insights-1440-light",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def demo_server() -> Iterator[str]:
    """The embedded mode on a fresh demo, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="recovery-screens-") as folder:
        url = f"http://127.0.0.1:{free_port()}"
        env = {**os.environ, "RECOVERY_VAR": folder, "RECOVERY_MODE": "embedded", "LOG_LEVEL": "WARNING"}
        env.pop("DATABASE_URL", None)
        command = [sys.executable, "manage.py", "serve", "--prepare", "--port", url.rsplit(":", 1)[1]]
        with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL) as server:
            try:
                wait_for(url, server)
                yield url
            finally:
                server.send_signal(signal.SIGINT)
                try:
                    server.wait(20)
                except subprocess.TimeoutExpired:
                    server.kill()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SystemExit("The demo server stopped by itself.")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.5)
    raise SystemExit("The demo server did not answer in time.")


def signed_in(browser: Browser, url: str, user: str) -> str | None:
    """The session cookies of a person, as Playwright keeps them; None for nobody."""
    if not user:
        return None
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.goto("/sign-in/login/")
    page.fill("[name=login]", user)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("nav[aria-label=Screens]", state="attached")
    state = str(Path(tempfile.mkdtemp()) / "state.json")
    context.storage_state(path=state)
    context.close()
    return state


def first_of(browser: Browser, url: str, states: dict[str, str | None]) -> dict[str, str]:
    """Addresses of the first case on Maya's desk and of its customer, of what the lists begin with, and her own number."""
    page = browser.new_context(base_url=url, storage_state=states["maya"]).new_page()
    page.goto("/")
    rows = page.locator("section[aria-label='Your open cases'] a.row")
    case = rows.first.get_attribute("href") or "/cases"
    calls = page.locator("a[href^='/honored/'][href$='/call']")
    call = str(calls.first.get_attribute("href")) if calls.count() else "/honored"
    page.goto(case)
    link = page.locator("aside.work-who h2 a").first.get_attribute("href") or "/customers/1"
    found = {name: first_row(page, f"/honored?show={show}", "#register .row-link") for name, show in ERRORS.items()}
    for name, (who, title) in CASES.items():
        found[name] = first_row(page, f"/cases?q={who}", f"main a.row:has-text('{title}')")
    page.context.close()
    page = browser.new_context(base_url=url, storage_state=states["admin"]).new_page()
    found |= {name: first_row(page, path, "main .row-link") for name, path in FIRST.items()}
    page.goto("/settings/caps")
    maya = page.locator("select[name=user] option", has_text="Maya").first.get_attribute("value") or ""
    page.context.close()
    return {**found, "case": case, "customer": link.rstrip("/").rsplit("/", 1)[1], "maya": maya, "call": call}


def first_row(page: Page, path: str, row: str) -> str:
    """The address to which the first line of a list leads; the list's own where there is none."""
    page.goto(path)
    rows = page.locator(row)
    return str(rows.first.get_attribute("href")) if rows.count() else path


def shoot(page: Page, screen: Screen, addresses: dict[str, str], file: Path) -> str:
    """Take one picture; returns what is wrong with it, if anything."""
    answer = page.goto(screen.path.format(**addresses))
    if answer is None or (answer.status >= 400 and screen.name != "nowhere"):
        return f"{screen.name}: {answer.status if answer else 'no answer'}"
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(400)
    if screen.keys:
        page.keyboard.press(screen.keys)
        page.wait_for_timeout(200)
    page.screenshot(path=file)
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return f"{file.stem}: wider than the window" if wide else ""


def photograph(url: str, screens: list[Screen]) -> list[str]:
    """These screens, at all widths, in both themes; returns what is wrong."""
    from playwright.sync_api import sync_playwright

    program = chromium()
    if program is None:
        raise SystemExit("Chromium is needed: apt-get install chromium")
    ALL.mkdir(parents=True, exist_ok=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    wrong = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        states = {user: signed_in(browser, url, user) for user in sorted({screen.user for screen in SCREENS})}
        addresses = first_of(browser, url, states)
        for width, height in WIDTHS.items():
            for theme in THEMES:
                for user, state in states.items():
                    context = browser.new_context(
                        base_url=url,
                        storage_state=state,
                        viewport={"width": width, "height": height},
                        color_scheme=theme,
                        reduced_motion="reduce",
                        timezone_id="America/New_York",
                    )
                    page = context.new_page()
                    for screen in [each for each in screens if each.user == user]:
                        file = ALL / f"{screen.name}-{width}-{theme}.png"
                        wrong.append(shoot(page, screen, addresses, file))
                        if file.stem in README and file.exists():
                            shutil.copy(file, KEPT / file.name)
                    context.close()
        browser.close()
    return [each for each in wrong if each]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="photograph the demo that is served there")
    parser.add_argument("--only", default="", help="names of screens with commas between them, such as desk,case")
    given = parser.parse_args()
    screens = [each for each in SCREENS if not given.only or each.name in given.only.split(",")]
    if given.url:
        wrong = photograph(given.url.rstrip("/"), screens)
    else:
        with demo_server() as url:
            wrong = photograph(url, screens)
    taken = len(list(ALL.glob("*.png")))
    sys.stdout.write("\n".join([*wrong, f"{taken} pictures in {ALL.relative_to(ROOT)}/\n"]))
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
