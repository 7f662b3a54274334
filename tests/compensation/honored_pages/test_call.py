"""The page of the call: it guides whoever owes it, and nobody else makes it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.enums import WorkingState
from accounts.models import User
from cases.models import HonoredError, Promise
from tests.compensation.honored_pages.conftest import TOLD, WRITTEN, as_, honored, read, send, text
from tests.factories import House, again

pytestmark = [pytest.mark.django_db]


@pytest.mark.practice("P2")
def test_the_call_guides_whoever_owes_it(house: House, error: HonoredError) -> None:
    honored(house, error)
    html = read(house.alice, "honored-call", error.pk)
    for said in (
        "Hello Ms. Okafor, this is Alice",
        'href="tel:+13035550142"',
        "in Denver",
        "A mistake was made",
        "What should have happened, and why",
        "We honor it this time",
        "Next time we may decide by the book",
        "They have been told",
    ):
        assert said in html


@pytest.mark.practice("P2")
def test_others_read_the_call_and_whose_it_is_and_cannot_make_it(house: House, error: HonoredError) -> None:
    call = honored(house, error)
    for user in (house.bob, house.sue, house.ada):
        html = read(user, "honored-call", error.pk)
        assert "This call is Alice’s to make." in html
        assert 'type="submit" data-key="t"' not in html
        refused = send(user, "honored-told", error, **TOLD)
        assert refused.status_code == 422
        assert "This call is Alice’s to make." in text(refused)
        assert send(user, "honored-attempt", error, outcome="no_answer").status_code == 422
    assert again(call).status == "owed"


@pytest.mark.practice("P2")
def test_each_point_is_ticked_by_itself(house: House, error: HonoredError) -> None:
    call = honored(house, error)
    half = send(house.alice, "honored-told", error, **TOLD | {"points": ["mistake", "stance"]})
    html = text(half)
    assert half.status_code == 422
    assert "The customer has to hear this too" in html
    assert "That was honest of you." in html
    assert html.count('name="points"') == 4
    assert html.count(" checked") >= 2
    assert again(call).status == "owed"
    unclear = send(house.alice, "honored-told", error, **TOLD | {"understanding": ""})
    assert "Say whether the customer understood." in text(unclear)


@pytest.mark.practice("P2")
def test_told_with_what_was_said_written_down_on_the_way(house: House, error: HonoredError) -> None:
    call = honored(house, error)
    version = again(error).version
    done = send(house.alice, "honored-told", error, **TOLD, **WRITTEN, version=version)
    assert (done.status_code, done.url) == (302, reverse("honored-error", args=[error.pk]))
    assert (again(call).status, again(call).caller) == ("made", house.alice)
    assert again(error).should_have == WRITTEN["should_have"]
    html = read(house.bob, "honored-error", error.pk)
    for said in ("Ms. Okafor has been told", "That was honest of you.", "They understood.", "<b>Alice</b> told them"):
        assert said in html


@pytest.mark.practice("P2")
def test_nothing_is_written_down_when_the_telling_is_refused(house: House, error: HonoredError) -> None:
    honored(house, error)
    send(house.alice, "honored-told", error, **TOLD | {"points": []}, **WRITTEN)
    assert again(error).should_have == ""


@pytest.mark.practice("P2")
@pytest.mark.parametrize("outcome", ["no_answer", "left_message", "wrong_person", "dropped"])
def test_a_try_that_did_not_come_to_it(house: House, error: HonoredError, outcome: str) -> None:
    call = honored(house, error)
    assert send(house.alice, "honored-attempt", error, outcome=outcome, words="Rang twice").status_code == 302
    assert call.attempts.get().outcome == outcome
    assert "Rang twice" in read(house.alice, "honored-call", error.pk)


@pytest.mark.practice("P2")
def test_called_back_when_they_asked_on_their_own_clock(house: House, error: HonoredError) -> None:
    honored(house, error)
    missing = send(house.alice, "honored-attempt", error, outcome="call_back", words="kept as typed")
    assert missing.status_code == 422
    assert "Say when to call back" in text(missing)
    assert "kept as typed" in text(missing)
    given = {"outcome": "call_back", "due": "other", "call_back_at": "2026-03-11T09:30"}
    assert send(house.alice, "honored-attempt", error, **given).status_code == 302
    local = Promise.objects.get().obligation.due_end.astimezone(error.customer.zone)
    assert f"{local:%Y-%m-%d %H:%M}" == "2026-03-11 09:30"
    due = (house.now + timedelta(hours=2)).isoformat()
    assert send(house.alice, "honored-attempt", error, outcome="call_back", due=due).status_code == 302


@pytest.mark.practice("P2")
def test_told_is_no_outcome_of_a_try(house: House, error: HonoredError) -> None:
    call = honored(house, error)
    assert send(house.alice, "honored-attempt", error, outcome="told").status_code == 422
    assert not call.attempts.exists()


@pytest.mark.practice("P2")
def test_a_call_passes_on_only_when_its_maker_is_gone(house: House, error: HonoredError) -> None:
    call = honored(house, error)
    assert "Alice is there, and makes this call." in read(house.sue, "honored-call", error.pk)
    assert "Pass the call on" not in read(house.bob, "honored-call", error.pk)
    given = {"to": house.bob.pk, "reason": "Alice is on leave until May"}
    assert send(house.sue, "honored-reassign", error, **given).status_code == 422
    User.objects.filter(pk=house.alice.pk).update(working_state=WorkingState.LEFT, is_active=False)
    without = send(house.sue, "honored-reassign", error, to=house.bob.pk, reason="")
    assert without.status_code == 422
    assert "Say why somebody else makes this call." in text(without)
    assert send(house.sue, "honored-reassign", error, **given).status_code == 302
    assert again(call).owed_by == house.bob
    html = read(house.bob, "honored-call", error.pk)
    assert "Alice → Bob" in html
    assert "Hello Ms. Okafor, this is Bob" in html


@pytest.mark.practice("P2")
def test_no_call_before_the_decision(house: House, error: HonoredError) -> None:
    assert as_(house.alice).get(reverse("honored-call", args=[error.pk])).status_code == 404
    told = send(house.alice, "honored-told", error, **TOLD)
    assert (told.status_code, b'data-refused="undecided"' in told.content) == (422, True)


@pytest.mark.practice("P2")
def test_whoever_wants_no_calls_is_told_another_way(house: House) -> None:
    error = house.favorable(house.customer(do_not_call=True, channel_preference="email"))
    honored(house, error)
    html = read(house.alice, "honored-call", error.pk)
    assert "They do not want to be called." in html
    assert "tel:" not in html
    assert '<option value="email" selected>' in html


@pytest.mark.practice("P12")
def test_the_case_tells_it_and_leads_there(house: House, error: HonoredError) -> None:
    case = error.case.reference
    html = read(house.bob, "case", case)
    assert "Decide: stand by it, or take it back" in html
    assert reverse("honored-error", args=[error.pk]) in html
    honored(house, error)
    assert "You call Ms. Okafor" in read(house.alice, "case", case)
    assert "Alice calls Ms. Okafor" in read(house.bob, "case", case)
    send(house.alice, "honored-attempt", error, outcome="no_answer")
    send(house.alice, "honored-told", error, **TOLD)
    html = read(house.bob, "case", case)
    for said in (
        "is to be decided",
        "decided that we stand by it",
        "tried to tell the customer: no answer",
        "told the customer what was decided",
        "That was honest of you.",
        "they know",
    ):
        assert said in html
