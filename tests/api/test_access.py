"""Who comes in, and what a stranger finds: nothing, told in the same words as for what is not there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from accounts.domain import credentials
from accounts.models import ApiCredential, User
from cases.models import Case
from tests.api.conftest import problem
from tests.factories import PASSWORD, House

Clients = Callable[..., Any]


def test_without_a_credential_it_says_how_to_come_in(db: None) -> None:
    answer = Client().get("/api/v1/cases/")
    problem(answer, "not_signed_in", 401)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Recovery"'


@pytest.mark.parametrize("header", ["Bearer", "Bearer nonsense", "Basic YTpi", "Bearer rcv_é", "Bearer a b c", " "])
def test_a_wrong_credential_is_refused(db: None, header: str) -> None:
    problem(Client(headers={"Authorization": header}).get("/api/v1/cases/"), "not_signed_in", 401)


def test_a_revoked_credential_and_one_of_somebody_who_is_gone(house: House, api: Clients) -> None:
    bob, alice = api(house.bob), api(house.alice)
    credentials.revoke(ApiCredential.objects.get(user=house.bob), by=house.bob, now=datetime.now(UTC))
    User.objects.filter(pk=house.alice.pk).update(is_active=False)
    problem(bob.get("me/"), "not_signed_in", 401)
    problem(alice.get("me/"), "not_signed_in", 401)


def test_scopes_are_asked_for_one_by_one(house: House, api: Clients) -> None:
    case = house.heard_case()
    reader, writer = api(house.alice, scopes=["read"]), api(house.alice, scopes=["write"])
    rich = api(house.alice, scopes=["money"])
    give = (f"cases/{case.reference}/awards/", {"remedy": house.remedy().code, "amount_minor": 1})
    assert reader.get("cases/").status_code == 200
    assert reader.post("pop/", {"phone": "+13035550142"}).status_code == 200
    problem(reader.post(f"cases/{case.reference}/notes/", {"words": "Hello"}), "scope_missing", 403)
    assert writer.post(f"cases/{case.reference}/notes/", {"words": "Hello"}).status_code == 201
    problem(writer.post(*give, key="1"), "scope_missing", 403)
    problem(rich.post(*give, key="1"), "scope_missing", 403)
    both = api(house.alice, scopes=["write", "money"])
    house.usual_caps()
    assert both.post(*give, key="1").status_code == 201


STRANGERS = [
    ("GET", "cases/{case}/"), ("GET", "customers/{customer}/"), ("GET", "incidents/{incident}/"),
    ("GET", "promises/{promise}/"), ("GET", "awards/{award}/"), ("GET", "approvals/{approval}/"),
    ("GET", "cases/{case}/awards/"), ("GET", "cases/{case}/promises/"),
    ("GET", "customers/by-external-id/crm/C-1/"), ("PUT", "customers/by-external-id/crm/C-1/"),
    ("PATCH", "customers/{customer}/"), ("PATCH", "incidents/{incident}/"),
    ("POST", "cases/{case}/acknowledge/"), ("POST", "cases/{case}/contacts/"), ("POST", "cases/{case}/handoff/"),
    ("POST", "cases/{case}/cause/"), ("POST", "cases/{case}/investigation/"),
    ("POST", "cases/{case}/investigation/finding/"), ("POST", "cases/{case}/notes/"), ("POST", "cases/{case}/close/"),
    ("POST", "cases/{case}/reopen/"), ("POST", "cases/{case}/awards/"), ("POST", "cases/{case}/promises/"),
    ("POST", "awards/{award}/reverse/"), ("POST", "awards/{award}/fulfill/"),
    ("POST", "approvals/{approval}/approve/"), ("POST", "approvals/{approval}/decline/"),
    ("POST", "promises/{promise}/keep/"), ("POST", "promises/{promise}/interim/"),
    ("POST", "promises/{promise}/move/"), ("POST", "promises/{promise}/abandon/"),
    ("POST", "incidents/{incident}/acknowledge/"), ("POST", "incidents/"),
]  # fmt: skip
LATER = datetime(2199, 1, 1, tzinfo=UTC).isoformat()


def body_of(path: str, house: House, customer: int) -> dict[str, Any]:
    """A body that would do if the caller were no stranger."""
    bodies: dict[str, dict[str, Any]] = {
        "acknowledge": {} if path.startswith("incidents") else {"feeling": "angry"},
        "contacts": {"channel": "phone"},
        "handoff": {"to": house.bob.pk, "reason": "Why not"},
        "cause": {"cause": house.cause().pk},
        "investigation": {"question": "Why?"},
        "finding": {"finding": "That"},
        "notes": {"words": "Hello"},
        "close": {"outcome": "put_right"},
        "reopen": {"reason": "Again"},
        "awards": {"remedy": "credit", "amount_minor": 100},
        "promises": {"due_end": LATER},
        "reverse": {"reason": "Wrong"},
        "decline": {"reason": "No"},
        "interim": {"due_end": LATER},
        "move": {"due_end": LATER, "agreed": True},
        "abandon": {"reason": "No"},
        "incidents": {"customer": customer, "channel": "phone", "our_words": "Late"},
    }
    return bodies.get(path.strip("/").split("/")[-1], {})


@pytest.mark.parametrize(("method", "path"), STRANGERS)
def test_a_stranger_finds_nothing(house: House, api: Clients, method: str, path: str) -> None:
    house.usual_caps()
    customer = house.customer(external_ids=[("crm", "C-1")])
    case = house.heard_case(customer)
    award, approval = house.give(case, 100), house.asked(case, now=datetime.now(UTC))
    promise, incident = house.promise(case), case.incidents.first()
    assert incident is not None
    at = path.format(
        case=case.reference,
        customer=customer.pk,
        incident=incident.pk,
        promise=promise.pk,
        award=award.pk,
        approval=approval.pk,
    )
    before = list(Case.objects.values())
    body = body_of(path, house, customer.pk)
    for who in (house.charlie, house.person("nadia", team=None), house.person("eve", team=None, is_service=True)):
        stranger = api(who)
        if method == "GET":
            answer = stranger.get(at)
        elif method == "POST":
            answer = stranger.post(at, body, key="k", if_match="*")
        elif method == "PATCH":
            answer = stranger.patch(at, body, version=1)
        else:
            answer = stranger.put(at, body)
        problem(answer, "out_of_reach", 404)
    assert list(Case.objects.values()) == before


def test_what_is_not_there_is_told_in_the_same_words(house: House, api: Clients) -> None:
    stranger, case = api(house.charlie), house.case()
    hidden = stranger.get(f"cases/{case.reference}/").json()
    case_of_nobody = stranger.get("cases/RC-22222222/").json()
    assert hidden == case_of_nobody


@pytest.mark.parametrize("path", ["cases/", "customers/", "incidents/", "promises/", "awards/", "approvals/"])
def test_lists_do_not_leak(house: House, api: Clients, path: str) -> None:
    house.usual_caps()
    case = house.heard_case()
    house.give(case, 100)
    house.asked(case)
    house.promise(case)
    assert api(house.alice).get(path).json()["results"]
    assert api(house.charlie).get(path).json() == {"results": [], "next": None}
    assert api(house.charlie).get("customers/", q="dana").json()["results"] == []


def test_a_person_in_their_browser_needs_the_csrf_token(house: House) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.login(username="alice", password=PASSWORD)
    assert browser.get("/api/v1/me/").json()["username"] == "alice"
    case = house.case()
    at = f"/api/v1/cases/{case.reference}/notes/"
    problem(browser.post(at, {"words": "Hello"}, "application/json"), "csrf_failed", 403)
    browser.get("/sign-in/login/")  # gives the token
    browser.get("/")
    token = browser.cookies["csrftoken"].value
    allowed = browser.post(at, {"words": "Hello"}, "application/json", headers={"X-CSRFToken": token})
    assert allowed.status_code == 201, allowed.content


def test_a_program_cannot_do_what_takes_a_person(house: House, api: Clients) -> None:
    house.usual_caps()
    crm, case = api(house.crm), house.heard_case()
    approval = house.asked(case, now=datetime.now(UTC))
    incident = case.incidents.first()
    assert incident is not None
    problem(crm.post(f"approvals/{approval.pk}/approve/", {}, key="1", if_match="*"), "person_needed", 403)
    problem(crm.post(f"cases/{case.reference}/close/", {"outcome": "put_right"}), "person_needed", 403)
    problem(crm.post(f"incidents/{incident.pk}/acknowledge/", {}), "person_needed", 403)


def test_a_runaway_program_is_told_to_wait(house: House, api: Clients) -> None:

    rep = api(house.alice)
    with override_settings(RECOVERY={**settings.RECOVERY, "API_REQUESTS_PER_MINUTE": 3}):
        answers = [rep.get("me/") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        problem(answers[-1], "throttled", 429)
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert api(house.bob).get("me/").status_code == 200


def test_every_answer_under_api_is_a_document(house: House, api: Clients) -> None:
    rep = api(house.alice)
    problem(rep.get("nothing-here/"), "not_found", 404)
    problem(rep.get("cases/RC-1/"), "not_found", 404)
    problem(rep.client.delete("/api/v1/cases/"), "method_not_allowed", 405)
    problem(rep.client.get("/api/v1/cases/", headers={"Accept": "text/html"}), "not_acceptable", 406)
    text = rep.client.post("/api/v1/incidents/", "a=b", content_type="text/plain")
    problem(text, "unsupported_media_type", 415)
    problem(rep.client.get("/api/v1/cases/", headers={"Host": "elsewhere.example"}), "malformed", 400)


def test_a_fault_of_ours_is_a_document_too(house: House, api: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    rep = api(house.alice)
    rep.client.raise_request_exception = False
    monkeypatch.setattr("accounts.api.reach", lambda _: 1 / 0)
    problem(rep.get("me/"), "internal_error", 500)
