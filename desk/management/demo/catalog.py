"""What Northwind may give, who may give how much of it, and the causes it has learned to tell apart."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.enums import Role
from cases.domain.causes import add_cause
from cases.models import Cause
from compensation.domain.catalog import save_remedy
from compensation.domain.setting_caps import set_cap
from compensation.enums import Axis, RemedyKind
from desk.management.demo.stage import Cast

APOLOGY, HELP, MONEY, KIND = RemedyKind.APOLOGY, RemedyKind.ASSISTANCE, RemedyKind.MONETARY, RemedyKind.NON_MONETARY

# code, name, kind, currency, cost to us, worth to the customer, days to deliver, without questions, words
REMEDIES: list[tuple[str, str, RemedyKind, str, int | None, int | None, int | None, bool, str]] = [
    ("apology", "Personal apology", APOLOGY, "", 0, 0, None, True, "I am sorry. This was our mistake, and you should not have had to call about it."),
    ("stay-on-line", "We do it with you, now", HELP, "", 0, 0, None, True, "Let me do this with you right now. I stay on the line until it is done."),
    ("one-person", "One person until it is solved", HELP, "", 0, 0, None, False, "You have my name. Whatever this takes, you will deal with me and nobody else."),
    ("fee-refund", "Refund of a fee", MONEY, "USD", None, None, 3, False, "You get this fee back. It will be on your account within three days."),
    ("statement-credit", "Statement credit", MONEY, "USD", None, None, None, False, "I have put this on your account while we speak."),
    ("gift-card-10", "Gift card, $10", KIND, "USD", 1000, 1000, None, True, "Please have a coffee on us while we sort this out."),
    ("annual-fee", "A year without the annual fee", KIND, "USD", 4000, 9500, None, False, "For the coming year there is no annual fee on this card."),
    ("travel-voucher", "Travel voucher", MONEY, "GBP", None, None, 2, False, "You can use this on any of our flights, for anybody you like."),
    ("lounge", "Two lounge passes", KIND, "GBP", 1200, 7000, 5, False, "Next time you fly, wait in the lounge, and bring somebody."),
    ("meal-15", "Meal voucher, £15", KIND, "GBP", 1500, 1500, None, True, "Please have a meal on us while you wait."),
    ("revisit", "Technician within three days, free", HELP, "EUR", 6000, 14000, 3, False, "A technician comes when it suits you, and there is nothing to pay."),
    ("home-credit", "Credit on the next bill", MONEY, "EUR", None, None, None, False, "This comes off your next bill."),
    ("free-month", "A month of service, free", KIND, "EUR", 900, 2900, None, False, "The coming month is on us."),
    ("miles-5000", "5,000 miles", KIND, "JPY", 1500, 6000, None, False, "I have added 5,000 miles to your account."),
    ("fare-refund", "Refund of the fare difference", MONEY, "JPY", None, None, 3, False, "You get the difference back to your card within three days."),
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
# One person's own, instead of the role's: whoever supervises supervisors may approve more than they.
OWN_CAPS = {("arun", "USD"): (250000, 300000, 600000, 4000000), ("arun", "GBP"): (200000, 250000, 500000, 3000000)}

CAUSES: dict[str, list[str]] = {
    "Process": ["Nobody was responsible", "Handoff between departments", "Approval took too long", "Step left out"],
    "System": ["Charged twice", "Outage", "Wrong data after a migration", "Message not sent"],
    "Knowledge": ["Rule not known", "System not known"],
    "Partner": ["Carrier", "Airport handling", "Merchant", "Subcontractor"],
    "What we told them": ["Promise not written down", "Misleading letter", "Terms hard to understand"],
}


def stock(cast: Cast, *, now: datetime) -> None:
    """Fill the catalog, set the caps and plant the tree of causes, as the administrator."""
    admin = cast.staff["admin"]
    for code, name, kind, currency, cost, value, days, no_questions, words in REMEDIES:
        fields: dict[str, Any] = {
            "code": code,
            "name": name,
            "kind": kind,
            "currency": currency,
            "cost_minor": cost,
            "value_minor": value,
            "delivery_days": days,
            "no_questions": no_questions,
            "words": words,
        }
        cast.remedies[code] = save_remedy(None, by=admin, now=now, **fields)
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
