"""What a customer answered, on their case, on their page and in both timelines."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from outreach.domain.surveys import answering
from outreach.models import Survey
from tests.factories import House
from tests.outreach.test_surveys import ALL, LATER, asked

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P22"), pytest.mark.practice("P12")]


@pytest.fixture
def survey(house: House) -> Survey:
    return answering.answer(asked(house), scores=ALL, words="Nobody listened to me", now=LATER)


def shown(user: object, address: str) -> str:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return " ".join(client.get(address).content.decode().split())


def test_a_rep_sees_on_the_case_and_on_the_customer_how_it_was(house: House, survey: Survey) -> None:
    assert survey.case is not None
    for address in (reverse("case", args=[survey.case.reference]), reverse("customer", args=[survey.customer_id])):
        page = shown(house.alice, address)
        assert "2 of 5 all in all" in page
        assert "What they got was fair" in page
        assert page.count("Nobody listened to me") == 2
        assert "The customer</b> answered our survey" in page
        assert "The customer was asked how it was" in page
        assert "told us they are dissatisfied" not in page


def test_of_another_unit_a_rep_sees_no_answer(house: House, survey: Survey) -> None:
    assert survey.case is not None
    assert "Nobody listened" not in shown(house.charlie, reverse("customer", args=[survey.customer_id]))


def test_why_nobody_was_asked_is_told(house: House) -> None:
    survey = asked(house, house.customer(emails=[]))
    assert survey.case is not None
    page = shown(house.alice, reverse("case", args=[survey.case.reference]))
    assert "was not asked how it was: no email address" in page
