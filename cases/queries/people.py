"""Finding customers as one types, and what comes first when one is found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from cases.enums import Favor
from cases.models import Customer, CustomerPhone, Incident, SearchKey
from cases.queries.reach import visible_customers

HIGHEST = chr(0x10FFFF)
WORD = re.compile(r"[^\W_]+", re.UNICODE)
KEY_LENGTH = 160
PUNCTUATION = ".,;:'\"()[]“”‘’"


def folded(text: str) -> str:
    """Text as it is compared: one form for what looks the same, no case. The result is normal again after folding."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def without_accents(text: str) -> str:
    """Folded text as people type it who have no accents on their keyboard."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def query_keys(text: str) -> list[str]:
    """What to look for when somebody has typed this: at most five prefixes.

    A phone number is looked for by its digits, however they are set apart; what holds an @ or a hyphen as it stands;
    all else by its words.
    """
    text = folded(text.replace("\x00", ""))
    digits = re.sub(r"[\s().+\-/]", "", text)
    if digits.isdigit() and len(digits) >= 3:
        return [digits.lstrip("0")[:KEY_LENGTH]] if digits.strip("0") else []
    keys: list[str] = []
    for part in text.split():
        plain = part.strip(PUNCTUATION)
        keys += [plain[:KEY_LENGTH]] if "@" in plain or "-" in plain.strip("-") else WORD.findall(plain)
    return keys[:5]


def starts_with(field: str, prefix: str) -> Q:
    """A prefix condition that an ordinary index serves on either database."""
    if connection.vendor == "postgresql":
        return Q(**{f"{field}__startswith": prefix})  # by the varchar_pattern_ops index Django makes
    return Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix + HIGHEST})


def find_customers(user: Any, text: str, *, limit: int = 8) -> list[Customer]:
    """Customers in reach who can be found by this text: beginnings of names, a phone, an email, a foreign id.

    Every word must match the beginning of some key. Newest customers first; at most ``limit``.
    """
    if not query_keys(text):
        return []
    found = matching(visible_customers(user), text)
    return list(found.prefetch_related("phones", "emails", "units").order_by("-id")[:limit])


def matching(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """Those who can be found by this text: nobody by a text without a word in it."""
    words = query_keys(text)
    for word in words:
        keys = SearchKey.objects.filter(starts_with("key", word), customer=OuterRef("pk"))
        customers = customers.filter(Exists(keys))
    return customers if words else customers.none()


def customers_by_phone(user: Any, number: str) -> QuerySet[Customer]:
    """Customers in reach with this E.164 number, for a screen-pop."""
    phones = CustomerPhone.objects.filter(number=number, customer=OuterRef("pk"))
    return visible_customers(user).filter(Exists(phones)).order_by("-id")


def with_particulars(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Customers with phones, emails, external ids and units loaded, in a constant number of queries."""
    return customers.prefetch_related("phones", "emails", "external_ids", "units")


@dataclass(frozen=True)
class Baggage:
    """Past incidents of a customer, newest first, and how much of it nobody has owned up to.

    ``score`` is 0 to 100: each unacknowledged incident counts 10, 20 or 30 by its severity, each acknowledged one
    a fifth of that. The weights are this product's own convention. What was in the customer's favor is shown and does
    not count: it let nobody down, and whoever made the mistake tells them of it.
    """

    incidents: list[Incident]
    let_down: int
    unacknowledged: int
    score: int
    more: bool


WEIGHT = {"low": 10, "medium": 20, "high": 30}


def baggage_of(customer: Customer, *, apart_from_case: int | None = None, limit: int = 20) -> Baggage:
    """What this customer has been through with us, apart from one case. One query."""
    past = Incident.objects.filter(customer=customer).select_related("case", "cause", "acknowledged_by")
    if apart_from_case is not None:
        past = past.exclude(case_id=apart_from_case)
    return _summed(list(past.order_by("-reported_at", "-id")[: limit + 1]), limit=limit)


def baggage_of_each(customers: Iterable[Customer], *, limit: int = 20) -> dict[int, Baggage]:
    """The same for several customers, by their id. One query, however many they are."""
    newest_first = Window(RowNumber(), partition_by="customer_id", order_by=[F("reported_at").desc(), F("id").desc()])
    wanted = {customer.pk: list[Incident]() for customer in customers}
    past = Incident.objects.filter(customer__in=list(wanted)).annotate(place=newest_first)
    for incident in past.filter(place__lte=limit + 1).select_related("case").order_by("place"):
        wanted[incident.customer_id].append(incident)
    return {customer_id: _summed(listed, limit=limit) for customer_id, listed in wanted.items()}


def _summed(listed: list[Incident], *, limit: int) -> Baggage:
    shown = listed[:limit]
    counted = [incident for incident in shown if incident.favor != Favor.CUSTOMER]
    score = sum(WEIGHT[i.severity] if i.acknowledged_at is None else WEIGHT[i.severity] // 5 for i in counted)
    return Baggage(
        incidents=shown,
        let_down=len(counted),
        unacknowledged=sum(1 for incident in counted if incident.acknowledged_at is None),
        score=min(score, 100),
        more=len(listed) > limit,
    )


def incidents_prefetch() -> Prefetch[str, QuerySet[Incident], str]:
    """Incidents of a case with their cause and originator, oldest first."""
    return Prefetch("incidents", Incident.objects.select_related("cause", "originator", "logged_by").order_by("id"))
