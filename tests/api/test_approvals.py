"""Approvals by REST: bound to what was seen, countered, taken up, asked again; deputies and routes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compensation.models import Approval, CounterOffer, Deputy
from tests.api.conftest import problem
from tests.compensation.books import agree
from tests.factories import House, again, away

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16", "P29")]
Clients = Callable[..., Any]


@pytest.fixture
def asked(house: House) -> Approval:
    house.usual_caps()
    house.now = datetime.now(UTC)
    return house.asked(house.heard_case(), 3000)


def soon(days: int = 1) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def test_a_request_says_whom_it_waits_for_and_the_answer_how_long_it_took(
    house: House, api: Clients, asked: Approval
) -> None:
    sue = api(house.sue)
    seen = sue.get(f"approvals/{asked.pk}/")
    body = seen.json()
    assert (body["routed_to"]["name"], body["put_before"]["name"], body["binding_left_minor"]) == ("Sue", "Sue", 2000)
    assert (seen.headers["ETag"], body["seconds_to_answer"]) == (f'"{body["case_version"]}"', None)
    answer = sue.post(f"approvals/{asked.pk}/approve/", {"amount_minor": 2500}, key="a", if_match=seen.headers["ETag"])
    assert answer.status_code == 200, answer.content
    assert answer.json()["seconds_to_answer"] >= 0
    assert (answer.json()["status"], answer.json()["put_before"]["name"]) == ("approved_less", "Sue")
    assert (
        sue.get(f"approvals/?put_before={house.sue.pk}&answered_by={house.sue.pk}").json()["results"][0]["id"]
        == asked.pk
    )
    agree()


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("approve", {}),
        ("decline", {"reason": "No"}),
        ("counter", {"remedy": "hamper"}),
        ("resubmit", {"note": "Please"}),
    ],
)
def test_an_answer_is_bound_to_the_case_as_it_was_seen(
    house: House, api: Clients, asked: Approval, verb: str, body: dict[str, Any]
) -> None:
    house.remedy("hamper", cost_minor=2500)
    who = api(house.alice if verb == "resubmit" else house.sue)
    etag = who.get(f"approvals/{asked.pk}/").headers["ETag"]
    house.promise(again(asked.award.case))
    answer = who.post(f"approvals/{asked.pk}/{verb}/", body, key="b", if_match=etag)
    assert (answer.status_code, answer.json()["code"]) == (412, "changed_meanwhile")
    assert answer.json()["changes"][0]["type"] == "promise.made"
    assert again(asked).status == "waiting"


def test_what_gives_something_has_to_say_what_it_saw(house: House, api: Clients, asked: Approval) -> None:
    house.remedy("hamper", cost_minor=2500)
    sue, rep = api(house.sue), api(house.alice)
    for verb, body in (("approve", {}), ("approve", {"amount_minor": 100}), ("counter", {"remedy": "hamper"})):
        problem(sue.post(f"approvals/{asked.pk}/{verb}/", body, key=f"o{body}"), "version_needed", 428, "If-Match")
    assert again(asked).status == "waiting"
    offer = sue.post(f"approvals/{asked.pk}/counter/", {"remedy": "hamper"}, key="p", if_match="*")
    at = f"offers/{offer.json()['id']}"
    problem(rep.post(f"{at}/take/", {}, key="q"), "version_needed", 428, "If-Match")
    assert rep.get(f"{at}/").json()["status"] == "open"
    assert rep.post(f"{at}/take/", {}, key="r", if_match=offer.headers["ETag"]).json()["status"] == "taken"


def test_something_else_is_offered_taken_up_and_told_of(house: House, api: Clients, asked: Approval) -> None:
    house.remedy("hamper", kind="non_monetary", cost_minor=2500)
    answer = api(house.sue).post(
        f"approvals/{asked.pk}/counter/", {"remedy": "hamper", "note": "Nicer"}, key="c", if_match="*"
    )
    assert answer.status_code == 200, answer.content
    offer = answer.json()
    assert (offer["remedy"], offer["cost_minor"], offer["status"]) == ("hamper", 2500, "open")
    rep = api(house.alice)
    assert rep.get(f"approvals/{asked.pk}/").json()["offer"] == offer["id"]
    listed = rep.get("offers/?status=open").json()["results"]
    assert [each["id"] for each in listed] == [offer["id"]]
    taken = rep.post(
        f"offers/{offer['id']}/take/", {}, key="d", if_match=rep.get(f"offers/{offer['id']}/").headers["ETag"]
    )
    assert (taken.status_code, taken.json()["status"], taken.json()["ended_by"]["name"]) == (200, "taken", "Alice")
    assert rep.get(f"awards/{offer['award']}/").json()["status"] == "delivered"
    again_ = rep.post(f"offers/{offer['id']}/take/", {}, key="e", if_match="*")
    assert (again_.status_code, again_.json()["code"]) == (409, "wrong_state")
    agree()


def test_what_was_left_is_asked_for_again(house: House, api: Clients, asked: Approval) -> None:
    house.remedy("hamper", kind="non_monetary", cost_minor=2500)
    sue, rep = api(house.sue), api(house.alice)
    offer = sue.post(f"approvals/{asked.pk}/counter/", {"remedy": "hamper"}, key="f", if_match="*").json()["id"]
    early = rep.post(f"approvals/{asked.pk}/resubmit/", {"note": "Please"}, key="g")
    assert (early.status_code, early.json()["code"]) == (409, "offer_open")
    assert rep.post(f"offers/{offer}/leave/", {"reason": "Allergic"}, key="h").json()["status"] == "not_taken"
    empty = rep.post(f"approvals/{asked.pk}/resubmit/", {}, key="i")
    assert (empty.status_code, empty.json()["code"]) == (409, "nothing_new")
    more = rep.post(f"approvals/{asked.pk}/resubmit/", {"amount_minor": 2900}, key="j")
    assert (more.status_code, more.json()["status"]) == (201, "awaiting_approval")
    assert rep.get(f"approvals/{more.json()['approval']}/").json()["resubmits"] == asked.pk
    agree()


def test_what_moves_money_needs_a_key_and_a_stranger_finds_nothing(house: House, api: Clients, asked: Approval) -> None:
    house.remedy("hamper", cost_minor=2500)
    without = api(house.sue).post(f"approvals/{asked.pk}/counter/", {"remedy": "hamper"})
    assert without.json()["code"] == "idempotency_key_needed"
    offer = (
        api(house.sue).post(f"approvals/{asked.pk}/counter/", {"remedy": "hamper"}, key="k", if_match="*").json()["id"]
    )
    stranger = api(house.charlie)
    for path in (f"approvals/{asked.pk}/", f"offers/{offer}/", f"approval-routes/{house.unit.pk}/"):
        assert stranger.get(path).status_code == 404
    for path in (f"approvals/{asked.pk}/resubmit/", f"offers/{offer}/take/", f"offers/{offer}/leave/"):
        body = {"note": "x"} if "resubmit" in path else {}
        assert stranger.post(path, body, key=path, if_match="*").status_code == 404
    own = api(house.sue).post(f"offers/{offer}/take/", {}, key="l", if_match="*")
    assert (own.status_code, own.json()["code"]) == (403, "own_offer")
    assert CounterOffer.objects.get().status == "open"


def test_the_times_of_a_unit_need_if_match_and_an_administrator(house: House, api: Clients) -> None:
    house.usual_caps()
    admin, path = api(house.ada), f"approval-routes/{house.unit.pk}/"
    seen = admin.get(path)
    assert (seen.headers["ETag"], seen.json()["answer_minutes"]) == ('"0"', 10)
    assert [row["person"]["name"] for row in seen.json()["ladder"]] == ["Sue", "Sam"]
    assert seen.json()["ladder"][0]["up_to"] == [{"currency": "USD", "up_to_minor": 20000}]
    assert admin.patch(path, {"answer_minutes": 3}).status_code == 428
    kept = admin.patch(path, {"answer_minutes": 3}, version=0)
    assert (kept.status_code, kept.json()["answer_minutes"], kept.json()["expires_hours"]) == (200, 3, 48)
    assert admin.patch(path, {"answer_minutes": 4}, version=0).status_code == 412
    assert api(house.sue).patch(path, {"answer_minutes": 4}, version=1).json()["code"] == "administrator_needed"
    assert [row["version"] for row in api(house.alice).get("approval-routes/").json()["results"]] == [1]


def test_deputies_are_named_and_ended(house: House, api: Clients) -> None:
    sue = api(house.sue)
    body = {"principal": house.sue.pk, "deputy": house.bob.pk, "ends_at": soon()}
    named = sue.post("deputies/", body)
    assert named.status_code == 201, named.content
    assert (named.json()["principal"]["name"], named.json()["deputy"]["name"]) == ("Sue", "Bob")
    assert sue.post("deputies/", body).json()["code"] == "deputies_overlap"
    assert api(house.bob).post("deputies/", body).json()["code"] == "not_yours"
    assert sue.post("deputies/", {**body, "deputy": house.charlie.pk}).status_code == 404
    later = sue.post("deputies/", {**body, "starts_at": soon(2), "ends_at": soon(3)}).json()["id"]
    assert sue.post(f"deputies/{later}/end/", {}).status_code == 204
    ended = sue.post(f"deputies/{named.json()['id']}/end/", {})
    assert ended.status_code == 200
    assert api(house.charlie).get("deputies/").json()["results"] == []
    assert Deputy.objects.count() == 1


def test_a_deputy_answers_by_rest_only_while_the_other_is_not_there(
    house: House, api: Clients, asked: Approval
) -> None:
    api(house.sue).post("deputies/", {"principal": house.sue.pk, "deputy": house.bob.pk, "ends_at": soon()})
    bob = api(house.bob)
    there = bob.post(f"approvals/{asked.pk}/approve/", {}, key="m", if_match="*")
    assert (there.status_code, there.json()["code"]) == (403, "principal_there")
    away(house.sue, until=datetime.now(UTC) + timedelta(hours=1))
    answer = bob.post(f"approvals/{asked.pk}/approve/", {}, key="n", if_match="*")
    assert (answer.status_code, answer.json()["on_behalf_of"]["name"]) == (200, "Sue")
    agree()
