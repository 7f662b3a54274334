"""Who may do what as a person, who is there, and what they are told."""

from __future__ import annotations

from typing import Any

import pytest

from accounts import queries
from accounts.authority import ALLOWED, ChangedMeanwhile, Refused, first_no, refuse
from accounts.domain import credentials, notices, roles, staffing
from accounts.enums import NoticeChannel, Role, Scope, WorkingState
from accounts.models import Notice, User
from journal.models import Event
from tests.factories import DAY, HOUR, NOW, PASSWORD, House, again, away


def code_of(work: object) -> str:
    assert isinstance(work, Refused)
    return work.code


def test_a_verdict_is_yes_or_no_with_its_reason() -> None:
    no = refuse("not_yours", "It is Bob’s.", "case")
    assert (bool(ALLOWED), bool(no), first_no(ALLOWED, no, refuse("later", "")), first_no(ALLOWED)) == (
        True,
        False,
        no,
        ALLOWED,
    )
    ALLOWED.enforce()
    with pytest.raises(Refused, match="It is Bob’s.") as refused:
        no.enforce()
    assert (refused.value.code, refused.value.field) == ("not_yours", "case")


@pytest.mark.practice("P8")
def test_whoever_changed_something_meanwhile_is_named() -> None:
    changes = [{"by": "Bob"}, {"by": "Alice"}, {"by": "Bob"}]
    assert ChangedMeanwhile(changes, version=3).reason.startswith("This was changed by Alice and Bob while")
    assert ChangedMeanwhile([], version=3).reason.startswith("This was changed by somebody else while")


@pytest.mark.practice("P16")
def test_supervisors_supervise_administrators_administer_and_programs_do_neither(house: House) -> None:
    robot = house.person("robot", role=Role.SUPERVISOR, is_service=True)
    robot_admin = house.person("rootbot", role=Role.ADMIN, is_service=True)
    assert [roles.can_supervise(who).code for who in (house.alice, house.sue, house.ada, robot)] == [
        "supervisor_needed",
        "ok",
        "supervisor_needed",
        "person_needed",
    ]
    assert [bool(roles.can_administer(who)) for who in (house.alice, house.sue, house.ada, robot_admin)] == [
        False,
        False,
        True,
        False,
    ]


def test_somebody_is_away_until_their_time_has_passed_and_not_a_moment_longer(house: House) -> None:
    bob = roles.set_working_state(house.bob, state="away", until=NOW + HOUR, by=house.bob, now=NOW)
    moments = [NOW, NOW + HOUR - DAY.resolution, NOW + HOUR]
    assert [queries.is_there(bob, moment) for moment in moments] == [False, False, True]
    assert [User.objects.filter(queries.there(moment), pk=bob.pk).exists() for moment in moments] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("who", "whose", "state", "until", "code"),
    [
        ("bob", "alice", "away", DAY, "not_yours"),
        ("sue", "alice", "away", DAY, "not_yours"),
        ("alice", "alice", "away", None, "invalid"),
        ("alice", "alice", "away", -DAY, "invalid"),
        ("alice", "alice", "asleep", None, "invalid"),
        ("alice", "alice", "left", None, "administrator_needed"),
    ],
)
def test_nobody_sets_a_working_state_that_is_not_theirs_to_set(
    house: House, who: str, whose: str, state: str, until: object, code: str
) -> None:
    before = Event.objects.count()
    with pytest.raises(Refused) as refused:
        roles.set_working_state(
            getattr(house, whose),
            state=state,
            until=NOW + until if until else None,  # type: ignore[operator]
            by=getattr(house, who),
            now=NOW,
        )
    assert (refused.value.code, again(house.alice).working_state, Event.objects.count()) == (code, "available", before)


def test_whoever_left_cannot_sign_in_or_use_a_credential_until_an_administrator_takes_them_back(
    house: House, client: object
) -> None:
    _, secret = credentials.issue(house.bob, name="Script", by=house.bob, now=NOW)
    sign_in = client.login  # type: ignore[attr-defined]
    assert credentials.authenticate(secret) is not None
    bob = roles.set_working_state(house.bob, state="left", until=None, by=house.ada, now=NOW)
    assert (credentials.authenticate(secret), sign_in(username="bob", password=PASSWORD)) == (None, False)
    with pytest.raises(Refused, match="take back somebody who left"):
        roles.set_working_state(bob, state="available", until=None, by=bob, now=NOW)
    roles.set_working_state(bob, state="available", until=None, by=house.ada, now=NOW)
    assert credentials.authenticate(secret) is not None
    assert sign_in(username="bob", password=PASSWORD) is True


def test_reach_is_the_units_of_the_team_and_everything_for_administrators(house: House) -> None:
    teamless = house.person("tess", team=None)
    reached = [set(queries.reach(who)) for who in (house.alice, house.charlie, house.ada, teamless)]
    ours, theirs = house.unit.pk, house.other_unit.pk
    assert reached == [{ours}, {theirs}, {ours, theirs}, set()]


def test_a_unit_has_the_people_of_its_teams_who_have_not_left(house: House) -> None:
    roles.set_working_state(house.bob, state="left", until=None, by=house.ada, now=NOW)
    away(house.sam)
    assert [user.username for user in queries.staff_of_unit(house.unit.pk, Role.REP)] == ["alice"]
    assert [user.username for user in queries.supervisors_of_unit(house.unit.pk)] == ["sam", "sue"]
    assert [user.username for user in queries.colleagues(house.alice)] == ["alice", "sam", "sue"]


@pytest.mark.practice("P30")
def test_a_notice_is_told_once_per_person_and_channel(house: House) -> None:
    for _ in range(3):
        notices.tell(
            [house.alice, house.bob],
            key="rung:1:1",
            kind="promise_due",
            title="Due now",
            now=NOW,
            channels=[NoticeChannel.DESK, NoticeChannel.EMAIL],
        )
    told = Notice.objects.order_by("user__username", "channel").values_list("user__username", "channel", "status")
    assert list(told) == [
        ("alice", "desk", "sent"),
        ("alice", "email", "pending"),
        ("bob", "desk", "sent"),
        ("bob", "email", "pending"),
    ]
    ids = Notice.objects.filter(channel="email").values_list("message_id", flat=True)
    assert len(set(ids)) == 2
    assert all(ids)


def test_a_notice_is_put_away_by_whom_it_was_for(house: House) -> None:
    notices.tell([house.alice], key="a", kind="note", title="Hello", now=NOW)
    (notice,) = queries.unseen_notices(house.alice)
    with pytest.raises(Refused, match="somebody else"):
        notices.put_away(notice, by=house.bob, now=NOW)
    assert queries.unseen_notices(house.alice).count() == 1
    notices.put_away(notice, by=house.alice, now=NOW)
    assert queries.unseen_notices(house.alice).count() == 0


@pytest.mark.practice("P29")
def test_a_credential_is_shown_once_and_kept_as_a_hash(house: House) -> None:
    credential, secret = credentials.issue(
        house.crm, name="CRM", by=house.ada, now=NOW, scopes=[Scope.WRITE, Scope.READ, Scope.WRITE]
    )
    assert secret not in str(list(type(credential).objects.values()))
    assert credentials.authenticate(secret) == credential
    assert credentials.authenticate(secret + "x") is None
    assert credential.scopes == ["read", "write"]
    assert [bool(credentials.can_use(credential, scope)) for scope in (Scope.READ, Scope.WRITE, Scope.MONEY)] == [
        True,
        True,
        False,
    ]
    credentials.revoke(credential, by=house.ada, now=NOW)
    assert credentials.authenticate(secret) is None


@pytest.mark.parametrize(
    ("who", "whose", "given", "code"),
    [
        ("alice", "bob", {}, "administrator_needed"),
        ("ada", "sue", {}, "not_yours"),
        ("crm", "crm", {}, "administrator_needed"),
        ("alice", "alice", {"scopes": []}, "invalid"),
        ("alice", "alice", {"scopes": ["everything"]}, "invalid"),
        ("alice", "alice", {"name": "  "}, "invalid"),
        ("alice", "alice", {"name": "n" * 81}, "too_long"),
        ("alice", "alice", {"name": "a\x00b"}, "invalid"),
    ],
)
def test_a_credential_that_may_not_be_issued_is_not(
    house: House, who: str, whose: str, given: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        credentials.issue(getattr(house, whose), by=getattr(house, who), now=NOW, **{"name": "Mine"} | given)
    assert refused.value.code == code
    assert getattr(house, whose).credentials.count() == 0


@pytest.mark.parametrize("change", [{"password": PASSWORD}, {"email": "mine@example.com"}, {"is_active": False}])
def test_only_a_superuser_changes_how_another_one_signs_in(house: House, change: dict[str, Any]) -> None:
    root = staffing.add_user(username="root", name="Root", role=Role.ADMIN, is_superuser=True, now=NOW)
    abe = house.person("abe", role=Role.ADMIN)
    with pytest.raises(Refused) as refused:
        staffing.change_user(root, by=abe, now=NOW, **change)
    assert refused.value.code == "superuser_needed"
    staffing.change_user(root, by=root, now=NOW, **change)
    assert staffing.change_user(again(root), by=abe, now=NOW, time_zone="Asia/Tokyo").time_zone == "Asia/Tokyo"


def test_an_administrator_makes_no_superuser(house: House) -> None:
    abe = house.person("abe", role=Role.ADMIN)
    with pytest.raises(Refused) as refused:
        staffing.add_user(username="root", name="Root", is_superuser=True, by=abe, now=NOW)
    assert refused.value.code == "superuser_needed"
    assert not User.objects.filter(username="root").exists()


def test_the_wall_in_the_database_holds_away_times_to_who_is_away(house: House) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=house.alice.pk).update(away_until=NOW, working_state=WorkingState.AVAILABLE)
