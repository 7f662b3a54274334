"""Caps and catalog on screen: money as people write it, versions checked, nothing typed is lost."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from compensation.domain.caps import in_force
from compensation.models import Cap, Remedy
from tests.factories import House, again

pytestmark = pytest.mark.django_db


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def fields(html: str, *, of: str = "") -> dict[str, str]:
    """What a browser would send back of the form that stands after ``of``: hidden fields and text as they are."""
    form = html[html.index(of) :] if of else html
    form = form[: form.index("</form>")]
    found = {}
    for tag in re.findall(r"<(?:input|textarea)[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="radio"' not in tag and 'type="checkbox"' not in tag:
            found[name[1]] = unescape(value[1]) if value else ""
    return found


def grid(user: User, currency: str = "USD", query: str = "") -> dict[str, str]:
    html = as_(user).get(f"/settings/caps{query}").content.decode()
    return fields(html, of=f'id="grid-{currency}"')


def save(user: User, typed: dict[str, str]) -> Any:
    return as_(user).post("/settings/caps", typed)


def amount(axis: str, **holder: Any) -> int | None:
    cap = in_force(timezone.now()).filter(axis=axis, **holder).first()
    return cap.amount_minor if cap else None


@pytest.mark.practice("P16")
def test_a_grid_of_caps_is_saved_cell_by_cell(house: House) -> None:
    house.usual_caps()
    untouched = Cap.objects.get(role="rep", axis="case")
    typed = grid(house.ada) | {"rep-award": "25.50", "supervisor-month": "12,000"}
    assert save(house.ada, typed).status_code == 302
    assert amount("award", role="rep") == 2550
    assert amount("month", role="supervisor") == 1200000
    assert Cap.objects.get(role="rep", axis="case") == untouched


def test_a_person_gets_caps_of_their_own_and_loses_them_again(house: House) -> None:
    house.usual_caps()
    typed = grid(house.ada, query=f"?user={house.alice.pk}&currency=USD")
    cell = f"u{house.alice.pk}-award"
    assert typed[cell] == ""
    save(house.ada, typed | {cell: "40"})
    assert amount("award", user=house.alice) == 4000
    save(house.ada, grid(house.ada) | {cell: ""})
    assert amount("award", user=house.alice) is None


def test_a_new_currency_has_a_grid_of_its_own(house: House) -> None:
    typed = grid(house.ada, "JPY", query=f"?user={house.alice.pk}&currency=JPY")
    save(house.ada, typed | {"rep-day": "500"})
    assert amount("day", role="rep", currency="JPY") == 500


@pytest.mark.practice("P8")
def test_the_second_writer_is_told_what_changed_and_keeps_their_text(house: House) -> None:
    house.usual_caps()
    mine = grid(house.ada) | {"rep-award": "30", "rep-day": "99"}
    house.ada.name = "Ada"
    save(house.ada, grid(house.ada) | {"rep-award": "60"})
    refused = save(house.ada, mine)
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "Ada set this to $60.00 meanwhile. Save again to put yours in its place." in html
    assert amount("award", role="rep") == 6000
    assert amount("day", role="rep") == 10000, "nothing of a grid is written when one cell cannot be"
    again_ = fields(html, of='id="grid-USD"')
    assert again_["rep-award"] == "30"
    assert save(house.ada, again_).status_code == 302
    assert amount("award", role="rep") == 3000
    assert amount("day", role="rep") == 9900


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("plenty", "is not an amount"),
        ("1.005", "USD has 2 decimals."),
        ("-5", "Give an amount above zero."),
        ("1e99", "is not an amount"),
    ],
)
def test_what_is_no_amount_stands_beside_its_cell_and_saves_nothing(house: House, typed: str, said: str) -> None:
    house.usual_caps()
    refused = save(house.ada, grid(house.ada) | {"rep-award": typed, "rep-day": "77"})
    html = unescape(refused.content.decode())
    assert refused.status_code == 422
    assert said in html
    assert f'value="{typed}"' in html
    assert amount("day", role="rep") == 10000


def test_others_read_the_caps_and_are_told_why_they_cannot_change_them(house: House) -> None:
    house.usual_caps()
    html = as_(house.alice).get("/settings/caps").content.decode()
    assert "Only an administrator can change settings." in html
    assert "20.00" in html
    assert 'name="rep-award"' not in html
    refused = save(house.alice, {"grid": "USD", "rep-award": "900"})
    assert refused.status_code == 422
    assert b'data-refused="administrator_needed"' in refused.content
    assert amount("award", role="rep") == 2000


def test_the_grid_costs_as_many_queries_with_many_holders(house: House) -> None:
    house.usual_caps()
    client = as_(house.ada)
    with CaptureQueriesContext(connection) as few:
        client.get("/settings/caps")
    for number in range(15):
        house.caps(house.person(f"rep{number}"), award=100, day=500)
    with CaptureQueriesContext(connection) as many:
        client.get("/settings/caps")
    assert len(many) == len(few)


# The catalog ---------------------------------------------------------------------------------------------------------------

LINE = {"name": "Hotel night", "code": "hotel", "kind": "assistance", "currency": "usd", "cost_minor": "1,120.50"}


def test_a_remedy_is_added_with_money_as_people_write_it(house: House) -> None:
    done = as_(house.ada).post("/settings/catalog/new", LINE | {"value_minor": "2000", "delivery_days": "2"})
    assert done.status_code == 302
    hotel = Remedy.objects.get(code="hotel")
    assert (hotel.cost_minor, hotel.value_minor, hotel.currency, hotel.delivery_days) == (112050, 200000, "USD", 2)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"cost_minor": "", "currency": "USD"}, (None, None, "USD")),
        ({"cost_minor": "0", "currency": ""}, (0, None, "")),
        ({"cost_minor": "0", "value_minor": "40", "currency": "USD"}, (0, 4000, "USD")),
        ({"cost_minor": "900", "currency": "JPY"}, (900, None, "JPY")),
    ],
)
def test_what_is_left_empty_has_its_meaning(
    house: House, typed: dict[str, str], expected: tuple[int | None, int | None, str]
) -> None:
    assert as_(house.ada).post("/settings/catalog/new", LINE | typed).status_code == 302
    line = Remedy.objects.get()
    assert (line.cost_minor, line.value_minor, line.currency) == expected


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"cost_minor": "a lot"}, "is not an amount"),
        ({"currency": "DOLLARS"}, "at most 3 characters"),
        ({"currency": "QQQ"}, "is not a currency code"),
        ({"currency": "", "cost_minor": "5"}, "What has a price has a currency."),
        ({"currency": "", "cost_minor": ""}, "Say in which currency the rep chooses the amount."),
        ({"currency": "", "cost_minor": "0", "value_minor": "5"}, "What is worth money has a currency."),
        ({"name": ""}, "This field is required."),
        ({"code": "with a space"}, "valid “slug”"),
        ({"kind": "bribe"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_with_a_remedy_stands_beside_its_field(house: House, typed: dict[str, str], said: str) -> None:
    refused = as_(house.ada).post("/settings/catalog/new", LINE | typed)
    html = unescape(refused.content.decode())
    assert refused.status_code == 422
    assert said in html
    assert 'class="errorlist"' in html
    assert not Remedy.objects.exists()


def test_a_code_belongs_to_one_line(house: House) -> None:
    house.remedy("hotel", cost_minor=100)
    refused = as_(house.ada).post("/settings/catalog/new", LINE)
    assert refused.status_code == 422
    assert Remedy.objects.count() == 1


@pytest.mark.practice("P8")
def test_two_who_change_a_remedy_do_not_overwrite_each_other(house: House) -> None:
    line = house.remedy("hotel", cost_minor=100)
    client, where = as_(house.ada), f"/settings/catalog/{line.pk}"
    mine = LINE | {"version": str(line.version), "name": "A night at an inn"}
    client.post(where, LINE | {"version": str(line.version), "name": "A night at a hotel"})
    refused = client.post(where, mine)
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "now “A night at a hotel”" in html
    assert 'value="A night at an inn"' in html
    assert again(line).name == "A night at a hotel"
    assert client.post(where, mine | {"version": fields(html, of='data-draft="remedy')["version"]}).status_code == 302
    assert again(line).name == "A night at an inn"


def test_a_remedy_is_retired_and_put_back(house: House) -> None:
    line = house.remedy("hotel", cost_minor=100)
    client = as_(house.ada)
    client.post(f"/settings/catalog/{line.pk}/retire", {"version": line.version})
    assert not again(line).active
    stale = client.post(f"/settings/catalog/{line.pk}/retire", {"version": line.version})
    assert stale.status_code == 422
    client.post(f"/settings/catalog/{line.pk}/retire", {"version": again(line).version})
    assert again(line).active


def test_others_read_the_catalog(house: House) -> None:
    line = house.remedy("hotel", cost_minor=100)
    client = as_(house.alice)
    assert "Only an administrator" in client.get("/settings/catalog").content.decode()
    assert "Only an administrator" in client.get(f"/settings/catalog/{line.pk}").content.decode()
    assert client.post("/settings/catalog/new", LINE).status_code == 422
    assert Remedy.objects.count() == 1
