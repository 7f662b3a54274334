from django.db import models


class RemedyKind(models.TextChoices):
    APOLOGY = "apology", "Apology"
    ASSISTANCE = "assistance", "Assistance"
    MONETARY = "monetary", "Compensation in money"
    NON_MONETARY = "non_monetary", "Compensation in kind"


class Gives(models.TextChoices):
    """What a remedy gives the customer. What failed is best made good in its own kind (Roschk & Gelbrich 2014)."""

    MONEY = "money", "Money"
    GOODS = "goods", "Goods"
    SERVICE = "service", "The service, done again"
    ATTENTION = "attention", "Attention"


class Method(models.TextChoices):
    """How a remedy reaches the customer, and so what proves that it did."""

    NONE = "none", "At once, nothing to deliver"
    REFUND = "refund", "Refund"
    COUPON = "coupon", "Coupon code"
    REPLACEMENT = "replacement", "Replacement order"
    SERVICE_CREDIT = "service_credit", "Service credit"
    OTHER = "other", "Otherwise"


class Basis(models.TextChoices):
    """Why something is given. Only goodwill draws on a cap."""

    GOODWILL = "goodwill", "Goodwill"
    ENTITLEMENT = "entitlement", "Owed by law or contract"
    COST_OF_ERROR = "cost_of_error", "Cost of our own error"


class AwardStatus(models.TextChoices):
    AWAITING_APPROVAL = "awaiting_approval", "Waiting for approval"
    GIVEN = "given", "Given, to be delivered"
    DELIVERED = "delivered", "Delivered"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Approval expired"
    REVERSED = "reversed", "Reversed"
    COUNTERED = "countered", "Answered with another remedy"
    OFFERED = "offered", "Approved instead, to be taken up"
    NOT_TAKEN = "not_taken", "Not taken up"


class ApprovalStatus(models.TextChoices):
    WAITING = "waiting", "Waiting"
    APPROVED = "approved", "Approved"
    APPROVED_LESS = "approved_less", "Approved for less"
    COUNTERED = "countered", "Another remedy instead"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"


class OfferStatus(models.TextChoices):
    """Of another remedy that a supervisor approved instead of what was asked for."""

    OPEN = "open", "To be taken up"
    TAKEN = "taken", "Taken up"
    NOT_TAKEN = "not_taken", "Not taken up"
    EXPIRED = "expired", "Expired"


class PayoutStatus(models.TextChoices):
    """Of a delivery that another system makes."""

    QUEUED = "queued", "To be sent"
    SENT = "sent", "Sent, to be confirmed"
    CONFIRMED = "confirmed", "Confirmed"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"


class AdviceEffect(models.TextChoices):
    """What a rule of advice does to the package that is proposed."""

    ONE_OF = "one_of", "Calls for one of these kinds"
    EACH_OF = "each_of", "Calls for each of these kinds"
    FITS = "fits", "What fits the failure"
    ANEW = "anew", "Calls for these kinds again"
    COMMIT = "commit", "Calls for a commitment to the customer"
    WEAK_ALONE = "weak_alone", "Weak when nothing else is given"
    MORE_THAN_HELPS = "more_than_helps", "Above this share of the loss, more than helps"


class Axis(models.TextChoices):
    """What a cap is measured over."""

    AWARD = "award", "per award"
    CASE = "case", "per case"
    CUSTOMER = "customer", "per customer and month"
    DAY = "day", "per day"
    MONTH = "month", "per month"
    TEAM = "team", "per team and month"
    NO_QUESTIONS = "no_questions", "no-questions remedies per day"


class Account(models.TextChoices):
    """Where money stands in the ledger, kept apart for each basis. Every entry moves an amount between two of them."""

    SOURCE = "source", "The company"
    PENDING = "pending", "Held for an approval"
    COMMITTED = "committed", "Given, not delivered"
    DELIVERED = "delivered", "Delivered"
    REVERSED = "reversed", "Taken back"


class Stance(models.TextChoices):
    """What the company does about an error in the customer's favor."""

    HONOR = "honor", "Stand by it"
    RESCIND = "rescind", "Take it back"


class RescissionEffect(models.TextChoices):
    """What a rule says of taking an error back."""

    PROHIBITED = "prohibited", "Prohibited"
    LEGAL_REVIEW = "legal_review", "Needs legal review"
    WITHIN_DAYS = "within_days", "Allowed within a number of days"
    ALLOWED = "allowed", "Allowed"


class Ruled(models.TextChoices):
    """What the rules come to for one error on one day."""

    PROHIBITED = "prohibited", "May not be taken back"
    LEGAL_REVIEW = "legal_review", "Needs legal review"
    ALLOWED = "allowed", "May be taken back"


class Conclusion(models.TextChoices):
    """What counsel concluded about taking an error back."""

    MAY = "may", "It may be taken back"
    MAY_NOT = "may_not", "It may not be taken back"


class Grouping(models.TextChoices):
    """What a statement of the ledger is broken down by."""

    REP = "rep", "Rep"
    TEAM = "team", "Team"
    CAUSE = "cause", "Cause"
    PRODUCT = "product", "Product"
    MONTH = "month", "Month"
