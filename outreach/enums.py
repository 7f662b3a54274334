from django.db import models


class Audience(models.TextChoices):
    OWNER = "owner", "Whoever owes it"
    SUPERVISOR = "supervisor", "The supervisors of the unit"


class SignalKind(models.TextChoices):
    SURVEY = "survey", "Survey score"
    CRM_FLAG = "crm_flag", "Flag from another system"
    DISPUTE = "dispute", "Disputed answer"
    REQUEST = "request", "Asks to be called"


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
    NO_PROGRAM = "no_program", "No program calls about it"
    CALLED_LATELY = "called_lately", "We spoke with them lately"
    HELD_OUT = "held_out", "Not called, by lot, to learn what calls do"


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


class SurveyKind(models.TextChoices):
    CLOSURE = "closure", "After the case was closed"
    FOLLOW_UP = "follow_up", "Again, some days after they were dissatisfied"
    OUTSIDE = "outside", "From another system"

    @classmethod
    def ours(cls) -> list[tuple[str, str]]:
        """Those that we ask ourselves, with words of our own, as choices."""
        return [(each.value, each.label) for each in cls if each is not cls.OUTSIDE]


class SurveySource(models.TextChoices):
    LINK = "link", "The customer’s own link"
    API = "api", "Another system"
    FILE = "file", "A file"


class SurveyStatus(models.TextChoices):
    PLANNED = "planned", "To be asked"
    ASKED = "asked", "Asked"
    ANSWERED = "answered", "Answered"
    EXPIRED = "expired", "Not answered in time"
    NOT_ASKED = "not_asked", "Not asked"


class NotAsked(models.TextChoices):
    """Why a survey that was planned is not sent."""

    OPTED_OUT = "opted_out", "Does not want to be asked"
    NO_ADDRESS = "no_address", "No email address"
    ASKED_LATELY = "asked_lately", "Was asked not long ago"
    REOPENED = "reopened", "The case was reopened"
    NO_WORDS = "no_words", "There are no words to ask with"


class PathState(models.TextChoices):
    """How a part of the path to the customer stands."""

    OPEN = "open", "Open"
    FAILING = "failing", "Closed"
    SILENT = "silent", "Not tried lately"
    UNTRIED = "untried", "Not tried yet"
    NOT_SET_UP = "not_set_up", "Not set up"


class Dialer(models.TextChoices):
    """What rings the customer for a rep."""

    LINK = "link", "A link that your own phone opens"
    BARESIP = "baresip", "baresip, your softphone"
    AMI = "ami", "Asterisk"
    TWILIO = "twilio", "Twilio"


class DialStatus(models.TextChoices):
    """What the line did. None of them says whom we reached."""

    QUEUED = "queued", "About to ring"
    RINGING = "ringing", "Ringing"
    ANSWERED = "answered", "Picked up"
    BUSY = "busy", "Busy"
    NO_ANSWER = "no_answer", "Nobody picked up"
    DECLINED = "declined", "Declined"
    INVALID = "invalid", "No such number"
    UNAVAILABLE = "unavailable", "Not to be reached"
    FAILED = "failed", "The line failed"
    CANCELED = "canceled", "Given up while it rang"
    MACHINE = "machine", "An answering machine"


class MailFate(models.TextChoices):
    """What became of a mail that came in."""

    REPLY = "reply", "A customer’s reply, in their case"
    INCIDENT = "incident", "A new incident"
    AUTO_REPLY = "auto_reply", "An automatic reply"
    BOUNCE = "bounce", "Could not be delivered"
    LOOP = "loop", "Our own mail, come back"
    COLLEAGUE = "colleague", "From a colleague"
    SPAM = "spam", "Marked as spam"
    TOO_MANY = "too_many", "Too many from one sender"
    TOO_OLD = "too_old", "Too old to answer"
    UNREADABLE = "unreadable", "Could not be read or placed"
