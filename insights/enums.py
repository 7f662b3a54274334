from django.db import models


class Grain(models.TextChoices):
    DAY = "day", "Day"
    MONTH = "month", "Month"


class Measure(models.TextChoices):
    """What is counted. Beside each stands what its keys are."""

    OPENED = "opened", "Cases opened"  # severity
    CLOSED = "closed", "Cases closed"  # outcome
    FIRST_RESPONSE = "first_response", "First response"  # upper bound in seconds, more, none
    FIRST_OWNER = "first_owner", "Solved by the first owner"  # solved, handed_off, reopened
    UNASKED = "unasked", "Solved without asking a supervisor"  # alone, asked
    PROMISE = "promise", "Promises"  # status
    SPEND = "spend", "Remedies given"  # kind of remedy
    CAUSE_SPEND = "cause_spend", "Cost by cause"  # id of the cause, or empty
    CAUSE = "cause", "Mistakes by cause"  # id of the cause, or empty
    HONESTY = "honesty", "Who reported our mistakes"  # self, other
    SATISFACTION = "satisfaction", "Signals from customers"  # score of 5, or the kind of signal
    ANSWER = "answer", "Requests answered"  # upper bound in seconds, more
    ANSWER_DUE = "answer_due", "Answers to requests"  # in_time, late
    ERROR_DECIDED = "error_decided", "Errors decided"  # honored, rescinded
    ERROR_COST = "error_cost", "Cost of honored errors"  # id of the cause, or empty
    ERROR_HONESTY = "error_honesty", "Who reported the errors we honored"  # self, other
    ERROR_TOLD = "error_told", "Calls that told the customer"  # in_time, late
    # Of those for whom a lot was drawn, each key begins with the program's id and the side that the lot put them on.
    LOT = "lot", "Customers for whom a lot was drawn"  # called, held_out
    LOT_OUTCOME = "lot_outcome", "What their calls came to"  # outcome of the call
    LOT_CHANGE = "lot_change", "Change in satisfaction"  # points, the next score against the first
    LOT_RETURN = "lot_return", "Would return"  # yes, no
    LOT_SETTLED = "lot_settled", "Settled after 30 days"  # yes, no
    LOT_AGAIN = "lot_again", "Let down again within 30 days"  # yes, no


class FirstOwner(models.TextChoices):
    """Whether the first owner solved it: closed without a handoff, undone by a reopening within 30 days."""

    SOLVED = "solved", "Solved by the first owner"
    HANDED_OFF = "handed_off", "Handed off"
    REOPENED = "reopened", "Reopened within 30 days"


class Asking(models.TextChoices):
    ALONE = "alone", "Without asking a supervisor"
    ASKED = "asked", "A supervisor was asked"


class Honesty(models.TextChoices):
    SELF = "self", "Reported by whoever made it"
    OTHER = "other", "Reported by somebody else"


class Told(models.TextChoices):
    """When something was done against when it was due. What is still to be done is read from the clock."""

    IN_TIME = "in_time", "In time"
    LATE = "late", "Late"


class Side(models.TextChoices):
    """Where a lot put somebody whom a program could have called."""

    CALLED = "called", "Called"
    HELD_OUT = "held_out", "Not called"


class Source(models.TextChoices):
    CASE = "case", "Case"
    SIGNAL = "signal", "Signal"
