"""Giving remedies: feelings first, what they cost, within the caps and above them, delivered and taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.authority import Refused
from accounts.enums import Role
from accounts.models import User
from cases.domain import causes, closing
from cases.models import Acknowledgment, Obligation
from compensation.domain import awards, caps, catalog
from compensation.domain.gauges import alone, binding, gauges
from compensation.enums import Axis
from compensation.models import Approval, Award, Cap, CapCounter, LedgerEntry, Remedy
from journal.models import Event
from tests.compensation.books import agree, refusal
from tests.factories import DAY, HOUR, NOW, House, again

pytestmark = pytest.mark.django_db


def counters() -> dict[str, tuple[int, int]]:
    """Spent and reserved by axis and period, of the counters that hold anything."""
    return {
        f"{counter.axis} {counter.period_start or ''}".strip(): (counter.spent_minor, counter.reserved_minor)
        for counter in CapCounter.objects.exclude(spent_minor=0, reserved_minor=0)
    }


def moves() -> list[tuple[str, str, int]]:
    return list(LedgerEntry.objects.order_by("id").values_list("from_account", "to_account", "amount_minor"))


@pytest.mark.practice("P10")
def test_no_remedy_before_a_feeling_was_named(house: House) -> None:
    house.usual_caps()
    case = house.case()
    assert refusal(house.give, case, 100) == "feelings_first"
    assert not Award.objects.exists()


@pytest.mark.practice("P10")
def test_one_action_carries_feeling_and_remedy_and_both_are_written_or_neither(house: House) -> None:
    house.usual_caps()
    case, credit = house.case(), house.remedy()
    give = awards.give
    both: dict[str, Any] = {"feeling": "worried", "by": house.alice, "now": NOW}
    assert refusal(give, case, credit, amount_minor=10**9, **both) == "beyond_every_cap"
    assert refusal(give, case, credit, amount_minor=500, **both | {"feeling": "hungry"}) == "invalid"
    assert (again(case).acknowledged_at, Acknowledgment.objects.count()) == (None, 0)
    award = give(case, credit, amount_minor=500, feeling_confirmed=True, **both)
    said = Acknowledgment.objects.get()
    assert (award.status, again(case).feeling, said.confirmed) == ("delivered", "worried", True)
    assert said.words.startswith("It sounds as if this has you worried")
    agree()


@pytest.mark.practice("P16", "P19")
def test_within_every_cap_an_award_takes_effect_at_once(house: House) -> None:
    house.usual_caps()
    award = house.give(house.heard_case(), 1500)
    assert (award.status, award.spender, award.day, award.month, award.delivered_at) == (
        "delivered",
        house.alice,
        date(2026, 3, 10),
        date(2026, 3, 1),
        NOW,
    )
    assert counters() == {"case": (1500, 0), "day 2026-03-10": (1500, 0), "month 2026-03-01": (1500, 0)}
    assert moves() == [("source", "delivered", 1500)]
    assert not Approval.objects.exists()
    agree()


@pytest.mark.practice("P16")
@pytest.mark.parametrize("axis", ["award", "case", "day", "month"])
def test_an_award_that_reaches_a_cap_fits_and_one_cent_more_is_asked_for(house: House, axis: str) -> None:
    plenty = {"award": 10**6, "case": 10**6, "day": 10**6, "month": 10**6}
    house.caps(Role.REP, **plenty | {axis: 1000})
    house.caps(Role.SUPERVISOR, **plenty)
    assert house.give(house.heard_case(), 1000).status == "delivered"
    award = house.give(house.heard_case(), 1001)
    assert (award.status, award.approval.binding_axis) == ("awaiting_approval", axis)
    agree()


@pytest.mark.practice("P16")
def test_what_is_asked_for_reserves_on_the_case_and_touches_no_counter_of_the_rep(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    approval = house.asked(case, 3000)
    assert (approval.status, approval.asked_minor, approval.binding_axis, approval.requested_by) == (
        "waiting",
        3000,
        "award",
        house.alice,
    )
    assert counters() == {"case": (0, 3000)}
    assert moves() == [("source", "pending", 3000)]
    owed = Obligation.objects.get(kind="approval")
    assert (owed.owner, again(case).open_obligations) == (None, 1)
    agree()


@pytest.mark.practice("P16")
def test_what_is_reserved_on_a_case_counts_against_its_cap(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    house.asked(case, 4000)
    assert house.give(case, 1000).status == "delivered"
    assert house.give(case, 1).status == "awaiting_approval"
    agree()


@pytest.mark.practice("P16")
def test_without_a_cap_nothing_is_given_alone(house: House) -> None:
    house.caps(Role.SUPERVISOR, award=10**6, case=10**6, day=10**6, month=10**6)
    assert house.give(house.heard_case(), 1).status == "awaiting_approval"


@pytest.mark.practice("P16")
def test_a_persons_cap_stands_in_place_of_the_roles_on_its_axis_alone(house: House) -> None:
    house.usual_caps()
    house.caps(house.alice, award=100)
    house.caps(house.bob, award=4000)
    assert {axis.value: amount for axis, amount in caps.of(house.alice, "USD").items()} == {
        "award": 100,
        "case": 5000,
        "day": 10000,
        "month": 100000,
    }
    case = house.heard_case()
    assert [house.give(case, 200, by=by).status for by in (house.alice, house.bob)] == [
        "awaiting_approval",
        "delivered",
    ]
    assert caps.of_each([house.alice, house.bob, house.sue], "USD") == {
        person.pk: caps.of(person, "USD") for person in (house.alice, house.bob, house.sue)
    }
    caps.remove_cap(Cap.objects.get(user=house.alice), by=house.ada, now=NOW)
    assert caps.of(house.alice, "USD")[Axis.AWARD] == 2000


@pytest.mark.practice("P16")
def test_each_currency_has_caps_and_counters_of_its_own(house: House) -> None:
    house.usual_caps()
    house.caps(Role.REP, currency="EUR", award=700, case=700, day=700, month=700)
    euros = house.remedy("euros", currency="EUR")
    case = house.heard_case()
    assert house.give(case, 2000).status == "delivered"
    award = awards.give(case, euros, amount_minor=700, by=house.alice, now=NOW)
    assert (award.status, award.currency) == ("delivered", "EUR")
    assert refusal(awards.give, case, euros, amount_minor=1, by=house.alice, now=NOW) == "beyond_every_cap"
    assert CapCounter.objects.filter(currency="EUR").count() == 3
    agree()


@pytest.mark.practice("P16")
def test_what_nobody_who_may_answer_could_approve_is_refused_at_once(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    assert house.give(case, 20000).status == "awaiting_approval"
    assert refusal(house.give, case, 20001) == "beyond_every_cap"
    assert house.give(case, 20000).status == "awaiting_approval"
    assert refusal(house.give, case, 10001) == "beyond_every_cap"
    # One supervisor may approve much more: then that one is asked, but not by themself, and not when they left.
    house.caps(house.sam, award=90000, case=900000)
    assert house.give(case, 90000).status == "awaiting_approval"
    assert refusal(house.give, case, 95000, by=house.sam) == "beyond_every_cap"
    User.objects.filter(pk=house.sam.pk).update(is_active=False)
    assert refusal(house.give, case, 90000) == "beyond_every_cap"
    agree()


@pytest.mark.practice("P16")
def test_caps_of_supervisors_elsewhere_help_nobody_here(house: House) -> None:
    house.caps(Role.REP, award=100, case=100, day=100, month=100)
    boss = house.person("boss", team=house.other_team, role=Role.SUPERVISOR)
    house.caps(boss, award=10**6, case=10**6, day=10**6, month=10**6)
    assert refusal(house.give, house.heard_case(), 101) == "beyond_every_cap"


@pytest.mark.practice("P15", "P18")
@pytest.mark.parametrize(
    ("fields", "given", "cost", "value"),
    [
        ({}, {"amount_minor": 700}, 700, 700),
        ({"cost_minor": 500}, {}, 500, 500),
        ({"cost_minor": 500, "value_minor": 1500}, {"amount_minor": 500}, 500, 1500),
        ({"cost_minor": 0, "currency": ""}, {}, 0, 0),
        ({"cost_minor": 0, "value_minor": 900}, {}, 0, 900),
    ],
)
def test_a_remedy_costs_what_the_catalog_says_or_what_the_rep_chose(
    house: House, fields: dict[str, Any], given: dict[str, Any], cost: int, value: int
) -> None:
    remedy = house.remedy("it", **fields)
    assert awards.price(remedy, house.case(), **{"amount_minor": None, "currency": None} | given) == (
        cost,
        value,
        "USD",
    )


@pytest.mark.parametrize(
    ("fields", "given", "code"),
    [
        ({}, {}, "not_an_amount"),
        ({}, {"amount_minor": 0}, "not_an_amount"),
        ({}, {"amount_minor": -5}, "not_an_amount"),
        ({}, {"amount_minor": 10**15 + 1}, "amount_too_large"),
        ({}, {"amount_minor": 5, "currency": "EUR"}, "other_currency"),
        ({"cost_minor": 500}, {"amount_minor": 501}, "amount_fixed"),
        ({"cost_minor": 0, "currency": ""}, {"currency": "ZZZ"}, "unknown_currency"),
        ({"active": False}, {"amount_minor": 5}, "remedy_retired"),
        ({}, {"amount_minor": 5, "note": "n" * 20_001}, "too_long"),
    ],
)
def test_an_award_that_cannot_be_meant_is_refused(
    house: House, fields: dict[str, Any], given: dict[str, Any], code: str
) -> None:
    house.usual_caps()
    case, remedy = house.heard_case(), house.remedy("it", **fields)
    before = Event.objects.count()
    assert refusal(awards.give, case, remedy, by=house.alice, now=NOW, **given) == code
    assert (Award.objects.count(), Event.objects.count(), again(case).version) == (0, before, case.version)


def test_who_may_give(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    assert refusal(house.give, case, 100, by=house.charlie) == "out_of_reach"
    assert refusal(house.give, case, 100, by=house.ada) == "rep_needed"
    assert refusal(house.give, house.historical_case(), 100) == "historical_case"
    assert refusal(house.give, house.closed_case(), 100) == "case_closed"
    assert refusal(awards.give, case, house.remedy(), amount_minor=1, by=house.bob, now=NOW, version=1) == (
        "changed_meanwhile"
    )
    assert [house.give(case, 100, by=by).status for by in (house.bob, house.sue, house.crm)] == ["delivered"] * 3


@pytest.mark.practice("P17")
def test_no_questions_are_asked_so_many_times_a_day_and_then_it_is_an_ordinary_award(house: House) -> None:
    house.usual_caps()
    replace = house.remedy("replace", kind="assistance", cost_minor=1500, no_questions=True)
    case = house.heard_case()
    given = [awards.give(case, replace, by=house.alice, now=NOW) for _ in range(5)]
    assert {(award.status, award.no_questions) for award in given} == {("delivered", True)}
    assert counters() == {"no_questions 2026-03-10": (5, 0)}
    sixth = awards.give(case, replace, by=house.alice, now=NOW)
    assert (sixth.status, sixth.no_questions) == ("delivered", False)
    assert awards.give(case, replace, by=house.alice, now=NOW + DAY).no_questions
    agree()


@pytest.mark.practice("P17")
def test_a_remedy_without_questions_has_a_fixed_cost_else_it_would_pass_every_cap(house: House) -> None:
    assert refusal(house.remedy, "anything", no_questions=True) == "invalid"


@pytest.mark.practice("P19")
def test_a_remedy_that_takes_days_is_owed_until_it_is_delivered(house: House) -> None:
    house.usual_caps()
    parcel = house.remedy("parcel", kind="non_monetary", cost_minor=500, delivery_days=3)
    case = house.heard_case()
    award = awards.give(case, parcel, by=house.bob, now=NOW)
    owed = Obligation.objects.get(kind="delivery")
    assert (award.status, owed.owner, owed.due_end, again(case).open_obligations) == (
        "given",
        house.alice,
        NOW + 3 * DAY,
        1,
    )
    assert refusal(awards.deliver, award, proof="p" * 201, by=house.bob, now=NOW) == "too_long"
    delivered = awards.deliver(award, proof="Track 123", by=house.bob, now=NOW + DAY)
    assert (delivered.status, delivered.proof, delivered.delivered_at) == ("delivered", "Track 123", NOW + DAY)
    assert moves() == [("source", "committed", 500), ("committed", "delivered", 500)]
    assert refusal(awards.deliver, award, by=house.bob, now=NOW) == "wrong_state"
    assert again(case).open_obligations == 0
    agree()


@pytest.mark.practice("P19")
def test_a_reversal_is_a_new_entry_and_the_money_returns_to_the_period_it_came_from(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    february = datetime(2026, 2, 28, 20, 0, tzinfo=UTC)
    award = house.give(case, 1500, now=february)
    house.give(case, 700, now=NOW)
    # Her zone changes meanwhile: the period is the one that was frozen.
    User.objects.filter(pk=house.alice.pk).update(time_zone="Pacific/Kiritimati")
    awards.reverse(award, reason="Given twice", by=house.sue, now=NOW)
    assert counters() == {"case": (700, 0), "day 2026-03-10": (700, 0), "month 2026-03-01": (700, 0)}
    assert moves() == [("source", "delivered", 1500), ("source", "delivered", 700), ("delivered", "source", 1500)]
    assert (again(award).status, again(award).reversed_at) == ("reversed", NOW)
    agree()


@pytest.mark.practice("P19")
def test_who_reverses_what(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    award = house.give(case, 100)
    apology = awards.give(case, house.remedy("sorry", kind="apology", cost_minor=0), by=house.alice, now=NOW)
    reverse = awards.reverse
    assert refusal(reverse, apology, reason="No", by=house.alice, now=NOW) == "apology_stands"
    assert refusal(reverse, award, reason=" ", by=house.alice, now=NOW) == "reason_needed"
    assert refusal(reverse, award, reason="No", by=house.bob, now=NOW) == "not_yours"
    assert refusal(reverse, award, reason="No", by=house.ada, now=NOW) == "not_yours"
    assert refusal(reverse, award, reason="No", by=house.charlie, now=NOW) == "out_of_reach"
    asked = house.asked(case).award
    assert refusal(reverse, asked, reason="No", by=house.alice, now=NOW) == "wrong_state"
    reverse(award, reason="By mistake", by=house.alice, now=NOW)
    assert refusal(reverse, award, reason="No", by=house.alice, now=NOW) == "wrong_state"
    agree()


def test_after_the_case_closed_only_a_supervisor_takes_something_back(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    award = house.give(case, 100)
    causes.set_cause(case, cause=house.cause(), by=house.alice, now=NOW)
    closing.close(case, outcome="put_right", by=house.alice, now=NOW)
    assert refusal(awards.reverse, award, reason="No", by=house.alice, now=NOW) == "case_closed"
    assert awards.reverse(award, reason="Fraud", by=house.sue, now=NOW).status == "reversed"
    agree()


def test_a_delivery_that_is_taken_back_is_owed_no_longer(house: House) -> None:
    house.usual_caps()
    parcel = house.remedy("parcel", kind="non_monetary", cost_minor=500, delivery_days=3)
    case = house.heard_case()
    award = awards.give(case, parcel, by=house.alice, now=NOW)
    awards.reverse(award, reason="She has one", by=house.alice, now=NOW)
    assert (again(case).open_obligations, Obligation.objects.get(kind="delivery").status) == (0, "abandoned")
    assert refusal(awards.deliver, award, by=house.alice, now=NOW) == "wrong_state"
    agree()


PERIODS = [
    # zone, moment in UTC, local day, first of the local month
    ("America/New_York", datetime(2026, 4, 1, 3, 59, 59, tzinfo=UTC), date(2026, 3, 31), date(2026, 3, 1)),
    ("America/New_York", datetime(2026, 4, 1, 4, 0, tzinfo=UTC), date(2026, 4, 1), date(2026, 4, 1)),
    ("Pacific/Kiritimati", datetime(2026, 3, 31, 10, 0, tzinfo=UTC), date(2026, 4, 1), date(2026, 4, 1)),
    ("Pacific/Pago_Pago", datetime(2026, 4, 1, 10, 59, tzinfo=UTC), date(2026, 3, 31), date(2026, 3, 1)),
    # the clocks go forward on March 8 and back on November 1: days of 23 and 25 hours
    ("America/New_York", datetime(2026, 3, 8, 4, 59, tzinfo=UTC), date(2026, 3, 7), date(2026, 3, 1)),
    ("America/New_York", datetime(2026, 3, 9, 3, 59, tzinfo=UTC), date(2026, 3, 8), date(2026, 3, 1)),
    ("America/New_York", datetime(2026, 3, 9, 4, 0, tzinfo=UTC), date(2026, 3, 9), date(2026, 3, 1)),
    ("America/New_York", datetime(2026, 11, 1, 3, 59, tzinfo=UTC), date(2026, 10, 31), date(2026, 10, 1)),
    ("America/New_York", datetime(2026, 11, 2, 4, 59, tzinfo=UTC), date(2026, 11, 1), date(2026, 11, 1)),
    ("America/New_York", datetime(2028, 3, 1, 4, 59, tzinfo=UTC), date(2028, 2, 29), date(2028, 2, 1)),
    ("Europe/London", datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 31), date(2026, 12, 1)),
]


@pytest.mark.practice("P16")
@pytest.mark.parametrize(("zone", "now", "day", "month"), PERIODS)
def test_a_day_and_a_month_are_those_of_the_reps_own_zone(zone: str, now: datetime, day: date, month: date) -> None:
    assert caps.periods(User(time_zone=zone), now) == (day, month)


@pytest.mark.practice("P16")
def test_at_midnight_in_her_zone_and_not_before_a_rep_has_a_new_day_and_a_new_month(house: House) -> None:
    house.caps(Role.REP, award=1000, case=10**6, day=1000, month=1500)
    house.caps(Role.SUPERVISOR, award=10**6, case=10**6, day=10**6, month=10**6)
    case = house.heard_case()
    midnight = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)  # March ends in New York
    statuses = [
        house.give(case, amount, now=now).status
        for amount, now in (
            (1000, midnight - HOUR),
            (1, midnight - timedelta(microseconds=1)),
            (1000, midnight),
            (1, midnight + DAY - timedelta(microseconds=1)),
            (500, midnight + DAY),
            (1, midnight + DAY),
        )
    ]
    assert statuses == [
        "delivered",
        "awaiting_approval",
        "delivered",
        "awaiting_approval",
        "delivered",
        "awaiting_approval",
    ]
    agree()


@pytest.mark.practice("P16")
def test_a_lowered_cap_leaves_no_room_and_a_raised_one_leaves_more(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    for _ in range(2):
        house.give(case, 2000)
    house.caps(Role.REP, day=3000)
    assert house.give(case, 1).status == "awaiting_approval"
    house.caps(Role.REP, day=4500)
    assert [house.give(case, amount).status for amount in (500, 1)] == ["delivered", "awaiting_approval"]
    agree()


@pytest.mark.practice("P16")
def test_what_is_left_is_shown_on_every_axis_and_names_the_cap_that_binds(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    house.give(case, 1500)
    house.asked(case, 3000)
    measured = gauges(house.alice, currency="USD", now=NOW, case=case)
    assert {gauge.axis.value: (gauge.cap, gauge.used, gauge.left) for gauge in measured} == {
        "award": (2000, 0, 2000),
        "case": (5000, 4500, 500),
        "day": (10000, 1500, 8500),
        "month": (100000, 1500, 98500),
    }
    assert binding(measured).axis == "case"
    assert (alone(500, measured).code, alone(501, measured).code) == ("ok", "over_cap")
    assert "per case: $5.00 left" in alone(501, measured).reason


@pytest.mark.practice("P16")
def test_a_gauge_takes_no_notice_of_stale_reservations_of_its_own_currency_only(house: House) -> None:
    house.usual_caps()
    house.caps(Role.REP, currency="EUR", award=0, case=5000, day=0, month=0)
    house.caps(Role.SUPERVISOR, currency="EUR", award=5000, case=5000, day=5000, month=5000)
    case = house.heard_case()
    house.asked(case, 3000)
    awards.give(case, house.remedy("euros", currency="EUR"), amount_minor=400, by=house.alice, now=NOW)

    def used(currency: str, now: datetime) -> int:
        measured = gauges(house.alice, currency=currency, now=now, case=case)
        return next(gauge.used for gauge in measured if gauge.axis == Axis.CASE)

    later = NOW + 48 * HOUR
    assert [used(*at) for at in (("USD", NOW), ("EUR", NOW), ("USD", later), ("EUR", later))] == [3000, 400, 0, 0]


@pytest.mark.practice("P16")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"by": "sue"}, "administrator_needed"),
        ({"axis": "week"}, "invalid"),
        ({"axis": "no_questions"}, "invalid"),
        ({"role": "admin"}, "invalid"),
        ({"role": ""}, "invalid"),
        ({"user": "alice"}, "invalid"),
        ({"amount_minor": -1}, "not_an_amount"),
        ({"amount_minor": 10**15 + 1}, "amount_too_large"),
        ({"currency": "ZZZ"}, "unknown_currency"),
        ({"version": 7}, "changed_meanwhile"),
    ],
)
def test_caps_are_set_by_administrators_within_reason(house: House, given: dict[str, Any], code: str) -> None:
    house.usual_caps()
    wanted: dict[str, Any] = {
        "axis": "day",
        "currency": "USD",
        "amount_minor": 5,
        "by": "ada",
        "role": "rep",
        "now": NOW,
    }
    wanted |= given
    wanted |= {key: getattr(house, who) for key, who in wanted.items() if key in ("by", "user")}
    before = list(Cap.objects.order_by("id").values())
    assert refusal(caps.set_cap, **wanted) == code
    assert list(Cap.objects.order_by("id").values()) == before


@pytest.mark.practice("P18")
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"by": "sue"}, "administrator_needed"),
        ({"currency": "", "cost_minor": 5}, "invalid"),
        ({"currency": ""}, "invalid"),
        ({"cost_minor": -5}, "not_an_amount"),
        ({"cost_minor": 2**63}, "amount_too_large"),
        ({"currency": "usd"}, "unknown_currency"),
        ({"kind": "bribe"}, "invalid"),
        ({"name": ""}, "invalid"),
        ({"code": "not a slug"}, "invalid"),
    ],
)
def test_a_line_of_the_catalog_is_sound(house: House, fields: dict[str, Any], code: str) -> None:
    given = {"code": "new", "name": "New", "kind": "monetary", "currency": "USD", "by": "ada"} | fields
    by = getattr(house, given.pop("by"))
    assert refusal(catalog.save_remedy, None, by=by, now=NOW, **given) == code
    assert not Remedy.objects.exists()


@pytest.mark.practice("P8")
def test_two_administrators_who_change_the_same_remedy_are_told_of_each_other(house: House) -> None:
    remedy = house.remedy()
    catalog.save_remedy(remedy, by=house.ada, now=NOW, version=1, name="Store credit")
    with pytest.raises(Refused) as refused:
        catalog.save_remedy(remedy, by=house.ada, now=NOW, version=1, name="Voucher")
    assert refused.value.details["changes"][0]["fields"] == ["name"]
    assert again(remedy).name == "Store credit"
