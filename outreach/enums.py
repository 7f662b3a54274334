from django.db import models


class Audience(models.TextChoices):
    OWNER = "owner", "Whoever owes it"
    SUPERVISOR = "supervisor", "The supervisors of the unit"


class SignalKind(models.TextChoices):
    SURVEY = "survey", "Survey score"
    CRM_FLAG = "crm_flag", "Flag from another system"
    DISPUTE = "dispute", "Disputed answer"


class SignalFate(models.TextChoices):
    """What became of a signal: planned, or why not."""

    CALL_PLANNED = "call_planned", "Call planned"
    SATISFIED = "satisfied", "Not dissatisfied enough"
    TOO_OLD = "too_old", "Too old to call about"
    NO_PHONE = "no_phone", "No phone number"
    DO_NOT_CALL = "do_not_call", "Do not call"
    NO_HOURS = "no_hours", "No hours in which to call there"
    ALREADY_PLANNED = "already_planned", "A call is planned already"
    HISTORICAL = "historical", "History: recorded, not called"


class CallStatus(models.TextChoices):
    PLANNED = "planned", "Planned"
    DISPATCHED = "dispatched", "With a rep"
    DONE = "done", "Done"
    GIVEN_UP = "given_up", "Given up"


class CallOutcome(models.TextChoices):
    """What one attempt came to. The rep's disposition decides; a line that was picked up does not."""

    TURNED_AROUND = "turned_around", "Reached, turned around"
    NOT_TURNED_AROUND = "not_turned_around", "Reached, still dissatisfied"
    LEFT_MESSAGE = "left_message", "Left a message"
    NO_ANSWER = "no_answer", "No answer"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    REFUSED = "refused", "Does not want to talk"


class Withdrawn(models.TextChoices):
    """Why a call is not to be made any more, though nobody recorded an outcome."""

    DO_NOT_CALL = "do_not_call", "The customer does not want calls any more"
    NO_PHONE = "no_phone", "No number is left to dial"


class Worker(models.TextChoices):
    BEAT = "beat", "Clock"
    WORKER = "worker", "Worker"
