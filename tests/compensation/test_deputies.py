"""Deputies: named by whoever they stand in for, only while that one is not there, within their caps, never for oneself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import User
from compensation.domain import approvals, deputies, offers
from compensation.models import Approval, CapCounter, Deputy
from tests.compensation.books import agree, refusal
from tests.factories import DAY, HOUR, NOW, House, again, away

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]


@pytest.fixture(autouse=True)
def _caps(house: House) -> None:
    house.usual_caps()


def name(house: House, principal: str = "sue", deputy: str = "bob", by: str = "sue", **given: Any) -> Deputy:
    times = {"ends_at": NOW + DAY, "now": NOW} | given
    people = {who: again(getattr(house, who)) for who in (principal, deputy, by)}
    return deputies.name_deputy(people[principal], deputy=people[deputy], by=people[by], **times)


def test_a_supervisor_names_their_own_and_an_administrator_anybodys(house: House) -> None:
    named = name(house)
    assert (named.principal, named.deputy, named.starts_at, named.named_by) == (house.sue, house.bob, NOW, house.sue)
    assert name(house, principal="sam", deputy="sue", by="ada").principal == house.sam


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"by": "sam"}, "not_yours"),
        ({"by": "bob"}, "not_yours"),
        ({"by": "crm"}, "person_needed"),
        ({"principal": "alice", "by": "alice"}, "supervisor_needed"),
        ({"deputy": "sue"}, "own_deputy"),
        ({"deputy": "ada"}, "deputy_unfit"),
        ({"deputy": "crm"}, "deputy_unfit"),
        ({"deputy": "charlie"}, "deputy_unfit"),
        ({"ends_at": NOW}, "invalid"),
        ({"ends_at": NOW + DAY, "starts_at": NOW + DAY}, "invalid"),
    ],
)
def test_who_may_name_whom(house: House, given: dict[str, Any], code: str) -> None:
    assert refusal(name, house, **given) == code
    assert not Deputy.objects.exists()


def test_one_at_a_time(house: House) -> None:
    first = name(house)
    assert refusal(name, house, deputy="alice") == "deputies_overlap"
    assert refusal(name, house, deputy="alice", starts_at=NOW + DAY - HOUR, ends_at=NOW + 2 * DAY) == "deputies_overlap"
    name(house, deputy="alice", starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    deputies.end_deputy(first, by=house.sue, now=NOW + HOUR)
    assert again(first).ends_at == NOW + HOUR
    assert refusal(deputies.end_deputy, first, by=house.sue, now=NOW + HOUR) == "wrong_state"


def test_who_may_end_it_and_one_that_has_not_begun_is_taken_away(house: House) -> None:
    later = name(house, starts_at=NOW + HOUR)
    assert refusal(deputies.end_deputy, later, by=house.bob, now=NOW) == "not_yours"
    assert refusal(deputies.end_deputy, later, by=house.crm, now=NOW) == "person_needed"
    assert deputies.end_deputy(later, by=house.ada, now=NOW) is None
    assert not Deputy.objects.exists()


def test_the_deputy_answers_in_their_place_within_their_caps_and_on_their_counters(house: House) -> None:
    name(house)
    away(house.sue)
    approval = house.asked(house.heard_case(), 3000)
    approvals.approve(approval, by=house.bob, now=NOW)
    answered = again(approval)
    assert (answered.answered_by, answered.on_behalf_of, answered.award.spender) == (house.bob, house.sue, house.sue)
    assert set(CapCounter.objects.exclude(user=None).values_list("user__username", flat=True)) == {"sue"}
    above = house.asked(house.heard_case(), 15000)
    house.caps(house.sue, award=14999)
    assert refusal(approvals.approve, above, by=house.bob, now=NOW) == "over_your_cap"
    approvals.decline(above, reason="Too much", by=house.bob, now=NOW)
    assert again(above).on_behalf_of == house.sue
    hamper = house.remedy("hamper", kind="non_monetary", cost_minor=2500)
    offer = offers.counter(house.asked(house.heard_case(), 3000), remedy=hamper, by=house.bob, now=NOW)
    assert (offer.offered_by, offer.award.spender, again(offer.approval).on_behalf_of) == (
        house.bob,
        house.sue,
        house.sue,
    )
    agree()


def test_not_while_their_principal_is_there_nor_outside_the_time_nor_after_a_change_of_role_or_team(
    house: House,
) -> None:
    approval = house.asked(house.heard_case(), 3000)
    assert refusal(approvals.approve, approval, by=house.bob, now=NOW) == "supervisor_needed"
    name(house, starts_at=NOW + HOUR)
    away(house.sue)
    assert refusal(approvals.approve, approval, by=house.bob, now=NOW) == "supervisor_needed"
    then = NOW + HOUR
    User.objects.filter(pk=house.sue.pk).update(working_state="available", away_until=None)
    assert refusal(approvals.approve, approval, by=house.bob, now=then) == "principal_there"
    away(house.sue, until=NOW + 3 * DAY)
    changes: list[tuple[User, dict[str, Any], str]] = [
        (house.bob, {"role": Role.ADMIN}, "supervisor_needed"),
        (house.bob, {"team": house.other_team}, "out_of_reach"),
        (house.bob, {"is_service": True}, "person_needed"),
        (house.sue, {"role": Role.REP}, "supervisor_needed"),
        (house.sue, {"team": house.other_team}, "supervisor_needed"),
    ]
    for who, change, code in changes:
        before = {field: getattr(who, field) for field in change}
        User.objects.filter(pk=who.pk).update(**change)
        assert refusal(approvals.approve, approval, by=again(house.bob), now=then) == code
        User.objects.filter(pk=who.pk).update(**before)
    assert refusal(approvals.approve, approval, by=house.bob, now=NOW + DAY) == "supervisor_needed", "its time is over"
    assert approvals.approve(approval, by=again(house.bob), now=then).status == "approved"


def test_never_ones_own_nor_through_a_deputy(house: House) -> None:
    """Every way round: the asker as deputy, the asker's deputy, a colleague who asks again, a change of role."""
    house.caps(house.sam, award=50000)
    own = house.asked(house.heard_case(by=house.bob), 3000, by=house.bob)
    name(house, deputy="bob")
    away(house.sue)
    assert refusal(approvals.approve, own, by=house.bob, now=NOW) == "own_approval"
    sues = house.asked(house.heard_case(), 25000, by=house.sue)
    assert refusal(approvals.approve, sues, by=house.bob, now=NOW) == "supervisor_needed", "not in the asker's name"
    User.objects.filter(pk=house.bob.pk).update(role=Role.SUPERVISOR)
    bob = again(house.bob)
    assert refusal(approvals.approve, own, by=bob, now=NOW) == "own_approval"
    assert refusal(approvals.approve, sues, by=bob, now=NOW) == "over_your_cap", "within his own caps alone"
    assert refusal(approvals.decline, own, reason="No", by=bob, now=NOW) == "own_approval"
    assert (
        refusal(offers.counter, own, remedy=house.remedy("hamper", cost_minor=100), by=bob, now=NOW) == "own_approval"
    )
    case = own.award.case
    approvals.decline(own, reason="No", by=house.sam, now=NOW)
    again_ = house.asked(case, 3000, by=house.alice)
    assert again_.resubmits == own
    assert refusal(approvals.approve, again_, by=bob, now=NOW) == "own_approval", "a colleague asked for him"
    agree()


def test_a_supervisor_answers_in_their_own_name_first_and_in_the_absent_ones_where_their_caps_do_not_do(
    house: House,
) -> None:
    house.caps(house.sam, award=50000)
    name(house, principal="sam", deputy="sue", by="sam")
    small, large = house.asked(house.heard_case(), 3000), house.asked(house.heard_case(), 25000)
    assert refusal(approvals.approve, large, by=house.sue, now=NOW) == "over_your_cap"
    away(house.sam)
    approvals.approve(small, by=house.sue, now=NOW)
    approvals.approve(large, by=house.sue, now=NOW)
    assert (again(small).on_behalf_of, again(large).on_behalf_of) == (None, house.sam)
    assert again(large.award).spender == house.sam
    agree()


def test_the_database_backs_it(house: House) -> None:
    approval = house.asked(house.heard_case(), 3000)
    rows = Approval.objects.filter(pk=approval.pk)
    for wrong in (
        {"answered_by": house.alice},
        {"on_behalf_of": house.alice},
        {"answered_by": house.sue, "on_behalf_of": house.sue},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
    named = name(house)
    for wrong_deputy in ({"deputy": house.sue}, {"ends_at": named.starts_at}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Deputy.objects.filter(pk=named.pk).update(**wrong_deputy)
