"""Bad input, strangers and those who come second: refused with its code, and nothing written."""

from __future__ import annotations

from typing import Any

import pytest

from cases.models import HonoredError
from tests.api.conftest import Api, problem
from tests.api.honored.conftest import TOLD, TOMORROW, WORDS, Clients, at, favorable, rule
from tests.doors.state import everything
from tests.factories import House

pytestmark = pytest.mark.django_db

LONG_AGO, NEXT_YEAR = "1899-12-31T00:00:00Z", "2027-03-10T00:00:00Z"
INCIDENT = {"channel": "phone", "our_words": "Waived the wrong fee", "favor": "customer", "originator_kind": "person"}
BAD_INCIDENTS: list[tuple[dict[str, Any], str, int, str]] = [
    ({"originator": 999_999}, "out_of_reach", 404, "originator"),
    ({"originator": "crm"}, "invalid", 400, "originator"),
    ({"originator": None}, "invalid", 400, "originator"),
    ({"originator": "alice", "originator_kind": "system"}, "invalid", 400, "originator_kind"),
    ({"originator": "alice", "occurred_at": NEXT_YEAR}, "in_future", 400, "occurred_at"),
    ({"originator": "alice", "reported_at": NEXT_YEAR}, "in_future", 400, "reported_at"),
    ({"originator": "alice", "occurred_at": LONG_AGO}, "invalid", 400, "occurred_at"),
    ({"originator": "alice", "value_at_stake_minor": 100}, "invalid", 400, "currency"),
    ({"originator": "alice", "value_at_stake_minor": -1, "currency": "USD"}, "invalid", 400, "value_at_stake_minor"),
]


@pytest.mark.parametrize(("change", "code", "status", "field"), BAD_INCIDENTS)
def test_an_error_that_cannot_be_is_not_logged(
    house: House, api: Clients, change: dict[str, Any], code: str, status: int, field: str
) -> None:
    customer, alice = house.customer(), api(house.alice)
    change = {
        name: getattr(house, value).pk if value in ("alice", "crm", "ada") else value for name, value in change.items()
    }
    before = everything()
    problem(alice.post("incidents/", {"customer": customer.pk, **INCIDENT, **change}), code, status, field)
    assert everything() == before


# What is tried, its body, the state of the error, by whom, and the refusal.
BAD_TRIES: list[tuple[str, Any, str, str, str, int, str]] = [
    # Before the decision
    ("disclose", TOLD, "undecided", "alice", "undecided", 409, ""),
    ("disclosure/attempts", {"outcome": "no_answer"}, "undecided", "alice", "undecided", 409, ""),
    ("reassign", {"to": 1, "reason": "x"}, "undecided", "sue", "undecided", 409, ""),
    ("review", {"outcome": "no_action"}, "undecided", "sue", "undecided", 409, ""),
    ("letter", {}, "undecided", "alice", "undecided", 409, ""),
    ("letter/send", None, "undecided", "alice", "undecided", 409, ""),
    # Not in the customer's favor
    ("honor", {}, "withdrawn", "alice", "wrong_state", 409, ""),
    ("rescind", {"reason": "x"}, "withdrawn", "sue", "wrong_state", 409, ""),
    ("disclose", TOLD, "withdrawn", "alice", "wrong_state", 409, ""),
    ("letter", {}, "withdrawn", "alice", "wrong_state", 409, ""),
    # Points and what was understood
    ("disclose", TOLD | {"points": []}, "honored", "alice", "points_missing", 400, "points"),
    ("disclose", TOLD | {"points": ["mistake", "should_have", "stance"]}, "honored", "alice", "points_missing", 400, "points"),
    ("disclose", TOLD | {"points": ["mistake"] * 4}, "honored", "alice", "points_missing", 400, "points"),
    ("disclose", TOLD | {"points": ["mistake", "else"]}, "honored", "alice", "invalid", 400, "points.1"),
    ("disclose", TOLD | {"points": "mistake"}, "honored", "alice", "invalid", 400, "points"),
    ("disclose", TOLD | {"points": [None]}, "honored", "alice", "invalid", 400, "points.0"),
    ("disclose", {"points": TOLD["points"]}, "honored", "alice", "understanding_needed", 400, "understanding"),
    ("disclose", TOLD | {"understanding": "maybe"}, "honored", "alice", "invalid", 400, "understanding"),
    ("disclose", TOLD | {"channel": "chat\x00"}, "honored", "alice", "invalid", 400, "channel"),
    ("disclose", TOLD | {"channel": "email"}, "honored", "alice", "call_first", 409, "channel"),
    ("disclose", TOLD | {"channel": "import"}, "honored", "alice", "invalid", 400, "channel"),
    ("disclose", TOLD | {"answer": "a\x00b"}, "honored", "alice", "invalid", 400, "answer"),
    ("disclose", TOLD | {"made_at": NEXT_YEAR}, "honored", "alice", "invalid", 400, "made_at"),
    ("disclose", TOLD | {"caller": 1}, "honored", "sue", "invalid", 400, "caller"),
    # Tries
    ("disclosure/attempts", {"outcome": "told"}, "honored", "alice", "invalid", 400, "outcome"),
    ("disclosure/attempts", {"outcome": "call_back"}, "honored", "alice", "invalid", 400, "call_back_at"),
    ("disclosure/attempts", {"outcome": "no_answer", "call_back_at": TOMORROW}, "honored", "alice", "invalid", 400, "call_back_at"),
    ("disclosure/attempts", {"outcome": "call_back", "call_back_at": "2026-03-09T15:00:00Z"}, "honored", "alice", "due_in_past", 400, ""),
    ("disclosure/attempts", {"outcome": "call_back", "call_back_at": "2150-01-01T00:00:00Z"}, "honored", "alice", "due_too_far", 400, ""),
    # Deciding
    ("honor", {"cost_minor": -1}, "undecided", "bob", "invalid", 400, "cost_minor"),
    ("honor", {"cost_minor": 10**30}, "undecided", "bob", "invalid", 400, "cost_minor"),
    ("honor", {"cost_minor": 1.5}, "undecided", "bob", "invalid", 400, "cost_minor"),
    ("honor", {"cost_minor": 5, "currency": "EUR"}, "undecided", "bob", "other_currency", 400, "currency"),
    ("honor", {"cost_minor": 5, "currency": "QQQ"}, "undecided", "bob", "other_currency", 400, "currency"),
    ("honor", {"decided_at": NEXT_YEAR}, "undecided", "bob", "invalid", 400, "decided_at"),
    ("honor", {"cost_minor": 5}, "honored", "bob", "reason_needed", 400, "reason"),
    ("honor", {"precedent_reason": "x" * 301}, "undecided", "bob", "invalid", 400, "precedent_reason"),
    ("rescind", {}, "undecided", "sue", "reason_needed", 400, "reason"),
    ("rescind", {"reason": " \n"}, "undecided", "sue", "reason_needed", 400, "reason"),
    ("rescind", {"reason": "a\x00b"}, "undecided", "sue", "invalid", 400, "reason"),
    ("rescind", {"reason": "x" * 20_001}, "undecided", "sue", "invalid", 400, "reason"),
    ("legal-review", {"conclusion": "may", "note": "x"}, "undecided", "sue", "words_needed", 400, "counsel"),
    ("legal-review", {"conclusion": "may", "counsel": "x"}, "undecided", "sue", "words_needed", 400, "note"),
    ("legal-review", {"conclusion": "yes", "counsel": "x", "note": "x"}, "undecided", "sue", "invalid", 400, "conclusion"),
    # Passing on, reviewing, proving
    ("reassign", {"to": 999_999, "reason": "x"}, "honored", "sue", "out_of_reach", 404, "to"),
    ("reassign", {"to": True, "reason": "x"}, "honored", "sue", "invalid", 400, "to"),
    ("review", {"outcome": "coach"}, "honored", "sue", "reason_needed", 400, "note"),
    ("review", {"outcome": "praise"}, "honored", "sue", "invalid", 400, "outcome"),
    ("letter", {}, "honored", "alice", "not_told_yet", 409, ""),
    ("letter", {}, "told", "alice", "words_needed", 400, "happened_words"),
    ("letter", {"language": "xx"}, "told", "alice", "words_needed", 400, "happened_words"),
    ("letter/send", None, "told", "alice", "no_letter", 409, ""),
]  # fmt: skip


def in_state(house: House, state: str) -> HonoredError:
    error = favorable(house)
    rule(house)
    if state == "withdrawn":
        api = Api(house.alice)
        body = {"favor": "company"}
        assert api.patch(f"incidents/{error.incident_id}/", body, version=error.incident.version).status_code == 200
    if state in ("honored", "told"):
        call = house.decided(error, by=house.sam)
        if state == "told":
            house.told(call)
    return error


@pytest.mark.practice("P1", "P2")
@pytest.mark.parametrize(("verb", "body", "state", "who", "code", "status", "field"), BAD_TRIES)
def test_a_try_that_cannot_be_is_refused_and_nothing_is_written(
    house: House, api: Clients, verb: str, body: Any, state: str, who: str, code: str, status: int, field: str
) -> None:
    house.usual_caps()
    error, caller = in_state(house, state), api(getattr(house, who))
    before = everything()
    problem(caller.post(at(error, f"{verb}/"), body, key="1"), code, status, field)
    assert everything() == before


@pytest.mark.parametrize(
    ("change", "code", "status", "field"),
    [
        ({"value_minor": -1}, "invalid", 400, "value_minor"),
        ({"value_minor": 5, "currency": "QQQ"}, "unknown_currency", 400, "currency"),
        ({"value_minor": 5, "currency": ""}, "invalid", 400, "currency"),
        ({"relied": "a lot"}, "invalid", 400, "relied"),
        ({"money": None}, "invalid", 400, "money"),
        ({"happened_words": "Alice Adams quoted it wrong"}, "names_staff", 400, "happened_words"),
        ({"should_have": "x\x00"}, "invalid", 400, "should_have"),
        ({"status": "honored"}, "invalid", 400, "status"),
        ({"decided_at": NEXT_YEAR}, "invalid", 400, "decided_at"),
    ],
)
@pytest.mark.practice("P6")
def test_what_cannot_be_weighed_is_refused_and_nothing_is_written(
    house: House, api: Clients, change: dict[str, Any], code: str, status: int, field: str
) -> None:
    adams = house.person("adams", name="Alice Adams")
    error, alice = favorable(house, originator=adams), api(house.alice)
    before = everything()
    problem(alice.patch(at(error), change), "version_needed", 428)
    problem(alice.patch(at(error), change, version=error.version), code, status, field)
    assert everything() == before


def test_somebody_else_wrote_first(house: House, api: Clients) -> None:
    error, bob = favorable(house), api(house.bob)
    api(house.alice).patch(at(error), WORDS, version=error.version)
    stale = {"If-Match": f'"{error.version}"'}
    told = problem(bob.post(at(error, "honor/"), {}, key="1", **stale), "changed_meanwhile", 412)
    assert [change["by"] for change in told["changes"]] == ["Alice"]
    problem(bob.patch(at(error), WORDS, version=error.version), "changed_meanwhile", 412)


def test_what_costs_money_needs_its_scope_and_a_key_and_happens_once(house: House, api: Clients) -> None:
    house.usual_caps()
    error, bob = favorable(house), api(house.bob)
    writer = api(house.bob, scopes=["read", "write"])
    problem(writer.post(at(error, "honor/"), {}, key="1"), "scope_missing", 403)
    problem(writer.post(at(error, "rescind/"), {"reason": "x"}, key="1"), "scope_missing", 403)
    problem(bob.post(at(error, "honor/"), {}), "idempotency_key_needed", 400)
    first, second = (bob.post(at(error, "honor/"), {}, key="1") for _ in range(2))
    assert (first.status_code, second.headers["Idempotency-Replayed"]) == (201, "true")
    assert (first.content, first.headers["ETag"]) == (second.content, second.headers["ETag"])
    assert error.decisions.count() == 1


VERBS: list[tuple[str, str, Any]] = [
    ("GET", "", None), ("GET", "recommendation/", None), ("GET", "letter.pdf", None), ("PATCH", "", WORDS),
    ("POST", "honor/", {}), ("POST", "rescind/", {"reason": "x"}),
    ("POST", "legal-review/", {"conclusion": "may", "counsel": "x", "note": "x"}),
    ("POST", "disclosure/attempts/", {"outcome": "no_answer"}), ("POST", "disclose/", TOLD),
    ("POST", "reassign/", {"to": 1, "reason": "x"}), ("POST", "review/", {"outcome": "no_action"}),
    ("POST", "letter/", {}), ("POST", "letter/send/", {}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "verb", "body"), VERBS)
def test_a_stranger_finds_nothing(house: House, api: Clients, method: str, verb: str, body: Any) -> None:
    error = in_state(house, "told")
    strangers = [
        api(house.charlie),
        api(house.person("nadia", team=None)),
        api(house.person("eve", team=None, is_service=True)),
    ]
    before = everything()
    for stranger in strangers:
        if method == "GET":
            answer = stranger.get(at(error, verb))
        elif method == "PATCH":
            answer = stranger.patch(at(error, verb), body, version=1)
        else:
            answer = stranger.post(at(error, verb), body, key="1")
        problem(answer, "out_of_reach", 404)
        assert stranger.get("honored-errors/").json()["results"] == []
    assert everything() == before


def test_the_letter_is_a_pdf_or_a_problem(house: House, api: Clients) -> None:
    error, alice = in_state(house, "told"), api(house.alice)
    for accept in ("application/pdf", "*/*"):
        answer = alice.client.get(f"/api/v1/{at(error, 'letter.pdf')}", headers={"Accept": accept})
        problem(answer, "out_of_reach", 404)
    problem(
        alice.client.get(f"/api/v1/{at(error, 'letter.pdf')}", headers={"Accept": "application/json"}),
        "not_acceptable",
        406,
    )
