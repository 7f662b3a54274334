"""What is owed by law or contract: named by it, bounded, kept apart, and no matter of caps."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from accounts.authority import Refused
from compensation.domain import awards, catalog, reversing
from compensation.models import Award, LedgerEntry, Remedy
from tests.compensation.books import agree, counters, refusal
from tests.factories import NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16", "P19")]
LAW = "Regulation (EC) 261/2004, Art. 7"


@pytest.fixture
def owed(house: House) -> Remedy:
    return house.remedy("late-flight", basis="entitlement", authority=LAW, at_most_minor=60000)


def test_what_is_owed_draws_on_no_cap_and_is_kept_apart(house: House, owed: Remedy) -> None:
    case = house.heard_case()  # nobody has any cap
    award = awards.give(case, owed, amount_minor=60000, by=house.alice, now=NOW)
    assert (award.status, award.basis, award.authority) == ("delivered", "entitlement", LAW)
    assert counters() == {}
    assert list(LedgerEntry.objects.values_list("basis", "amount_minor")) == [("entitlement", 60000)]
    reversing.reverse(award, reason="Another passenger", by=house.alice, now=NOW)
    assert set(LedgerEntry.objects.values_list("basis", flat=True)) == {"entitlement"}
    agree()


def test_what_is_owed_is_bounded_by_the_catalog(house: House, owed: Remedy) -> None:
    case = house.heard_case()
    assert refusal(awards.give, case, owed, amount_minor=60001, by=house.alice, now=NOW) == "amount_too_large"
    assert not Award.objects.exists()


def test_an_award_keeps_the_law_it_was_owed_by_when_the_catalog_changes(house: House, owed: Remedy) -> None:
    award = awards.give(house.heard_case(), owed, amount_minor=100, by=house.alice, now=NOW)
    catalog.save_remedy(owed, authority="Another law", at_most_minor=50, by=house.ada, now=NOW)
    assert (again(award).authority, again(award).remedy_version, again(owed).version) == (LAW, 1, 2)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"authority": "  "}, "authority"),
        ({"at_most_minor": None}, "at_most_minor"),
        ({"at_most_minor": 0}, "at_most_minor"),
        ({"cost_minor": 100}, "at_most_minor"),
        ({"basis": "cost_of_error"}, "basis"),
    ],
)
def test_a_line_that_is_owed_says_by_what_and_how_much_at_most(
    house: House, fields: dict[str, object], field: str
) -> None:
    given = {"basis": "entitlement", "authority": LAW, "at_most_minor": 60000} | fields
    with pytest.raises(Refused) as refused:
        house.remedy("late-flight", **given)
    assert refused.value.field == field
    assert not Remedy.objects.exists()


def test_it_is_shown_as_owed_where_awards_are_listed(house: House, owed: Remedy, client: Client) -> None:
    case = house.heard_case()
    awards.give(case, owed, amount_minor=100, by=house.alice, now=NOW)
    client.force_login(house.alice, backend=settings.AUTHENTICATION_BACKENDS[0])
    html = client.get(f"/cases/{case.reference}").content.decode()
    assert "Owed by law or contract" in html
    assert f"by {LAW}" in html
