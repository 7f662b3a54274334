"""The six steps of putting a mistake right, and which of them comes next.

A mistake in the customer's favor goes before them: it is decided, and the customer is called. Where a case holds nothing
else, nobody was hurt, and there is no feeling to name and nothing to make up for.

Nothing is decided here: each step reads what the rules below have already said.
"""

from __future__ import annotations

from dataclasses import dataclass

DECISION, CALL = "decision", "call"
FEELINGS, OWNERSHIP, REMEDY, PROMISE, CAUSE, CLOSE = "feelings", "ownership", "remedy", "promise", "cause", "close"
NAMES = {
    DECISION: "Decision",
    CALL: "Call",
    FEELINGS: "Feelings",
    OWNERSHIP: "Ownership",
    REMEDY: "Remedy",
    PROMISE: "Promise",
    CAUSE: "Cause",
    CLOSE: "Close",
}
NEXT_WORDS = {
    DECISION: "Decide: stand by it, or take it back",
    CALL: "Tell the customer what was decided",
    FEELINGS: "Name the feeling",
    OWNERSHIP: "Give it an owner",
    REMEDY: "Put it right",
    PROMISE: "Promise when they hear next",
    CAUSE: "Find the cause",
    CLOSE: "Close the case",
}


@dataclass(frozen=True)
class Facts:
    """What is known of a case, as plain yes and no."""

    in_favor: bool = False
    only_in_favor: bool = False
    undecided: bool = False
    call_owed: bool = False
    feeling: str = ""
    owner: str = ""
    remedies: int = 0
    waiting_approval: bool = False
    to_deliver: bool = False
    promises: int = 0
    promise_open: bool = False
    cause_known: bool = False
    investigating: bool = False
    closed: bool = False
    historical: bool = False


@dataclass(frozen=True)
class Step:
    """``state`` is done, next, later or blocked; ``note`` says why in a few words."""

    key: str
    state: str
    note: str

    @property
    def name(self) -> str:
        return NAMES[self.key]


def next_step(facts: Facts) -> str:
    """Which step comes next; empty when there is none."""
    if facts.closed or facts.historical:
        return ""
    hurt = not facts.only_in_favor
    open_ones = (
        (DECISION, facts.undecided),
        (FEELINGS, hurt and not facts.feeling),
        (OWNERSHIP, not facts.owner),
        (CALL, facts.call_owed),
        (REMEDY, hurt and not facts.remedies),
        (PROMISE, facts.promise_open or (hurt and not facts.promises)),
        (REMEDY, facts.to_deliver or facts.waiting_approval),
        (CAUSE, not (facts.cause_known or facts.investigating)),
    )
    return next((key for key, is_open in open_ones if is_open), CLOSE)


def next_words(facts: Facts) -> str:
    """The next step as an instruction."""
    key = next_step(facts)
    if key == PROMISE and facts.promise_open:
        return "Keep the promise"
    if key == REMEDY and facts.waiting_approval:
        return "Wait for the approval"
    if key == REMEDY and facts.to_deliver:
        return "Deliver the remedy"
    return NEXT_WORDS.get(key, "")


def steps(facts: Facts) -> list[Step]:
    """All six, in order; of a case that holds only mistakes in the customer's favor, those that there are."""
    coming = next_step(facts)
    hurt = not facts.only_in_favor
    return [
        *(_in_favor(facts, coming) if facts.in_favor else []),
        *(
            [_step(FEELINGS, bool(facts.feeling), coming, facts.feeling, "not named yet")]
            if hurt or facts.feeling
            else []
        ),
        _step(OWNERSHIP, bool(facts.owner), coming, facts.owner, "nobody yet"),
        *([_remedy(facts, coming)] if hurt or facts.remedies or facts.waiting_approval else []),
        *([_promise(facts, coming)] if hurt or facts.promises else []),
        _step(
            CAUSE,
            facts.cause_known or facts.investigating,
            coming,
            "found" if facts.cause_known else "being looked for",
            "to be found",
        ),
        Step(CLOSE, "done", "closed")
        if facts.closed
        else Step(CLOSE, "next", "ready")
        if coming == CLOSE
        else Step(CLOSE, "blocked", _before_closing(facts)),
    ]


def _in_favor(facts: Facts, coming: str) -> list[Step]:
    told = not facts.undecided and not facts.call_owed
    return [
        _step(DECISION, not facts.undecided, coming, "taken", "to be taken"),
        _step(CALL, told, coming, "they know", "to be made" if facts.call_owed else "after the decision"),
    ]


def _step(key: str, done: bool, coming: str, when_done: str, when_not: str) -> Step:
    if done:
        return Step(key, "done", when_done)
    return Step(key, "next" if key == coming else "later", when_not)


def _remedy(facts: Facts, coming: str) -> Step:
    if facts.waiting_approval:
        return Step(REMEDY, "next" if coming == REMEDY else "later", "waits for approval")
    if facts.to_deliver:
        return Step(REMEDY, "next" if coming == REMEDY else "later", "to be delivered")
    if facts.remedies:
        return Step(REMEDY, "done", f"{facts.remedies} given")
    if not facts.feeling and not facts.closed:
        return Step(REMEDY, "blocked", "after the feelings")
    return Step(REMEDY, "next" if coming == REMEDY else "later", "none given")


def _promise(facts: Facts, coming: str) -> Step:
    if facts.promise_open:
        return Step(PROMISE, "next" if coming == PROMISE else "later", "to be kept")
    if facts.promises:
        return Step(PROMISE, "done", "none open")
    return Step(PROMISE, "next" if coming == PROMISE else "later", "none made")


def _before_closing(facts: Facts) -> str:
    if facts.undecided:
        return "after the decision"
    if facts.call_owed:
        return "after the call"
    if facts.promise_open:
        return "after the promise"
    if facts.waiting_approval:
        return "after the approval"
    if facts.to_deliver:
        return "after the delivery"
    return "" if facts.cause_known or facts.investigating else "after the cause"
