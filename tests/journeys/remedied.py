"""What is put right in every way, for the tests that look at each screen."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from accounts.enums import Role
from cases.models import Customer
from compensation.domain import approvals, awards, coupon_lines, coupons, delivering, offers
from compensation.domain.catalog import save_remedy
from compensation.domain.deputies import name_deputy
from compensation.domain.reversing import reverse as take_back
from compensation.domain.setting_caps import set_cap
from compensation.models import Approval
from tests.factories import DAY, House, again


def put_right(house: House, customer: Customer) -> dict[str, str]:
    """A case with all that can be given, waited for, offered and taken back; and what the office set up for it.

    Returns the addresses of the screens where a rep sees it.
    """
    pool = coupons.save_pool(None, code="meals", name="Meal vouchers " + "long" * 12, by=house.ada, now=house.now)
    codes = [("MEAL-7QX2", house.now.date() + DAY), ("MEAL-" + "9KD4" * 12, None)]
    coupons.fill(pool, coupon_lines.listed(codes, today=house.now.date()), by=house.ada, now=house.now)
    meal = house.remedy("meal", name="Meal voucher", cost_minor=600, method="coupon", pool=again(pool))
    save_remedy(meal, value_minor=900, by=house.ada, now=house.now)
    owed = {"basis": "entitlement", "authority": "Regulation Z, 12 CFR 1026.13: billing errors", "at_most_minor": 90000}
    house.remedy("refund", name="Refund of the fee", method="refund", delivery_days=1, **owed)
    case = _case(house, customer)
    set_cap(
        axis="award",
        currency="USD",
        amount_minor=4000,
        role=Role.REP,
        starts_at=house.now + 30 * DAY,
        by=house.ada,
        now=house.now,
    )
    name_deputy(house.sam, deputy=house.bob, ends_at=house.now + 3 * DAY, by=house.sam, now=house.now)
    return {"case put right": reverse("case", args=[case]), "what I gave": reverse("ledger")}


def _preview(house: House) -> str:
    case = Approval.objects.exclude(status="waiting").latest("id").award.case
    return f"{reverse('setting-caps-preview')}?who={house.alice.pk}&case={case.reference}"


def supervised(house: House) -> dict[str, str]:
    """The screens of the same where a supervisor sees it."""
    return {
        "ledger": reverse("ledger"),
        "ledger, empty": reverse("ledger") + "?month=2020-01",
        "ledger, by cause": reverse("ledger") + "?by=cause",
        "entries": reverse("ledger-entries"),
        "preview": _preview(house),
    }


def administered(house: House) -> dict[str, str]:
    """Those of an administrator."""
    meal, refund = house.remedies["meal"], house.remedies["refund"]
    return {
        "caps over time": reverse("setting-caps-of", args=["rep"]),
        "preview": _preview(house),
        "remedy with versions": reverse("setting-remedy", args=[meal.pk]),
        "remedy that is owed": reverse("setting-remedy", args=[refund.pk]),
        "coupon pools": reverse("setting-coupons"),
        "coupon pool": reverse("setting-coupon-pool", args=[again(meal).pool_id]),
        "new coupon pool": reverse("setting-coupon-pool-new"),
        "checks of the books": reverse("ledger-checks"),
    }


def _case(house: House, customer: Customer) -> str:
    """Its reference. The refund is overdue, one request was declined, another answered with something else."""
    past = house.now - timedelta(days=4)
    about = {"severity": "high", "kind_of_action": "fee", "loss_minor": 4000, "currency": "USD"}
    case = house.heard_case(customer, our_words="Fee charged again, and again", line_of_business="Accounts", **about)
    alice, sue, meal = house.alice, house.sue, house.remedies["meal"]
    awards.give(case, house.remedies["refund"], amount_minor=4000, by=alice, now=past)
    for _ in range(2):
        given = awards.give(case, again(meal), by=alice, now=house.now)
    if given.status == "given":
        delivering.deliver(given, by=alice, now=house.now)
    take_back(house.give(case, 500), reason="Sent twice", by=alice, now=house.now)
    approvals.decline(house.asked(case, 2500), reason="What did it cost them?", by=sue, now=house.now)
    instead = house.remedies["lounge"]
    offers.counter(house.asked(case, 2600), remedy=instead, note="Worth more to them", by=sue, now=house.now)
    assert Approval.objects.filter(award__case=case).count() == 2
    return case.reference
