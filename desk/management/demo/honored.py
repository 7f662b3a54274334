"""Mistakes in the customer's favor, at every stage: to decide, honored, taken back, told, proven and reviewed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.domain.calendar import business_days_after
from cases.domain import disclosing, honored_errors, reviewing
from cases.domain.letters import make_letter, send_letter
from cases.enums import (
    AttemptOutcome,
    CaseOutcome,
    Channel,
    DisclosureStatus,
    Favor,
    Feeling,
    KindOfAction,
    MoneyHeld,
    Originator,
    Point,
    Relied,
    ReviewOutcome,
    Understanding,
)
from cases.models import Disclosure, HonoredError
from compensation.domain import honoring
from compensation.enums import Conclusion
from desk.management.demo.stage import Cast, Story
from desk.management.demo.steps import Action, Run, Step, Tale, cause, close, feel, tell

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOURS = 60  # in minutes, as steps are counted


def _error(run: Run) -> HonoredError:
    return HonoredError.objects.select_related("case__owner", "case__unit").get(case=run.case)


def _call(run: Run) -> Disclosure:
    """The call that is owed; made by whoever owes it."""
    owed = Disclosure.objects.filter(case=run.case, status=DisclosureStatus.OWED)
    return owed.select_related("owed_by", "error").get()


def weigh(happened: str, should_have: str, **particulars: Any) -> Action:
    """Write down what bears on the decision; the first two as the customer may read them."""
    known: dict[str, Any] = {"happened_words": happened, "should_have": should_have, **particulars}
    return lambda run, now: honored_errors.assess(_error(run), by=run.by, now=now, **known)


def honor(by: str, minor: int | None = None, reason: str = "", *, in_spite: str = "") -> Action:
    """Stand by it; ``in_spite`` says why, where an earlier honored error bears on it."""
    return lambda run, now: honoring.honor(
        _error(run), cost_minor=minor, reason=reason, precedent_reason=in_spite, by=run.cast.staff[by], now=now
    )


def ask_counsel(by: str, conclusion: str, counsel: str, note: str) -> Action:
    return lambda run, now: honoring.record_legal_review(
        _error(run), conclusion=conclusion, counsel=counsel, note=note, by=run.cast.staff[by], now=now
    )


def rescind(by: str, reason: str) -> Action:
    return lambda run, now: honoring.rescind(_error(run), reason=reason, by=run.cast.staff[by], now=now)


def try_to_call(outcome: str, words: str = "", *, back: timedelta | None = None) -> Action:
    def act(run: Run, now: datetime) -> object:
        call = _call(run)
        at = now + back if back else None
        return disclosing.attempt(call, outcome=outcome, words=words, call_back_at=at, by=_caller(call), now=now)

    return act


def _caller(call: Disclosure) -> Any:
    if call.owed_by is None:
        raise ValueError("a tale calls a customer whom nobody has to call")
    return call.owed_by


def say(answer: str, understanding: str = Understanding.UNDERSTOOD) -> Action:
    def act(run: Run, now: datetime) -> object:
        call = _call(run)
        points = Point.values
        return disclosing.disclose(
            call, points=points, answer=answer, understanding=understanding, by=_caller(call), now=now
        )

    return act


def write(*, send: bool = True) -> Action:
    """Make the letter and mail it."""

    def act(run: Run, now: datetime) -> object:
        letter = make_letter(_error(run), by=run.by, now=now)
        return send_letter(letter, by=run.by, now=now) if send else letter

    return act


def review(by: str, outcome: str, note: str = "") -> Action:
    return lambda run, now: reviewing.review(_error(run), outcome=outcome, note=note, by=run.cast.staff[by], now=now)


def favor(kind: str, minor: int, currency: str, *, whose: str, line: str = "", unit: str = "") -> dict[str, Any]:
    """What is told of a mistake in the customer's favor; ``whose`` is a colleague, or the kind of whoever made it."""
    who: dict[str, Any] = {"originator_kind": whose}
    if whose not in Originator.values:
        who = {"originator_kind": Originator.PERSON, "originator": whose}
    at_stake = {"value_at_stake_minor": minor, "currency": currency, "line_of_business": line, "kind_of_action": kind}
    return {"favor": Favor.CUSTOMER, **at_stake, **who, **({"unit": unit} if unit else {})}


REINSTATED = "Your payment insurance had lapsed, and we put it back in force."
FEE_WAIVED = "We waived your annual fee under an offer that had already ended."
QUOTED = "We quoted you the price for new customers."
CHANGE, QUOTE, FEE = KindOfAction.REINSTATEMENT, KindOfAction.QUOTE, KindOfAction.FEE
BILLING, EXCEPTION = KindOfAction.BILLING, KindOfAction.EXCEPTION

# --- Under way ---------------------------------------------------------------------------------------------------------
TO_DECIDE = [
    Tale("olu", "omar", 4 * HOUR, "", "Promotional fare quoted £120 below the tariff, and confirmed by mail", Channel.EMAIL, "Fare",
         favor(QUOTE, 12000, "GBP", whose=Originator.SYSTEM, line="Fares", unit="air")),
    # Late: it should have been decided within the day.
    Tale("yusuf", "maya", 31 * HOUR, "", "Wire fee refunded twice, by two departments", Channel.PHONE, "Fees",
         favor(FEE, 4500, "USD", whose=Originator.UNKNOWN, line="Checking"),
         [(6, weigh("We refunded the fee of your transfer twice.", "It should have come back once: the transfer was charged once.",
                    money=MoneyHeld.WITH_CUSTOMER, relied=Relied.NOTHING))]),
    # May not be taken back: the rule says so, and where it is written.
    Tale("kiera", "maya", 90 * MINUTE, "", "Left off her foreign fees while she is deployed, knowingly", Channel.CHAT, "Fees",
         favor(EXCEPTION, 4200, "USD", whose="maya", line="Credit cards"),
         [(5, weigh("We left the fees for payments abroad off your bill.", "The fee applies abroad; no waiver for the armed forces is in the terms."))]),
    # Where she lives counsel has to look at it first.
    Tale("marisol", "maya", 7 * HOUR, "", "Reinstated her payment insurance although the grace period had run out", Channel.PHONE, "Insurance",
         favor(CHANGE, 31000, "USD", whose="maya", line="Insurance"),
         [(9, weigh(REINSTATED, "It lapsed for good on the day the grace period ended; a new one needs a new application.",
                    value_year_minor=62000, relied=Relied.MUCH, relied_words="She let another offer go."))]),
]  # fmt: skip
TO_TELL = [
    # Tried when it was late already, and nobody at home: the reminders went up to the supervisor.
    Tale("siobhan", "omar", 8 * DAY, "", "Took off a late fee that was due", Channel.PHONE, "Late fee",
         favor(FEE, 3500, "USD", whose="omar", line="Credit cards"),
         [(4, weigh("We took a late fee off your bill.", "The payment came five days late, so the fee was due.")), (3, honor("omar")),
          (158 * HOURS, try_to_call(AttemptOutcome.NO_ANSWER)), (26 * HOURS, try_to_call(AttemptOutcome.LEFT_MESSAGE, "Left my number and my name."))]),
    # She left before she could call: a supervisor may pass it on.
    Tale("elodie", "lena", 27 * HOUR, "", "A free month promised to her, twice", Channel.PHONE, "Price",
         favor(BILLING, 2900, "EUR", whose="petra", line="Internet"),
         [(20, weigh("You were promised a free month twice.", "The offer is for one month, once a year.")), (30, honor("ines"))]),
    # He is away for two days, so the call waits for him.
    Tale("hannah", "maya", 2 * DAY, "", "Quoted a rate two points below hers", Channel.EMAIL, "Interest rate",
         favor(QUOTE, 26000, "USD", whose="tomas", line="Credit cards", unit="cards"),
         [(15, weigh("We quoted you an interest rate that was two points too low.", "Your card has the standard rate; the lower one is for new cards.",
                     value_year_minor=52000, relied=Relied.SOMETHING)), (40, honor("ines"))]),
]  # fmt: skip
# --- Told: with a letter, to review, reviewed, taken back -----------------------------------------------------------------
TOLD = [
    Tale("grace", "maya", 13 * DAY, "", "I reinstated a policy that should have stayed cancelled", Channel.PHONE, "Insurance",
         favor(CHANGE, 48000, "USD", whose="maya", line="Insurance"),
         [(5, weigh(REINSTATED, "It had lapsed for good: two payments in a row had not come.", value_year_minor=48000,
                    relied=Relied.MUCH, relied_words="She had a claim on it the week after.")),
          (50, honor("ines")), (60, try_to_call(AttemptOutcome.NO_ANSWER)),
          (180, try_to_call(AttemptOutcome.CALL_BACK, "In a meeting until noon.", back=2 * HOUR)),
          (115, say("Thanked me for telling her, and wrote down that it was this once.")), (6, write()), (3, cause("Rule not known")),
          (25 * HOURS, review("arun", ReviewOutcome.COACH, "We went through the grace periods together. Well done for owning up the same day.")),
          (30, close(CaseOutcome.EXPLAINED))]),
    Tale("malgorzata", "omar", 9 * DAY, "", "Quoted the tariff for new customers, for a whole year", Channel.PHONE, "Price",
         favor(QUOTE, 22200, "EUR", whose="omar", line="Internet"),
         [(8, weigh(QUOTED, "That price is for the first contract only; yours is the second.", value_year_minor=22200,
                    relied=Relied.SOMETHING, relied_words="Canceled the offer of another company.")),
          (35, honor("ines")), (6 * 24 * HOURS, say("Relieved. Asked twice whether it is really hers.", Understanding.PARTLY)), (10, write(send=False)),
          (4, cause("Terms hard to understand")),
          (22 * HOURS, review("arun", ReviewOutcome.CHANGE_PROCESS, "The price list shows both tariffs under one name. Why?"))]),
    Tale("desmond", "maya", 20 * DAY, "", "Overdraft fee waived a third time, knowingly: he was in hospital", Channel.PHONE, "Overdraft",
         favor(EXCEPTION, 3600, "USD", whose="maya", line="Checking"),
         [(3, weigh("We waived a third overdraft fee, although two a year is the rule.", "From the third on the fee stays.")), (2, honor("maya")),
          (5, say("He knew that it was an exception.")), (10, cause("Terms hard to understand")),
          (30 * HOURS, review("ines", ReviewOutcome.NO_ACTION)), (5, close(CaseOutcome.EXPLAINED))]),
    Tale("desmond", "omar", 6 * DAY, "", "Check fee refunded although the check was returned by the drawer", Channel.PHONE, "Returned check",
         favor(FEE, 2500, "USD", whose="omar", line="Checking"),
         [(5, weigh("We refunded the fee for a returned check.", "The fee is due when the drawer’s account is empty.")),
          (4, honor("omar", in_spite="Another fee, another reason; he was told that the overdraft was an exception.")),
          (70, say("Fine with it.")), (5, cause("Rule not known"))]),
    # Told and not reviewed yet, and not to everybody's liking.
    Tale("zoe", "lena", 3 * DAY, "", "Deposit credited twice", Channel.CHAT, "Deposit",
         favor(BILLING, 6000, "EUR", whose="lena", line="Internet"),
         [(6, weigh("We paid your deposit back twice.", "It was one deposit, so it was to come back once.", money=MoneyHeld.WITH_CUSTOMER)), (9, honor("lena")),
          (20 * HOURS, say("Says it was her money anyway, and that she will check her contract.", Understanding.DISPUTES)), (5, cause("System not known"))]),
    # Honored at the wrong price first: the second decision stands instead of it, and says why.
    Tale("noel", "omar", 12 * DAY, "", "Router sent free of charge, priced as the large one", Channel.EMAIL, "Equipment",
         favor(QUOTE, 12900, "EUR", whose=Originator.PARTNER, line="Internet"),
         [(30, weigh("You got a router without being charged for it.", "The router is part of the larger plan only.")), (20, honor("ines")),
          (90, honor("ines", 7900, "It was the small router: 79, not 129.")), (7 * HOURS, say("Glad. Will keep the plan.")),
          (3, cause("Subcontractor")), (28 * HOURS, review("arun", ReviewOutcome.NO_ACTION, "The partner has been told.")), (6, close(CaseOutcome.EXPLAINED))]),
    # Taken back: counsel looked at it first, and whoever called asks later how he is.
    Tale("ken", "lena", 5 * DAY, "", "125,000 miles credited twice after the merger of the accounts", Channel.EMAIL, "Miles",
         favor(BILLING, 180000, "JPY", whose=Originator.SYSTEM, line="Miles"),
         [(40, weigh("125,000 miles were credited to you twice.", "They were earned once, on the flights of August.", money=MoneyHeld.WITH_US, relied=Relied.NOTHING)),
          (5 * HOURS, ask_counsel("arun", Conclusion.MAY, "Ito & Partners", "Nothing was booked with them yet; the program’s terms allow the correction within 30 days.")),
          (20, rescind("arun", "Nothing was booked with the miles, and the same happened to 41 others who were told the same day.")),
          (26 * HOURS, say("Had noticed it himself. Took it calmly.")), (12, cause("Wrong data after a migration"))]),
]  # fmt: skip
# Met at once: what was honored for her once is what she asks for now.
AGAIN = Tale("grace", "omar", 50 * MINUTE, "My policy is cancelled again. Last time one call was enough to put it back.", "Asks us to reinstate the policy once more",
             category="Insurance", about={"kind_of_action": CHANGE, "line_of_business": "Insurance"}, steps=[(3, feel(Feeling.WORRIED))])  # fmt: skip

# Weeks ago, for the figures: who, by whom, days, what, minutes until they were told, its cause, and why in spite of what had been honored before.
OLDER: list[tuple[str, str, float, dict[str, Any], str, float, str, str]] = [
    ("ana", "maya", 27, favor(FEE, 3500, "USD", whose="maya", line="Credit cards"), FEE_WAIVED, 40, "Rule not known", ""),
    ("fergus", "omar", 33, favor(QUOTE, 7900, "GBP", whose="omar", line="Fares"), QUOTED, 26 * HOURS, "Wrong data after a migration", ""),
    ("carmen", "lena", 38, favor(BILLING, 4500, "EUR", whose="omar", line="Internet"), "You were billed for half a month.", 55, "System not known", ""),
    ("ana", "omar", 19, favor(FEE, 2900, "USD", whose="maya", line="Credit cards"), FEE_WAIVED, 9 * 24 * HOURS, "Rule not known", "The offer was still on our own page."),
    ("minjun", "omar", 24, favor(QUOTE, 9000, "JPY", whose="omar", line="Fares"), QUOTED, 90, "Wrong data after a migration", ""),
    ("rawiri", "omar", 46, favor(BILLING, 6000, "GBP", whose=Originator.SYSTEM, line="Fares"), "You paid for one bag and flew with two.", 300, "System not known", ""),
]  # fmt: skip


def honored(cast: Cast) -> Iterator[Story]:
    """Stories of mistakes in the customer's favor."""
    yield from (tell(cast, tale) for tale in [*TO_DECIDE, *TO_TELL, *TOLD, AGAIN, _to_tell_today(cast)])
    for who, by, days, about, happened, told_after, because, in_spite in OLDER:
        steps: Sequence[Step] = [
            (5, weigh(happened, "By the book it would have been otherwise; the terms say so.")),
            (30, honor("ines", in_spite=in_spite)),
            (told_after, say("Understood.")),
            (5, cause(because)),
            (50, review("arun", ReviewOutcome.NO_ACTION)),
            (5, close(CaseOutcome.EXPLAINED)),
        ]
        yield tell(cast, Tale(who, by, days * DAY, "", happened, Channel.PHONE, "Price", about, steps))


def _to_tell_today(cast: Cast) -> Tale:
    """Honored by whoever made it, in such time that the call falls due next, as soon as a working day allows."""
    return Tale(
        "priya", "maya", _ago_when_due_soon(cast, "maya") + 10 * MINUTE, "", "Annual fee waived under an offer that ended in June",
        Channel.PHONE, "Annual fee", favor(FEE, 9500, "USD", whose="maya", line="Credit cards"),
        [(4, weigh(FEE_WAIVED, "The offer ended in June, so the fee was due.", relied=Relied.NOTHING)), (6, honor("maya"))],
    )  # fmt: skip


def _ago_when_due_soon(cast: Cast, name: str) -> timedelta:
    """How long ago a decision was taken whose call is due soonest from now on, an hour ahead at least."""
    person, days = cast.staff[name], settings.RECOVERY["DISCLOSURE_BUSINESS_DAYS"]
    ago = timedelta()
    while True:
        further = ago + 15 * MINUTE
        due = business_days_after(cast.now - further, days, zone=person.zone, region=person.holiday_region)
        if due < cast.now + HOUR:
            return ago
        ago = further
