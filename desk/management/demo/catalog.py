"""What Northwind may give, who may give how much of it, and the causes it has learned to tell apart."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from accounts.enums import Role
from cases.domain.causes import add_cause
from cases.models import Cause
from compensation.domain.catalog import save_remedy
from compensation.domain.coupon_lines import listed
from compensation.domain.coupons import fill, save_pool
from compensation.domain.setting_caps import set_cap
from compensation.enums import Axis, Basis, Gives, Method, RemedyKind
from compensation.models import CouponPool
from desk.management.demo.stage import Cast

APOLOGY, HELP, MONEY, KIND = RemedyKind.APOLOGY, RemedyKind.ASSISTANCE, RemedyKind.MONETARY, RemedyKind.NON_MONETARY


class Line(NamedTuple):
    """A line of the catalog, in minor units of its currency; ``more`` says how it reaches them, and by what it is owed."""

    code: str
    name: str
    kind: RemedyKind
    currency: str
    cost: int | None
    worth: int | None
    days: int | None
    no_questions: bool
    words: str
    more: dict[str, Any] = {}


class Pool(NamedTuple):
    """Codes as a partner sold them: ``expiring`` of them were good until the day before yesterday."""

    code: str
    name: str
    prefix: str
    low_at: int
    codes: int
    expiring: int = 0


POOLS = [
    Pool("gift-cards", "Gift cards, $10", "GC", 10, 60),
    Pool("lounge", "Lounge passes", "LP", 10, 48),
    # Nearly empty: an administrator has to buy more.
    Pool("meals", "Meal vouchers, £15", "MV", 10, 24, 18),
]


def _from(pool: str) -> dict[str, Any]:
    return {"method": Method.COUPON, "pool": pool}


def _owed(authority: str, at_most: int) -> dict[str, Any]:
    return {"basis": Basis.ENTITLEMENT, "authority": authority, "at_most_minor": at_most, "method": Method.REFUND}


REFUND, PAID_OUT = {"method": Method.REFUND}, {"method": Method.REFUND, "payout": True}

REMEDIES = [
    Line("apology", "Personal apology", APOLOGY, "", 0, 0, None, True, "I am sorry. This was our mistake, and you should not have had to call about it."),
    Line("stay-on-line", "We do it with you, now", HELP, "", 0, 0, None, True, "Let me do this with you right now. I stay on the line until it is done."),
    Line("one-person", "One person until it is solved", HELP, "", 0, 0, None, False, "You have my name. Whatever this takes, you will deal with me and nobody else.", {"gives": Gives.ATTENTION}),
    Line("fee-refund", "Refund of a fee", MONEY, "USD", None, None, 3, False, "You get this fee back. It will be on your account within three days.", PAID_OUT),
    Line("statement-credit", "Statement credit", MONEY, "USD", None, None, None, False, "I have put this on your account while we speak."),
    Line("gift-card-10", "Gift card, $10", KIND, "USD", 1000, 1000, None, True, "Please have a coffee on us while we sort this out.", _from("gift-cards")),
    Line("annual-fee", "A year without the annual fee", KIND, "USD", 4000, 9500, None, False, "For the coming year there is no annual fee on this card."),
    Line("travel-voucher", "Travel voucher", MONEY, "GBP", None, None, 2, False, "You can use this on any of our flights, for anybody you like."),
    Line("lounge", "Two lounge passes", KIND, "GBP", 1200, 7000, 5, False, "Next time you fly, wait in the lounge, and bring somebody.", _from("lounge")),
    Line("meal-15", "Meal voucher, £15", KIND, "GBP", 1500, 1500, None, True, "Please have a meal on us while you wait.", _from("meals")),
    Line("revisit", "Technician within three days, free", HELP, "EUR", 6000, 14000, 3, False, "A technician comes when it suits you, and there is nothing to pay."),
    Line("home-credit", "Credit on the next bill", MONEY, "EUR", None, None, None, False, "This comes off your next bill."),
    Line("free-month", "A month of service, free", KIND, "EUR", 900, 2900, None, False, "The coming month is on us."),
    Line("miles-5000", "5,000 miles", KIND, "JPY", 1500, 6000, None, False, "I have added 5,000 miles to your account."),
    Line("fare-refund", "Refund of the fare difference", MONEY, "JPY", None, None, 3, False, "You get the difference back to your card within three days.", REFUND),
    Line("router", "New router, sent today", HELP, "EUR", 4500, 8900, 2, True, "A new router is on its way. You need not send the old one back first.", {"method": Method.REPLACEMENT}),
    Line("late-flight", "Compensation for a late flight", MONEY, "GBP", None, None, 7, False, "You are owed this by law, and you need not ask for it.", _owed("UK261, Article 7: a flight that arrives three hours late or more", 52000)),
    Line("disputed-charge", "Disputed charge, paid back", MONEY, "USD", None, None, 5, False, "This charge was not yours. You get it back.", _owed("Regulation Z, 12 CFR 1026.13: billing errors", 500000)),
]  # fmt: skip

# Minor units: a cent, a penny, a yen. Per award, per case, per day, per month; a customer may have twice what a case
# may in a month, and a team five times what one of them may.
AXES = (Axis.AWARD, Axis.CASE, Axis.DAY, Axis.MONTH, Axis.CUSTOMER, Axis.TEAM)
CAPS: dict[tuple[Role, str], tuple[int, int, int, int]] = {
    (Role.REP, "USD"): (10000, 20000, 50000, 400000),
    (Role.REP, "EUR"): (9000, 18000, 45000, 350000),
    (Role.REP, "GBP"): (8000, 16000, 40000, 300000),
    (Role.REP, "JPY"): (15000, 30000, 75000, 600000),
    (Role.SUPERVISOR, "USD"): (100000, 150000, 300000, 2000000),
    (Role.SUPERVISOR, "EUR"): (90000, 140000, 270000, 1800000),
    (Role.SUPERVISOR, "GBP"): (80000, 120000, 240000, 1600000),
    (Role.SUPERVISOR, "JPY"): (150000, 225000, 450000, 3000000),
}
# One person's own, instead of the role's: whoever supervises supervisors may approve more than they, and who is new to
# it less.
OWN_CAPS = {
    ("arun", "USD"): (250000, 300000, 600000, 4000000),
    ("arun", "GBP"): (200000, 250000, 500000, 3000000),
    ("hedda", "USD"): (20000, 40000, 100000, 800000),
    ("hedda", "EUR"): (18000, 36000, 90000, 700000),
    ("hedda", "GBP"): (16000, 32000, 80000, 600000),
    ("hedda", "JPY"): (30000, 60000, 150000, 1200000),
}

CAUSES: dict[str, list[str]] = {
    "Process": ["Nobody was responsible", "Handoff between departments", "Approval took too long", "Step left out"],
    "System": ["Charged twice", "Outage", "Wrong data after a migration", "Message not sent"],
    "Knowledge": ["Rule not known", "System not known"],
    "Partner": ["Carrier", "Airport handling", "Merchant", "Subcontractor"],
    "What we told them": ["Promise not written down", "Misleading letter", "Terms hard to understand"],
}


def stock(cast: Cast, *, now: datetime) -> None:
    """Fill the pools and the catalog, set the caps and plant the tree of causes, as the administrator."""
    admin = cast.staff["admin"]
    pools = {pool.code: _fill(pool, cast, now=now) for pool in POOLS}
    for line in REMEDIES:
        fields: dict[str, Any] = {
            "code": line.code,
            "name": line.name,
            "kind": line.kind,
            "currency": line.currency,
            "cost_minor": line.cost,
            "value_minor": line.worth,
            "delivery_days": line.days,
            "no_questions": line.no_questions,
            "words": line.words,
            **line.more,
        }
        if "pool" in fields:
            fields["pool"] = pools[fields["pool"]]
        cast.remedies[line.code] = save_remedy(None, by=admin, now=now, **fields)
    for (role, currency), amounts in CAPS.items():
        for axis, amount in zip(AXES, (*amounts, 2 * amounts[1], 5 * amounts[3]), strict=True):
            set_cap(axis=axis, currency=currency, amount_minor=amount, role=role, by=admin, now=now)
    for (name, currency), amounts in OWN_CAPS.items():
        for axis, amount in zip(AXES, (*amounts, 2 * amounts[1], 5 * amounts[3]), strict=True):
            set_cap(axis=axis, currency=currency, amount_minor=amount, user=cast.staff[name], by=admin, now=now)
    for root_name, names in CAUSES.items():
        root = cast.causes[root_name] = add_cause(name=root_name, parent=None, by=admin, now=now)
        for name in names:
            cast.causes[name] = _leaf(name, root, cast, now=now)


def _leaf(name: str, root: Cause, cast: Cast, *, now: datetime) -> Cause:
    return add_cause(name=name, parent=root, by=cast.staff["admin"], now=now)


def _fill(pool: Pool, cast: Cast, *, now: datetime) -> CouponPool:
    """A pool with its codes, always the same ones."""
    admin = cast.staff["admin"]
    made = save_pool(None, code=pool.code, name=pool.name, low_at=pool.low_at, by=admin, now=now)
    fill(made, listed(_codes(pool, cast.now.date()), today=now.date()), by=admin, now=now)
    return made


def _codes(pool: Pool, today: date) -> Iterator[tuple[str, date | None]]:
    chance = random.Random(pool.code)  # noqa: S311 - a story, not a secret
    for number in range(pool.codes):
        code = "".join(chance.choices("ACDEFGHJKLMNPQRTUVWXY3479", k=6))
        yield f"{pool.prefix}-{code}", today - timedelta(days=2) if number < pool.expiring else None
