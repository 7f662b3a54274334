"""Earlier honored errors on screen: seen before anything is offered, wherever one meets the customer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cases.models import Case, Customer
from compensation.models import Award
from tests.desk.test_case_screen import as_, post
from tests.factories import DAY, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P3")]
SEEN = "We stood by a mistake before"


@pytest.fixture(autouse=True)
def _a_day_later(house: House) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(house.now + DAY, tick=False):
        yield


def similar(house: House, customer: Customer) -> Case:
    house.usual_caps()
    house.remedy()
    return house.heard_case(customer, kind_of_action="fee", now=house.now + DAY)


def seen(client: Client, name: str, *args: object, **query: object) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_chosen_customers_precedents_come_before_what_happened(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    page = seen(as_(house.bob), "log", customer=customer.pk)
    assert page.index(SEEN) < page.index("What happened, in their words")
    assert "Waived the wrong fee" in page
    assert "The same kind of action" not in page  # nothing has been written down yet
    assert SEEN not in seen(as_(house.bob), "log", customer=house.customer().pk)


def test_the_kind_and_the_line_that_one_writes_bring_up_what_bears(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    rep = as_(house.bob)
    part = seen(rep, "log-precedents", customer=customer.pk, kind_of_action="fee", line_of_business="MOTOR")
    assert "The same kind of action, the same line of business." in part
    assert "The same" not in seen(rep, "log-precedents", customer=customer.pk, kind_of_action="quote")
    assert "The same kind of action" in seen(rep, "log", customer=customer.pk, kind_of_action="fee")


@pytest.mark.parametrize("asked", [{}, {"customer": "x"}, {"customer": 0}, {"customer": "²"}, {"customer": "9" * 30}])
def test_there_is_nothing_about_nobody(house: House, asked: dict[str, object]) -> None:
    assert as_(house.bob).get(reverse("log-precedents"), asked).status_code == 404


def test_strangers_see_no_precedents(house: House) -> None:
    customer = house.honored().customer
    answer = as_(house.charlie).get(reverse("log-precedents"), {"customer": customer.pk})
    assert answer.status_code == 404


def test_the_case_says_what_was_honored_above_its_remedies_and_asks_why(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    page = seen(as_(house.bob), "case", similar(house, customer).reference)
    assert page.index(SEEN) < page.index('id="remedies"') < page.index('name="precedent_reason"')
    assert "Look at it first" in page


def test_a_case_that_none_bears_on_asks_nothing(house: House) -> None:
    customer = house.customer()
    house.honored(customer, kind_of_action="quote", line_of_business="")
    page = seen(as_(house.bob), "case", similar(house, customer).reference)
    assert SEEN not in page
    assert "precedent_reason" not in page


def test_without_a_reason_nothing_is_given_and_with_one_it_is_told(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    case, remedy = similar(house, customer), house.remedy()
    given = {"remedy": remedy.pk, f"amount-{remedy.pk}": "5"}
    refused = post(house.bob, "case-award", case, **given)
    assert refused.status_code == 422
    assert "Say in one line why" in refused.content.decode()
    assert not Award.objects.exists()
    assert post(house.bob, "case-award", case, **given, precedent_reason="Not the same fee").status_code == 302
    assert Award.objects.get().precedent_reason == "Not the same fee"
    page = seen(as_(house.bob), "case", case.reference)
    assert "in spite of an earlier honored error" in page
    assert "Not the same fee" in page
    assert 'name="precedent_reason"' not in page
    assert again(case).has_precedent


def test_a_supervisor_reads_the_reason_before_answering(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    case, remedy = similar(house, customer), house.remedy()
    given = {"remedy": remedy.pk, f"amount-{remedy.pk}": "30", "precedent_reason": "Not the same fee"}
    assert post(house.bob, "case-award", case, **given).status_code == 302
    assert "In spite of an earlier honored error: <bdi>Not the same fee</bdi>" in seen(as_(house.sue), "approvals")


def test_the_customers_page_shows_them_next_to_the_baggage(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    page = seen(as_(house.bob), "customer", customer.pk)
    assert SEEN in page
    assert "Not told yet: Alice calls them" in page


def test_it_says_who_told_them_when_and_what_they_answered(house: House) -> None:
    customer = house.customer()
    error = house.honored(customer)
    house.told(error.disclosures.get(), answer="Fair enough")
    page = " ".join(seen(as_(house.bob), "case", similar(house, customer).reference).split())
    assert "Alice told them" in page
    assert "that it was for that once: understood" in page
    assert ">Fair enough</q>" in page
    assert f'href="{reverse("honored-error", args=[error.pk])}"' in page


def test_who_may_be_calling_is_marked(house: House) -> None:
    house.honored(house.customer())
    house.customer("Somebody else")
    assert seen(as_(house.bob), "pop", phone="+13035550142").count(SEEN) == 1


@pytest.mark.practice("P20", "P2")
def test_what_was_in_their_favor_is_no_let_down_for_anybody_to_own_up_to(house: House) -> None:
    customer = house.customer()
    house.in_favor(customer)
    page = seen(as_(house.bob), "customer", customer.pk)
    assert "in their favor" in page
    assert "never owned up to" not in page
    assert "We have let you down before" not in page
    house.logged(customer)
    page = seen(as_(house.bob), "customer", customer.pk)
    assert "1 never owned up to" in page
    assert page.count("Own up to: ") == 1
