"""Cover: supervisors hear once of an absence; what waits is routed when somebody is there."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from accounts.enums import Role, WorkingState
from accounts.models import Notice, User
from cases.models import Case
from outreach.domain import cover
from tests.factories import DAY, HOUR, NOW, House, again, away
from tests.outreach.conftest import Counted

pytestmark = pytest.mark.django_db


def told(house: House) -> list[str]:
    notices = Notice.objects.filter(user=house.sue, kind="needs_cover", channel="desk").order_by("id")
    return list(notices.values_list("title", flat=True))


def test_supervisors_hear_once_of_each_absence(house: House) -> None:
    house.case()
    house.case()
    cover.sweep_cover(now=NOW)
    assert told(house) == []
    away(house.alice, until=NOW + DAY)
    for _ in range(3):
        cover.sweep_cover(now=NOW + HOUR)
    assert told(house) == ["Alice is away until Wednesday 15:00 UTC: 2 open cases need cover"]
    away(house.alice, until=NOW + 3 * DAY)
    cover.sweep_cover(now=NOW + 2 * DAY)
    assert len(told(house)) == 2


def test_who_has_left_needs_cover_and_a_closed_case_needs_none(house: House) -> None:
    house.closed_case()
    User.objects.filter(pk=house.alice.pk).update(working_state=WorkingState.LEFT)
    cover.sweep_cover(now=NOW)
    assert told(house) == []
    house.case(by=house.bob)
    User.objects.filter(pk=house.bob.pk).update(is_active=False)
    cover.sweep_cover(now=NOW)
    assert told(house) == ["Bob has left: 1 open case needs cover"]


def test_who_serves_these_customers_no_longer_leaves_cases_that_need_cover(house: House) -> None:
    house.case()
    User.objects.filter(pk=house.alice.pk).update(team=house.other_team)
    for _ in range(2):
        cover.sweep_cover(now=NOW)
    assert told(house) == ["Alice no longer serves these customers: 1 open case needs cover"]


def test_however_many_are_absent_each_is_told_of_after_some_sweeps(house: House) -> None:
    """Who has left and owns cases still is there in every sweep, and so is whom nobody can be told of."""
    alone = house.person("alone", team=house.other_team)
    case = house.case()
    Case.objects.filter(pk=case.pk).update(owner=alone, unit=house.other_unit)
    User.objects.filter(team=house.other_team, role=Role.SUPERVISOR).update(is_active=False)
    gone = [alone, *(house.person(f"rep{number}") for number in range(5))]
    for rep in gone[1:]:
        house.case(by=rep)
    User.objects.filter(pk__in=[rep.pk for rep in gone]).update(working_state=WorkingState.LEFT)
    assert [cover.tell_of_absences(now=NOW, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert told(house) == [f"{rep.name} has left: 1 open case needs cover" for rep in gone[1:]]


def test_a_supervisor_who_comes_later_hears_of_the_absences_there_are(house: House) -> None:
    house.case()
    away(house.alice)
    cover.sweep_cover(now=NOW)
    later = house.person("later", role=Role.SUPERVISOR)
    cover.sweep_cover(now=NOW + HOUR)
    notices = Notice.objects.filter(kind="needs_cover", channel="desk")
    assert {notice.user for notice in notices} == {house.sue, house.sam, later}
    assert notices.count() == 3


def test_what_waits_is_routed_as_soon_as_somebody_is_there(house: House) -> None:
    for rep in (house.alice, house.bob):
        away(rep, until=NOW + HOUR)
    case = house.case(by=house.crm, channel="api")
    assert case.owner is None
    assert cover.sweep_cover(now=NOW).routed == 0
    assert cover.sweep_cover(now=NOW + HOUR).routed == 1
    case = again(case)
    assert case.owner in (house.alice, house.bob)
    assert {promise.obligation.owner for promise in case.promises.all()} == {case.owner}


def test_one_that_cannot_be_routed_does_not_stand_in_the_way(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for rep in (house.alice, house.bob):
        away(rep, until=NOW + HOUR)
    bad, good = (house.case(by=house.crm, channel="api") for _ in range(2))
    route = cover.route_waiting

    def fails_on_one(case: Case, **given: object) -> Case | None:
        if case.pk == bad.pk:
            raise RuntimeError("this one is broken")
        return route(case, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(cover, "route_waiting", fails_on_one)
    assert cover.sweep_cover(now=NOW + HOUR).routed == 1
    assert (again(bad).owner, again(good).owner is None) == (None, False)


def test_the_number_of_queries_does_not_grow_with_the_absent(house: House, queries_of: Counted) -> None:
    house.case()
    away(house.alice)
    few = queries_of(lambda: cover.tell_of_absences(now=NOW))
    for number in range(10):
        rep = house.person(f"rep{number}")
        house.case(by=rep)
        away(rep)
    assert queries_of(lambda: cover.tell_of_absences(now=NOW)) == few <= 5
    assert queries_of(lambda: cover.tell_of_absences(now=NOW)) == few - 1, "nothing is written when all is told"


def test_the_notice_leads_to_the_cases_of_whoever_is_away(house: House) -> None:
    mine, other = house.case(), house.case(by=house.bob)
    away(house.alice)
    cover.sweep_cover(now=NOW)
    client = Client()
    client.force_login(house.sue, backend=settings.AUTHENTICATION_BACKENDS[0])
    shown = client.get(Notice.objects.filter(user=house.sue, kind="needs_cover").earliest("id").path).content.decode()
    assert mine.reference in shown
    assert other.reference not in shown
