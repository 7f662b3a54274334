"""The catalog, the caps with their counters, awards, approvals and the ledger."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.enums import Role
from accounts.models import BusinessUnit, User, currency_code
from cases.models import Case, Customer, Obligation
from compensation.enums import Account, ApprovalStatus, AwardStatus, Axis, Basis, RemedyKind


class Remedy(models.Model):
    """A line of the catalog. Amounts in minor units of ``currency``.

    ``cost_minor`` is what it costs us, None where the rep chooses the amount; ``value_minor`` is what it is worth
    to the customer, None where that is the amount itself. A blank currency means that it costs nothing anywhere.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=14, choices=RemedyKind.choices)
    currency = models.CharField(max_length=3, blank=True, default="", validators=[currency_code])
    cost_minor = models.BigIntegerField(null=True, blank=True)
    value_minor = models.BigIntegerField(null=True, blank=True)
    no_questions = models.BooleanField(default=False, help_text="Given in one action, without justification.")
    delivery_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Days until it must be delivered; empty means at once."
    )
    words = models.TextField(blank=True, default="", help_text="What to say when offering it.")
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["kind", "name"]
        verbose_name_plural = "remedies"
        constraints = [
            models.CheckConstraint(
                name="remedy_amounts_not_negative",
                condition=(Q(cost_minor__isnull=True) | Q(cost_minor__gte=0))
                & (Q(value_minor__isnull=True) | Q(value_minor__gte=0)),
            ),
            models.CheckConstraint(
                name="remedy_without_currency_costs_nothing",
                # An open amount is no zero: compared with NULL alone, the condition would be neither true nor false.
                condition=~Q(currency="") | Q(cost_minor__isnull=False, cost_minor=0),
            ),
            models.CheckConstraint(
                name="remedy_without_questions_has_a_fixed_cost",
                condition=Q(no_questions=False) | Q(cost_minor__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def open_amount(self) -> bool:
        """The rep chooses the amount."""
        return self.cost_minor is None


class Cap(models.Model):
    """What a role, or one person instead of their role, may spend alone on one axis in one currency."""

    role = models.CharField(max_length=12, choices=Role.choices, blank=True, default="")
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="caps")
    axis = models.CharField(max_length=12, choices=Axis.choices)
    currency = models.CharField(max_length=3, validators=[currency_code])
    amount_minor = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["currency", "role", "user", "axis"]
        constraints = [
            models.CheckConstraint(
                name="cap_of_a_role_or_a_person",
                condition=(Q(user__isnull=True) & ~Q(role="")) | (Q(user__isnull=False) & Q(role="")),
            ),
            models.CheckConstraint(name="cap_not_negative", condition=Q(amount_minor__gte=0)),
            models.UniqueConstraint(
                fields=["role", "axis", "currency"], name="one_cap_per_role", condition=Q(user__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["user", "axis", "currency"], name="one_cap_per_person", condition=Q(user__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.role} {self.axis} {self.currency}"


class CapCounter(models.Model):
    """What has been spent and reserved of one cap: a person's day or month, or a case, in one currency.

    The CHECK is the wall: whatever any program does, spent and reserved never pass the ceiling. ``key`` says what is
    counted, so that one statement can make, guard and move all counters of an award. ``period_start`` is the first
    local day of the period in the person's own zone; None for a case. No-questions remedies are counted by number.
    """

    key = models.CharField(max_length=80, unique=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    axis = models.CharField(max_length=12, choices=Axis.choices)
    currency = models.CharField(max_length=3, blank=True, default="")
    period_start = models.DateField(null=True, blank=True)
    spent_minor = models.BigIntegerField(default=0)
    reserved_minor = models.BigIntegerField(default=0)
    ceiling_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="cap_counter_never_over_its_ceiling",
                condition=Q(spent_minor__lte=F("ceiling_minor") - F("reserved_minor")),
            ),
            models.CheckConstraint(
                name="cap_counter_not_negative", condition=Q(spent_minor__gte=0, reserved_minor__gte=0)
            ),
            models.CheckConstraint(
                name="cap_counter_of_a_person_or_a_case",
                condition=(Q(user__isnull=False, case__isnull=True, period_start__isnull=False) & ~Q(axis="case"))
                | Q(axis="case", user__isnull=True, case__isnull=False, period_start__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Award(models.Model):
    """One remedy given to one customer on one case. Amounts in minor units of ``currency``.

    ``spender`` is whose counters it draws on: the rep's within their caps, the approver's above them.
    ``day`` and ``month`` are the spender's local periods, frozen when the money was spent.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="awards")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="awards")
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="+", db_index=False)
    remedy = models.ForeignKey(Remedy, models.PROTECT, related_name="awards")
    remedy_name = models.CharField(max_length=120, help_text="As the catalog called it then.")
    basis = models.CharField(max_length=14, choices=Basis.choices, default=Basis.GOODWILL)
    status = models.CharField(max_length=18, choices=AwardStatus.choices)
    cost_minor = models.BigIntegerField(help_text="Cost to us.")
    value_minor = models.BigIntegerField(help_text="Worth to the customer.")
    currency = models.CharField(max_length=3, validators=[currency_code])
    given_by = models.ForeignKey(User, models.PROTECT, related_name="awards", db_index=False)
    given_at = models.DateTimeField()
    spender = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    day = models.DateField(null=True, blank=True)
    month = models.DateField(null=True, blank=True)
    no_questions = models.BooleanField(default=False)
    delivery = models.OneToOneField(
        Obligation, models.PROTECT, null=True, blank=True, related_name="award", help_text="That it be delivered."
    )
    delivered_at = models.DateTimeField(null=True, blank=True)
    proof = models.CharField(max_length=200, blank=True, default="")
    reversed_at = models.DateTimeField(null=True, blank=True)
    historical = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="award_amounts_not_negative", condition=Q(cost_minor__gte=0, value_minor__gte=0)
            ),
            models.CheckConstraint(
                name="award_goodwill_spent_by_somebody",
                condition=~Q(basis=Basis.GOODWILL)
                | Q(no_questions=True)
                | Q(historical=True)
                | Q(status__in=[AwardStatus.AWAITING_APPROVAL, AwardStatus.DECLINED, AwardStatus.EXPIRED])
                | Q(spender__isnull=False, day__isnull=False, month__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["given_by", "-given_at"], name="awards_of_rep"),
            models.Index(F("given_at").desc(), F("id").desc(), name="awards_newest"),
            models.Index(
                fields=["given_by", "given_at"],
                name="no_questions_of_rep",
                condition=Q(no_questions=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remedy_name} on case {self.case_id}"


class Approval(models.Model):
    """A supervisor's answer to an award above the rep's caps. The database refuses an answer by the asker."""

    award = models.OneToOneField(Award, models.PROTECT, related_name="approval")
    obligation = models.OneToOneField(Obligation, models.PROTECT, related_name="approval")
    status = models.CharField(max_length=14, choices=ApprovalStatus.choices, default=ApprovalStatus.WAITING)
    binding_axis = models.CharField(max_length=12, choices=Axis.choices, help_text="The cap that it is above.")
    asked_minor = models.BigIntegerField()
    granted_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="approvals_asked")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="approvals_answered")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="approval_never_ones_own",
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="approval_answered_has_a_name",
                condition=~Q(status__in=["approved", "approved_less", "declined"])
                | Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="approval_grants_no_more_than_asked",
                condition=Q(granted_minor__isnull=True) | Q(granted_minor__gte=0, granted_minor__lte=F("asked_minor")),
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="approvals_to_expire", condition=Q(status="waiting")),
        ]

    def __str__(self) -> str:
        return f"approval of award {self.award_id}"


class LedgerEntry(models.Model):
    """One move of money from an account to another. Never changed or deleted; a reversal is a new entry."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    basis = models.CharField(max_length=14, choices=Basis.choices)
    from_account = models.CharField(max_length=10, choices=Account.choices)
    to_account = models.CharField(max_length=10, choices=Account.choices)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="+", db_index=False)
    rep = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.CheckConstraint(name="ledger_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="ledger_moves_between_accounts", condition=~Q(from_account=F("to_account"))),
        ]
        indexes = [
            models.Index(fields=["unit", "at"], name="ledger_of_unit"),
            models.Index(fields=["rep", "at"], name="ledger_of_rep"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} {self.from_account} → {self.to_account}"
