"""Who may do what with an error in the customer's favor, in which state: one table, held against every door.

Each row of ``TABLE`` is one thing to do in one state and says for everybody what comes of it: ``ok``, or the code that
the domain, the browser and the API all refuse it with. What is refused leaves every row of every table as it was.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from accounts.authority import Refused
from accounts.enums import Role
from accounts.models import User
from cases import models as cases
from cases.domain import disclosing, honored_errors, incidents, letters, reviewing
from cases.enums import Point
from cases.models import Disclosure, HonoredError
from cases.queries import visible_errors
from compensation import models as compensation
from compensation.domain import honoring, rescission_rules
from journal.models import Event
from recovery.rest.problems import STATUS_OF
from tests.api.conftest import Api
from tests.doors.state import everything
from tests.factories import DAY, MINUTE, NOW, House, again, away, build

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P1", "P2", "P3", "P4")]

LATER = NOW + MINUTE
WHO = ("originator", "owner", "rep", "supervisor", "decider", "stranger", "admin", "program")

# originator: made the mistake. owner: owns the case. rep: any other of the team. supervisor: of the team. decider: the
# supervisor who decided, or would have. stranger: a supervisor who serves other customers.
#
# In "gone" whoever made the mistake is away for long; in "of a system" nobody made it, so that the owner owes the call.
# Both are honored, and the call is owed. A letter was made in "rescinded, told" and in "reviewed".
TABLE = """
do              in                originator           owner                rep                  supervisor           decider              stranger      admin              program

see             undecided         ok                   ok                   ok                   ok                   ok                   out_of_reach  ok                 ok
see             honored           ok                   ok                   ok                   ok                   ok                   out_of_reach  ok                 ok
see             honored, told     ok                   ok                   ok                   ok                   ok                   out_of_reach  ok                 ok
see             rescinded         ok                   ok                   ok                   ok                   ok                   out_of_reach  ok                 ok
see             rescinded, told   ok                   ok                   ok                   ok                   ok                   out_of_reach  ok                 ok
see             reviewed          ok                   ok                   ok                   ok                   ok                   out_of_reach  ok                 ok
see             withdrawn         ok                   ok                   ok                   ok                   ok                   out_of_reach  ok                 ok
see             gone              ok                   ok                   ok                   ok                   ok                   out_of_reach  ok                 ok
see             of a system       ok                   ok                   ok                   ok                   ok                   out_of_reach  ok                 ok

assess          undecided         ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         ok
assess          honored           ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         ok
assess          honored, told     already_told         already_told         already_told         already_told         already_told         out_of_reach  rep_needed         already_told
assess          rescinded         ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         ok
assess          rescinded, told   already_told         already_told         already_told         already_told         already_told         out_of_reach  rep_needed         already_told
assess          reviewed          already_told         already_told         already_told         already_told         already_told         out_of_reach  rep_needed         already_told
assess          withdrawn         wrong_state          wrong_state          wrong_state          wrong_state          wrong_state          out_of_reach  rep_needed         wrong_state
assess          gone              ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         ok
assess          of a system       ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         ok

honor           undecided         ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         person_needed
honor           honored           ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         person_needed
honor           honored, told     ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         person_needed
honor           rescinded         supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  rep_needed         person_needed
honor           rescinded, told   supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  rep_needed         person_needed
honor           reviewed          ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         person_needed
honor           withdrawn         wrong_state          wrong_state          wrong_state          wrong_state          wrong_state          out_of_reach  rep_needed         person_needed
honor           gone              ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         person_needed
honor           of a system       ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         person_needed

rescind         undecided         supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  supervisor_needed  person_needed
rescind         honored           supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  supervisor_needed  person_needed
rescind         honored, told     supervisor_needed    supervisor_needed    supervisor_needed    already_told         already_told         out_of_reach  supervisor_needed  person_needed
rescind         rescinded         supervisor_needed    supervisor_needed    supervisor_needed    wrong_state          wrong_state          out_of_reach  supervisor_needed  person_needed
rescind         rescinded, told   supervisor_needed    supervisor_needed    supervisor_needed    wrong_state          wrong_state          out_of_reach  supervisor_needed  person_needed
rescind         reviewed          supervisor_needed    supervisor_needed    supervisor_needed    already_told         already_told         out_of_reach  supervisor_needed  person_needed
rescind         withdrawn         supervisor_needed    supervisor_needed    supervisor_needed    wrong_state          wrong_state          out_of_reach  supervisor_needed  person_needed
rescind         gone              supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  supervisor_needed  person_needed
rescind         of a system       supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  supervisor_needed  person_needed

legal review    undecided         supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  supervisor_needed  person_needed
legal review    honored           supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  supervisor_needed  person_needed
legal review    honored, told     supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  supervisor_needed  person_needed
legal review    rescinded         supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  supervisor_needed  person_needed
legal review    rescinded, told   supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  supervisor_needed  person_needed
legal review    reviewed          supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  supervisor_needed  person_needed
legal review    withdrawn         supervisor_needed    supervisor_needed    supervisor_needed    wrong_state          wrong_state          out_of_reach  supervisor_needed  person_needed
legal review    gone              supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  supervisor_needed  person_needed
legal review    of a system       supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  supervisor_needed  person_needed

attempt         undecided         undecided            undecided            undecided            undecided            undecided            out_of_reach  undecided          undecided
attempt         honored           ok                   not_your_call        not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed
attempt         honored, told     wrong_state          not_your_call        not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed
attempt         rescinded         ok                   not_your_call        not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed
attempt         rescinded, told   wrong_state          not_your_call        not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed
attempt         reviewed          wrong_state          not_your_call        not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed
attempt         withdrawn         wrong_state          wrong_state          wrong_state          wrong_state          wrong_state          out_of_reach  wrong_state        wrong_state
attempt         gone              ok                   not_your_call        not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed
attempt         of a system       not_your_call        ok                   not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed

disclose        undecided         undecided            undecided            undecided            undecided            undecided            out_of_reach  undecided          undecided
disclose        honored           ok                   not_your_call        not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed
disclose        honored, told     wrong_state          not_your_call        not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed
disclose        rescinded         ok                   not_your_call        not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed
disclose        rescinded, told   wrong_state          not_your_call        not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed
disclose        reviewed          wrong_state          not_your_call        not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed
disclose        withdrawn         wrong_state          wrong_state          wrong_state          wrong_state          wrong_state          out_of_reach  wrong_state        wrong_state
disclose        gone              ok                   not_your_call        not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed
disclose        of a system       not_your_call        ok                   not_your_call        not_your_call        not_your_call        out_of_reach  not_your_call      person_needed

reassign        undecided         undecided            undecided            undecided            undecided            undecided            out_of_reach  undecided          undecided
reassign        honored           supervisor_needed    supervisor_needed    supervisor_needed    originator_is_there  originator_is_there  out_of_reach  supervisor_needed  person_needed
reassign        honored, told     supervisor_needed    supervisor_needed    supervisor_needed    wrong_state          wrong_state          out_of_reach  supervisor_needed  person_needed
reassign        rescinded         supervisor_needed    supervisor_needed    supervisor_needed    originator_is_there  originator_is_there  out_of_reach  supervisor_needed  person_needed
reassign        rescinded, told   supervisor_needed    supervisor_needed    supervisor_needed    wrong_state          wrong_state          out_of_reach  supervisor_needed  person_needed
reassign        reviewed          supervisor_needed    supervisor_needed    supervisor_needed    wrong_state          wrong_state          out_of_reach  supervisor_needed  person_needed
reassign        withdrawn         wrong_state          wrong_state          wrong_state          wrong_state          wrong_state          out_of_reach  wrong_state        wrong_state
reassign        gone              supervisor_needed    supervisor_needed    supervisor_needed    ok                   ok                   out_of_reach  supervisor_needed  person_needed
reassign        of a system       supervisor_needed    supervisor_needed    supervisor_needed    hand_off_instead     hand_off_instead     out_of_reach  supervisor_needed  person_needed

review          undecided         supervisor_needed    supervisor_needed    supervisor_needed    undecided            undecided            out_of_reach  supervisor_needed  person_needed
review          honored           supervisor_needed    supervisor_needed    supervisor_needed    ok                   own_decision         out_of_reach  supervisor_needed  person_needed
review          honored, told     supervisor_needed    supervisor_needed    supervisor_needed    ok                   own_decision         out_of_reach  supervisor_needed  person_needed
review          rescinded         supervisor_needed    supervisor_needed    supervisor_needed    ok                   own_decision         out_of_reach  supervisor_needed  person_needed
review          rescinded, told   supervisor_needed    supervisor_needed    supervisor_needed    ok                   own_decision         out_of_reach  supervisor_needed  person_needed
review          reviewed          supervisor_needed    supervisor_needed    supervisor_needed    reviewed_already     own_decision         out_of_reach  supervisor_needed  person_needed
review          withdrawn         supervisor_needed    supervisor_needed    supervisor_needed    wrong_state          wrong_state          out_of_reach  supervisor_needed  person_needed
review          gone              supervisor_needed    supervisor_needed    supervisor_needed    ok                   own_decision         out_of_reach  supervisor_needed  person_needed
review          of a system       supervisor_needed    supervisor_needed    supervisor_needed    ok                   own_decision         out_of_reach  supervisor_needed  person_needed

make letter     undecided         undecided            undecided            undecided            undecided            undecided            out_of_reach  rep_needed         undecided
make letter     honored           not_told_yet         not_told_yet         not_told_yet         not_told_yet         not_told_yet         out_of_reach  rep_needed         not_told_yet
make letter     honored, told     ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         ok
make letter     rescinded         not_told_yet         not_told_yet         not_told_yet         not_told_yet         not_told_yet         out_of_reach  rep_needed         not_told_yet
make letter     rescinded, told   ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         ok
make letter     reviewed          ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         ok
make letter     withdrawn         wrong_state          wrong_state          wrong_state          wrong_state          wrong_state          out_of_reach  rep_needed         wrong_state
make letter     gone              not_told_yet         not_told_yet         not_told_yet         not_told_yet         not_told_yet         out_of_reach  rep_needed         not_told_yet
make letter     of a system       not_told_yet         not_told_yet         not_told_yet         not_told_yet         not_told_yet         out_of_reach  rep_needed         not_told_yet

send letter     undecided         undecided            undecided            undecided            undecided            undecided            out_of_reach  rep_needed         undecided
send letter     honored           not_told_yet         not_told_yet         not_told_yet         not_told_yet         not_told_yet         out_of_reach  rep_needed         not_told_yet
send letter     honored, told     no_letter            no_letter            no_letter            no_letter            no_letter            out_of_reach  rep_needed         no_letter
send letter     rescinded         not_told_yet         not_told_yet         not_told_yet         not_told_yet         not_told_yet         out_of_reach  rep_needed         not_told_yet
send letter     rescinded, told   ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         ok
send letter     reviewed          ok                   ok                   ok                   ok                   ok                   out_of_reach  rep_needed         ok
send letter     withdrawn         wrong_state          wrong_state          wrong_state          wrong_state          wrong_state          out_of_reach  rep_needed         wrong_state
send letter     gone              not_told_yet         not_told_yet         not_told_yet         not_told_yet         not_told_yet         out_of_reach  rep_needed         not_told_yet
send letter     of a system       not_told_yet         not_told_yet         not_told_yet         not_told_yet         not_told_yet         out_of_reach  rep_needed         not_told_yet
"""
HEAD, *ROWS = [re.split(r"\s{2,}", line) for line in TABLE.strip().splitlines() if line]
STATES = tuple(dict.fromkeys(row[1] for row in ROWS))
WITH_LETTER = {"rescinded, told", "reviewed"}


# The town: one error in each state, and everybody at each door -------------------------------------------------------


@dataclass
class Town:
    house: House
    people: dict[str, User]
    nora: User
    errors: dict[str, HonoredError]
    programs: dict[str, Api] = field(default_factory=dict)
    browsers: dict[str, Client] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    """In what words the domain refused the last try."""

    def who(self, role: str, state: str) -> str:
        """By what name somebody goes: in "gone" it is Nora who made the mistake."""
        return "nora" if (role, state) == ("originator", "gone") else role

    def person(self, name: str) -> User:
        return again(self.nora if name == "nora" else self.people[name])


def error_of(house: House, state: str, nora: User) -> HonoredError:
    """A quote that was too low by 15.00, logged by Bob, who owns the case."""
    given: dict[str, Any] = {"originator": nora if state == "gone" else house.alice}
    if state == "of a system":
        given = {"originator_kind": "system"}
    customer = house.customer(f"Customer {state}", jurisdiction="US-CO")
    error = house.favorable(customer, by=house.bob, value_at_stake_minor=1500, **given)
    words = {"happened_words": "You were quoted last year’s rate.", "should_have": "This year’s rate holds."}
    return honored_errors.assess(error, by=house.bob, now=NOW, **words)


def brought_to(house: House, error: HonoredError, state: str) -> None:
    by, now = house.sam, NOW
    if state.startswith("rescinded"):
        honoring.rescind(error, reason="It is much", by=by, now=now)
    elif state not in ("undecided", "withdrawn"):
        honoring.honor(error, by=by, now=now)
    if state == "withdrawn":
        incidents.change_incident(error.incident, version=None, favor="company", by=house.bob, now=now)
    if state.endswith("told") or state == "reviewed":
        house.told(disclosing.call_about(again(error)))
    if state in WITH_LETTER:
        letters.make_letter(error, by=house.bob, now=now)
    if state == "reviewed":
        reviewing.review(error, outcome="no_action", by=house.sue, now=now)


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """Built once; each test's own transaction lies inside this one, and leaves nothing behind."""
    with django_db_blocker.unblock(), time_machine.travel(LATER, tick=False), transaction.atomic():
        yield founded()
        transaction.set_rollback(True)


def founded() -> Town:
    house = build()
    house.usual_caps()
    citation = "Handbook 4.2"
    rescission_rules.add_rule(
        jurisdiction="US-CO", effect="allowed", valid_from=date(2021, 1, 1), citation=citation, by=house.ada, now=NOW
    )
    nora = house.person("nora")
    errors = {state: error_of(house, state, nora) for state in STATES}
    for state, error in errors.items():
        brought_to(house, error, state)
    away(nora, until=NOW + 30 * DAY)
    people = {
        "originator": house.alice,
        "owner": house.bob,
        "rep": house.person("dora"),
        "supervisor": house.sue,
        "decider": house.sam,
        "stranger": house.person("otto", team=house.other_team, role=Role.SUPERVISOR),
        "admin": house.ada,
        "program": house.crm,
    }
    town = Town(house, people, nora, {state: again(error) for state, error in errors.items()})
    for name in (*people, "nora"):
        user = town.person(name)
        town.programs[name] = Api(user)
        if not user.is_service:
            town.browsers[name] = Client()
            town.browsers[name].force_login(user)
    town.before = everything()
    return town


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# What is tried at each door -------------------------------------------------------------------------------------------

WORDS = {"happened_words": "The quote was last year’s.", "relied": "nothing", "money": "none"}
COUNSEL = {"conclusion": "may", "counsel": "Okonkwo & Lee", "note": "Not relied on yet."}
TOLD = {"points": list(Point.values), "understanding": "understood", "answer": "Thank you."}


@dataclass(frozen=True)
class Try:
    """``domain`` is the verb; ``browser`` and ``api`` are what comes after the error's own address, with a body."""

    domain: Callable[[HonoredError, User, Town], Any]
    browser: tuple[str, dict[str, Any]]
    api: tuple[str, dict[str, Any] | None]


def by(user: User) -> dict[str, Any]:
    return {"by": user, "now": LATER}


def call_of(error: HonoredError, user: User) -> Disclosure:
    """As the doors look for it: a stranger is not even told that there is none."""
    if not disclosing.has_call(error):
        seen(error, user)
    return disclosing.call_about(error)


def sent(error: HonoredError, user: User) -> Any:
    letter = error.letters.order_by("-id").first()
    assert letter is not None
    return letters.send_letter(letter, **by(user))


def seen(error: HonoredError, user: User) -> None:
    if not visible_errors(user).filter(pk=error.pk).exists():
        raise Refused("out_of_reach", "There is no such error.")


TRIES = {
    "see": Try(lambda error, user, _: seen(error, user), ("", {}), ("", None)),
    "assess": Try(
        lambda error, user, _: honored_errors.assess(error, **by(user), **WORDS),
        ("assess", WORDS | {"currency": "USD", "value_minor": "15.00"}),
        ("", WORDS),
    ),
    "honor": Try(
        lambda error, user, _: honoring.honor(error, cost_minor=1400, reason="It is less", **by(user)),
        ("honor", {"cost_minor": "14.00", "reason": "It is less"}),
        ("honor/", {"cost_minor": 1400, "reason": "It is less"}),
    ),
    "rescind": Try(
        lambda error, user, _: honoring.rescind(error, reason="It is much", **by(user)),
        ("rescind", {"reason": "It is much"}),
        ("rescind/", {"reason": "It is much"}),
    ),
    "legal review": Try(
        lambda error, user, _: honoring.record_legal_review(error, **COUNSEL, **by(user)),
        ("legal-review", COUNSEL),
        ("legal-review/", COUNSEL),
    ),
    "attempt": Try(
        lambda error, user, _: disclosing.attempt(call_of(error, user), outcome="no_answer", **by(user)),
        ("call/attempt", {"outcome": "no_answer"}),
        ("disclosure/attempts/", {"outcome": "no_answer"}),
    ),
    "disclose": Try(
        lambda error, user, _: disclosing.disclose(call_of(error, user), **TOLD, **by(user)),
        ("call/told", TOLD),
        ("disclose/", TOLD),
    ),
    "reassign": Try(
        lambda error, user, town: disclosing.reassign(
            call_of(error, user), to=town.person("rep"), reason="She is on leave", **by(user)
        ),
        ("call/reassign", {"to": "{rep}", "reason": "She is on leave"}),
        ("reassign/", {"to": "{rep}", "reason": "She is on leave"}),
    ),
    "review": Try(
        lambda error, user, _: reviewing.review(error, outcome="coach", note="Mind the date", **by(user)),
        ("review", {"outcome": "coach", "note": "Mind the date"}),
        ("review/", {"outcome": "coach", "note": "Mind the date"}),
    ),
    "make letter": Try(
        lambda error, user, _: letters.make_letter(error, **by(user)), ("letters", {"language": ""}), ("letter/", {})
    ),
    "send letter": Try(lambda error, user, _: sent(error, user), ("letters/1/send", {}), ("letter/send/", {})),
}


def body_of(body: Any, town: Town) -> Any:
    return (
        {name: town.people["rep"].pk if value == "{rep}" else value for name, value in body.items()} if body else body
    )


def by_domain(town: Town, do: str, state: str, name: str, code: str) -> None:
    error = again(town.errors[state])
    # Who is a stranger to the error is one to its call and its letters: the domain asks that itself.
    if do == "send letter" and state not in WITH_LETTER:
        return
    if code == "ok":
        TRIES[do].domain(error, town.person(name), town)
        return
    with pytest.raises(Refused) as refused, transaction.atomic():
        TRIES[do].domain(error, town.person(name), town)
    assert refused.value.code == code
    town.reason = refused.value.reason


def by_browser(town: Town, do: str, state: str, name: str, code: str) -> None:
    client, (verb, body) = town.browsers.get(name), TRIES[do].browser
    if client is None:
        return
    at = f"/honored/{town.errors[state].pk}{'/' if verb else ''}{verb}"
    answer = client.get(at) if do == "see" else client.post(at, body_of(body, town))
    if code == "out_of_reach" or (do == "send letter" and state not in WITH_LETTER):
        assert answer.status_code == 404
    elif code == "ok":
        assert answer.status_code == (200 if do == "see" else 302), html.unescape(answer.content.decode())[:4000]
    else:
        assert answer.status_code == 422
        page = html.unescape(answer.content.decode())
        said = re.findall(r'data-refused="(\w+)"', page)
        assert said == [code] or (not said and town.reason in page), (said, town.reason)


def by_api(town: Town, do: str, state: str, name: str, code: str) -> None:
    api, (verb, body), error = town.programs[name], TRIES[do].api, town.errors[state]
    at = f"honored-errors/{error.pk}/{verb}"
    if do == "see":
        answer = api.get(at)
    elif do == "assess":
        answer = api.patch(at, body, version=error.version)
    else:
        answer = api.post(at, body_of(body, town), key="once")
    if code == "ok":
        assert answer.status_code in (200, 201), answer.content
        return
    problem = answer.json()
    assert (problem["code"], answer.status_code) == (code, STATUS_OF.get(code, 409)), problem


# In this order: the browser is to say what the domain said.
DOORS = (by_domain, by_browser, by_api)


@pytest.mark.parametrize(
    ("do", "state", "expected"), [(row[0], row[1], row[2:]) for row in ROWS], ids=[f"{row[0]} {row[1]}" for row in ROWS]
)
def test_the_table_holds_at_every_door(town: Town, do: str, state: str, expected: list[str]) -> None:
    events = Event.objects.count()
    for role, code in zip(WHO, expected, strict=True):
        name = town.who(role, state)
        for door in DOORS:
            told = f"{role} at the {door.__name__.removeprefix('by_')} is to hear {code}"
            if code == "ok":
                with undone():
                    allowed(door, told, town, do, state, name, code)
                continue
            allowed(door, told, town, do, state, name, code)
            assert Event.objects.count() == events, f"{told}, and it wrote all the same"
    assert everything() == town.before


def allowed(door: Any, told: str, *tried: Any) -> None:
    try:
        door(*tried)
    except (AssertionError, pytest.fail.Exception, Refused) as wrong:
        pytest.fail(f"{told}: {wrong}")


def test_the_table_tells_of_everything() -> None:
    assert tuple(HEAD) == ("do", "in", *WHO)
    assert {(row[0], row[1]) for row in ROWS} == {(do, state) for do in TRIES for state in STATES}
    assert len(ROWS) == len(TRIES) * len(STATES)
    assert all(len(row) == len(HEAD) for row in ROWS)


WRITTEN_DOWN = [
    cases.HonoredError, cases.Disclosure, cases.DisclosureAttempt, cases.Reassignment, cases.Letter, cases.ErrorReview,
    compensation.Decision, compensation.LegalReview, compensation.RescissionRule, compensation.LedgerEntry,
]  # fmt: skip


@pytest.mark.parametrize("model", WRITTEN_DOWN, ids=lambda model: model.__name__)
def test_an_administrator_reads_all_of_it_in_the_admin_and_writes_nothing(town: Town, model: Any) -> None:
    browser, at = town.browsers["admin"], f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    row = model.objects.order_by("pk").first()
    if row is None:
        assert model in (cases.Reassignment, compensation.LegalReview), "the town has one of each but these"
    else:
        assert browser.get(f"{at}{row.pk}/change/").status_code == 200
        changed = {"status": "made", "caller": town.house.ada.pk, "cost_minor": 1, "effect": "allowed", "note": "x"}
        for verb, body in (("change", changed), ("delete", {"post": "yes"})):
            assert browser.post(f"{at}{row.pk}/{verb}/", body).status_code == 403
    assert browser.post(f"{at}add/", {}).status_code == 403
    assert everything() == town.before
