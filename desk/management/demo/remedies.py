"""Every way in which something is put right: asked for, answered with something else, asked for again, answered by whoever
stands in, owed by law, delivered by a code, by a parcel and by the billing system; and what the office does about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from accounts.enums import Role
from cases.domain.clock import at_wall_time
from cases.enums import CaseOutcome, Channel, Feeling, KindOfAction, Severity
from compensation.domain.deputies import name_deputy
from compensation.domain.routes import set_times
from compensation.domain.setting_caps import set_cap
from compensation.enums import Axis
from desk.management.demo.stage import Cast, Story
from desk.management.demo.steps import (
    Tale,
    approve,
    ask_again,
    cause,
    close,
    counter,
    decline,
    deliver,
    feel,
    give,
    keep,
    leave,
    not_paid_out,
    paid_out,
    pay_out,
    promise_tomorrow,
    take_back,
    take_up,
    tell,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOURS = 60  # in minutes, as steps are counted
HIGH = {"severity": Severity.HIGH}
FEE, SERVICE, BILLING = KindOfAction.FEE, KindOfAction.SERVICE, KindOfAction.BILLING
DELIVERY, CONDUCT = KindOfAction.DELIVERY, KindOfAction.CONDUCT

# --- Answered with something else, asked for again, answered by whoever stands in -----------------------------------------
ANSWERED = [
    # Waits for Maya to take it up: the customer is on the line.
    Tale("hannah", "maya", 32 * MINUTE, "Eleven years of points, gone with one click of yours.", "Points deleted when two accounts were merged",
         category="Points", about=HIGH | {"kind_of_action": SERVICE, "unit": "cards", "loss_minor": 12000, "currency": "USD", "line_of_business": "Rewards card"},
         steps=[(2, feel(Feeling.ANGRY)), (6, give("statement-credit", 30000, "Eleven years, and she books her holidays with them.")),
                (9, counter("ines", "annual-fee", note="The points come back tomorrow. A year without the fee is worth more to her than the rest."))]),
    Tale("carmen", "omar", 29 * HOUR, "The same bill for the third time.", "Billed three times for one month", category="Price",
         about={"kind_of_action": BILLING, "line_of_business": "Broadband"},
         steps=[(2, feel(Feeling.FRUSTRATED)), (5, give("home-credit", 16000, "Three bills, three calls.")),
                (6, counter("ines", "free-month", note="The bills are corrected today. Give her the coming month.")), (4, take_up), (3, cause("Charged twice"))]),
    Tale("zoe", "lena", 3 * DAY, "I do not want a present. I want a bill that is right.", "Price of the old tariff billed again", category="Price",
         about={"kind_of_action": BILLING, "loss_minor": 8500, "currency": "EUR", "line_of_business": "Broadband"},
         steps=[(2, feel(Feeling.LET_DOWN)), (5, give("home-credit", 14000)), (11, counter("arun", "free-month")),
                (7, leave("She wants back what she paid, and nothing for free.")), (2, give("home-credit", 8500)), (6, cause("Rule not known"))]),
    # Declined for want of a figure; asked for again, and now it waits.
    Tale("ngozi", "maya", 74 * MINUTE, "Two transfers, two fees, and neither has arrived.", "Two transfers held, both charged for", category="Transfer",
         about=HIGH | {"kind_of_action": FEE, "loss_minor": 18000, "currency": "USD", "line_of_business": "Everyday account"},
         steps=[(3, feel(Feeling.WORRIED)), (4, give("statement-credit", 25000)), (8, decline("ines", "What did she lose? Write it down, and ask again for that.")),
                (40, ask_again(18000, "Two fees of $40, and $100 that the landlord charged her for paying late."))]),
    # Hedda is away: Omar answers in her place, within her caps. One waits for him, one he has answered.
    Tale("ling", "maya", 14 * MINUTE, "你们又寄错了卡。", "New card sent to the old address, twice", category="Card delivery",
         about={"kind_of_action": DELIVERY, "line_of_business": "Rewards card"},
         steps=[(2, feel(Feeling.FRUSTRATED)), (4, give("statement-credit", 14000, "Second time. She had to borrow money for the weekend."))]),
    Tale("grace", "maya", 5 * HOUR, "I changed my address in March.", "Statement sent to a neighbor", category="Letters",
         about={"kind_of_action": DELIVERY, "line_of_business": "Everyday account"},
         steps=[(2, feel(Feeling.WORRIED)), (4, give("statement-credit", 15000, "The neighbor now knows what she earns.")),
                (12, approve("omar", 12000, "In Hedda’s place: yes, and a lock on letters.")), (3, promise_tomorrow(10, "Whether the lock on letters holds"))]),
]  # fmt: skip

# --- Owed by law, and so apart from every cap --------------------------------------------------------------------------
OWED = [
    Tale("fergus", "omar", 11 * DAY, "Five hours late. I missed my own lecture.", "Arrived five hours late", category="Delay",
         about=HIGH | {"kind_of_action": SERVICE, "loss_minor": 9000, "currency": "GBP", "line_of_business": "Long haul"},
         steps=[(2, feel(Feeling.ANGRY)), (4, give("lounge")), (3, deliver()), (2, give("late-flight", 35000)), (5 * 24 * HOURS, deliver("BACS 4471-0092")),
                (3, cause("Airport handling")), (2, close(CaseOutcome.PUT_RIGHT))]),
    Tale("shira", "omar", 2 * DAY, "ארבע שעות על המסלול.", "Four hours on the runway", category="Delay",
         about={"kind_of_action": SERVICE, "line_of_business": "Long haul"},
         steps=[(3, feel(Feeling.LET_DOWN)), (5, give("late-flight", 26000)), (2, give("meal-15")), (4, cause("Airport handling"))]),
    Tale("wendell", "maya", 19 * DAY, "I never bought a boat.", "Charge of a stranger left standing for a month", Channel.EMAIL, "Disputed purchase",
         {"kind_of_action": BILLING, "loss_minor": 64000, "currency": "USD", "line_of_business": "Rewards card", **HIGH},
         [(5, keep("Wrote back: he need not prove what he did not buy.")), (5, feel(Feeling.ANGRY, confirmed=None)), (4, give("disputed-charge", 64000)), (50 * HOURS, deliver("ACH 0093-2210")), (3, cause("Merchant")), (2, close(CaseOutcome.PUT_RIGHT))]),
]  # fmt: skip

# --- On its way, late, and come back ------------------------------------------------------------------------------------
DELIVERED = [
    # The refund is overdue: three days late, and nobody has said so to him.
    Tale("joao", "maya", 6 * DAY, "A taxa voltou a ser cobrada.", "Fee charged again after it was waived", category="Fees",
         about={"kind_of_action": FEE, "loss_minor": 4500, "currency": "USD", "line_of_business": "Everyday account"},
         steps=[(2, feel(Feeling.FRUSTRATED)), (3, give("fee-refund", 4500)), (4, cause("Step left out"))]),
    Tale("desmond", "maya", 8 * DAY, "You charged me for a check you lost.", "Fee for a check that we lost", category="Fees",
         about={"kind_of_action": FEE, "loss_minor": 3600, "currency": "USD", "line_of_business": "Everyday account"},
         steps=[(2, feel(Feeling.DISAPPOINTED)), (3, pay_out("fee-refund", 3600)), (190, paid_out("PAY-20418")), (3, cause("Step left out")), (2, close(CaseOutcome.PUT_RIGHT))]),
    Tale("bo", "maya", 26 * HOUR, "Still waiting for my fourteen dollars.", "Fee refunded to a closed account", category="Fees",
         about={"kind_of_action": FEE, "loss_minor": 1400, "currency": "USD", "line_of_business": "Everyday account"},
         steps=[(2, feel(Feeling.FRUSTRATED)), (3, pay_out("fee-refund", 1400)), (300, not_paid_out("The account at the other bank is closed."))]),
    Tale("ana", "maya", 35 * MINUTE, "Me cobraron dos veces el mismo cargo.", "The same fee charged twice", category="Fees",
         about={"kind_of_action": FEE, "loss_minor": 2900, "currency": "USD", "line_of_business": "Everyday account"},
         steps=[(2, feel(Feeling.FRUSTRATED)), (3, pay_out("fee-refund", 2900))]),
    Tale("giorgos", "lena", 20 * HOUR, "Το ρούτερ κάηκε.", "Router burned out two weeks after it was fitted", category="Equipment",
         about={"kind_of_action": SERVICE, "line_of_business": "Broadband"}, steps=[(2, feel(Feeling.WORRIED)), (2, give("router"))]),
    Tale("aroha", "omar", 7 * HOUR, "No food for eleven hours.", "No meal on a night flight", category="Delay",
         about={"kind_of_action": SERVICE, "line_of_business": "Long haul"}, steps=[(2, feel(Feeling.IGNORED)), (1, give("meal-15"))]),
    Tale("olu", "omar", 26 * HOUR, "We sat on the floor of Terminal 4.", "No seats and no word for six hours", category="Delay",
         about={"kind_of_action": CONDUCT, "unit": "air", "line_of_business": "Short haul"},
         steps=[(2, feel(Feeling.IGNORED)), (1, give("meal-15")), (3, give("lounge")), (9, deliver()), (4, cause("Airport handling"))]),
    # Given to the wrong person: taken back, and what it took of the caps is free again.
    Tale("sita", "omar", 40 * HOUR, "This voucher is not for me.", "Voucher booked to another passenger of the same name", category="Voucher",
         about={"kind_of_action": DELIVERY, "line_of_business": "Long haul"},
         steps=[(2, feel(Feeling.CONFUSED)), (3, give("lounge")), (20, take_back("It was for the other passenger of that name."))]),
]  # fmt: skip


def remedies(cast: Cast) -> Iterator[Story]:
    """Stories of what was given, and how it got there."""
    return (tell(cast, tale) for tale in [*ANSWERED, *OWED, *DELIVERED])


def office(cast: Cast) -> Iterator[Story]:
    """What administrators and supervisors arranged: who stands in, how long a unit waits, which cap is to change."""
    yield _arranged(cast)
    yield _planned(cast)


def _arranged(cast: Cast) -> Story:
    at = cast.now - 10 * HOUR
    yield at
    hedda, omar = cast.staff["hedda"], cast.staff["omar"]
    name_deputy(hedda, deputy=omar, ends_at=cast.now + 3 * DAY, by=hedda, now=at)


def _planned(cast: Cast) -> Story:
    at = cast.now - 2 * DAY
    yield at
    admin = cast.staff["admin"]
    set_times(cast.units["home"], answer_minutes=15, goes_up_minutes=10, expires_hours=24, by=admin, now=at)
    # So that what waits for somebody's deputy is still before them in three hours.
    set_times(cast.units["cards"], answer_minutes=10, goes_up_minutes=180, expires_hours=48, by=admin, now=at)
    ahead = _first_of_next_month(cast, admin.time_zone)
    for axis, amount in ((Axis.AWARD, 12000), (Axis.CASE, 24000)):
        set_cap(role=Role.REP, currency="EUR", axis=axis, amount_minor=amount, starts_at=ahead, by=admin, now=at)


def _first_of_next_month(cast: Cast, zone: str) -> datetime:
    """The morning from which the new caps hold; never within a day from now."""
    ahead = (cast.now.date() + DAY).replace(day=1) + 32 * DAY
    return at_wall_time(datetime.combine(ahead.replace(day=1), time.min), zone)
