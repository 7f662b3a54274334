"""Finding a customer as one types, and what comes first when one is found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.domain import acknowledging, customers
from cases.models import Customer
from cases.queries.people import baggage_of, customers_by_phone, find_customers
from tests.factories import DAY, NOW, House, again


def names(found: list[Customer]) -> list[str]:
    return [customer.preferred_name for customer in found]


@pytest.mark.practice("P12")
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Dana Okafor", "da"),
        ("Dana Okafor", "OKA"),
        ("Dana Okafor", "okafor dana"),
        ("Dana Okafor", "  dana   ok "),
        ("Anne-Marie O'Brien", "anne-m"),
        ("Anne-Marie O'Brien", "marie"),
        ("Anne-Marie O'Brien", "o'brien"),
        ("Anne-Marie O'Brien", "anne-marie o'b"),
        ("Anne-Marie O'Brien", "o’brien"),
        ("Ásgeir Þórðarson", "ÁSG"),
        ("Ásgeir Þórðarson", "asgeir"),
        ("Ásgeir Þórðarson", "þó"),
        ("Straßer", "STRASSER"),
        ("Straßer", "straß"),
        ("İpek Yılmaz", "ipek"),
        ("Zoë Muñoz", "munoz"),
        ("Zoë Muñoz", "Zoe\u0308"),
        ("Zoe\u0308 Mun\u0303oz", "zoë mu"),
        ("Σωκράτης", "σωκρ"),
        ("Ольга", "ОЛЬ"),
        ("山田太郎", "山田"),
        ("Li", "li"),
        ("J. R. Smith", "j r smi"),
        ("100% Pure", "100% pu"),
        ("A_B", "a b"),
    ],
)
def test_a_customer_is_found_by_the_beginnings_of_their_names(house: House, name: str, typed: str) -> None:
    house.customer(name, emails=["x@example.org"])
    house.customer("Somebody Else", emails=["y@example.org"])
    assert names(find_customers(house.alice, typed)) == [name]


@pytest.mark.practice("P12")
@pytest.mark.parametrize(
    "typed", ["afor", "dana x", "%", "_", "", "   ", "!!!", "\x00", "000", "---", "x%", "\U0010ffff"]
)
def test_what_begins_nothing_finds_nobody(house: House, typed: str) -> None:
    house.customer("Dana Okafor")
    assert find_customers(house.alice, typed) == []


@pytest.mark.practice("P12")
@pytest.mark.parametrize(
    ("phone", "typed"),
    [
        ("+13035550142", "+1 303 555 0142"),
        ("+13035550142", "(303) 555-01"),
        ("+13035550142", "303.555"),
        ("+13035550142", "1303"),
        ("+442079460958", "020 7946 0958"),
        ("+442079460958", "0044 20 7946"),
        ("+442079460958", "+44 20"),
        ("+4532123456", "32 12 34"),
        ("+390612345678", "06 1234"),
        ("+6531234567", "3123 4567"),
    ],
)
def test_a_customer_is_found_by_their_phone_as_it_is_dialed_at_home_and_abroad(
    house: House, phone: str, typed: str
) -> None:
    house.customer("Dana Okafor", phones=[phone])
    house.customer("Somebody Else", phones=["+919876543210"])
    assert names(find_customers(house.alice, typed)) == ["Dana Okafor"]


@pytest.mark.practice("P12")
@pytest.mark.parametrize("typed", ["dana.ok", "DANA.OKAFOR@EX", "okafor", "crm-77", "CRM-77-b", "000123", "123"])
def test_a_customer_is_found_by_email_and_by_the_id_of_another_system(house: House, typed: str) -> None:
    house.customer(
        "Somebody",
        emails=["Dana.Okafor@Example.com"],
        phones=[],
        external_ids=[("crm", "CRM-77-B"), ("billing", "000123")],
    )
    assert names(find_customers(house.alice, typed)) == ["Somebody"]


def test_changed_particulars_are_found_and_the_old_ones_are_not(house: House) -> None:
    customer = house.customer("Dana Okafor", emails=["old@example.com"])
    customers.change_customer(
        customer, by=house.alice, now=NOW, version=1, preferred_name="Dana Smith", emails=["new@example.com"], phones=[]
    )
    found = {typed: bool(find_customers(house.alice, typed)) for typed in ("okafor", "old@", "303555", "smith", "new@")}
    assert found == {"okafor": False, "old@": False, "303555": False, "smith": True, "new@": True}


def test_the_newest_come_first_and_no_more_than_fit_a_list(house: House) -> None:
    for number in range(10):
        house.customer(f"Dana {number}")
    assert names(find_customers(house.alice, "dana", limit=3)) == ["Dana 9", "Dana 8", "Dana 7"]


@pytest.mark.practice("P20")
def test_a_call_that_comes_in_is_matched_by_its_number_and_only_for_who_may_know(house: House) -> None:
    dana = house.customer("Dana Okafor", phones=["+13035550142", "+13035550143"])
    assert list(customers_by_phone(house.alice, "+13035550143")) == [dana]
    assert list(customers_by_phone(house.charlie, "+13035550143")) == []


@pytest.mark.practice("P20")
def test_baggage_is_what_lies_behind_us_unacknowledged_first_in_weight(house: House) -> None:
    customer = house.customer()
    old = [
        house.logged(customer, severity=severity, now=NOW - days * DAY).incident
        for days, severity in ((30, "high"), (20, "medium"), (10, "low"))
    ]
    now = house.case(customer)
    before = baggage_of(customer, apart_from_case=now.pk)
    assert ([i.pk for i in before.incidents], before.unacknowledged, before.score, before.more) == (
        [old[2].pk, old[1].pk, old[0].pk],
        3,
        60,
        False,
    )
    acknowledging.acknowledge_incident(old[0], by=house.bob, now=NOW, words="We lost your parcel in May")
    after = baggage_of(customer, apart_from_case=now.pk)
    assert (after.unacknowledged, after.score) == (2, 36)
    assert (after.incidents[2].acknowledged_by, after.incidents[2].acknowledged_at) == (house.bob, NOW)


@pytest.mark.practice("P20")
def test_a_customer_with_a_hundred_incidents_scores_a_hundred_and_says_that_there_is_more(house: House) -> None:
    customer = house.customer()
    case = house.case(customer)
    for hours in range(6):
        house.logged(customer, case=case, severity="high", now=NOW + timedelta(hours=hours))
    baggage = baggage_of(customer, limit=5)
    assert (len(baggage.incidents), baggage.score, baggage.more) == (5, 100, True)


@pytest.mark.practice("P21")
def test_owning_up_twice_is_recorded_once(house: House) -> None:
    incident = house.logged().incident
    acknowledging.acknowledge_incident(incident, by=house.alice, now=NOW)
    acknowledging.acknowledge_incident(incident, by=house.bob, now=NOW + DAY)
    incident = again(incident)
    assert (incident.acknowledged_by, incident.acknowledged_at, incident.version) == (house.alice, NOW, 2)
