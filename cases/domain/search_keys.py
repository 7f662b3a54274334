"""What a customer can be found by."""

from __future__ import annotations

import phonenumbers

from cases.models import Customer, SearchKey
from cases.queries.people import KEY_LENGTH, PUNCTUATION, WORD, folded, without_accents


def keys_of(customer: Customer, *, phones: list[str], emails: list[str], external_ids: list[str]) -> set[str]:
    """Every key of a customer: words of their name, with and without accents, emails, digits of phones, foreign ids."""
    keys: set[str] = set()
    for name in (folded(customer.preferred_name), folded(customer.form_of_address)):
        for written in (name, without_accents(name)):
            keys |= {part.strip(PUNCTUATION) for part in written.split()} | set(WORD.findall(written))
    for email in map(folded, emails):
        keys |= {email, *WORD.findall(email.partition("@")[0])}
    for phone in phones:
        keys |= {phone.lstrip("+"), _at_home(phone)}
    for external_id in map(folded, external_ids):
        keys |= {external_id, *external_id.split()}
        if external_id.isdigit():
            keys.add(external_id.lstrip("0"))  # digits are looked for without leading zeros, since phones are
    return {key[:KEY_LENGTH] for key in keys if key}


def _at_home(phone: str) -> str:
    """The digits of an E.164 number as they are dialed in its own country, without the trunk zero."""
    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(phone)).lstrip("0")
    except phonenumbers.NumberParseException:
        return ""


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
