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
