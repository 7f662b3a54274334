"""Every verb of the browser leads whoever opens its address to the page that it is on."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.test import Client
from django.urls import URLPattern, resolve, reverse

from recovery.pages import is_verb
from recovery.urls import APPS
from tests.factories import House

REFERENCE = "RC-7K3M9QTX"
# Verbs by name, and the page that each is on.
PAGES = {
    "notices-put-away": "/",
    "notice-put-away": "/",
    "preferences-notices": "/preferences",
    "working-state": "/",
    "incident-own-up": "/",
    "log-save": "/log",
    "case-acknowledge": f"/cases/{REFERENCE}",
    "case-record": f"/cases/{REFERENCE}",
    "case-award": f"/cases/{REFERENCE}",
    "case-deliver": f"/cases/{REFERENCE}",
    "case-reverse": f"/cases/{REFERENCE}",
    "case-promise": f"/cases/{REFERENCE}",
    "case-keep": f"/cases/{REFERENCE}",
    "case-interim": f"/cases/{REFERENCE}",
    "case-move": f"/cases/{REFERENCE}",
    "case-abandon": f"/cases/{REFERENCE}",
    "case-hand-off": f"/cases/{REFERENCE}",
    "case-cause": f"/cases/{REFERENCE}",
    "case-finding": f"/cases/{REFERENCE}",
    "case-close": f"/cases/{REFERENCE}",
    "case-reopen": f"/cases/{REFERENCE}",
    "case-send-again": f"/cases/{REFERENCE}",
    "case-paid": f"/cases/{REFERENCE}",
    "case-not-paid": f"/cases/{REFERENCE}",
    "approval-counter": "/approvals",
    "approval-resubmit": "/approvals",
    "offer-take": "/",
    "offer-leave": "/",
    "calls-next": "/calls",
    "call-take": "/calls/7",
    "call-outcome": "/calls/7",
    "call-dial": "/calls/7",
    "customer-dial": "/customers/7",
    "dial-give-up": "/dials/7",
    "approval-approve": "/approvals",
    "approval-decline": "/approvals",
    "honored-assess": "/honored/7",
    "honored-honor": "/honored/7",
    "honored-rescind": "/honored/7",
    "honored-legal-review": "/honored/7",
    "honored-review": "/honored/7",
    "honored-told": "/honored/7/call",
    "honored-attempt": "/honored/7/call",
    "honored-reassign": "/honored/7/call",
    "honored-letter-make": "/honored/7",
    "honored-letter-send": "/honored/7/letters/7",
    "setting-cap-take-out": "/settings/caps",
    "setting-remedy-retire": "/settings/catalog/7",
    "setting-coupon-codes": "/settings/coupons/7",
    "setting-advice-switch": "/settings/advice/7",
    "setting-routes-times": "/settings/routes",
    "setting-deputy-new": "/settings/routes",
    "setting-deputy-end": "/settings/routes",
    "setting-rule-end": "/settings/taking-back/7",
    "setting-calling-hours-drop": "/settings/programs/hours/7",
    "setting-rung-new": "/settings/reminders",
    "setting-rung": "/settings/reminders",
    "setting-cause-new": "/settings/causes",
    "setting-cause-rename": "/settings/causes",
    "setting-cause-retire": "/settings/causes",
    "setting-path-try": "/settings/path",
    "setting-mail-incident": "/settings/mailbox/7",
    "setting-mail-case": "/settings/mailbox/7",
    "setting-person-state": "/settings/people",
    "setting-person-holidays": "/settings/people",
    "setting-credential-revoke": "/settings/credentials",
    "setting-survey-retire": "/settings/surveys/7",
    "setting-survey-scores": "/settings/surveys",
}


def _patterns() -> Iterator[URLPattern]:
    for app in APPS:
        try:
            urls = import_module(f"{app}.urls")
        except ModuleNotFoundError:
            continue
        yield from urls.browser


def _address(name: str) -> str:
    (pattern,) = (each for each in _patterns() if each.name == name)
    kinds = {"reference": REFERENCE}
    return reverse(name, kwargs={part: kinds.get(part, 7) for part in pattern.pattern.converters})


def test_every_verb_has_a_page() -> None:
    assert {pattern.name for pattern in _patterns() if is_verb(pattern.callback)} == set(PAGES)


def test_every_page_of_a_verb_is_no_verb() -> None:
    assert not [page for page in PAGES.values() if is_verb(resolve(page).func)]


@pytest.mark.parametrize("verb", PAGES)
def test_who_signs_in_again_in_the_middle_of_a_verb_is_back_on_its_page(house: House, verb: str) -> None:
    client = Client()
    client.force_login(house.alice)
    answer = client.get(_address(verb))
    assert (answer.status_code, answer["Location"]) == (302, PAGES[verb])
    assert client.put(_address(verb)).status_code == 405
