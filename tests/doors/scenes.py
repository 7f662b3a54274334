"""How things stand when somebody tries what is refused."""

from __future__ import annotations

import uuid
from typing import Any

from accounts.enums import Role
from accounts.models import User
from cases.domain import causes, ownership, promises
from compensation.domain import approvals, awards, catalog, confirming, coupons, deputies, offers, reversing
from compensation.domain.coupon_lines import Line
from compensation.models import Payout
from tests.factories import DAY, HOUR, NOW, House, again, away

LATER_STILL = NOW + DAY

# Of a payout that the billing system has taken.
TOLD: dict[str, Any] = {"status": "sent", "queued_at": NOW, "sent_at": NOW, "attempts": 1}

Scene = dict[str, Any]


def live(house: House) -> Scene:
    """A case of Alice's whose customer was heard; caps and catalog as usual."""
    house.usual_caps()
    return {"case": house.heard_case(), "remedy": house.remedy(), "bob": house.bob}


def unheard(house: House) -> Scene:
    return live(house) | {"case": house.case()}


def precedented(house: House) -> Scene:
    """The customer was heard; we honored an error like this one for them before."""
    customer = house.honored().customer
    return live(house) | {"case": house.heard_case(customer, kind_of_action="fee")}


def closed(house: House) -> Scene:
    return live(house) | {"case": house.closed_case()}


def historical(house: House) -> Scene:
    return live(house) | {"case": house.historical_case()}


def no_calls(house: House) -> Scene:
    return live(house) | {"case": house.case(house.customer(do_not_call=True))}


def promised(house: House) -> Scene:
    scene = live(house)
    return scene | {"promise": house.promise(scene["case"])}


def kept(house: House) -> Scene:
    scene = promised(house)
    promises.keep(scene["promise"], by=house.alice, now=NOW)
    return scene


def with_cause(house: House, scene: Scene) -> Scene:
    causes.set_cause(scene["case"], cause=house.cause(), by=house.alice, now=NOW)
    return scene


def promised_with_cause(house: House) -> Scene:
    return with_cause(house, promised(house))


def undelivered_with_cause(house: House) -> Scene:
    scene = live(house)
    parcel = house.remedy("parcel", kind="non_monetary", cost_minor=500, delivery_days=2)
    awards.give(scene["case"], parcel, by=house.alice, now=NOW)
    return with_cause(house, scene)


def asked(house: House) -> Scene:
    scene = live(house)
    return scene | {"approval": house.asked(scene["case"], 3000)}


def asked_with_cause(house: House) -> Scene:
    return with_cause(house, asked(house))


def asked_by_sue(house: House) -> Scene:
    scene = live(house)
    house.caps(house.sam, award=50000)
    return scene | {"approval": house.asked(scene["case"], 25000, by=house.sue)}


def asked_and_alice_was_promoted(house: House) -> Scene:
    scene = asked(house)
    User.objects.filter(pk=house.alice.pk).update(role=Role.SUPERVISOR)
    return scene


def asked_more_than_sue_may(house: House) -> Scene:
    scene = asked(house)
    house.caps(house.sue, award=2999)
    return scene


def instead(house: House) -> Scene:
    """Alice asks, and there is something else that could be offered."""
    return asked(house) | {"instead": house.remedy("hamper", kind="non_monetary", cost_minor=2500)}


def instead_asked_by_sue(house: House) -> Scene:
    return asked_by_sue(house) | {"instead": house.remedy("hamper", kind="non_monetary", cost_minor=2500)}


def instead_above_sues_cap(house: House) -> Scene:
    scene = instead(house)
    house.caps(house.sue, day=2499)
    return scene


def bob_stands_in_for_who_is_there(house: House) -> Scene:
    scene = instead(house)
    deputies.name_deputy(house.sue, deputy=house.bob, ends_at=LATER_STILL, by=house.sue, now=NOW)
    return scene


def alice_stands_in_and_asked(house: House) -> Scene:
    """Sue is away, and the rep who asked is her deputy."""
    scene = instead(house)
    deputies.name_deputy(house.sue, deputy=house.alice, ends_at=LATER_STILL, by=house.sue, now=NOW)
    away(house.sue)
    return scene


def offered(house: House) -> Scene:
    scene = instead(house)
    return scene | {"offer": offers.counter(scene["approval"], remedy=scene["instead"], by=house.sue, now=NOW)}


def offered_with_cause(house: House) -> Scene:
    return with_cause(house, offered(house))


def left_already(house: House) -> Scene:
    scene = offered(house)
    offers.leave(scene["offer"], by=house.alice, now=NOW)
    return scene


def offered_long_ago(house: House) -> Scene:
    scene = live(house) | {"instead": house.remedy("hamper", kind="non_monetary", cost_minor=2500)}
    long_ago = NOW - 49 * HOUR
    scene["approval"] = house.asked(scene["case"], 3000, now=long_ago)
    offer = offers.counter(scene["approval"], remedy=scene["instead"], by=house.sue, now=long_ago)
    return scene | {"offer": offer}


def declined(house: House) -> Scene:
    scene = asked(house)
    approvals.decline(scene["approval"], reason="Too much", by=house.sam, now=NOW)
    return scene


def answered(house: House) -> Scene:
    scene = asked(house)
    approvals.approve(scene["approval"], by=house.sam, now=NOW)
    return scene


def asked_long_ago(house: House) -> Scene:
    scene = live(house)
    return scene | {"approval": house.asked(scene["case"], 3000, now=NOW - 49 * HOUR)}


def given(house: House) -> Scene:
    scene = live(house)
    return scene | {"award": house.give(scene["case"], 500)}


def reversed_(house: House) -> Scene:
    scene = given(house)
    reversing.reverse(scene["award"], reason="Twice", by=house.alice, now=NOW)
    return scene


def apologized(house: House) -> Scene:
    scene = live(house)
    sorry = house.remedy("sorry", kind="apology", cost_minor=0)
    return scene | {"award": awards.give(scene["case"], sorry, by=house.alice, now=NOW)}


def refund_owed(house: House) -> Scene:
    scene = live(house)
    refund = house.remedy("refund", method="refund", cost_minor=500)
    return scene | {"award": awards.give(scene["case"], refund, by=house.alice, now=NOW)}


def payout_under_way(house: House) -> Scene:
    """The billing system was told, and has not answered."""
    scene = refund_owed(house)
    payout = Payout.objects.create(award=scene["award"], key=uuid.uuid4(), **TOLD)
    return scene | {"payout": payout, "award": again(scene["award"])}


def payout_of_sues(house: House) -> Scene:
    """As ``payout_under_way``, given by Sue."""
    scene = refund_owed(house)
    award = awards.give(scene["case"], scene["award"].remedy, by=house.sue, now=NOW)
    payout = Payout.objects.create(award=award, key=uuid.uuid4(), **TOLD)
    return scene | {"payout": payout, "award": again(award)}


def payout_confirmed(house: House) -> Scene:
    scene = payout_under_way(house)
    confirming.confirm(scene["payout"], reference="PAY-1", by=house.crm, now=NOW)
    return scene


def payout_failed(house: House) -> Scene:
    scene = payout_under_way(house)
    confirming.fail(scene["payout"], reason="Account closed", by=house.crm, now=NOW)
    return scene


def no_code_left(house: House) -> Scene:
    """A coupon is owed, another can be chosen, and their pool is empty."""
    scene = live(house)
    pool = coupons.save_pool(None, code="summer", name="Summer", by=house.ada, now=NOW)
    owed = house.remedy("later", method="coupon", pool=pool, cost_minor=500, delivery_days=1)
    award = awards.give(scene["case"], owed, by=house.alice, now=NOW)
    return scene | {
        "pool": pool,
        "award": award,
        "remedy": house.remedy("now", method="coupon", pool=pool, cost_minor=500),
    }


def code_out(house: House) -> Scene:
    """Alice gave a coupon, and its code was shown."""
    scene = live(house)
    pool = coupons.save_pool(None, code="summer", name="Summer", by=house.ada, now=NOW)
    coupons.fill(pool, [Line(1, "SUN-1")], by=house.ada, now=NOW)
    meal = house.remedy("meal", method="coupon", pool=pool, cost_minor=500)
    return scene | {"award": awards.give(scene["case"], meal, by=house.alice, now=NOW)}


def code_out_by_sue(house: House) -> Scene:
    """As ``code_out``, given by Sue."""
    scene = code_out(house)
    coupons.fill(scene["award"].remedy.pool, [Line(1, "SUN-2")], by=house.ada, now=NOW)
    return scene | {"award": awards.give(scene["case"], scene["award"].remedy, by=house.sue, now=NOW)}


def bob_is_away(house: House) -> Scene:
    scene = live(house)
    away(house.bob)
    return scene


def bob_owns(house: House) -> Scene:
    scene = live(house)
    ownership.hand_off(scene["case"], to=house.bob, reason="He knows her", by=house.alice, now=NOW)
    return scene


def investigated(house: House) -> Scene:
    scene = live(house)
    question = causes.open_investigation(scene["case"], question="Which till?", by=house.alice, now=NOW)
    return scene | {"investigation": question}


def retired_cause(house: House) -> Scene:
    cause = house.cause()
    causes.change_cause(cause, name=cause.name, active=False, version=1, by=house.ada, now=NOW)
    return live(house) | {"cause": again(cause)}


def fixed(house: House) -> Scene:
    return live(house) | {"remedy": house.remedy("hamper", cost_minor=500)}


def retired_remedy(house: House) -> Scene:
    return live(house) | {"remedy": catalog.save_remedy(house.remedy(), by=house.ada, now=NOW, active=False)}
