"""Which step comes next, and why another one cannot come yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.queries.steps import Facts, next_step, next_words, steps

NEW = Facts(owner="Alice")
HEARD = replace(NEW, feeling="angry")
HELPED = replace(HEARD, remedies=1)
PROMISED = replace(HELPED, promises=1, promise_open=True)
KEPT = replace(PROMISED, promise_open=False)
UNDERSTOOD = replace(KEPT, cause_known=True)
GIVEN = replace(NEW, in_favor=True, only_in_favor=True, undecided=True)
HONORED = replace(GIVEN, undecided=False, call_owed=True)
KNOWN = replace(HONORED, call_owed=False)


@pytest.mark.practice("P10")
@pytest.mark.parametrize(
    ("facts", "step", "words"),
    [
        (NEW, "feelings", "Name the feeling"),
        (replace(HEARD, owner=""), "ownership", "Give it an owner"),
        (HEARD, "remedy", "Put it right"),
        (HELPED, "promise", "Promise when they hear next"),
        (PROMISED, "promise", "Keep the promise"),
        (replace(KEPT, to_deliver=True), "remedy", "Deliver the remedy"),
        (replace(KEPT, waiting_approval=True), "remedy", "Wait for the approval"),
        (KEPT, "cause", "Find the cause"),
        (replace(KEPT, investigating=True), "close", "Close the case"),
        (UNDERSTOOD, "close", "Close the case"),
        (replace(UNDERSTOOD, closed=True), "", ""),
        (replace(NEW, historical=True), "", ""),
        (GIVEN, "decision", "Decide: stand by it, or take it back"),
        (replace(GIVEN, only_in_favor=False), "decision", "Decide: stand by it, or take it back"),
        (HONORED, "call", "Tell the customer what was decided"),
        (replace(HONORED, only_in_favor=False), "feelings", "Name the feeling"),
        (replace(HONORED, owner=""), "ownership", "Give it an owner"),
        (KNOWN, "cause", "Find the cause"),
        (replace(KNOWN, promises=1, promise_open=True), "promise", "Keep the promise"),
        (replace(KNOWN, cause_known=True), "close", "Close the case"),
    ],
)
def test_the_next_step_follows_the_order_of_putting_it_right(facts: Facts, step: str, words: str) -> None:
    assert next_step(facts) == step
    assert next_words(facts) == words


def test_all_six_steps_stand_there_and_only_one_is_next() -> None:
    for facts in (NEW, HEARD, HELPED, PROMISED, KEPT, UNDERSTOOD):
        listed = steps(facts)
        assert [step.key for step in listed] == ["feelings", "ownership", "remedy", "promise", "cause", "close"]
        assert [step.state for step in listed].count("next") == 1


@pytest.mark.practice("P1")
def test_a_mistake_in_their_favor_is_decided_and_told_and_asks_for_no_remedy() -> None:
    for facts in (GIVEN, HONORED, KNOWN):
        listed = steps(facts)
        assert [step.key for step in listed] == ["decision", "call", "ownership", "cause", "close"]
        assert [step.state for step in listed].count("next") == 1
    notes = {step.key: step.note for step in steps(GIVEN)}
    assert (notes["call"], notes["close"]) == ("after the decision", "after the decision")
    assert {step.key: step.note for step in steps(HONORED)}["close"] == "after the call"
    assert len(steps(replace(GIVEN, only_in_favor=False))) == 8


def test_a_step_that_cannot_come_yet_says_why() -> None:
    by_key = {step.key: step for step in steps(NEW)}
    assert (by_key["remedy"].state, by_key["remedy"].note) == ("blocked", "after the feelings")
    assert (by_key["close"].state, by_key["close"].note) == ("blocked", "after the cause")
    assert {step.key: step.note for step in steps(PROMISED)}["close"] == "after the promise"
