"""What a customer can be found by."""

from __future__ import annotations

from cases.models import Customer, SearchKey
from cases.queries.people import KEY_LENGTH, WORD

NATIONAL_DIGITS = 10


def keys_of(customer: Customer, *, phones: list[str], emails: list[str], external_ids: list[str]) -> set[str]:
    """Every key of a customer: the words of their name, whole emails, digits of phones, foreign ids."""
    keys = set(WORD.findall(customer.preferred_name.casefold()))
    keys |= set(WORD.findall(customer.form_of_address.casefold()))
    for email in emails:
        keys.add(email.casefold())
    for phone in phones:
        digits = phone.lstrip("+")
        keys.add(digits)
        keys.add(digits[-NATIONAL_DIGITS:])
    keys |= {external_id.casefold() for external_id in external_ids}
    return {key[:KEY_LENGTH] for key in keys if key}


def refresh(customer: Customer) -> None:
    """Make the stored keys equal to what the customer's rows now say."""
    wanted = keys_of(
        customer,
        phones=list(customer.phones.values_list("number", flat=True)),
        emails=list(customer.emails.values_list("address", flat=True)),
        external_ids=list(customer.external_ids.values_list("external_id", flat=True)),
    )
    stored = set(customer.search_keys.values_list("key", flat=True))
    if stored - wanted:
        customer.search_keys.filter(key__in=stored - wanted).delete()
    SearchKey.objects.bulk_create(
        [SearchKey(customer=customer, key=key) for key in sorted(wanted - stored)], ignore_conflicts=True
    )
