"""Logging a mistake: find or describe the customer, tell it once, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models import Case, Customer, Incident
from tests.desk.test_case_screen import as_
from tests.factories import House

pytestmark = pytest.mark.django_db
TOLD = {"customer_words": "They charged me twice.", "channel": "phone", "severity": "high", "favor": "company"}


@pytest.fixture(autouse=True)
def _at_that_time(house: House) -> Iterator[None]:
    with time_machine.travel(house.now, tick=False):
        yield


def save(client: Client, **data: object):  # type: ignore[no-untyped-def]
    given = {"mistake": "unknown", "kind_of_action": "billing", **TOLD, **data}
    return client.post(reverse("log-save"), given)


@pytest.mark.practice("P9")
@pytest.mark.parametrize("typed", ["dana", "okaf", "303555", "+1 303 555", "AC-77"])
def test_a_customer_is_found_as_one_types(house: House, typed: str) -> None:
    customer = house.customer(external_ids=[("crm", "AC-77")])
    page = as_(house.alice).get(reverse("log-customer"), {"q": typed})
    assert f'id="found-{customer.pk}"' in page.content.decode()


def test_strangers_customers_are_not_found(house: House) -> None:
    house.customer(units=[house.other_unit])
    assert b"Nobody we know" in as_(house.alice).get(reverse("log-customer"), {"q": "dana"}).content


@pytest.mark.practice("P20")
@pytest.mark.practice("P21")
def test_a_chosen_customers_baggage_and_open_cases_come_first(house: House) -> None:
    customer = house.customer()
    case = house.case(customer)
    page = as_(house.alice).get(reverse("log"), {"customer": customer.pk}).content.decode()
    assert "1 never owned up to" in page
    assert "We have let you down before" in page
    assert case.reference in page


def test_a_mistake_opens_a_case_and_goes_there(house: House) -> None:
    customer = house.customer()
    answer = save(as_(house.alice), customer=customer.pk, mistake="mine")
    incident = Incident.objects.get()
    assert answer["Location"] == reverse("case", args=[incident.case.reference])
    assert incident.self_reported
    assert incident.severity == "high"


def test_a_mistake_joins_the_chosen_case(house: House) -> None:
    case = house.case()
    save(as_(house.alice), customer=case.customer_id, case=case.reference)
    assert case.incidents.count() == 2
    assert Case.objects.count() == 1


def test_somebody_new_is_added_in_the_same_step(house: House) -> None:
    save(as_(house.alice), new_name="Zoë Brand", new_phone="+1 303 555 0199", unit=house.unit.pk, new_zone="UTC")
    customer = Customer.objects.get(preferred_name="Zoë Brand")
    assert customer.phones.get().number == "+13035550199"
    assert customer.incidents.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"new_name": "Zoë", "new_phone": "12", "new_zone": "UTC"}, "is not a phone number we can dial"),
        ({"new_name": "Zoë", "new_zone": "Mars/Olympus"}, "is not a time zone"),
        ({"new_name": "Zoë", "new_email": "not an email"}, "valid email"),
        ({"new_name": "Zoë", "customer_words": ""}, "Write what happened"),
        ({"new_name": "Zoë", "loss": "much"}, "is not an amount"),
        ({"new_name": "Zoë", "occurred_at": "2027-01-01T10:00"}, "has not come yet"),
        ({"new_name": "Zoë", "mistake": "person"}, "which colleague"),
        ({}, "Find the customer first"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_nothing_is_half_written(
    house: House, wrong: dict[str, str], said: str
) -> None:
    answer = save(as_(house.alice), unit=house.unit.pk, new="1", **wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    if "customer_words" not in wrong:
        assert "They charged me twice." in answer.content.decode()
    assert not Customer.objects.exists()
    assert not Incident.objects.exists()


def test_an_amount_is_in_the_currency_of_the_unit_that_the_case_belongs_to(house: House) -> None:
    both = house.customer(units=[house.unit, house.other_unit])
    save(as_(house.charlie), customer=both.pk, loss="12.50")
    incident = Incident.objects.get()
    assert (incident.unit, incident.loss_minor, incident.currency) == (house.other_unit, 1250, "EUR")


def test_what_strangers_write_down_is_not_suggested(house: House) -> None:
    theirs = house.customer(units=[house.other_unit])
    house.logged(theirs, by=house.charlie, category="Their symptom", line_of_business="Their line")
    house.logged(category="Our symptom", line_of_business="Our line")
    page = as_(house.alice).get(reverse("log")).content.decode()
    assert "Our symptom" in page
    assert "Our line" in page
    assert "Their symptom" not in page
    assert "Their line" not in page


def test_a_strangers_customer_cannot_be_logged_for(house: House) -> None:
    customer = house.customer(units=[house.other_unit])
    assert save(as_(house.alice), customer=customer.pk).status_code == 404
    assert not Incident.objects.exists()


@pytest.mark.practice("P20")
def test_an_incoming_call_goes_straight_to_the_customer_or_to_logging(house: House) -> None:
    client = as_(house.alice)
    assert "new=1" in client.get(reverse("pop"), {"phone": "+13035550142"})["Location"]
    customer = house.customer()
    # a plus sign in an address is a space unless it is written as %2B, and telephony often forgets
    for number in ("+13035550142", " 13035550142", "13035550142"):
        answer = client.get(reverse("pop"), {"phone": number})
        assert answer["Location"] == reverse("customer", args=[customer.pk])
    house.customer("Dan Okafor")
    assert b"Several customers share this number" in client.get(reverse("pop"), {"phone": "+13035550142"}).content
    assert "new=1" in client.get(reverse("pop"), {"phone": "anonymous"})["Location"]
