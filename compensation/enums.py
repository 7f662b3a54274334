from django.db import models


class RemedyKind(models.TextChoices):
    APOLOGY = "apology", "Apology"
    ASSISTANCE = "assistance", "Assistance"
    MONETARY = "monetary", "Compensation in money"
    NON_MONETARY = "non_monetary", "Compensation in kind"


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


class ApprovalStatus(models.TextChoices):
    WAITING = "waiting", "Waiting"
    APPROVED = "approved", "Approved"
    APPROVED_LESS = "approved_less", "Approved for less"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"


class Axis(models.TextChoices):
    """What a cap is measured over."""

    AWARD = "award", "per award"
    CASE = "case", "per case"
    DAY = "day", "per day"
    MONTH = "month", "per month"
    NO_QUESTIONS = "no_questions", "no-questions remedies per day"


class Account(models.TextChoices):
    """Where money stands in the ledger. Every entry moves an amount from one account to another."""

    SOURCE = "source", "The company"
    PENDING = "pending", "Held for an approval"
    COMMITTED = "committed", "Given, not delivered"
    DELIVERED = "delivered", "Delivered"


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
