"""Earlier honored errors: what this customer got once, and may take for the rule.

An honored error bears on an incident of the same customer that was logged after it became known, when both are of the
same kind of action (*something else* is no kind), in the same line of business, or of causes under the same branch.

A cause's branch is the second level of the tree, that is its ancestor there or itself; a root is a branch of its own
with all that lies under it. Two causes are under the same branch when one lies in the branch of the other: siblings
below the second level do, the roots' children do not, since a root such as "Systems" is no likeness.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Prefetch, Q, QuerySet, prefetch_related_objects

from cases.enums import DisclosureKind, DisclosureStatus, ErrorStatus, KindOfAction, Likeness
from cases.models import Case, Customer, Disclosure, HonoredError, Incident
from cases.queries.honored_errors import line_key

BRANCH = 2  # levels


@dataclass(frozen=True)
class Matter:
    """What an honored error is held against: an incident, or what is known of one that is being written down.

    Without ``after`` (when the incident was logged, and its id) it is the newest of all.
    """

    kind_of_action: str = ""
    line_key: str = ""
    cause_path: str = ""
    after: tuple[datetime, int] | None = None


@dataclass(frozen=True)
class Precedent:
    """An honored error, why it bears on what is at hand, and the call about it: made, or still owed."""

    error: HonoredError
    because: tuple[Likeness, ...]
    call: Disclosure | None

    @property
    def told(self) -> bool:
        return self.call is not None and self.call.status == DisclosureStatus.MADE


def matter_of(incident: Incident) -> Matter:
    """Reads the incident's cause."""
    return Matter(
        incident.kind_of_action,
        line_key(incident.line_of_business),
        incident.cause.path if incident.cause else "",
        (incident.logged_at, incident.pk),
    )


def matter_described(*, kind_of_action: str = "", line_of_business: str = "", cause_path: str = "") -> Matter:
    """A matter that has no incident yet."""
    return Matter(kind_of_action, line_key(line_of_business), cause_path)


def likeness(error: HonoredError, matter: Matter) -> tuple[Likeness, ...]:
    """Why this error bears on that; nothing when it does not. Reads the cause of the error's incident."""
    if matter.after is not None and (error.opened_at, error.incident_id) >= matter.after:
        return ()
    cause = error.incident.cause
    alike = {
        Likeness.KIND: error.kind_of_action == matter.kind_of_action != KindOfAction.OTHER,
        Likeness.LINE: bool(matter.line_key) and error.line_key == matter.line_key,
        Likeness.CAUSE: cause is not None and same_branch(cause.path, matter.cause_path),
    }
    return tuple(why for why, so in alike.items() if so)


def alike(*, kind_of_action: str, line_of_business: str) -> Q:
    """The same as a condition on errors, as far as kind and line go; nothing is alike where neither is given."""
    kind = Q(kind_of_action=kind_of_action) & ~Q(kind_of_action=KindOfAction.OTHER)
    key = line_key(line_of_business)
    return kind | Q(line_key=key) if key else kind


def same_branch(one: str, other: str) -> bool:
    """Whether two paths of causes are under the same branch; a cause that is not known is under none."""
    return bool(one and other) and (one.startswith(branch_of(other)) or other.startswith(branch_of(one)))


def branch_of(path: str) -> str:
    """``/1/5/9/`` is of the branch ``/1/5/``, ``/1/`` of its own."""
    return "/" + "".join(f"{step}/" for step in path.split("/")[1:-1][:BRANCH])


def honored_of(customer_ids: Iterable[int], *, before: datetime | None = None) -> QuerySet[HonoredError]:
    """What we stand by for these customers, with its cause, the newest first, in one query."""
    errors = HonoredError.objects.filter(customer__in=list(customer_ids), status=ErrorStatus.HONORED)
    if before is not None:
        errors = errors.filter(opened_at__lt=before)
    return errors.select_related("incident__cause", "case", "decided_by").order_by("-opened_at", "-id")


def for_customer(
    customer_id: int,
    *,
    kind_of_action: str = "",
    line_of_business: str = "",
    cause_path: str = "",
    before: datetime | None = None,
) -> list[Precedent]:
    """The customer's honored errors, those that bear on such a matter first, then the newest first. Two queries."""
    matter = matter_described(kind_of_action=kind_of_action, line_of_business=line_of_business, cause_path=cause_path)
    found = held_against(matter, honored_of([customer_id], before=before))
    return sorted(found, key=lambda each: not each.because)


def held_against(matter: Matter, errors: Iterable[HonoredError]) -> list[Precedent]:
    """These errors, each with why it bears on the matter and the call about it, in their order. One query."""
    return _with_calls([(error, likeness(error, matter)) for error in errors])


def for_each(customer_ids: Iterable[int]) -> dict[int, list[Precedent]]:
    """All honored errors of several customers, by customer, the newest first. Two queries, however many they are."""
    of: dict[int, list[Precedent]] = {customer_id: [] for customer_id in customer_ids}
    for each in held_against(Matter(), honored_of(of)) if of else []:
        of[each.error.customer_id].append(each)
    return of


def bearing_on(case: Case, *, incidents: Iterable[Incident] | None = None) -> list[Precedent]:
    """The honored errors that bear on any incident of this case, the newest first.

    Three queries at most, none where ``has_precedent`` says that there is nothing to find. ``incidents`` are the
    case's with their cause, where the caller has them.
    """
    errors = list(honored_of([case.customer_id])) if case.has_precedent else []
    if not errors:
        return []
    listed = case.incidents.select_related("cause") if incidents is None else incidents
    matters = {matter_of(incident) for incident in listed}
    found = []
    for error in errors:
        why = {each for matter in matters for each in likeness(error, matter)}
        if why:
            found.append((error, tuple(each for each in Likeness if each in why)))
    return _with_calls(found)


def _with_calls(found: list[tuple[HonoredError, tuple[Likeness, ...]]]) -> list[Precedent]:
    """In one query; in none where nothing was found."""
    calls = Disclosure.objects.filter(kind=DisclosureKind.HONORED).exclude(status=DisclosureStatus.WITHDRAWN)
    calls = calls.select_related("obligation", "caller", "owed_by").order_by("-pk")
    prefetch_related_objects([error for error, _ in found], Prefetch("disclosures", calls))
    return [Precedent(error, because, next(iter(error.disclosures.all()), None)) for error, because in found]


def may_have_precedent(customer: Customer) -> Exists:
    """Whether a customer has any error in their favor by now, as a condition that costs no query of its own."""
    return Exists(HonoredError.objects.filter(customer=customer))
