"""What advice goes by: the worst incident, every loss, and whether we have let them down a second time."""

from __future__ import annotations

import pytest

from cases.domain import causes, closing, promises
from compensation.domain import awards
from tests.compensation.advised import advice, stocked
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P15")]
__all__ = ["stocked"]


def test_a_missed_promise_is_a_second_failure(stocked: House) -> None:
    case = stocked.heard_case()
    awards.give(case, stocked.remedies["sorry"], by=stocked.alice, now=NOW)
    stocked.promise(case, due_end=NOW + HOUR)
    assert advice(stocked, case, now=NOW + HOUR).facts.failed_again_at is None
    later = NOW + 3 * HOUR
    missed = advice(stocked, case, now=later)
    assert missed.facts.failed_again_at == NOW + HOUR
    states = {line.code: line.state for line in missed.package.lines}
    assert (states["apology"], states["again_apology"], states["again_prevent"]) == ("done", "open", "open")
    awards.give(again(case), stocked.remedies["sorry"], by=stocked.alice, now=later)
    causes.open_investigation(again(case), question="Why?", by=stocked.alice, now=later)
    halfway = {line.code: line.state for line in advice(stocked, case, now=later).package.lines}
    assert (halfway["again_apology"], halfway["again_prevent"]) == ("done", "open")
    stocked.promise(again(case), due_end=later + DAY, now=later)
    done = {line.code: line.state for line in advice(stocked, case, now=later + MINUTE).package.lines}
    assert done["again_prevent"] == "done"


def test_a_promise_moved_without_agreement_is_a_second_failure(stocked: House) -> None:
    case = stocked.heard_case()
    promise = stocked.promise(case, due_end=NOW + HOUR)
    promises.move(promise, due_end=NOW + 2 * HOUR, agreed=False, by=stocked.alice, now=NOW + MINUTE)
    assert advice(stocked, case, now=NOW + 2 * MINUTE).facts.failed_again_at == NOW + MINUTE


def test_a_reopened_case_is_a_second_failure(stocked: House) -> None:
    case = stocked.heard_case()
    causes.set_cause(case, cause=stocked.cause(), by=stocked.alice, now=NOW)
    closing.close(again(case), outcome="put_right", by=stocked.alice, now=NOW + HOUR)
    assert advice(stocked, case, now=NOW + 2 * HOUR).facts.failed_again_at is None
    closing.reopen(again(case), reason="Charged again", by=stocked.alice, now=NOW + 2 * HOUR)
    assert advice(stocked, case, now=NOW + 3 * HOUR).facts.failed_again_at == NOW + 2 * HOUR


def test_the_worst_incident_counts_and_every_loss(stocked: House) -> None:
    case = stocked.heard_case(severity="low", kind_of_action="fee", loss_minor=500, currency="USD")
    stocked.logged(case.customer, case=case, severity="high", kind_of_action="conduct", loss_minor=700, currency="USD")
    stocked.logged(case.customer, case=case, severity="low", loss_minor=10**6, currency="EUR")
    facts = advice(stocked, case).facts
    assert (facts.severity, facts.failed, facts.loss_minor) == ("high", {"fee", "conduct", "other"}, 1200)


def test_what_was_in_the_customers_favor_calls_for_nothing_but_an_apology(stocked: House) -> None:
    error = stocked.in_favor(severity="high")
    given = advice(stocked, error.case)
    assert (given.facts.severity, given.package.words) == ("", "Apologize.")
