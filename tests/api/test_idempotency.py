"""A repeated POST does its work once and is answered alike."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.domain import credentials, idempotency
from accounts.models import IdempotencyKey
from compensation.models import Award, CapCounter, LedgerEntry
from tests.api.conftest import problem
from tests.factories import House

Clients = Callable[..., Any]
GIVE = {"remedy": "credit", "amount_minor": 1500}


@pytest.fixture
def awards(house: House) -> str:
    """Where a credit can be given."""
    house.usual_caps()
    house.remedy()
    return f"cases/{house.heard_case().reference}/awards/"


def test_money_needs_a_key(house: House, api: Clients, awards: str) -> None:
    problem(api(house.alice).post(awards, GIVE), "idempotency_key_needed", 400, "Idempotency-Key")
    assert not Award.objects.exists()


def test_the_same_key_and_body_give_the_first_answer_again(house: House, api: Clients, awards: str) -> None:
    rep = api(house.alice)
    first, second = rep.post(awards, GIVE, key="a"), rep.post(awards, GIVE, key="a")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["ETag"] == first.headers["ETag"]
    assert Award.objects.count() == 1
    assert CapCounter.objects.get(axis="day").spent_minor == 1500


def test_another_body_is_a_mistake(house: House, api: Clients, awards: str) -> None:
    rep = api(house.alice)
    rep.post(awards, GIVE, key="a")
    problem(rep.post(awards, GIVE | {"amount_minor": 1}, key="a"), "idempotency_mismatch", 422)
    assert Award.objects.count() == 1


def test_a_key_is_its_callers_and_its_paths_own(house: House, api: Clients, awards: str) -> None:
    other = f"cases/{house.heard_case().reference}/awards/"
    for who in (house.alice, house.bob):
        rep = api(who)
        for at in (awards, other):
            assert rep.post(at, GIVE, key="a").status_code == 201
    assert Award.objects.count() == 4


def test_what_was_refused_may_be_tried_again(house: House, api: Clients, awards: str) -> None:
    rep = api(house.alice)
    problem(rep.post(awards, {"remedy": "no-such"}, key="a"), "out_of_reach", 404, "remedy")
    problem(rep.post(awards, {"remedy": "credit"}, key="a"), "not_an_amount", 400, "amount_minor")
    assert rep.post(awards, GIVE, key="a").status_code == 201


def test_any_post_may_carry_a_key(house: House, api: Clients) -> None:
    rep, case = api(house.alice), house.case()
    at, body = f"cases/{case.reference}/contacts/", {"channel": "phone", "words": "Talked"}
    before = case.contacts.count()
    assert rep.post(at, body, key="a").content == rep.post(at, body, key="a").content
    assert case.contacts.count() == before + 1
    rep.post(at, body)
    rep.post(at, body)
    assert case.contacts.count() == before + 3


@pytest.mark.parametrize("key", ["x" * 121, "tab\there", "é"])
def test_a_key_is_short_and_plain(house: House, api: Clients, awards: str, key: str) -> None:
    problem(api(house.alice).post(awards, GIVE, key=key), "invalid", 400, "Idempotency-Key")


def test_after_a_day_a_key_is_forgotten(house: House, api: Clients, awards: str) -> None:
    rep = api(house.alice)
    rep.post(awards, GIVE, key="a")
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert rep.post(awards, GIVE, key="a").headers.get("Idempotency-Replayed") is None
    assert Award.objects.count() == 2
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert idempotency.purge(now=timezone.now()) == 1
    assert not IdempotencyKey.objects.exists()


def test_the_work_and_its_answer_are_one_transaction(
    house: House, api: Clients, awards: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies before the answer is stored has given nothing."""

    def die(*_: Any, **__: Any) -> None:
        raise MemoryError("killed")

    rep = api(house.alice)
    rep.client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(idempotency, "keep", die)
        assert rep.post(awards, GIVE, key="a").status_code == 500
    assert not Award.objects.exists()
    assert rep.post(awards, GIVE, key="a").status_code == 201


def test_the_unique_constraint_stands_behind_the_look(
    house: House, api: Clients, awards: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answered between our look and our write: rolled back, and the other's answer given."""
    rep = api(house.alice)
    first = rep.post(awards, GIVE, key="a")
    look = idempotency.find
    blind = iter([True])
    monkeypatch.setattr(idempotency, "find", lambda asked, *, now: None if next(blind, False) else look(asked, now=now))
    second = rep.post(awards, GIVE, key="a")
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.content == first.content
    assert (Award.objects.count(), LedgerEntry.objects.count()) == (1, 1)


def test_a_refusal_that_the_first_answer_caused_gives_that_answer(
    house: House, api: Clients, awards: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rep = api(house.alice)
    award = rep.post(awards, GIVE, key="a").json()
    at, body = f"awards/{award['id']}/reverse/", {"reason": "Wrong case"}
    first = rep.post(at, body, key="b")
    look = idempotency.find
    blind = iter([True])
    monkeypatch.setattr(idempotency, "find", lambda asked, *, now: None if next(blind, False) else look(asked, now=now))
    assert rep.post(at, body, key="b").content == first.content


@pytest.mark.only("postgresql")
@pytest.mark.django_db(transaction=True)
def test_in_flight_it_is_told_to_wait(house: House, api: Clients, awards: str) -> None:
    rep = api(house.alice)
    asked = idempotency.Request(f"credential:{_credential(rep)}", f"/api/v1/{awards}", "a", "x")
    held, done = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            idempotency.find(asked, now=timezone.now())
            held.set()
            done.wait(20)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    try:
        assert held.wait(20)
        problem(rep.post(awards, GIVE, key="a"), "in_flight", 409)
    finally:
        done.set()
        thread.join()
    assert rep.post(awards, GIVE, key="a").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_many_at_once_give_once(house: House, api: Clients, awards: str) -> None:
    rep = api(house.alice)
    start = threading.Barrier(8)
    answers: list[Any] = []

    def send() -> None:
        start.wait(20)
        answers.append(rep.post(awards, GIVE, key="a"))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {201, 409}
    given = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in given}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in given) == 1
    assert (Award.objects.count(), CapCounter.objects.get(axis="day").spent_minor) == (1, 1500)


def _credential(rep: Any) -> int:

    found = credentials.authenticate(rep.secret)
    assert found is not None
    return found.pk
