"""The people we serve, and the ways to find and reach them."""

from __future__ import annotations

import zoneinfo

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from accounts.models import BusinessUnit, currency_code, jurisdiction_code, time_zone_name
from cases.enums import Channel

language_code = RegexValidator(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "Use a language code such as en or pt-BR.")
e164 = RegexValidator(r"^\+[1-9]\d{6,14}$", "Use the international form, such as +13035550142.")


class Customer(models.Model):
    """A person or account we serve. A blank name means that nobody has told us one."""

    preferred_name = models.CharField(max_length=160, blank=True, default="")
    form_of_address = models.CharField(
        max_length=160, blank=True, default="", help_text="How to greet them, such as “Ms. Okafor”."
    )
    time_zone = models.CharField(max_length=60, default="UTC", validators=[time_zone_name])
    language = models.CharField(max_length=20, default="en", validators=[language_code])
    channel_preference = models.CharField(max_length=12, choices=Channel.choices, default=Channel.PHONE)
    do_not_call = models.BooleanField(default=False)
    do_not_survey = models.BooleanField(default=False, help_text="Does not want to be asked how it was.")
    jurisdiction = models.CharField(max_length=6, blank=True, default="", validators=[jurisdiction_code])
    value_minor = models.BigIntegerField(null=True, blank=True, help_text="Worth to us in a year, minor units.")
    value_currency = models.CharField(max_length=3, blank=True, default="", validators=[currency_code])
    risk_flags = models.JSONField(default=list, blank=True)
    units = models.ManyToManyField(BusinessUnit, through="CustomerUnit", related_name="customers")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="customer_value_has_currency", condition=Q(value_minor__isnull=True) | ~Q(value_currency="")
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.preferred_name or f"Customer {self.pk}"

    @property
    def greeting(self) -> str:
        return self.form_of_address or self.display_name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class CustomerUnit(models.Model):
    """That a customer belongs to a business unit: what decides who may see them."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="memberships", db_index=False)
    unit = models.ForeignKey(BusinessUnit, models.PROTECT, related_name="memberships", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "unit"], name="customer_in_unit_once")]
        indexes = [models.Index(fields=["unit", "-customer"], name="customers_of_unit")]

    def __str__(self) -> str:
        return f"customer {self.customer_id} in unit {self.unit_id}"


class CustomerPhone(models.Model):
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="phones")
    number = models.CharField(max_length=16, validators=[e164], db_index=True)
    label = models.CharField(max_length=40, blank=True, default="")
    wrong = models.BooleanField(default=False, help_text="Somebody else answered: not to be dialed again.")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["customer", "number"], name="phone_once_per_customer")]

    def __str__(self) -> str:
        return self.number


class CustomerEmail(models.Model):
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="emails")
    address = models.EmailField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["customer", "address"], name="email_once_per_customer")]

    def __str__(self) -> str:
        return self.address


class ExternalId(models.Model):
    """The id by which another system knows a customer. Unique across the installation."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="external_ids")
    system = models.SlugField(max_length=40)
    external_id = models.CharField(max_length=120)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["system", "external_id"], name="external_id_once")]

    def __str__(self) -> str:
        return f"{self.system}:{self.external_id}"


class SearchKey(models.Model):
    """What a customer can be found by as one types: casefolded words, digits, addresses, foreign ids.

    SQLite folds ASCII only, so folding is done when the key is written, and both databases scan a prefix range.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="search_keys")
    key = models.CharField(max_length=160, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "key"], name="search_key_once")]

    def __str__(self) -> str:
        return self.key
