"""Errors in the customer's favor by REST: decided, told, proven, reviewed, and every refusal with its code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from cases.enums import Point
from cases.models import HonoredError, Incident
from compensation.domain import rescission_rules
from tests.api.conftest import Api, problem
from tests.doors.state import everything
from tests.factories import DAY, MINUTE, NOW, House, away

pytestmark = pytest.mark.django_db
Clients = Callable[..., Api]

WORDS = {"happened_words": "You were quoted last year’s rate.", "should_have": "The new rate holds since March."}
TOLD = {"points": list(Point.values), "understanding": "understood", "answer": "Thank you for telling me."}
TOMORROW = (NOW + DAY).isoformat()


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def rule(house: House, effect: str = "allowed", **fields: Any) -> Any:
    given = {"jurisdiction": "US-CO", "effect": effect, "valid_from": date(2021, 1, 1), "citation": "Handbook 4.2"}
    return rescission_rules.add_rule(by=house.ada, now=NOW, **given | fields)


def favorable(house: House, **particulars: Any) -> HonoredError:
    customer = house.customer(jurisdiction="US-CO", emails=["dana@example.com"])
    return house.favorable(customer, value_at_stake_minor=1500, **particulars)


def at(error: HonoredError, verb: str = "") -> str:
    return f"honored-errors/{error.pk}/{verb}"


@pytest.mark.practice("P1", "P2", "P3", "P4")
def test_from_the_mistake_to_the_review(house: House, api: Clients) -> None:
    house.usual_caps()
    alice, sue, bob = api(house.alice), api(house.sue), api(house.bob)
    logged = alice.post(
        "incidents/",
        {
            "customer": house.customer().pk,
            "channel": "phone",
            "our_words": "Quoted last year’s rate",
            "favor": "customer",
            "originator_kind": "person",
            "originator": house.alice.pk,
            "kind_of_action": "quote",
            "value_at_stake_minor": 1500,
            "currency": "USD",
        },
    )
    assert logged.status_code == 201
    (error,) = alice.get("honored-errors/", show="undecided").json()["results"]
    assert (error["status"], error["self_reported"], error["originator"]["name"], error["call"]) == (
        "undecided",
        True,
        "Alice",
        None,
    )
    here = f"honored-errors/{error['id']}/"
    advice = alice.get(f"{here}recommendation/").json()
    assert (advice["recommended"], advice["ruling"]["ruled"]) == ("honor", "legal_review")
    assert {"code", "speaks_for", "text", "figures"} == set(advice["lines"][0])
    assert (advice["may"]["honor"]["code"], advice["may"]["rescind"]["code"]) == ("ok", "supervisor_needed")
    assert advice["may"]["disclose"]["code"] == "undecided"

    assessed = alice.patch(here, WORDS, version=error["version"])
    assert (assessed.status_code, assessed.json()["should_have"]) == (200, WORDS["should_have"])
    decision = alice.post(f"{here}honor/", {}, key="1", **{"If-Match": assessed.headers["ETag"]})
    assert (decision.status_code, decision.json()["stance"], decision.json()["cost_minor"]) == (201, "honor", 1500)

    tried = alice.post(f"{here}disclosure/attempts/", {"outcome": "call_back", "call_back_at": TOMORROW})
    assert (tried.status_code, tried.json()["call_back_at"]) == (201, "2026-03-11T15:00:00Z")
    made = alice.post(f"{here}disclose/", TOLD)
    assert (made.status_code, made.json()["status"], made.json()["caller"]["name"]) == (200, "made", "Alice")

    letter = bob.post(f"{here}letter/", {})
    assert letter.status_code == 201
    with time_machine.travel(NOW + MINUTE, tick=False):
        again = bob.post(f"{here}letter/", {"language": "en"})
    assert (again.status_code, again.json()["id"]) == (200, letter.json()["id"])
    pdf = bob.get(letter.headers["Location"].removeprefix("/api/v1/"))
    assert (pdf.headers["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    mail = bob.post(f"{here}letter/send/")
    assert (mail.status_code, mail.json()["letter"]) == (201, letter.json()["id"])
    with time_machine.travel(NOW + MINUTE, tick=False):
        assert bob.post(f"{here}letter/send/").status_code == 200

    reviewed = sue.post(f"{here}review/", {"outcome": "coach", "note": "Look at the date of the tariff"})
    assert (reviewed.status_code, reviewed.json()["by"]["name"]) == (201, "Sue")
    whole = sue.get(here).json()
    assert [each["stance"] for each in whole["decisions"]] == ["honor"]
    (call,) = whole["disclosures"]
    assert [point["said"] for point in call["points"]] == [True] * 4
    assert [each["outcome"] for each in call["attempts"]] == ["call_back", "told"]
    assert (whole["call"]["answer"], whole["review"]["outcome"]) == (TOLD["answer"], "coach")
    assert [each["sha256"] for each in whole["letters"]] == [letter.json()["sha256"]]
    happened = [event["type"] for event in sue.get("events/").json()["results"]]
    for said in ("opened", "assessed", "honored", "reviewed"):
        assert f"honored_error.{said}" in happened
    assert {"disclosure.owed", "disclosure.attempted", "disclosure.made", "letter.made"} <= set(happened)


@pytest.mark.practice("P1")
def test_taking_back_under_a_prohibition_names_its_source(house: House, api: Clients) -> None:
    error = favorable(house)
    rule(house, "prohibited", kind_of_action="quote", citation="Colorado Revised Statutes, example")
    before = everything()
    sue = api(house.sue)
    stored = everything()
    answer = sue.post(at(error, "rescind/"), {"reason": "It is much"}, key="1")
    told = problem(answer, "rescission_prohibited", 409)
    assert told["source"] == "Colorado Revised Statutes, example"
    assert told["source"] in told["detail"]
    assert everything() == stored != before
    advice = sue.get(at(error, "recommendation/")).json()
    assert advice["may"]["rescind"]["code"] == "rescission_prohibited"
    assert (advice["ruling"]["source"], advice["ruling"]["rule"]["citation"]) == (told["source"], told["source"])


@pytest.mark.practice("P1")
def test_a_legal_review_comes_before_taking_back_where_no_rule_is_found(house: House, api: Clients) -> None:
    error, sue = favorable(house), api(house.sue)
    problem(sue.post(at(error, "rescind/"), {"reason": "It is much"}, key="1"), "legal_review_needed", 409)
    review = {"conclusion": "may", "counsel": "Okonkwo & Lee", "note": "Not relied on yet."}
    assert sue.post(at(error, "legal-review/"), review).status_code == 201
    taken = sue.post(at(error, "rescind/"), {"reason": "It is much"}, key="1")
    assert (taken.status_code, taken.json()["stance"], taken.json()["ruled"]) == (201, "rescind", "legal_review")
    assert sue.get(at(error)).json()["call"]["kind"] == "rescinded"


@pytest.mark.practice("P2")
def test_a_supervisor_passes_on_the_call_of_who_is_gone_for_long(house: House, api: Clients) -> None:
    error, sue = favorable(house), api(house.sue)
    house.decided(error, by=house.sam)
    problem(sue.post(at(error, "reassign/"), {"to": house.bob.pk, "reason": "Quicker"}), "originator_is_there", 409)
    away(house.alice, until=NOW + 30 * DAY)
    passed = sue.post(at(error, "reassign/"), {"to": house.bob.pk, "reason": "Alice is on leave"})
    assert (passed.json()["owed_by"]["name"], passed.json()["owed_because"]) == ("Bob", "long_away")
    (through,) = sue.get(at(error)).json()["disclosures"][0]["reassignments"]
    assert (through["from_user"]["name"], through["to_user"]["name"]) == ("Alice", "Bob")


@pytest.mark.practice("P4")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "ab"), ({"show": "undecided"}, "a"), ({"show": "call_due"}, "b"), ({"show": "to_review"}, "b"),
        ({"show": "told"}, ""), ({"status": "honored"}, "b"), ({"originator": "alice"}, "ab"),
        ({"originator": "bob"}, ""), ({"kind_of_action": "fee"}, "b"), ({"line_of_business": "home  INSURANCE"}, "ab"),
        ({"line_of_business": "motor"}, ""), ({"month": "2026-03-31"}, "ab"), ({"month": "2026-04-01"}, ""),
        ({"cause": "its"}, "a"), ({"cause": 999_999}, ""), ({"self_reported": "true"}, "ab"),
        ({"opened_after": "2026-03-11T00:00:00Z"}, ""), ({"case": "RC-22222222"}, ""),
    ],
)  # fmt: skip
def test_filters_are_those_of_the_register(house: House, api: Clients, query: dict[str, Any], found: str) -> None:
    first, second = favorable(house), favorable(house, kind_of_action="fee")
    house.decided(second, by=house.sam)
    Incident.objects.filter(pk=first.incident_id).update(cause=house.cause())
    named = {"alice": house.alice.pk, "bob": house.bob.pk, "its": house.cause().pk}
    listed = api(house.alice).get("honored-errors/", **{name: named.get(value, value) for name, value in query.items()})
    assert listed.status_code == 200, listed.content
    known = {first.pk: "a", second.pk: "b"}
    assert "".join(sorted(known[row["id"]] for row in listed.json()["results"])) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("show=mine", "show"), ("month=2026-13-01", "month"), ("month=9999-12-01", "month"), ("month=%00", "month"),
        ("status=%00", "status"), ("originator=x", "originator"), ("line_of_business=%00", "line_of_business"),
        ("ordering=cost", "ordering"), ("cursor=x", "cursor"), ("show=", "show"),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_is_refused(house: House, api: Clients, query: str, field: str) -> None:
    answer = api(house.alice).client.get(f"/api/v1/honored-errors/?{query}")
    problem(answer, "invalid", 400, field)


def test_pages_go_on_where_the_last_one_ended(house: House, api: Clients) -> None:
    every = [favorable(house).pk for _ in range(3)]
    alice = api(house.alice)
    first = alice.get("honored-errors/", page_size=2).json()
    second = alice.get(first["next"]).json()
    assert [row["id"] for row in first["results"] + second["results"]] == every[::-1]
    assert second["next"] is None


# Bad input: refused in so many words, and nothing written -------------------------------------------------------------

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


# Rules ----------------------------------------------------------------------------------------------------------------

RULE = {
    "jurisdiction": "US-CO",
    "kind_of_action": "fee",
    "effect": "prohibited",
    "valid_from": "2026-01-01",
    "citation": "CRS 10",
}


@pytest.mark.practice("P1")
def test_rules_are_added_changed_and_ended_by_administrators(house: House, api: Clients) -> None:
    ada, sue = api(house.ada), api(house.sue)
    problem(sue.post("rescission-rules/", RULE), "administrator_needed", 403)
    made = ada.post("rescission-rules/", RULE)
    assert (made.status_code, made.json()["used"]) == (201, False)
    here = made.headers["Location"].removeprefix("/api/v1/")
    problem(ada.post("rescission-rules/", RULE), "rules_overlap", 409, "valid_from")
    problem(ada.patch(here, {"note": "Confirmed"}), "version_needed", 428)
    changed = ada.patch(here, {"note": "Confirmed"}, version=1)
    assert (changed.json()["note"], changed.headers["ETag"]) == ("Confirmed", '"2"')
    problem(ada.patch(here, {"note": "Else"}, version=1), "changed_meanwhile", 412)
    problem(sue.patch(here, {"note": "Else"}, version=2), "administrator_needed", 403)
    problem(sue.post(f"{here}end/", {"on": "2026-06-01"}), "administrator_needed", 403)
    ended = ada.post(f"{here}end/", {"on": "2026-06-01"})
    assert ended.json()["valid_until"] == "2026-06-01"
    for day, there in (("2025-12-31", False), ("2026-01-01", True), ("2026-05-31", True), ("2026-06-01", False)):
        listed = sue.get("rescission-rules/", on=day, jurisdiction="US-CO", kind_of_action="fee").json()["results"]
        assert bool(listed) is there, day


def test_a_rule_that_was_used_is_only_ended(house: House, api: Clients) -> None:
    used = rule(house, "within_days", within_days=30)
    error = favorable(house)
    assert api(house.bob).post(at(error, "honor/"), {}, key="1").status_code == 201
    ada = api(house.ada)
    here = f"rescission-rules/{used.pk}/"
    assert ada.get(here).json()["used"] is True
    problem(ada.patch(here, {"effect": "allowed"}, version=used.version), "rule_in_use", 409)
    problem(ada.post(f"{here}end/", {"on": "2026-03-10"}), "rule_in_use", 409, "valid_until")
    assert ada.post(f"{here}end/", {"on": "2026-03-11"}).status_code == 200


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"jurisdiction": "Mars"}, "unknown_jurisdiction", "jurisdiction"),
        ({"jurisdiction": "XX"}, "unknown_jurisdiction", "jurisdiction"),
        ({"effect": "maybe"}, "invalid", "effect"),
        ({"effect": "within_days"}, "invalid", "within_days"),
        ({"within_days": 5}, "invalid", "within_days"),
        ({"effect": "within_days", "within_days": -1}, "invalid", "within_days"),
        ({"effect": "within_days", "within_days": 10**30}, "invalid", "within_days"),
        ({"valid_from": "2026-02-30"}, "invalid", "valid_from"),
        ({"valid_from": "2026-1-1"}, "invalid", "valid_from"),
        ({"valid_from": 20260101}, "invalid", "valid_from"),
        ({"valid_from": None}, "invalid", "valid_from"),
        ({"valid_from": "0001-01-01"}, "invalid", "valid_from"),
        ({"valid_until": "2026-01-01"}, "invalid", "valid_until"),
        ({"valid_until": "9999-12-31"}, "invalid", "valid_until"),
        ({"citation": " "}, "invalid", "citation"),
        ({"citation": "x" * 301}, "invalid", "citation"),
        ({"line_of_business": "a\x00"}, "invalid", "line_of_business"),
        ({"example": "yes"}, "invalid", "example"),
        ({"valid": True}, "invalid", "valid"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    house: House, api: Clients, change: dict[str, Any], code: str, field: str
) -> None:
    ada = api(house.ada)
    before = everything()
    problem(ada.post("rescission-rules/", RULE | change), code, 400, field)
    assert everything() == before


def test_a_shorter_absence_lets_the_call_wait(house: House, api: Clients) -> None:
    error = favorable(house)
    house.decided(error, by=house.sam)
    away(house.alice, until=NOW + timedelta(days=3))
    answer = api(house.sue).post(at(error, "reassign/"), {"to": house.bob.pk, "reason": "Quicker"})
    problem(answer, "originator_is_there", 409)
