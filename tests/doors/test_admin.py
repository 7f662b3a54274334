"""The Django admin is a door like the others: superusers only, read-only or through verbs, refusals shown, nothing written."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.domain.roles import set_working_state
from accounts.enums import Role
from accounts.models import BusinessUnit, Team, User
from cases.domain import causes, disclosing, honored_errors, reviewing
from cases.domain.letters import make_letter
from cases.enums import Point
from cases.models import Cause, HonoredError, Obligation
from compensation.domain import honoring
from compensation.models import Cap, Remedy
from journal.models import Event
from outreach.models import CallingHours, Program, Rung
from recovery.backoffice import ThroughDomain
from tests.doors.state import everything
from tests.factories import NOW, PASSWORD, House, again

pytestmark = pytest.mark.django_db

EDITED = {BusinessUnit, Team, User, Cause, Remedy, Cap, Rung, CallingHours, Program}
LOOKED_AT = sorted(set(admin.site._registry) - EDITED, key=lambda model: model._meta.label)


def at(thing: Any, page: str = "change") -> str:
    model = thing if isinstance(thing, type) else type(thing)
    arguments = [] if page in ("add", "changelist") else [thing.pk]
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


@pytest.fixture
def ada(house: House, client: Client) -> Client:
    client.force_login(house.ada)
    return client


def refusal_of(client: Client, address: str, body: dict[str, Any]) -> str:
    """Post, see that nothing was written, and return what the admin said."""
    before = everything()
    with time_machine.travel(NOW, tick=False):
        answer = client.post(address, body, follow=True)
    assert answer.status_code == 200
    assert everything() == before
    said = [str(message) for message in answer.context["messages"]]
    assert len(said) == 1, said
    return said[0].rsplit("(", 1)[-1].rstrip(")")


@pytest.mark.parametrize("who", ["alice", "sue", "crm"])
def test_only_superusers_come_in(house: House, client: Client, who: str) -> None:
    client.force_login(getattr(house, who))
    assert client.get("/admin/", follow=True).status_code == 403


def test_all_tables_are_ours_and_every_one_that_is_edited_is_edited_by_a_verb() -> None:
    assert {model for model, door in admin.site._registry.items() if isinstance(door, ThroughDomain)} == EDITED
    assert {model._meta.app_label for model in admin.site._registry} <= {
        "journal",
        "accounts",
        "cases",
        "compensation",
        "outreach",
        "integrations",
        "insights",
    }


def told_error(house: House) -> None:
    """An error in the customer's favor with its call made, a letter, what counsel said and a review."""
    error = HonoredError.objects.get(incident=house.logged(house.customer("Kofi"), favor="customer").incident)
    words = {"happened_words": "You got two.", "should_have": "It should have been one."}
    honored_errors.assess(error, by=house.alice, now=NOW, **words)
    honoring.record_legal_review(error, conclusion="may", counsel="Counsel", note="Yes", by=house.sue, now=NOW)
    honoring.honor(error, cost_minor=500, currency="USD", by=house.sue, now=NOW)
    call = error.disclosures.get()
    disclosing.attempt(call, outcome="no_answer", by=house.alice, now=NOW)
    disclosing.disclose(call, points=Point.values, understanding="understood", by=house.alice, now=NOW)
    make_letter(error, by=house.alice, now=NOW)
    reviewing.review(error, outcome="no_action", by=house.sam, now=NOW)


@pytest.mark.practice("P19")
@pytest.mark.parametrize("model", LOOKED_AT, ids=lambda model: model._meta.label)
def test_what_people_and_programs_wrote_is_only_looked_at(ada: Client, house: House, model: Any) -> None:
    house.usual_caps()
    case = house.heard_case(channel="email")
    house.give(case, 500)
    house.asked(case)
    told_error(house)
    assert ada.get(at(model, "changelist")).status_code == 200
    assert ada.get(at(model, "add")).status_code == 403
    row = model._default_manager.first()
    if row is not None:
        shown = ada.get(at(row))
        assert shown.status_code == 200
        assert b'name="_save"' not in shown.content
        before = everything()
        assert ada.post(at(row), {"status": "closed"}).status_code == 403
        assert ada.post(at(row, "delete"), {"post": "yes"}).status_code == 403
        assert ada.post(
            at(model, "changelist"), {"action": "delete_selected", "_selected_action": row.pk}
        ).status_code in (
            302,
            403,
            200,
        )
        assert everything() == before


def test_the_hash_of_a_credential_is_not_shown(ada: Client, house: House) -> None:
    from accounts.domain import credentials

    credential, _ = credentials.issue(house.crm, name="CRM", by=house.ada, now=NOW)
    assert credential.secret_hash.encode() not in ada.get(at(credential)).content


# What a line of the catalog says that has no default in a browser's form.
LINE = {"gives": "money", "basis": "goodwill", "method": "none"}
REFUSED: list[tuple[str, Any, str, dict[str, Any]]] = [
    ("not_an_amount", Cap, "add", {"role": "rep", "axis": "day", "currency": "USD", "amount_minor": "-1"}),
    ("invalid", Cap, "add", {"role": "admin", "axis": "day", "currency": "USD", "amount_minor": "1"}),
    ("invalid", Cap, "add", {"role": "rep", "axis": "no_questions", "currency": "USD", "amount_minor": "1"}),
    ("unknown_currency", Cap, "add", {"role": "rep", "axis": "day", "currency": "ZZZ", "amount_minor": "1"}),
    ("changed_meanwhile", Cap, "change", {"amount_minor": "7", "version": "9"}),
    ("name_taken", Cause, "add", {"name": "Double booking in the till"}),
    ("changed_meanwhile", Cause, "change", {"name": "Other", "active": "on", "version": "9"}),
    ("invalid", Remedy, "add", {"code": "x", "name": "X", "kind": "monetary", "currency": "USD", "no_questions": "on"} | LINE),
    ("invalid", Remedy, "add", {"code": "x", "name": "X", "kind": "monetary", "cost_minor": "5"} | LINE),
    ("invalid", Remedy, "add", {"code": "x", "name": "X", "kind": "monetary", "currency": "USD"} | LINE | {"basis": "entitlement"}),
    ("name_taken", Remedy, "add", {"code": "credit", "name": "X", "kind": "monetary", "currency": "USD"} | LINE),
    ("changed_meanwhile", Remedy, "change", {"code": "credit", "name": "X", "kind": "monetary", "currency": "USD", "version": "9"} | LINE),
    ("unknown_currency", BusinessUnit, "add", {"code": "x", "name": "X", "currency": "ZZZ"}),
    ("invalid", BusinessUnit, "add", {"code": "shop", "name": "X", "currency": "USD"}),
    ("invalid", Team, "add", {"name": "Front desk"}),
    ("invalid", User, "add", {"username": "alice", "name": "Another", "role": "rep", "time_zone": "UTC", "email": "a@example.com"}),
    ("invalid", User, "add", {"username": "zoe", "name": "Zoe", "role": "rep", "time_zone": "Mars/Olympus", "email": "a@example.com"}),
    ("invalid", Rung, "add", {"kind": "promise", "offset_minutes": "5", "audience": "owner", "channels": '["pigeon"]'}),
    ("invalid", CallingHours, "add", {"jurisdiction": "CA", "opens": "20:00", "closes": "09:00", "weekdays": "[1]"}),
    ("invalid", CallingHours, "add", {"jurisdiction": "CA", "opens": "09:00", "closes": "20:00", "weekdays": "[9]"}),
    ("invalid", Program, "add", {"name": "P", "score_at_most": "2", "contact_within_hours": "1", "retry_after_minutes": "[0]"}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "model", "page", "body"), REFUSED)
def test_a_refusal_is_shown_and_nothing_is_written(
    ada: Client, house: House, code: str, model: Any, page: str, body: dict[str, Any]
) -> None:
    house.usual_caps()
    house.cause()
    house.remedy()
    row = model if page == "add" else model._default_manager.first()
    assert refusal_of(ada, at(row, page), body) == code


@pytest.mark.practice("P16")
@pytest.mark.parametrize(
    ("model", "body"),
    [
        (Cap, {"role": "rep", "axis": "day", "currency": "USD", "amount_minor": "1"}),
        (Cause, {"name": "New"}),
        (Remedy, {"code": "x", "name": "X", "kind": "apology", "cost_minor": "0"} | LINE),
        (BusinessUnit, {"code": "x", "name": "X", "currency": "USD"}),
        (Team, {"name": "X"}),
        (User, {"username": "zoe", "name": "Zoe", "role": "admin", "time_zone": "UTC", "email": "z@example.com"}),
        (Rung, {"kind": "promise", "offset_minutes": "5", "audience": "owner", "channels": '["desk"]'}),
        (CallingHours, {"jurisdiction": "CA", "opens": "09:00", "closes": "20:00", "weekdays": "[1]"}),
        (Program, {"name": "P", "score_at_most": "2", "contact_within_hours": "1", "retry_after_minutes": "[60]"}),
    ],
    ids=lambda part: part._meta.label if isinstance(part, type) else "",
)
def test_a_superuser_who_does_not_administer_changes_no_setting(
    house: House, client: Client, model: Any, body: dict[str, Any]
) -> None:
    root = house.person("root", role=Role.SUPERVISOR, is_staff=True, is_superuser=True)
    client.force_login(root)
    assert refusal_of(client, at(model, "add"), body) == "administrator_needed"


def test_a_cap_is_taken_away_by_its_verb(ada: Client, house: House) -> None:
    house.usual_caps()
    cap = Cap.objects.filter(role="rep", axis="day").get()
    answer = ada.post(at(cap, "delete"), {"post": "yes"})
    assert answer.status_code == 302
    assert Cap.objects.get(pk=cap.pk).ends_at is not None, "what held is ended, and stays"
    assert Event.objects.filter(type="cap.changed").last().data["removed"] is True  # type: ignore[union-attr]


def test_what_is_edited_here_is_in_the_log_like_everything(ada: Client, house: House) -> None:
    house.usual_caps()
    cause, cap, remedy = house.cause(), Cap.objects.order_by("id").first(), house.remedy()
    assert cap is not None
    promise = house.promise(house.case())
    Obligation.objects.update(next_look_at=None)
    edits: list[tuple[str, dict[str, Any], str]] = [
        (at(cap), {"amount_minor": "777", "version": cap.version}, "cap.changed"),
        (at(cause), {"name": "Till", "active": "on", "version": cause.version}, "cause.changed"),
        (at(Cause, "add"), {"name": "Training", "parent": cause.pk}, "cause.changed"),
        (
            at(remedy),
            {"code": "credit", "name": "Store credit", "kind": "monetary", "currency": "USD", "active": "on", "version": 1}
            | LINE,
            "remedy.changed",
        ),
        (at(house.unit), {"code": "shop", "name": "Our shop", "currency": "EUR"}, "unit.changed"),
        (at(house.team), {"name": "Front", "units": [house.unit.pk, house.other_unit.pk]}, "team.changed"),
        (
            at(house.bob),
            {
                "username": "bob", "name": "Robert", "email": "b@example.com", "role": "supervisor",
                "team": house.team.pk, "time_zone": "UTC", "is_active": "on", "new_password": "another long password",
            },
            "user.changed",
        ),
        (
            at(Rung, "add"),
            {"kind": "promise", "offset_minutes": "-5", "audience": "owner", "channels": '["desk"]', "active": "on"},
            "outreach_rule.changed",
        ),
    ]  # fmt: skip
    for address, body, event in edits:
        before = Event.objects.count()
        answer = ada.post(address, body)
        assert answer.status_code == 302, (address, answer.context and answer.context["errors"])
        assert Event.objects.count() == before + 1, address
        last = Event.objects.order_by("id").last()
        assert last is not None
        assert (last.type, last.actor) == (event, house.ada)
    bob = again(house.bob)
    assert (bob.name, bob.role, bob.check_password("another long password")) == ("Robert", "supervisor", True)
    now_holds = Cap.objects.get(holder=cap.holder, axis=cap.axis, ends_at=None).amount_minor
    assert (again(house.unit).currency, again(remedy).name, now_holds) == ("EUR", "Store credit", 777)
    assert again(house.team).units.count() == 2
    assert again(promise).obligation.next_look_at is not None


def test_who_left_is_not_made_active_past_their_working_state(ada: Client, house: House) -> None:
    set_working_state(house.bob, state="left", until=None, by=house.ada, now=NOW)
    body = {
        "username": "bob", "name": "Bob", "email": "b@example.com", "role": "rep", "time_zone": "UTC", "is_active": "on",
    }  # fmt: skip
    assert refusal_of(ada, at(house.bob), body) == "invalid"


def test_signing_in_has_one_door(client: Client, house: House) -> None:
    assert client.get("/admin/login/").headers["Location"].startswith("/sign-in/")
    client.post("/admin/login/", {"username": "ada", "password": PASSWORD})
    assert client.get("/admin/").status_code == 302


def test_a_retired_cause_is_still_found_here(ada: Client, house: House) -> None:
    cause = house.cause()
    causes.change_cause(cause, name=cause.name, active=False, version=1, by=house.ada, now=NOW)
    assert cause.name.encode() in ada.get(at(Cause, "changelist")).content
