"""The change feed and the screen-pop: all that is in reach, and nothing that is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cases.domain import conversation
from integrations import queries
from tests.factories import House

Clients = Callable[..., Any]
SECRET = "A secret that must not leak"


def feed(rep: Any, after: str = "", **query: Any) -> tuple[list[dict[str, Any]], str]:
    """All there is after a place in the feed, and the place to go on from."""
    events: list[dict[str, Any]] = []
    while True:
        answer = rep.get("events/", **({"after": after} if after else {}), **query)
        assert answer.status_code == 200, answer.content
        told = answer.json()
        events += told["results"]
        after = told["after"]
        if not told["more"]:
            return events, after


def test_a_program_keeps_in_step(house: House, api: Clients) -> None:
    rep, case = api(house.alice), house.case()
    first, mark = feed(rep)
    assert {event["type"] for event in first} >= {"customer.added", "case.opened", "incident.logged"}
    assert {event["case"] for event in first} == {None, case.reference}
    assert feed(rep, mark) == ([], mark)
    conversation.add_note(case, words="Prefers mornings", by=house.alice, now=house.now)
    (noted,), further = feed(rep, mark)
    assert (noted["type"], noted["words"], noted["customer"]) == (
        "case.noted",
        {"note": "Prefers mornings"},
        case.customer_id,
    )
    assert noted["actor"] == {"kind": "person", "id": house.alice.pk}
    assert noted["subject"] == {"kind": "case", "id": case.pk}
    assert further != mark


def test_the_feed_comes_in_pieces_without_gaps(house: House, api: Clients) -> None:
    rep = api(house.alice)
    for _ in range(3):
        house.case()
    whole, mark = feed(rep)
    assert feed(rep, limit=2) == (whole, mark)
    assert [event["id"] for event in whole] == sorted({event["id"] for event in whole})


def test_the_feed_does_not_leak(house: House, api: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events of strangers' customers, their words, and events about nobody's customer stay out, wherever a page ends."""
    monkeypatch.setattr(queries, "WINDOW", 3)
    mine = house.case()
    theirs = house.customer("Somebody Else", units=[house.other_unit])
    hidden = house.case(theirs, by=house.charlie, our_words=SECRET)
    conversation.add_note(hidden, words=SECRET, by=house.charlie, now=house.now)
    house.caps("rep", award=7777)
    house.remedy("confidential-remedy")
    last = house.case(mine.customer)
    got, _ = feed(api(house.alice))
    assert {event["customer"] for event in got} == {mine.customer_id}
    assert last.reference in {event["case"] for event in got}
    said = json.dumps(got)
    for word in (SECRET, "Somebody Else", hidden.reference, "7777", "onfidential"):
        assert word not in said
    assert {event["customer"] for event in feed(api(house.charlie))[0]} == {theirs.pk}
    assert feed(api(house.person("nadia", team=None)))[0] == []


def test_a_customer_of_two_units_is_in_both_feeds(house: House, api: Clients) -> None:
    both = house.customer(units=[house.unit, house.other_unit])
    for who in (house.alice, house.charlie):
        assert [event["customer"] for event in feed(api(who))[0]] == [both.pk]


def test_a_call_comes_in(house: House, api: Clients) -> None:
    customer = house.customer(phones=["+13035550199"], value_minor=120000, value_currency="USD")
    open_case, closed = house.case(customer, severity="high"), house.closed_case(customer)
    told = api(house.crm).post("pop/", {"phone": "(303) 555-0199", "region": "US"}).json()
    assert (told["phone"], told["more"]) == ("+13035550199", False)
    (match,) = told["matches"]
    assert match["customer"]["name"] == "Dana Okafor"
    assert match["baggage"]["unacknowledged"] == 2
    assert match["baggage"]["score"] == 50
    assert [case["reference"] for case in match["open_cases"]] == [open_case.reference]
    assert {incident["case"] for incident in match["baggage"]["incidents"]} == {open_case.reference, closed.reference}


def test_a_shared_number_pops_everybody_and_each_their_own(house: House, api: Clients) -> None:
    for number in range(7):
        house.case(house.customer(f"Customer {number}", phones=["+13035550199"]), our_words=f"Story {number}")
    told = api(house.alice).post("pop/", {"phone": "+13035550199"}).json()
    assert (len(told["matches"]), told["more"]) == (5, True)
    for match in told["matches"]:
        own = match["customer"]["name"].removeprefix("Customer ")
        assert [incident["our_words"] for incident in match["baggage"]["incidents"]] == [f"Story {own}"]
        assert [case["title"] for case in match["open_cases"]] == [f"Story {own}"]


def test_a_pop_tells_a_stranger_what_it_tells_of_an_unknown_number(house: House, api: Clients) -> None:
    house.case(house.customer(phones=["+13035550199"]), our_words=SECRET)
    stranger = api(house.charlie)
    hidden, unknown = (stranger.post("pop/", {"phone": phone}) for phone in ("+13035550199", "+13035550111"))
    assert hidden.status_code == unknown.status_code == 200
    assert hidden.json()["matches"] == unknown.json()["matches"] == []
