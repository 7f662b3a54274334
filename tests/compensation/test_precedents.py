"""Giving something in spite of an earlier honored error asks for one line of reason, once on a case."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.authority import Refused
from cases.models import Case, Customer
from compensation.domain import awards, honoring
from compensation.models import Award, LedgerEntry
from journal.models import Event
from tests.compensation.books import agree
from tests.factories import DAY, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P3")]


def similar(house: House, customer: Customer) -> Case:
    """A later case about the same kind of thing; the customer has been heard."""
    house.usual_caps()
    house.remedy()
    return house.heard_case(customer, kind_of_action="fee", now=house.now + DAY)


def give(house: House, case: Case, amount: int = 500, **particulars: Any) -> Award:
    given: dict[str, Any] = {"by": house.alice, "now": house.now + DAY, "amount_minor": amount}
    return awards.give(case, house.remedy(), **given | particulars)


def asked_why(house: House, case: Case, **particulars: Any) -> Refused:
    """The no, after which nothing is written."""
    written: list[Any] = [Award, LedgerEntry, Event]
    before = [model.objects.count() for model in written]
    with pytest.raises(Refused) as refused:
        give(house, case, **particulars)
    assert [model.objects.count() for model in written] == before
    agree()
    assert refused.value.code == "precedent_reason_needed"
    return refused.value


def test_it_asks_why_and_names_the_precedent(house: House) -> None:
    customer = house.customer()
    error = house.honored(customer)
    case = similar(house, customer)
    no = asked_why(house, case)
    assert no.field == "precedent_reason"
    assert no.reason.startswith(
        "On 10 March 2026 we honored an error for Dana Okafor (the same kind of action). They have not been told yet"
    )
    assert no.details["precedents"] == [
        {
            "honored_error": error.pk,
            "because": ["kind_of_action"],
            "honored_at": house.now.isoformat(),
            "told_at": None,
            "told_by": None,
        }
    ]


def test_the_reason_is_kept_on_the_award_and_in_the_log(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    award = give(house, similar(house, customer), precedent_reason="  Not the\nsame fee ", note="Paid by card")
    assert again(award).precedent_reason == "Not the same fee"
    told = Event.objects.get(type="award.given").words.body
    assert (told["precedent_reason"], told["note"]) == ("Not the same fee", "Paid by card")
    agree()


def test_it_asks_once_on_a_case(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    case = similar(house, customer)
    give(house, case, precedent_reason="Not the same fee")
    assert give(house, case).precedent_reason == ""
    other = similar(house, customer)
    asked_why(house, other)


def test_above_the_cap_the_reason_goes_with_the_request(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    case = similar(house, customer)
    asked_why(house, case, amount=3000)
    award = give(house, case, 3000, precedent_reason="Not the same fee")
    assert (award.status, again(award).precedent_reason) == ("awaiting_approval", "Not the same fee")
    assert Event.objects.get(type="award.requested").words.body["precedent_reason"] == "Not the same fee"


def test_feelings_come_before_reasons(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    house.usual_caps()
    house.remedy()
    case = house.case(customer, kind_of_action="fee", now=house.now + DAY)
    with pytest.raises(Refused) as refused:
        give(house, case)
    assert refused.value.code == "feelings_first"
    asked_why(house, case, feeling="angry")
    assert again(case).acknowledged_at is None
    assert give(house, case, feeling="angry", precedent_reason="Not the same fee").pk


def test_an_error_that_does_not_bear_asks_nothing(house: House) -> None:
    customer = house.customer()
    house.honored(customer, kind_of_action="quote")
    assert give(house, similar(house, customer)).pk


def test_what_was_taken_back_or_is_undecided_asks_nothing(house: House) -> None:
    customer = house.customer()
    error = house.in_favor(customer)
    case = similar(house, customer)
    assert give(house, case).pk
    honoring.honor(error, cost_minor=0, by=house.bob, now=house.now + DAY)
    with pytest.raises(Refused) as refused:
        give(house, case)
    assert refused.value.code == "precedent_reason_needed"
    word: dict[str, Any] = {"counsel": "Dr. Reyes", "note": "Nothing stands against it"}
    honoring.record_legal_review(error, conclusion="may", by=house.sue, now=house.now + DAY, **word)
    honoring.rescind(error, reason="Nothing has been paid yet", by=house.sue, now=house.now + DAY)
    assert give(house, case).pk


def test_it_says_who_told_them_and_when(house: House) -> None:
    customer = house.customer()
    house.told(house.honored(customer).disclosures.get(), now=house.now + DAY / 2)
    no = asked_why(house, similar(house, customer))
    assert "Alice told them on 10 March 2026 that it was for this once." in no.reason
    [told] = no.details["precedents"]
    assert (told["told_at"], told["told_by"]) == ((house.now + DAY / 2).isoformat(), "Alice")


def test_honoring_another_of_the_kind_asks_why_too_and_answers_for_the_case(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    error = house.in_favor(customer, now=house.now + DAY)
    with pytest.raises(Refused) as refused:
        honoring.honor(error, cost_minor=0, by=house.bob, now=house.now + DAY)
    assert refused.value.code == "precedent_reason_needed"
    honoring.honor(error, cost_minor=0, precedent_reason="Ours again", by=house.bob, now=house.now + DAY)
    house.usual_caps()
    assert give(house, error.case, feeling="worried").precedent_reason == ""
    agree()


def test_a_reason_longer_than_a_line_is_refused(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    with pytest.raises(Refused) as refused:
        give(house, similar(house, customer), precedent_reason="x" * 301)
    assert (refused.value.code, refused.value.field) == ("too_long", "precedent_reason")


def test_on_the_ordinary_path_nothing_more_is_asked_of_the_database(house: House) -> None:
    plain = similar(house, house.customer())
    erred = house.customer("Another")
    house.honored(erred)
    marked = similar(house, erred)
    counts = []
    for case, reason in ((plain, ""), (marked, "Not the same fee")):
        with CaptureQueriesContext(connection) as ran:
            give(house, case, precedent_reason=reason)
        counts.append(len(ran))
    assert counts[0] == counts[1]
