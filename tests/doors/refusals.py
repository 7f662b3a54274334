"""Every refusal of the main path: how it comes about, who tries, and what they try at each door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from tests.doors.scenes import (
    Scene,
    alice_stands_in_and_asked,
    answered,
    apologized,
    asked,
    asked_and_alice_was_promoted,
    asked_by_sue,
    asked_long_ago,
    asked_more_than_sue_may,
    asked_with_cause,
    bob_is_away,
    bob_owns,
    bob_stands_in_for_who_is_there,
    closed,
    code_out,
    code_out_by_sue,
    declined,
    fixed,
    given,
    historical,
    instead,
    instead_above_sues_cap,
    instead_asked_by_sue,
    investigated,
    kept,
    left_already,
    live,
    no_calls,
    no_code_left,
    offered,
    offered_long_ago,
    offered_with_cause,
    payout_confirmed,
    payout_failed,
    payout_of_sues,
    payout_under_way,
    precedented,
    promised,
    promised_with_cause,
    refund_owed,
    retired_cause,
    retired_remedy,
    reversed_,
    undelivered_with_cause,
    unheard,
)
from tests.doors.tries import (
    API_ONLY,
    YESTERDAY,
    abandon,
    acknowledge,
    add_pool,
    approve,
    close,
    confirm,
    counter,
    decline,
    deliver,
    fail,
    fill_pool,
    find,
    give,
    hand_off,
    interim,
    investigate,
    keep,
    leave,
    move,
    promise,
    reopen,
    resubmit,
    retire_pool,
    reverse,
    send_again,
    set_cause,
    take,
)
from tests.factories import House


@dataclass(frozen=True)
class Refusal:
    """``browser`` and ``api`` are an address and a body, with the things of the scene in braces.

    ``domain`` is the same try without a door. A blank door is one that cannot be asked for this.
    """

    code: str
    what: str
    by: str
    scene: Callable[[House], Scene]
    domain: Callable[[House, Scene, User], Any]
    browser: tuple[str, dict[str, Any]] | None = None
    api: tuple[str, dict[str, Any]] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code}: {self.by} {self.what}"


def refusal(code: str, what: str, by: str, scene: Callable[[House], Scene], tried: dict[str, Any]) -> Refusal:
    return Refusal(code, what, by, scene, **tried)


REFUSALS = [
    # Feelings before solutions
    refusal("precedent_reason_needed", "gives in spite of an honored error", "bob", precedented, give()),
    refusal("feelings_first", "gives a remedy before a feeling was named", "alice", unheard, give()),
    refusal("invalid", "names a feeling that is none", "alice", live, acknowledge("hungry")),
    # Remedies
    refusal("beyond_every_cap", "gives more than anybody may approve", "alice", live, give(10_000_000)),
    refusal("not_an_amount", "gives no amount", "alice", live, give(None)),
    refusal("amount_fixed", "gives another amount than the catalog's", "alice", fixed, give(700, **API_ONLY)),
    refusal("remedy_retired", "gives what is no longer in the catalog", "alice", retired_remedy, give()),
    refusal("rep_needed", "works on a case", "ada", live, give()),
    refusal("case_closed", "gives on a closed case", "alice", closed, give()),
    refusal("historical_case", "gives on history", "alice", historical, give()),
    refusal("out_of_reach", "gives on a stranger's case", "charlie", live, give()),
    refusal("not_yours", "takes back what Alice gave", "bob", given, reverse()),
    refusal("reason_needed", "takes back without a reason", "alice", given, reverse(" ")),
    refusal("wrong_state", "takes back twice", "alice", reversed_, reverse()),
    refusal("apology_stands", "takes back an apology", "alice", apologized, reverse()),
    refusal("wrong_state", "delivers what was delivered", "alice", given, deliver()),
    refusal("out_of_reach", "takes back a stranger's", "charlie", given, reverse()),
    refusal("in_their_hands", "takes back the code she gave", "alice", code_out, reverse()),
    refusal("in_their_hands", "takes back the code she gave", "sue", code_out_by_sue, reverse()),
    # Delivering
    refusal("proof_needed", "delivers a refund without its reference", "alice", refund_owed, deliver(" ")),
    refusal("rep_needed", "delivers", "ada", refund_owed, deliver("R-1")),
    refusal("out_of_reach", "delivers a stranger's", "charlie", refund_owed, deliver("R-1")),
    refusal("invalid", "types a code of her own", "alice", no_code_left, deliver("MY-OWN")),
    refusal("pool_empty", "delivers a coupon of an empty pool", "alice", no_code_left, deliver()),
    refusal("pool_empty", "gives a coupon of an empty pool", "alice", no_code_left, give(None)),
    refusal("payout_under_way", "delivers what is being paid out", "alice", payout_under_way, deliver("R-1")),
    refusal("payout_under_way", "takes back what is being paid out", "sue", payout_under_way, reverse()),
    # Payouts
    refusal("program_needed", "confirms what she gave", "alice", payout_under_way, confirm()),
    refusal("program_needed", "confirms what she gave", "sue", payout_of_sues, confirm()),
    refusal("program_needed", "says that what she gave failed", "sue", payout_of_sues, fail()),
    refusal("program_needed", "says that it failed", "bob", payout_under_way, fail()),
    refusal("proof_needed", "confirms without a reference", "crm", payout_under_way, confirm(" ")),
    refusal("already_confirmed", "confirms under another reference", "crm", payout_confirmed, confirm("PAY-2")),
    refusal("wrong_state", "says that what was confirmed failed", "crm", payout_confirmed, fail()),
    refusal("reason_needed", "says without a reason that it failed", "crm", payout_under_way, fail(" ")),
    refusal("out_of_reach", "confirms a stranger's", "charlie", payout_under_way, confirm()),
    refusal("supervisor_needed", "has it sent again", "alice", payout_failed, send_again()),
    refusal("person_needed", "has it sent again", "crm", payout_failed, send_again()),
    refusal("payouts_off", "has it sent again to nobody", "sue", payout_failed, send_again()),
    refusal("wrong_state", "has sent again what is under way", "sue", payout_under_way, send_again()),
    refusal("out_of_reach", "has a stranger's sent again", "charlie", payout_failed, send_again()),
    # Pools
    refusal("administrator_needed", "adds a pool", "sue", no_code_left, add_pool()),
    refusal("administrator_needed", "fills a pool", "alice", no_code_left, fill_pool()),
    refusal("administrator_needed", "retires a pool", "alice", no_code_left, retire_pool()),
    refusal("name_taken", "adds a pool twice", "ada", no_code_left, add_pool("summer")),
    refusal("pool_in_use", "retires a pool that a line gives from", "ada", no_code_left, retire_pool()),
    refusal("changed_meanwhile", "retires what changed", "ada", no_code_left, retire_pool(version=7)),
    # Approvals
    refusal("own_approval", "approves her own", "sue", asked_by_sue, approve()),
    refusal("own_approval", "declines her own", "sue", asked_by_sue, decline()),
    refusal(
        "own_approval", "approves her own since she was promoted", "alice", asked_and_alice_was_promoted, approve()
    ),
    refusal("supervisor_needed", "approves", "bob", asked, approve()),
    refusal("supervisor_needed", "declines", "bob", asked, decline()),
    refusal("over_your_cap", "approves above her own cap", "sue", asked_more_than_sue_may, approve()),
    refusal("reason_needed", "declines without a reason", "sue", asked, decline("")),
    refusal("wrong_state", "approves what was answered", "sue", answered, approve()),
    refusal("wrong_state", "declines what was answered", "sue", answered, decline()),
    refusal("approval_expired", "approves too late", "sue", asked_long_ago, approve()),
    refusal("not_an_amount", "approves more than was asked", "sue", asked, approve(3001)),
    refusal("out_of_reach", "approves a stranger's", "charlie", asked, approve()),
    refusal("own_approval", "answers her own as a deputy", "alice", alice_stands_in_and_asked, approve()),
    refusal("own_approval", "declines her own as a deputy", "alice", alice_stands_in_and_asked, decline()),
    refusal("own_approval", "counters her own as a deputy", "alice", alice_stands_in_and_asked, counter()),
    refusal("own_approval", "counters her own", "sue", instead_asked_by_sue, counter()),
    refusal("supervisor_needed", "approves as an administrator", "ada", asked, approve()),
    refusal("person_needed", "approves as a program", "crm", asked, approve()),
    refusal("supervisor_needed", "offers something else", "bob", instead, counter()),
    refusal("principal_there", "stands in for who is there", "bob", bob_stands_in_for_who_is_there, approve()),
    refusal("principal_there", "declines for who is there", "bob", bob_stands_in_for_who_is_there, decline()),
    refusal("over_your_cap", "offers above her own cap", "sue", instead_above_sues_cap, counter()),
    refusal("changed_meanwhile", "offers on what changed", "sue", instead, counter(version=1)),
    refusal("wrong_state", "offers on what was countered", "sam", offered, counter()),
    refusal("out_of_reach", "offers on a stranger's", "charlie", instead, counter()),
    # Offers of something else, and asking again
    refusal("own_offer", "takes up what she offered", "sue", offered, take()),
    refusal("own_offer", "leaves what she offered", "sue", offered, leave()),
    refusal("rep_needed", "takes up an offer", "ada", offered, take()),
    refusal("wrong_state", "takes up what was left", "alice", left_already, take()),
    refusal("offer_expired", "takes up too late", "alice", offered_long_ago, take()),
    refusal("out_of_reach", "takes up a stranger's", "charlie", offered, take()),
    refusal("offer_open", "closes with an offer open", "alice", offered_with_cause, close()),
    refusal("offer_open", "asks again with an offer open", "alice", offered, resubmit()),
    refusal("nothing_new", "asks again with nothing new", "alice", declined, resubmit("")),
    refusal("not_yours", "asks again for what Alice asked", "bob", declined, resubmit()),
    refusal("wrong_state", "asks again for what waits", "alice", asked, resubmit()),
    refusal("out_of_reach", "asks again for a stranger's", "charlie", declined, resubmit()),
    # Handing off
    refusal("reason_needed", "hands off without a reason", "alice", live, hand_off("")),
    refusal("owner_not_available", "hands off to somebody who is away", "alice", bob_is_away, hand_off()),
    refusal("same_owner", "hands off to whoever has it", "alice", live, hand_off(to="alice")),
    refusal("not_yours", "hands off Alice's case", "bob", live, hand_off(to="sam")),
    refusal("changed_meanwhile", "hands off what changed", "alice", live, hand_off(version=1)),
    refusal("case_closed", "hands off a closed case", "alice", closed, hand_off()),
    refusal("historical_case", "hands off history", "sue", historical, hand_off()),
    refusal("out_of_reach", "hands off a stranger's case", "charlie", live, hand_off()),
    # Closing and reopening
    refusal("cause_needed", "closes without a cause", "alice", live, close()),
    refusal("promise_open", "closes with a promise open", "alice", promised_with_cause, close()),
    refusal("delivery_open", "closes with a delivery owed", "alice", undelivered_with_cause, close()),
    refusal("approval_open", "closes with an approval waiting", "alice", asked_with_cause, close()),
    refusal("not_yours", "closes Bob's case", "alice", bob_owns, close()),
    refusal("changed_meanwhile", "closes what changed", "alice", live, close(version=1)),
    refusal("case_closed", "closes twice", "alice", closed, close()),
    refusal("historical_case", "closes history", "sue", historical, close()),
    refusal("person_needed", "closes as a program", "crm", live, close()),
    refusal("out_of_reach", "closes a stranger's case", "charlie", live, close()),
    refusal("not_yours", "reopens Alice's case", "bob", closed, reopen()),
    refusal("reason_needed", "reopens without a reason", "alice", closed, reopen("")),
    refusal("wrong_state", "reopens an open case", "alice", live, reopen()),
    refusal("historical_case", "reopens history", "sue", historical, reopen()),
    refusal("out_of_reach", "reopens a stranger's case", "charlie", closed, reopen()),
    # Causes
    refusal("cause_retired", "finds a cause that is retired", "alice", retired_cause, set_cause()),
    refusal("already_open", "investigates twice", "alice", investigated, investigate()),
    refusal("words_needed", "finds nothing", "alice", investigated, find(" ")),
    refusal("not_yours", "answers Alice's question", "bob", investigated, find()),
    refusal("case_closed", "investigates a closed case", "alice", closed, investigate()),
    # Promises
    refusal("due_in_past", "promises for yesterday", "alice", live, promise(YESTERDAY)),
    refusal("do_not_call", "promises a call to who wants none", "alice", no_calls, promise()),
    refusal("case_closed", "promises on a closed case", "alice", closed, promise()),
    refusal("historical_case", "promises on history", "alice", historical, promise()),
    refusal("rep_needed", "promises as administrator", "ada", live, promise()),
    refusal("out_of_reach", "promises on a stranger's case", "charlie", live, promise()),
    refusal("due_in_past", "is still working on it until yesterday", "alice", promised, interim(YESTERDAY)),
    refusal("due_in_past", "moves a promise to yesterday", "alice", promised, move(YESTERDAY)),
    refusal("wrong_state", "keeps a promise twice", "alice", kept, keep()),
    refusal("wrong_state", "moves a kept promise", "alice", kept, move()),
    refusal("wrong_state", "is still working on what is done", "alice", kept, interim()),
    refusal("not_yours", "gives up Alice's promise", "bob", promised, abandon()),
    refusal("reason_needed", "gives up without a reason", "alice", promised, abandon("")),
    refusal("out_of_reach", "keeps a stranger's promise", "charlie", promised, keep()),
    # Feelings on what is done with
    refusal("case_closed", "acknowledges on a closed case", "alice", closed, acknowledge()),
    refusal("historical_case", "acknowledges on history", "alice", historical, acknowledge()),
]
