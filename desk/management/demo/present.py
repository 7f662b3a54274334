"""What is under way as the demo is loaded: a case at every stage, and something due in the next minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cases.enums import CaseOutcome, Channel, Complainer, Feeling, KindOfAction, Originator, Reached, Severity
from desk.management.demo.stage import Cast, Story
from desk.management.demo.steps import (
    Tale,
    approve,
    cause,
    close,
    contact,
    decline,
    deliver,
    feel,
    give,
    hand_to,
    investigate,
    keep,
    note,
    own_up,
    promise,
    promise_tomorrow,
    promise_within,
    reopen,
    ring,
    still_working,
    take_back,
    tell,
)


def ago(*, days: float = 0, hours: float = 0, minutes: float = 0) -> timedelta:
    return timedelta(days=days, hours=hours, minutes=minutes)


def due(*, minutes: float = 0, hours: float = 0) -> timedelta:
    return timedelta(minutes=minutes, hours=hours)


HIGH = {"severity": Severity.HIGH}
LOW = {"severity": Severity.LOW}

# --- Just in: nobody has named a feeling yet ---------------------------------------------------------------------------
JUST_IN = [
    Tale("khai", "maya", ago(minutes=6), "You closed the account I use for my daughter’s school.", "Account closed by the review of dormant accounts",
         category="Closed account", about=HIGH | {"kind_of_action": KindOfAction.CANCELLATION, "complainer": Complainer.IRATE}),
    Tale("olu", "omar", ago(minutes=11), "Your app put me on a flight that left yesterday.", "Rebooked on a past flight", category="Rebooking",
         about={"unit": "air", "kind_of_action": KindOfAction.SERVICE}, waited=55),
    Tale("hannah", "crm", ago(hours=5), "I have written three times. I am copying my senator.", "", Channel.EMAIL, "No answer",
         HIGH | {"unit": "cards", "kind_of_action": KindOfAction.CONDUCT, "complainer": Complainer.ACTIVIST}),
    Tale("ken", "crm", ago(hours=2), "予約したはずの便が表示されません。", "", Channel.WEB, "Booking not shown", {"kind_of_action": KindOfAction.SERVICE}),
    Tale("noel", "crm", ago(hours=9), "Your engineer left the gate open and the dog got out.", "", Channel.WEB, "Visit", {"kind_of_action": KindOfAction.CONDUCT}),
    Tale("bo", "crm", ago(minutes=48), "Card does not work north of Fairbanks.", "", Channel.CHAT, "Declined card", LOW),
    Tale("beatrice", "crm", ago(days=1, hours=3), "I enclose my boarding pass. The lift was out of order and nobody came with a chair.",
         "Letter received by post", Channel.POST, "Assistance", HIGH | {"kind_of_action": KindOfAction.SERVICE}),
]  # fmt: skip

# --- A feeling was named; what puts it right is still to be found ------------------------------------------------------
HEARD = [
    Tale("ling", "maya", ago(minutes=52), "我的账户被锁了三次。", "Locked out three times in a week", category="Locked account",
         about={"kind_of_action": KindOfAction.SERVICE, "loss_minor": 2400, "currency": "USD"}, steps=[(2, feel(Feeling.FRUSTRATED))]),
    Tale("zoe", "omar", ago(hours=3), "Ik betaal voor internet dat er niet is.", "No connection for four days", category="Outage",
         about=HIGH, steps=[(3, feel(Feeling.DISAPPOINTED, confirmed=None))], waited=95),
    Tale("bjork", "maya", ago(hours=26), "You lost my violin.", "Cabin item taken at the gate and not delivered", category="Baggage",
         about=HIGH | {"kind_of_action": KindOfAction.DELIVERY, "complainer": Complainer.IRATE},
         steps=[(1, feel(Feeling.WORRIED)), (9, note("It is insured; she wants it back, not the money.")), (60, promise_tomorrow(10, "News of the violin"))]),
]  # fmt: skip

# --- Promises: in the next minutes, overdue, missed, tomorrow ----------------------------------------------------------
PROMISED = [
    Tale("grace", "maya", ago(minutes=38), "Someone used my card in a city I have never been to.", "Card used fraudulently, not blocked when reported",
         category="Fraud", about=HIGH | {"kind_of_action": KindOfAction.SERVICE},
         steps=[(2, feel(Feeling.WORRIED)), (3, give("statement-credit", 4500, "While the dispute runs")), (1, promise(due(minutes=2), "Say whether the new card is on its way"))]),
    Tale("siobhan", "maya", ago(hours=4), "I was told this was sorted in June.", "Promise of June not written down", category="Broken promise",
         about={"kind_of_action": KindOfAction.CONDUCT},
         steps=[(2, feel(Feeling.LET_DOWN)), (5, give("annual-fee")), (2, promise(due(minutes=6), "Call back with the corrected statement"))]),
    Tale("fergus", "omar", ago(hours=2), "My connection was never going to work and you sold it to me.", "Connection below the minimum time sold",
         category="Connection", about={"kind_of_action": KindOfAction.QUOTE},
         steps=[(2, feel(Feeling.ANGRY)), (6, give("travel-voucher", 6000)), (1, promise(due(minutes=15), "Call back about the hotel bill"))]),
    Tale("priya", "maya", ago(hours=7), "The transfer to my mother has not arrived.", "International transfer held for a check nobody told her about",
         category="Transfer", about=HIGH, steps=[(2, feel(Feeling.WORRIED)), (90, promise(due(minutes=40), "Say where the transfer is"))]),
    Tale("elodie", "omar", ago(hours=5), "Le technicien est venu, a regardé, et est reparti.", "Technician left without repairing",
         category="Repair", steps=[(2, feel(Feeling.FRUSTRATED)), (2, give("free-month")), (1, promise(due(minutes=-7), "Agree a new appointment"))]),
    Tale("yusuf", "maya", ago(hours=8), "You froze my business account on payday.", "Account frozen by a false match", category="Frozen account",
         about=HIGH | {"kind_of_action": KindOfAction.SERVICE, "complainer": Complainer.IRATE},
         steps=[(1, feel(Feeling.ANGRY)), (4, give("statement-credit", 9000)), (2, promise(due(hours=-3), "Confirm that wages went out"))]),
    Tale("aroha", "omar", ago(hours=20), "You changed my flight and I missed my sister’s wedding rehearsal.", "Schedule change not announced",
         category="Schedule change", about=HIGH, steps=[(2, feel(Feeling.DISAPPOINTED)), (8, give("lounge")), (2, promise_tomorrow(9, "Her decision about the other flight"))]),
    Tale("carmen", "omar", ago(hours=30), "Llevo dos semanas sin agua caliente.", "Boiler repair forgotten", category="Repair", about=HIGH,
         steps=[(2, feel(Feeling.ANGRY)), (3, promise_within(240, "Day of the repair")), (199, ring), (1, still_working(1700, "The part is ordered; it comes on Monday."))]),
    Tale("wendell", "maya", ago(hours=6), "Do not call me. Write.", "Called three times although he asked not to be", Channel.EMAIL, "Unwanted calls",
         {"kind_of_action": KindOfAction.CONDUCT},
         [(4, feel(Feeling.ANGRY, confirmed=None)), (10, contact("Wrote and apologized for the calls.", Channel.EMAIL)), (5, promise_tomorrow(11, "Written confirmation", Channel.EMAIL))]),
    Tale("ana", "maya", ago(hours=1), "Se cortó la llamada otra vez.", "Line drops whenever she is transferred", category="Calls", about=LOW,
         steps=[(2, feel(Feeling.FRUSTRATED)), (23, ring), (2, contact("Was explaining when the line went dead.", reached=Reached.DROPPED)), (1, ring), (2, keep("Called back at once."))]),
]  # fmt: skip

# --- Given and still to be delivered -----------------------------------------------------------------------------------
TO_DELIVER = [
    Tale("ngozi", "maya", ago(days=2, hours=2), "A fee for a fee. Explain that to me.", "Fee charged on a refunded fee", category="Fees",
         about={"kind_of_action": KindOfAction.FEE}, steps=[(2, feel(Feeling.FRUSTRATED)), (3, give("fee-refund", 3900)), (4, cause("Wrong data after a migration"))]),
    Tale("jurgen", "omar", ago(days=4), "Der Techniker kam nicht.", "Technician did not come", category="Missed appointment", about=HIGH,
         steps=[(2, feel(Feeling.DISAPPOINTED)), (4, give("revisit")), (3, cause("Subcontractor"))]),
    Tale("rawiri", "lena", ago(days=1), "No news of my bag since Santiago.", "Bag delayed two days", category="Baggage",
         about={"kind_of_action": KindOfAction.DELIVERY}, steps=[(2, feel(Feeling.IGNORED)), (8, give("lounge")), (3, promise_tomorrow(14, "Where the bag is"))]),
]  # fmt: skip

# --- Above a cap: for the supervisors to answer ------------------------------------------------------------------------
ASKED = [
    Tale("marisol", "maya", ago(minutes=34), "I have paid that same fee four times now. I am seventy-four years old.", "Same late fee, fourth time",
         category="Late fee", about=HIGH | {"kind_of_action": KindOfAction.FEE, "complainer": Complainer.ACTIVIST, "loss_minor": 15600, "currency": "USD"},
         steps=[(3, feel(Feeling.ANGRY)), (9, give("statement-credit", 45000, "Four times the same mistake, and nobody ever owned up to it. She has been with us for 31 years."))]),
    Tale("ahmad", "omar", ago(minutes=21), "أربع حقائب، ولم تصل أي منها.", "All four bags missing on a family trip", category="Baggage",
         about=HIGH | {"unit": "air", "kind_of_action": KindOfAction.DELIVERY}, steps=[(2, feel(Feeling.ANGRY)), (5, give("travel-voucher", 32000, "Four bags, three children, five days."))]),
    Tale("malgorzata", "omar", ago(hours=3), "Faktura jest trzy razy wyższa niż umowa.", "Billed three times the agreed price", category="Price",
         about={"kind_of_action": KindOfAction.BILLING, "loss_minor": 18500, "currency": "EUR"}, steps=[(2, feel(Feeling.WORRIED)), (9, give("home-credit", 18500, "What she paid too much, and something for the trouble."))]),
    Tale("yoko", "maya", ago(minutes=55), "差額の返金をお願いします。", "Charged the higher fare after our own change", category="Fare",
         about={"kind_of_action": KindOfAction.QUOTE}, steps=[(2, feel(Feeling.DISAPPOINTED)), (4, give("fare-refund", 48000, "The whole difference: the change was ours."))]),
    Tale("joao", "ines", ago(hours=2), "Vocês perderam meus documentos. Todos.", "Original documents lost between two departments", category="Lost documents",
         about=HIGH | {"kind_of_action": KindOfAction.DELIVERY},
         steps=[(3, feel(Feeling.WORRIED)), (12, give("statement-credit", 150000, "Notary, travel and two days of his time. Above my own cap, so I cannot answer it myself."))]),
]  # fmt: skip

# --- Asked for and answered today --------------------------------------------------------------------------------------
ANSWERED = [
    Tale("desmond", "maya", ago(hours=6), "You lost my check. It was my rent.", "Deposited check lost", category="Lost check", about=HIGH,
         steps=[(2, feel(Feeling.WORRIED)), (5, give("statement-credit", 25000, "Rent was due, and the landlord charges.")), (4, approve("ines", 25000, "Of course.")), (3, promise_tomorrow(10, "Whether the landlord took the fee back"))]),
    Tale("shira", "omar", ago(hours=9), "שעתיים חיכיתי על הקו.", "Two hours on hold, then wrong advice", category="Waiting time", about={"kind_of_action": KindOfAction.CONDUCT},
         steps=[(2, feel(Feeling.IGNORED)), (5, give("travel-voucher", 24000, "Two hours, and it cost her the cheap fare.")), (7, approve("ines", 15000, "The fare difference, and a little more.")), (40, deliver("VC-77120"))], waited=140),
    Tale("minjun", "maya", ago(hours=12), "환불이 왜 이렇게 오래 걸리나요?", "Refund waits since September", category="Refund", about={"kind_of_action": KindOfAction.BILLING},
         steps=[(2, feel(Feeling.FRUSTRATED)), (5, give("fare-refund", 90000)), (6, decline("ines", "The refund itself comes from Finance today; give the miles for the wait.")), (9, give("miles-5000"))]),
]  # fmt: skip

# --- Handed on, taken back, looked into, ready to close, reopened ------------------------------------------------------
MOVING = [
    Tale("giorgos", "omar", ago(days=1, hours=6), "Μου είπατε ψέματα στο τηλέφωνο.", "Told that the contract ends in May; it does not", category="Information",
         about={"kind_of_action": KindOfAction.INFORMATION}, steps=[(2, feel(Feeling.LET_DOWN)), (30, hand_to(("lena",), "She knows Greek contracts, and he asked for somebody else."))]),
    Tale("dana", "omar", ago(hours=16), "I am at sea and cannot answer the text messages you insist on.", "Sign-in needs a phone that she cannot use on board",
         category="Sign-in", about={"kind_of_action": KindOfAction.SERVICE}, steps=[(2, feel(Feeling.FRUSTRATED)), (4, own_up), (9, hand_to(("maya",), "Maya has done this for another sailor."))]),
    Tale("sita", "omar", ago(days=1, hours=12), "The voucher you sent belongs to someone else.", "Voucher issued in another name", category="Voucher",
         steps=[(2, feel(Feeling.CONFUSED)), (4, give("travel-voucher", 4000)), (30, take_back("Issued to the wrong customer number; the right one follows.")), (6, give("travel-voucher", 4000)), (60, deliver("VC-77019"))]),
    Tale("malik", "maya", ago(days=2), "The rate is not the one for the armed forces.", "Protected rate not applied", category="Interest rate",
         about=HIGH | {"kind_of_action": KindOfAction.QUOTE}, steps=[(2, feel(Feeling.ANGRY)), (5, give("statement-credit", 8800)), (20, investigate("Why does the rate table not know the protected accounts since October?"))]),
    Tale("inez", "maya", ago(days=1, hours=20), "Statement in a language I do not read.", "Statement in the wrong language", category="Information", about=LOW,
         steps=[(2, feel(Feeling.CONFUSED)), (3, give("stay-on-line")), (2, cause("Wrong data after a migration"))]),
    Tale("ioana", "omar", ago(days=1, hours=2), "Am fost taxată pentru un aparat returnat.", "Charged for equipment that was returned", category="Equipment",
         about={"kind_of_action": KindOfAction.BILLING}, steps=[(2, feel(Feeling.FRUSTRATED)), (3, give("home-credit", 5900)), (10, cause("Handoff between departments"))]),
    Tale("cole", "maya", ago(days=2, hours=8), "You said it was fixed. It is not.", "Card blocked abroad", category="Declined card", about=HIGH,
         steps=[(2, feel(Feeling.LET_DOWN)), (3, give("gift-card-10")), (3, cause("Outage")), (2, close(CaseOutcome.PUT_RIGHT)), (1500, reopen("Blocked again, at a fuel station, with two children in the car."))]),
    # Her owner has left the company: somebody has to take this over.
    Tale("rosa", "petra", ago(days=1, hours=15), "Nobody calls me back.", "Two promised calls were never made", category="Broken promise",
         about={"kind_of_action": KindOfAction.CONDUCT}, steps=[(3, feel(Feeling.IGNORED)), (5, promise_tomorrow(9, "Call her, whoever takes over"))]),
]  # fmt: skip

# --- A rep's own mistake -------------------------------------------------------------------------------------------------
OUR_OWN = [
    Tale("tevita", "maya", ago(hours=3), "", "I told him the fee was waived, and I had not waived it", Channel.PHONE, "Fees",
         {"kind_of_action": KindOfAction.FEE, "originator_kind": Originator.PERSON, "originator": "maya", "loss_minor": 3500, "currency": "USD"},
         [(1, feel(Feeling.LET_DOWN)), (2, give("statement-credit", 3500, "My own mistake."))]),
]  # fmt: skip

TALES = [*JUST_IN, *HEARD, *PROMISED, *TO_DELIVER, *ASKED, *ANSWERED, *MOVING, *OUR_OWN]


def present(cast: Cast) -> Iterator[Story]:
    """Stories of the cases that are open now."""
    return (tell(cast, tale) for tale in TALES)
