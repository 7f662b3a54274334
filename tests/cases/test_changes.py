"""Two people edit: the second is told what changed and by whom, and nothing is overwritten."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.authority import ChangedMeanwhile, Refused
from cases.domain import acknowledging, causes, closing, conversation, customers, ownership, promises
from cases.models import Customer, CustomerPhone, ExternalId
from journal.models import Event
from tests.factories import DAY, NOW, House, again

pytestmark = pytest.mark.practice("P8")


def changes(work: Any) -> list[tuple[str, str]]:
    """What the refused writer is told: type and name, newest first."""
    with pytest.raises(ChangedMeanwhile) as refused:
        work()
    return [(change["type"], change["by"]) for change in refused.value.details["changes"]]


def test_whatever_was_done_on_a_case_meanwhile_is_told_and_by_whom_and_nothing_more(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    seen = case.version
    steps: list[tuple[Any, list[tuple[str, str]]]] = [
        (lambda: house.promise(case, by=house.bob), [("promise.made", "Bob")]),
        (
            lambda: conversation.record_contact(case, channel="phone", by=house.sue, now=NOW),
            [("case.contacted", "Sue")],
        ),
        (lambda: house.give(case, 500, by=house.bob), [("award.given", "Bob")]),
        (lambda: causes.set_cause(case, cause=house.cause(), by=house.sam, now=NOW), [("incident.cause_found", "Sam")]),
        (
            lambda: house.logged(case.customer, case=case, by=house.bob),
            [("case.contacted", "Bob"), ("incident.logged", "Bob")],
        ),
        (lambda: conversation.add_note(case, words="Hello", by=house.bob, now=NOW), []),
        (
            lambda: ownership.hand_off(case, to=house.bob, reason="Lunch", by=house.alice, now=NOW),
            [("case.handed_off", "Alice")],
        ),
    ]
    told: list[tuple[str, str]] = []
    for step, expected in steps:
        before = again(case).version
        step()
        told = expected + told
        assert changes(lambda: close(house, case, seen)) == told
        if expected:
            assert changes(lambda before=before: close(house, case, before)) == expected


def close(house: House, case: Any, version: int) -> None:
    closing.close(case, outcome="put_right", by=house.sue, now=NOW, version=version)


def test_with_the_version_that_is_stored_nobody_is_stopped(house: House) -> None:
    case = house.case()
    acknowledging.acknowledge_feelings(case, feeling="angry", by=house.bob, now=NOW, version=case.version)
    assert again(case).version == case.version + 1


def test_every_write_on_a_case_makes_one_version_and_a_refused_one_none(house: House) -> None:
    case = house.case()
    versions = [case.version]
    promise = house.promise(case)
    versions.append(again(case).version)
    promises.interim(promise, due_end=NOW + DAY, by=house.alice, now=NOW)
    versions.append(again(case).version)
    with pytest.raises(Refused):
        house.give(case, 100)
    versions.append(again(case).version)
    assert versions == [2, 3, 4, 4]


def change(house: House, customer: Customer, **given: Any) -> Customer:
    return customers.change_customer(customer, **{"by": house.alice, "now": NOW, "version": 1} | given)


def test_a_customer_that_changed_meanwhile_is_not_overwritten(house: House) -> None:
    customer = house.customer()
    change(house, customer, by=house.bob, preferred_name="Dana O.", do_not_call=True)
    with pytest.raises(ChangedMeanwhile) as refused:
        change(house, customer, preferred_name="Dana")
    assert refused.value.details["version"] == 2
    assert [(c["by"], c["fields"]) for c in refused.value.details["changes"]] == [
        ("Bob", ["do_not_call", "preferred_name"])
    ]
    assert again(customer).preferred_name == "Dana O."
    assert change(house, customer, version=2, preferred_name="Dana").version == 3


def test_what_is_not_given_stays_and_what_is_the_same_makes_no_version(house: House) -> None:
    customer = house.customer(phones=["+13035550142"], emails=["a@example.com"])
    same = change(house, customer, preferred_name="Dana Okafor", phones=["+1 303 555 0142"])
    assert (same.version, Event.objects.filter(type="customer.changed").count()) == (1, 0)
    changed = change(house, customer, language="pt-BR")
    assert (changed.language, list(changed.phones.values_list("number", flat=True)), changed.emails.count()) == (
        "pt-BR",
        ["+13035550142"],
        1,
    )


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"preferred_name": "n" * 161}, "invalid", "preferred_name"),
        ({"preferred_name": "a\x00b"}, "invalid", "preferred_name"),
        ({"time_zone": "Mars/Olympus"}, "invalid", "time_zone"),
        ({"language": "Klingon!"}, "invalid", "language"),
        ({"channel_preference": "pigeon"}, "invalid", "channel_preference"),
        ({"jurisdiction": "Colorado"}, "invalid", "jurisdiction"),
        ({"value_minor": 5}, "invalid", ""),
        ({"value_minor": 5, "value_currency": "ZZZ"}, "unknown_currency", "currency"),
        ({"value_minor": 10**18, "value_currency": "USD"}, "amount_too_large", "value_minor"),
        ({"value_minor": 2**70, "value_currency": "USD"}, "invalid", "value_minor"),
        ({"risk_flags": "vip"}, "invalid", "risk_flags"),
        ({"risk_flags": [1]}, "invalid", "risk_flags"),
        ({"risk_flags": ["f"] * 21}, "invalid", "risk_flags"),
        ({"phones": ["not a phone"]}, "not_a_phone", "phones"),
        ({"phones": ["303 555 0142"]}, "not_a_phone", "phones"),
        ({"phones": [f"+1303555{n:04}" for n in range(21)]}, "invalid", "phones"),
        ({"emails": ["nobody"]}, "invalid", "emails"),
        ({"emails": ["a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 63 + ".com"]}, "invalid", "emails"),
        ({"by": "charlie"}, "out_of_reach", ""),
    ],
)
def test_bad_particulars_are_named_and_nothing_is_written(
    house: House, given: dict[str, Any], code: str, field: str
) -> None:
    customer = house.customer()
    before = list(Customer.objects.values())
    given = given | ({"by": getattr(house, given["by"])} if "by" in given else {})
    with pytest.raises(Refused) as refused:
        change(house, customer, **given)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert (list(Customer.objects.values()), CustomerPhone.objects.count()) == (before, 1)


def test_a_number_without_a_prefix_is_of_the_customers_country(house: House) -> None:
    customer = house.customer(jurisdiction="GB-LND", phones=["020 7946 0958"])
    assert [phone.number for phone in customer.phones.all()] == ["+442079460958"]


@pytest.mark.practice("P29")
def test_another_systems_customer_is_added_once_and_then_changed(house: House) -> None:
    given: dict[str, Any] = {"by": house.crm, "now": NOW, "units": [house.unit]}
    first, added = customers.upsert_by_external_id("crm", "77", preferred_name="Dana", **given)
    second, added_again = customers.upsert_by_external_id("crm", "77", preferred_name="Dana O.", **given)
    assert (added, added_again, first.pk, second.preferred_name) == (True, False, second.pk, "Dana O.")
    assert list(ExternalId.objects.values_list("system", "external_id", "customer")) == [("crm", "77", first.pk)]
    with pytest.raises(Refused) as refused:
        customers.upsert_by_external_id("crm", "77", by=house.charlie, now=NOW, units=[house.other_unit])
    assert refused.value.code == "out_of_reach"
    with pytest.raises(Refused) as refused:
        house.customer(external_ids=[("crm", "77")])
    assert (refused.value.code, Customer.objects.count()) == ("external_id_taken", 1)


def test_a_customer_belongs_to_a_unit_that_ones_team_serves(house: House) -> None:
    for units in ([], [house.other_unit], [house.unit, house.other_unit]):
        with pytest.raises(Refused) as refused:
            customers.add_customer(by=house.alice, now=NOW, units=units)
        assert refused.value.code == "unit_needed"
    assert not Customer.objects.exists()
