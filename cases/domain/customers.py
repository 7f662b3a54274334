"""Customers: added, changed, and kept in step with the systems that know them under another id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.words import check_text
from accounts.models import BusinessUnit, User
from accounts.money import check_minor
from accounts.queries import reach
from cases.domain import search_keys
from cases.domain.casework import changes_since
from cases.models import Customer, CustomerEmail, CustomerPhone, CustomerUnit, ExternalId
from cases.queries.reach import visible_customers
from journal.domain.log import record
from journal.enums import ActorKind, EventType

PARTICULARS = (
    "preferred_name",
    "form_of_address",
    "time_zone",
    "language",
    "channel_preference",
    "do_not_call",
    "do_not_survey",
    "jurisdiction",
    "value_minor",
    "value_currency",
    "risk_flags",
)


E164 = re.compile(r"\+[1-9]\d{6,14}")
MOST = 20  # phones, emails, flags: more of one kind is a mistake of the program that sends them


def e164(number: str, *, region: str | None = None, field: str = "phones") -> str:
    """A phone number in its international form. ``region`` is the country of numbers written without a prefix.

    Refused: ``not_a_phone``.
    """
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        parsed = None
    international = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if parsed else ""
    if parsed is None or not phonenumbers.is_possible_number(parsed) or not E164.fullmatch(international):
        raise Refused("not_a_phone", f"“{number}” is not a phone number we can dial. Try it as +1 303 555 0142.", field)
    return str(international)


@transaction.atomic
def add_customer(
    *,
    by: User,
    now: datetime,
    units: Iterable[BusinessUnit],
    phones: Iterable[str] = (),
    emails: Iterable[str] = (),
    external_ids: Iterable[tuple[str, str]] = (),
    **particulars: Any,
) -> Customer:
    """Add a customer of at least one unit in reach. ``particulars`` are those of ``PARTICULARS``.

    Refused: ``unit_needed``, ``invalid``, ``not_a_phone``, ``external_id_taken``.
    """
    chosen = list({unit.pk: unit for unit in units}.values())
    if not chosen or not all(unit.pk in reach(by) for unit in chosen):
        raise Refused("unit_needed", "Choose a business unit that your team serves.", "units")
    customer = Customer(created_at=now, **_checked(particulars))
    _full_check(customer)
    customer.save(force_insert=True)
    CustomerUnit.objects.bulk_create([CustomerUnit(customer=customer, unit=unit) for unit in chosen])
    _set_phones(customer, phones)
    _set_emails(customer, emails)
    for system, external_id in external_ids:
        _add_external_id(customer, system, external_id)
    search_keys.refresh(customer)
    record(
        EventType.CUSTOMER_ADDED,
        subject=("customer", customer.pk),
        by=by,
        now=now,
        customer_id=customer.pk,
        data={"version": 1, "units": [unit.pk for unit in chosen]},
    )
    return customer


@transaction.atomic
def change_customer(
    customer: Customer,
    *,
    by: User,
    now: datetime,
    version: int | None,
    phones: Iterable[str] | None = None,
    emails: Iterable[str] | None = None,
    **particulars: Any,
) -> Customer:
    """Change what is given, leave the rest. ``version`` is what the writer last saw; None for a sync that overwrites.

    Refused: ``out_of_reach``, ``changed_meanwhile``, ``invalid``, ``not_a_phone``.
    """
    held = visible_customers(by).select_for_update(of=("self",), no_key=True).filter(pk=customer.pk).first()
    if held is None:
        raise Refused("out_of_reach", "There is no such customer.")
    if version is not None and version != held.version:
        raise ChangedMeanwhile(changes_since("customer", held.pk, version), version=held.version)
    wanted = _checked(particulars)
    changed = sorted(name for name, value in wanted.items() if getattr(held, name) != value)
    for name in changed:
        setattr(held, name, wanted[name])
    _full_check(held)
    if phones is not None and _set_phones(held, phones):
        changed.append("phones")
    if emails is not None and _set_emails(held, emails):
        changed.append("emails")
    if not changed:
        return held
    held.version += 1
    held.save()
    search_keys.refresh(held)
    record(
        EventType.CUSTOMER_CHANGED,
        subject=("customer", held.pk),
        by=by,
        now=now,
        customer_id=held.pk,
        data={"version": held.version, "fields": changed},
    )
    return held


@transaction.atomic
def mark_wrong_number(customer: Customer, *, number: str, by: User, now: datetime) -> None:
    """Somebody else answered at this number: it is kept, marked, and not dialed again. Doing it twice changes nothing.

    Refused: ``out_of_reach``, ``other_phone`` when the number is not this customer's.
    """
    held = visible_customers(by).select_for_update(of=("self",), no_key=True).filter(pk=customer.pk).first()
    if held is None:
        raise Refused("out_of_reach", "There is no such customer.")
    phone = held.phones.filter(number=number).first()
    if phone is None:
        raise Refused("other_phone", "This is not one of the customer’s numbers.", "phone")
    if phone.wrong:
        return
    phone.wrong = True
    phone.save(update_fields=["wrong"])
    held.version += 1
    held.save(update_fields=["version"])
    record(
        EventType.CUSTOMER_CHANGED,
        subject=("customer", held.pk),
        by=by,
        now=now,
        customer_id=held.pk,
        data={"version": held.version, "fields": ["phones"], "wrong_phone": phone.pk},
    )


@transaction.atomic
def wants_surveys(customer: Customer, *, wanted: bool, survey_id: int, now: datetime) -> None:
    """The customer says, on the page of a survey, whether we may ask them how it was. Said twice it changes nothing."""
    held = Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer.pk)
    if held.do_not_survey is not wanted:
        return
    held.do_not_survey = not wanted
    held.version += 1
    held.save(update_fields=["do_not_survey", "version"])
    record(
        EventType.CUSTOMER_CHANGED,
        subject=("customer", held.pk),
        now=now,
        customer_id=held.pk,
        data={"version": held.version, "fields": ["do_not_survey"], "survey": survey_id},
        actor_kind=ActorKind.CUSTOMER,
    )


@transaction.atomic
def upsert_by_external_id(
    system: str,
    external_id: str,
    *,
    by: User,
    now: datetime,
    units: Iterable[BusinessUnit] = (),
    **given: Any,
) -> tuple[Customer, bool]:
    """Add or change the customer whom another system knows by this id; returns it and whether it was added.

    Refused as ``add_customer`` and ``change_customer``; ``out_of_reach`` when the id belongs to a stranger.
    """
    check_text(external_id, "external_id")
    wanted = ExternalId.objects.select_related("customer").filter(system=system, external_id=external_id)
    known = wanted.first()
    if known is None:
        try:
            return add_customer(by=by, now=now, units=units, external_ids=[(system, external_id)], **given), True
        except Refused as refused:
            known = wanted.first() if refused.code == "external_id_taken" else None
            if known is None:
                raise
    return change_customer(known.customer, by=by, now=now, version=None, **given), False


def _checked(particulars: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(particulars) - set(PARTICULARS)
    if unknown:
        raise TypeError(f"not particulars of a customer: {sorted(unknown)}")
    return dict(particulars)


def _full_check(customer: Customer) -> None:
    if not isinstance(customer.risk_flags, list) or not all(isinstance(flag, str) for flag in customer.risk_flags):
        raise Refused("invalid", "Risk flags are a list of words.", "risk_flags")
    if len(customer.risk_flags) > MOST or any(len(flag) > 80 for flag in customer.risk_flags):
        raise Refused("invalid", f"At most {MOST} risk flags of 80 characters.", "risk_flags")
    for name in ("preferred_name", "form_of_address"):
        check_text(str(getattr(customer, name)), name)
    for flag in customer.risk_flags:
        check_text(flag, "risk_flags")
    try:
        customer.full_clean(exclude=["created_at"])
    except ValidationError as wrong:
        field, messages = next(iter(wrong.message_dict.items()))
        raise Refused("invalid", messages[0], "" if field == "__all__" else field) from None
    if customer.value_minor is not None:
        check_minor(abs(customer.value_minor), currency=customer.value_currency, field="value_minor", zero=True)


def _set_phones(customer: Customer, phones: Iterable[str]) -> bool:
    region = customer.jurisdiction[:2] or None
    wanted = list(dict.fromkeys(e164(phone, region=region) for phone in phones if phone.strip()))
    _not_too_many(wanted, "phones")
    stored = set(customer.phones.values_list("number", flat=True))
    customer.phones.exclude(number__in=wanted).delete()
    CustomerPhone.objects.bulk_create(
        [CustomerPhone(customer=customer, number=number) for number in wanted if number not in stored]
    )
    return stored != set(wanted)


def _set_emails(customer: Customer, emails: Iterable[str]) -> bool:
    wanted = list(dict.fromkeys(email.strip() for email in emails if email.strip()))
    for email in wanted:
        try:
            validate_email(email)
        except ValidationError as wrong:
            raise Refused("invalid", f"“{email}”: {wrong.messages[0]}", "emails") from None
        if len(email) > 254:
            raise Refused("invalid", "An email address has at most 254 characters.", "emails")
    _not_too_many(wanted, "emails")
    stored = set(customer.emails.values_list("address", flat=True))
    customer.emails.exclude(address__in=wanted).delete()
    CustomerEmail.objects.bulk_create(
        [CustomerEmail(customer=customer, address=email) for email in wanted if email not in stored]
    )
    return stored != set(wanted)


def _not_too_many(listed: list[str], field: str) -> None:
    if len(listed) > MOST:
        raise Refused("invalid", f"At most {MOST} of these.", field)


def _add_external_id(customer: Customer, system: str, external_id: str) -> None:
    check_text(external_id, "external_id")
    row = ExternalId(customer=customer, system=system, external_id=external_id)
    try:
        row.clean_fields(exclude=["customer"])
    except ValidationError as wrong:
        field, messages = next(iter(wrong.message_dict.items()))
        raise Refused("invalid", messages[0], field) from None
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the database decides, so that of two programs at once one is told
        raise Refused("external_id_taken", f"{system} {external_id} is another customer.", "external_ids") from None
