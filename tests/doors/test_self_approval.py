"""Nobody approves their own: not by any way round, at any door, and in the end not in the database itself."""

from __future__ import annotations

import html
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.authority import Refused
from accounts.domain.staffing import change_user
from accounts.enums import Role
from accounts.models import User
from compensation.domain import approvals, deputies, offers, resubmitting
from compensation.domain.expiring import expire
from compensation.models import Approval, CounterOffer, Deputy
from tests.api.conftest import Api
from tests.doors.scenes import Scene, live
from tests.doors.state import everything
from tests.doors.tries import LATER
from tests.factories import DAY, NOW, House, again, away

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]


@pytest.fixture(autouse=True)
def _a_minute_later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


# The ways round: who asked, what changed since, and who tries -----------------------------------------------------------


def scene(house: House, *, by: User, amount: int = 3000) -> Scene:
    """A request of somebody's, which Sam could answer."""
    found = live(house)
    house.caps(house.sam, award=90000, case=900000)
    found |= {"hamper": house.remedy("hamper", kind="non_monetary", cost_minor=100)}
    return found | {"approval": house.asked(found["case"], amount, by=by)}


def by_whoever_asked(house: House) -> tuple[Scene, User]:
    return scene(house, by=house.sue, amount=25000), house.sue


def after_a_promotion(house: House) -> tuple[Scene, User]:
    found = scene(house, by=house.alice)
    return found, promoted(house)


def after_a_change_of_team(house: House) -> tuple[Scene, User]:
    """Alice asks, and comes back as a supervisor of another team that serves the same unit."""
    found = scene(house, by=house.alice)
    house.other_team.units.add(house.unit)
    return found, change_user(house.alice, role=Role.SUPERVISOR, team=house.other_team, by=house.ada, now=NOW)


def as_a_deputy(house: House) -> tuple[Scene, User]:
    """Sue is away, and the rep who asked stands in for her."""
    found = scene(house, by=house.alice)
    deputies.name_deputy(house.sue, deputy=house.alice, ends_at=NOW + DAY, by=house.sue, now=NOW)
    away(house.sue)
    return found, again(house.alice)


def through_a_deputy(house: House) -> tuple[Scene, User]:
    """Sue asks and goes away; Bob stands in for her."""
    found = scene(house, by=house.sue, amount=25000)
    deputies.name_deputy(house.sue, deputy=house.bob, ends_at=NOW + DAY, by=house.sue, now=NOW)
    away(house.sue)
    return found, again(house.bob)


def through_a_colleague_who_asks_again(house: House) -> tuple[Scene, User]:
    """What Sam declined Alice, Bob asks for again; meanwhile she was promoted."""
    found = scene(house, by=house.alice)
    approvals.decline(found["approval"], reason="No", by=house.sam, now=NOW)
    found["approval"] = house.asked(found["case"], 3000, by=house.bob)
    return found, promoted(house)


def through_two_colleagues_one_after_another(house: House) -> tuple[Scene, User]:
    """Sam declines Alice, and Bob after her; then Lena asks."""
    found = scene(house, by=house.alice)
    approvals.decline(found["approval"], reason="No", by=house.sam, now=NOW)
    approvals.decline(house.asked(found["case"], 3000, by=house.bob), reason="No", by=house.sam, now=NOW)
    found["approval"] = house.asked(found["case"], 3000, by=house.person("lena"))
    return found, promoted(house)


def through_a_colleague_who_resubmits_his_own(house: House) -> tuple[Scene, User]:
    """Sam declines Alice, and Bob after her, who resubmits his own: for another remedy, even."""
    found = scene(house, by=house.alice)
    approvals.decline(found["approval"], reason="No", by=house.sam, now=NOW)
    second = house.asked(found["case"], 3000, by=house.bob)
    approvals.decline(second, reason="No", by=house.sam, now=NOW)
    voucher = house.remedy("voucher", cost_minor=2900)
    award = resubmitting.resubmit(second, remedy=voucher, by=house.bob, now=NOW)
    found["approval"] = Approval.objects.get(award=award)
    return found, promoted(house)


def through_a_colleague_once_it_expired(house: House) -> tuple[Scene, User]:
    """Nobody answered Alice in time; Bob asks for the same."""
    found = live(house)
    house.caps(house.sam, award=90000, case=900000)
    expire(house.asked(found["case"], 3000, now=NOW - 3 * DAY), now=NOW)
    found |= {"hamper": house.remedy("hamper", kind="non_monetary", cost_minor=100)}
    found["approval"] = house.asked(found["case"], 3000, by=house.bob)
    return found, promoted(house)


def through_a_colleague_while_it_waits(house: House) -> tuple[Scene, User]:
    """Alice's own waits still, and Bob asks for the same."""
    found = scene(house, by=house.alice)
    found["approval"] = house.asked(found["case"], 3000, by=house.bob)
    return found, promoted(house)


def through_a_colleague_who_asks_for_the_rest(house: House) -> tuple[Scene, User]:
    """Sam approves less than Alice asked for, and Bob asks for what is missing."""
    found = scene(house, by=house.alice, amount=6000)
    approvals.approve(found["approval"], amount_minor=3000, by=house.sam, now=NOW)
    found["approval"] = house.asked(found["case"], 3000, by=house.bob)
    return found, promoted(house)


def through_a_colleague_after_another_remedy_was_left(house: House) -> tuple[Scene, User]:
    """Sam offers Alice something else, which Bob leaves and asks for the first again."""
    found = scene(house, by=house.alice)
    offer = offers.counter(found["approval"], remedy=found["hamper"], by=house.sam, now=NOW)
    offers.leave(offer, by=house.bob, now=NOW)
    found["approval"] = house.asked(found["case"], 3000, by=house.bob)
    return found, promoted(house)


def as_the_deputy_of_a_third(house: House) -> tuple[Scene, User]:
    """As through two colleagues, but Alice stays a rep and stands in for Sue."""
    found, _ = through_two_colleagues_one_after_another(house)
    change_user(house.alice, role=Role.REP, by=house.ada, now=NOW)
    deputies.name_deputy(house.sue, deputy=again(house.alice), ends_at=NOW + DAY, by=house.sue, now=NOW)
    away(house.sue)
    return found, again(house.alice)


def promoted(house: House) -> User:
    """Alice, a supervisor by now."""
    return change_user(house.alice, role=Role.SUPERVISOR, by=house.ada, now=NOW)


def as_an_administrator(house: House) -> tuple[Scene, User]:
    found = scene(house, by=house.alice)
    return found, change_user(house.alice, role=Role.ADMIN, by=house.ada, now=NOW)


def by_another_administrator(house: House) -> tuple[Scene, User]:
    return scene(house, by=house.alice), house.ada


def by_a_program(house: House) -> tuple[Scene, User]:
    """A service account with a supervisor's role, whoever made it one."""
    found = scene(house, by=house.alice)
    return found, change_user(house.crm, role=Role.SUPERVISOR, by=house.ada, now=NOW)


WAYS: dict[Callable[[House], tuple[Scene, User]], str] = {
    by_whoever_asked: "own_approval",
    after_a_promotion: "own_approval",
    after_a_change_of_team: "own_approval",
    as_a_deputy: "own_approval",
    through_a_deputy: "supervisor_needed",
    through_a_colleague_who_asks_again: "own_approval",
    through_two_colleagues_one_after_another: "own_approval",
    through_a_colleague_who_resubmits_his_own: "own_approval",
    through_a_colleague_once_it_expired: "own_approval",
    through_a_colleague_while_it_waits: "own_approval",
    through_a_colleague_who_asks_for_the_rest: "own_approval",
    through_a_colleague_after_another_remedy_was_left: "own_approval",
    as_the_deputy_of_a_third: "own_approval",
    as_an_administrator: "own_approval",
    by_another_administrator: "supervisor_needed",
    by_a_program: "person_needed",
}
VERBS: dict[str, dict[str, Any]] = {
    "approve": {},
    "approve less": {"amount_minor": 100},
    "decline": {"reason": "No"},
    "counter": {"remedy": "hamper"},
}


def at_the_domain(verb: str, found: Scene, user: User) -> None:
    approval, given = found["approval"], {"by": user, "now": LATER}
    if verb == "counter":
        offers.counter(approval, remedy=found["hamper"], **given)
    elif verb == "decline":
        approvals.decline(approval, reason="No", **given)
    else:
        approvals.approve(approval, **VERBS[verb], **given)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_way_round_is_refused_at_every_door(
    house: House, client: Client, way: Callable[[House], tuple[Scene, User]]
) -> None:
    found, user = way(house)
    api, code = Api(user), WAYS[way]
    if not user.is_service:
        client.force_login(user)
    before = everything()
    for verb, body in VERBS.items():
        with pytest.raises(Refused) as refused, transaction.atomic():
            at_the_domain(verb, found, user)
        assert (verb, refused.value.code) == (verb, code)
        address = f"approvals/{found['approval'].pk}/{verb.split()[0]}"
        sent = api.post(f"{address}/", body, key=uuid.uuid4().hex, if_match="*")
        assert (verb, sent.status_code, sent.json()["code"]) == (verb, 403, code)
        if not user.is_service:
            typed = {"amount_minor": "1.00"} if verb == "approve less" else body
            typed = typed | {"version": again(found["approval"]).version}
            shown = client.post(f"/{address}", typed | ({"remedy": found["hamper"].pk} if verb == "counter" else {}))
            assert (verb, shown.status_code) == (verb, 422)
            assert refused.value.reason in html.unescape(shown.content.decode())
    assert everything() == before


def test_a_credential_that_an_administrator_made_for_the_asker_acts_as_the_asker(house: House) -> None:
    found, sue = by_whoever_asked(house)
    answer = Api(sue).post(f"approvals/{found['approval'].pk}/approve/", {}, key="own", if_match="*")
    assert (answer.status_code, answer.json()["code"]) == (403, "own_approval")


@pytest.mark.parametrize("verb", ["take", "leave"])
def test_whoever_offers_another_remedy_does_not_take_it_up_for_the_rep(house: House, client: Client, verb: str) -> None:
    found = scene(house, by=house.alice)
    offer = offers.counter(found["approval"], remedy=found["hamper"], by=house.sue, now=NOW)
    api = Api(house.sue)
    client.force_login(house.sue)
    before = everything()
    with pytest.raises(Refused) as refused, transaction.atomic():
        getattr(offers, verb)(offer, by=house.sue, now=LATER)
    assert refused.value.code == "own_offer"
    assert api.post(f"offers/{offer.pk}/{verb}/", {}, key="own", if_match="*").json()["code"] == "own_offer"
    refusal = client.post(f"/offers/{offer.pk}/{verb}", {"version": again(offer).version})
    assert (refusal.status_code, b'data-refused="own_offer"' in refusal.content) == (422, True)
    assert everything() == before


def test_the_admin_lets_a_superuser_look_and_not_answer(house: House, client: Client) -> None:
    approval = scene(house, by=house.alice)["approval"]
    client.force_login(house.ada)
    before = everything()
    for model, pk in (("approval", approval.pk), ("award", approval.award_id)):
        at = f"/admin/compensation/{model}/{pk}/change/"
        assert b'name="_save"' not in client.get(at).content
        body = {"status": "approved", "answered_by": house.ada.pk, "granted_minor": 3000, "version": 1}
        assert client.post(at, body).status_code == 403
    assert everything() == before


# The last wall: statements past every program ------------------------------------------------------------------------

SAME = "compensation_approval SET answered_by_id = requested_by_id, answered_at = requested_at"
STATEMENTS = {
    "answered by whoever asked": f"UPDATE {SAME}, status = 'approved', granted_minor = asked_minor",
    "answered, whatever it is called": f"UPDATE {SAME}",
    "answered for whoever asked": "UPDATE compensation_approval SET on_behalf_of_id = requested_by_id",
    "answered by nobody": "UPDATE compensation_approval SET status = 'approved'",
    "more than was asked": "UPDATE compensation_approval SET granted_minor = asked_minor + 1",
    "asked by whoever answers": "UPDATE compensation_approval SET requested_by_id = answered_by_id WHERE id = {answered}",
    "offered to oneself": "UPDATE compensation_counteroffer SET offered_to_id = offered_by_id",
    "one's own deputy": "UPDATE compensation_deputy SET deputy_id = principal_id",
}


@pytest.mark.parametrize("what", STATEMENTS)
def test_the_database_refuses_it_whatever_program_asks(house: House, what: str) -> None:
    found = scene(house, by=house.alice)
    answered = house.asked(house.heard_case(), 3000)
    approvals.approve(answered, by=house.sue, now=NOW)
    countered = house.asked(house.heard_case(), 3000)
    offers.counter(countered, remedy=found["hamper"], by=house.sue, now=NOW)
    deputies.name_deputy(house.sue, deputy=house.bob, ends_at=NOW + DAY, by=house.sue, now=NOW)
    assert Approval.objects.count() == 3
    assert CounterOffer.objects.count() == Deputy.objects.count() == 1
    before = everything()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STATEMENTS[what].format(answered=answered.pk))
    assert everything() == before
