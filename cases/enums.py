from django.db import models


class Channel(models.TextChoices):
    PHONE = "phone", "Phone"
    EMAIL = "email", "Email"
    CHAT = "chat", "Chat"
    SOCIAL = "social", "Social media"
    IN_PERSON = "in_person", "In person"
    WEB = "web", "Web form"
    POST = "post", "Post"
    FAX = "fax", "Fax"
    REFERRAL = "referral", "Referral"
    VIDEO = "video", "Video call"
    SURVEY = "survey", "Survey"
    API = "api", "Another system"
    IMPORT = "import", "Import"


class Severity(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


SEVERITY_ORDER = {Severity.LOW: 0, Severity.MEDIUM: 1, Severity.HIGH: 2}


class Originator(models.TextChoices):
    PERSON = "person", "A colleague"
    SYSTEM = "system", "A system"
    PARTNER = "partner", "A partner"
    UNKNOWN = "unknown", "Not known yet"


class Favor(models.TextChoices):
    COMPANY = "company", "Against the customer"
    CUSTOMER = "customer", "In the customer's favor"
    NOBODY = "nobody", "In nobody's favor"


class KindOfAction(models.TextChoices):
    """What kind of act went wrong: what precedents and rules for taking back are keyed on."""

    BILLING = "billing", "Billing or charge"
    QUOTE = "quote", "Quote or rate"
    FEE = "fee", "Fee or waiver"
    REINSTATEMENT = "reinstatement", "Reinstatement"
    CANCELLATION = "cancellation", "Cancellation"
    DELIVERY = "delivery", "Delivery or shipment"
    SERVICE = "service", "Service not done or done badly"
    INFORMATION = "information", "Wrong or missing information"
    CONDUCT = "conduct", "Neglect or rudeness"
    EXCEPTION = "exception", "A knowing exception"
    OTHER = "other", "Something else"


class Complainer(models.TextChoices):
    """How dissatisfied customers act: Singh (1990), Journal of Retailing 66(1), four response styles."""

    VOICER = "voicer", "Voicer: tells us"
    IRATE = "irate", "Irate: angry, tells others"
    ACTIVIST = "activist", "Activist: tells the public or an authority"
    PASSIVE = "passive", "Passive: says little, may leave"


class Feeling(models.TextChoices):
    ANGRY = "angry", "Angry"
    DISAPPOINTED = "disappointed", "Disappointed"
    FRUSTRATED = "frustrated", "Frustrated"
    WORRIED = "worried", "Worried"
    IGNORED = "ignored", "Ignored"
    EMBARRASSED = "embarrassed", "Embarrassed"
    CONFUSED = "confused", "Confused"
    LET_DOWN = "let_down", "Let down"


class CaseStatus(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    REOPENED = "reopened", "Reopened"


class CaseOutcome(models.TextChoices):
    PUT_RIGHT = "put_right", "Put right"
    PARTLY = "partly", "Partly put right"
    NOT_PUT_RIGHT = "not_put_right", "Not put right"
    WITHDRAWN = "withdrawn", "Withdrawn by the customer"
    EXPLAINED = "explained", "Explained"
    UNKNOWN = "unknown", "Not known"


class ObligationKind(models.TextChoices):
    PROMISE = "promise", "Promise to contact"
    DELIVERY = "delivery", "Remedy to deliver"
    APPROVAL = "approval", "Approval to answer"
    OFFER = "offer", "Approved offer to take up"
    FOLLOW_UP_CALL = "follow_up_call", "Follow-up call"
    DECISION = "decision", "Decision to take"
    DISCLOSURE = "disclosure", "Disclosure to make"


# Where the customer is there while the rep writes: what is said is said to them.
LIVE_CHANNELS = frozenset({Channel.PHONE, Channel.CHAT, Channel.IN_PERSON, Channel.VIDEO})


class ObligationStatus(models.TextChoices):
    OPEN = "open", "Open"
    DISCHARGED = "discharged", "Done"
    ABANDONED = "abandoned", "No longer owed"


class PromiseStatus(models.TextChoices):
    OPEN = "open", "Open"
    KEPT = "kept", "Kept"
    LATE = "late", "Kept late"
    MISSED = "missed", "Missed"
    RENEGOTIATED = "renegotiated", "Moved with agreement"
    ABANDONED = "abandoned", "Abandoned"


class Phase(models.TextChoices):
    """What time alone says of something owed. Computed from the clock, never stored."""

    AHEAD = "ahead", "Ahead"
    SOON = "soon", "Due soon"
    DUE = "due", "Due now"
    OVERDUE = "overdue", "Overdue"
    MISSED = "missed", "Missed"


class Reached(models.TextChoices):
    """Who was at the other end of a contact."""

    CUSTOMER = "customer", "Spoke with the customer"
    LEFT_MESSAGE = "left_message", "Left a message"
    NO_ANSWER = "no_answer", "No answer"
    WRONG_PERSON = "wrong_person", "Wrong person or number"
    DROPPED = "dropped", "The line dropped"


class Direction(models.TextChoices):
    OUT = "out", "From us"
    IN = "in", "From the customer"


class MessageKind(models.TextChoices):
    OPENING_NOTICE = "opening_notice", "Opening notice"
    LETTER = "letter", "Letter about an honored error"
    PROMISE = "promise", "When we will be in touch"
    SURVEY = "survey", "How was it"


class InvestigationStatus(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class ErrorStatus(models.TextChoices):
    """Of a mistake in the customer's favor: what the company does about it."""

    UNDECIDED = "undecided", "Undecided"
    HONORED = "honored", "Honored"
    RESCINDED = "rescinded", "Taken back"
    WITHDRAWN = "withdrawn", "Not in the customer’s favor after all"


class Relied(models.TextChoices):
    """How far the customer has relied on the error already."""

    UNKNOWN = "unknown", "Not known"
    NOTHING = "nothing", "On nothing yet"
    SOMETHING = "something", "On something that can be undone"
    MUCH = "much", "On something that cannot be undone"


class MoneyHeld(models.TextChoices):
    """Where the money of the error is."""

    UNKNOWN = "unknown", "Not known"
    NONE = "none", "No money has moved"
    WITH_US = "with_us", "We hold it"
    WITH_CUSTOMER = "with_customer", "The customer has it"
    RETURNED = "returned", "It came back to us"


class DisclosureKind(models.TextChoices):
    """Which decision the call tells of."""

    HONORED = "honored", "We honor it this time"
    RESCINDED = "rescinded", "We take it back"


class DisclosureStatus(models.TextChoices):
    OWED = "owed", "Owed"
    MADE = "made", "Made"
    WITHDRAWN = "withdrawn", "No longer owed"


class OwedBecause(models.TextChoices):
    """Why it is this person who owes the call."""

    ORIGINATOR = "originator", "They made the mistake"
    SYSTEM = "system", "A system made it; they own the case"
    PARTNER = "partner", "A partner made it; they own the case"
    UNKNOWN = "unknown", "Nobody knows who made it; they own the case"
    LEFT = "left", "Who made it has left"
    LONG_AWAY = "long_away", "Who made it is away for long"


class Point(models.TextChoices):
    """What the customer has to hear, each said by itself. What the last two say depends on the decision."""

    MISTAKE = "mistake", "A mistake was made"
    SHOULD_HAVE = "should_have", "What should have happened, and why"
    STANCE = "stance", "What we do about it"
    NEXT = "next", "What comes next time"


class Understanding(models.TextChoices):
    UNDERSTOOD = "understood", "Understood"
    PARTLY = "partly", "Understood in part"
    NOT_UNDERSTOOD = "not_understood", "Did not understand"
    DISPUTES = "disputes", "Understood, and disputes it"


class AttemptOutcome(models.TextChoices):
    """What one try at the call came to."""

    TOLD = "told", "Told"
    CALL_BACK = "call_back", "Asked to be called back"
    NO_ANSWER = "no_answer", "No answer"
    LEFT_MESSAGE = "left_message", "Left a message to call back"
    WRONG_PERSON = "wrong_person", "Wrong person or number"
    DROPPED = "dropped", "The line dropped"


class ReviewOutcome(models.TextChoices):
    NO_ACTION = "no_action", "No action"
    COACH = "coach", "Coach"
    CHANGE_PROCESS = "change_process", "Change the process"


class Likeness(models.TextChoices):
    """Why an earlier honored error bears on what is at hand."""

    KIND = "kind_of_action", "The same kind of action"
    LINE = "line_of_business", "The same line of business"
    CAUSE = "cause", "A cause under the same branch"
