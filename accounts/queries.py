"""Who is who, who serves whom, who is there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from accounts.enums import DeliveryStatus, NoticeChannel, Role, WorkingState
from accounts.models import ApiCredential, BusinessUnit, Notice, User

# Whose work is with customers.
SERVING = (Role.REP, Role.SUPERVISOR)


def reach(user: Any) -> frozenset[int]:
    """Ids of the business units whose customers this user may see. One query per user object."""
    known: frozenset[int] | None = getattr(user, "_reach", None)
    if known is None:
        units = BusinessUnit.objects.order_by()
        if user.role != Role.ADMIN:
            units = units.filter(teams=user.team_id) if user.team_id else units.none()
        known = frozenset(units.values_list("id", flat=True))
        user._reach = known  # noqa: SLF001 - kept on the object for the length of a request
    return known


def visible_units(user: User) -> QuerySet[BusinessUnit]:
    """The business units in the user's reach. The same as ``reach``, without a query of its own."""
    if user.role == Role.ADMIN:
        return BusinessUnit.objects.all()
    return BusinessUnit.objects.filter(teams=user.team_id) if user.team_id else BusinessUnit.objects.none()


def own_currency(user: User) -> str:
    """The currency of the first unit in the user's reach (setting ``CURRENCY`` where there is none)."""
    first = visible_units(user).order_by("id").values_list("currency", flat=True).first()
    return first or str(settings.RECOVERY.get("CURRENCY", "USD"))


def there(now: datetime) -> Q:
    """Users who are at work: available, or away until a time that has passed."""
    return Q(is_active=True, is_service=False) & (
        Q(working_state=WorkingState.AVAILABLE) | Q(working_state=WorkingState.AWAY, away_until__lte=now)
    )


def is_there(user: User, now: datetime) -> bool:
    """The same as ``there``, of one user."""
    if not user.is_active or user.is_service:
        return False
    if user.working_state == WorkingState.AWAY:
        return user.away_until is not None and user.away_until <= now
    return user.working_state == WorkingState.AVAILABLE


def staff(*roles: str) -> QuerySet[User]:
    """People (not programs) of some roles; left and inactive ones excepted."""
    people = User.objects.filter(role__in=roles, is_active=True, is_service=False)
    return people.exclude(working_state=WorkingState.LEFT)


def serves(person: str, unit: str) -> Exists:
    """Whether the person in one column serves the customers of the unit in another, at work now or not.

    Reps and supervisors of its teams do. Administrators keep the settings, and nobody answers for a program.
    """
    return Exists(staff(*SERVING).filter(pk=OuterRef(person), team__units=OuterRef(unit)))


def answers_for(user: User, unit_id: int, now: datetime) -> bool:
    """Whether somebody is there who ``serves`` a unit: who may be told a customer's name, and can act."""
    serving = user.role in SERVING and not user.is_service and unit_id in reach(user)
    return serving and is_there(user, now)


def staff_of_unit(unit_id: int, *roles: str) -> QuerySet[User]:
    """The ``staff`` of the teams that serve a unit."""
    return staff(*roles).filter(team__units=unit_id).order_by("name", "id")


def staff_by_unit(unit_ids: Iterable[int], *roles: str, also: Iterable[int] = ()) -> dict[int, list[User]]:
    """The same for several units at once, in one query. A unit that nobody serves has an empty list.

    ``also``: ids of people who are listed beside those of these roles, in the units that they serve.
    """
    wanted = set(unit_ids)
    listed: dict[int, list[User]] = {unit_id: [] for unit_id in wanted}
    chosen = Q(role__in=roles) | Q(pk__in=set(also))
    serving = staff(*SERVING).filter(chosen, team__units__in=wanted).annotate(serves=F("team__units"))
    for person in serving.order_by("name", "id"):
        listed[person.serves].append(person)
    return listed


def supervisors_of_unit(unit_id: int) -> QuerySet[User]:
    """The supervisors who answer for a unit."""
    return staff_of_unit(unit_id, Role.SUPERVISOR)


def administrators() -> QuerySet[User]:
    """Those who keep the settings."""
    people = User.objects.filter(role=Role.ADMIN, is_active=True, is_service=False)
    return people.exclude(working_state=WorkingState.LEFT).order_by("name", "id")


def colleagues(user: User) -> QuerySet[User]:
    """People who serve a unit in this user's reach, the user too."""
    return (
        User.objects.filter(team__units__in=reach(user), is_active=True, is_service=False)
        .exclude(working_state=WorkingState.LEFT)
        .distinct()
        .order_by("name", "id")
    )


def unseen_notices(user: User) -> QuerySet[Notice]:
    """What this user has been told on the desk and has not put away, newest first."""
    return Notice.objects.filter(user=user, channel=NoticeChannel.DESK, seen_at__isnull=True).order_by("-id")


def held_back(user: User, *, now: datetime) -> tuple[int, datetime | None]:
    """How many notices by mail or chat wait for this user's quiet hours to end or for their digest, and the first such time."""
    waiting = Notice.objects.filter(user=user, status=DeliveryStatus.PENDING, not_before__gt=now)
    found = waiting.aggregate(waiting=Count("id"), first=Min("not_before"))
    return found["waiting"], found["first"]


def visible_credentials(user: User) -> QuerySet[ApiCredential]:
    """A person's own credentials; an administrator sees all."""
    credentials = ApiCredential.objects.select_related("user").order_by("-id")
    return credentials if user.role == Role.ADMIN else credentials.filter(user=user)


def people_by_team(user: User) -> QuerySet[User]:
    """Colleagues in reach by team, those who left and oneself too; for an administrator everybody, programs excepted."""
    people = User.objects.filter(is_service=False).select_related("team").prefetch_related("team__units")
    if user.role != Role.ADMIN:
        people = people.filter(Q(pk=user.pk) | Q(team__units__in=reach(user)), is_active=True).distinct()
    return people.order_by("team__name", "name", "id")


def credential_holders(user: User) -> QuerySet[User]:
    """Those whom this user may issue credentials to: oneself, and for an administrator the service accounts."""
    own = Q(pk=user.pk)
    holders = User.objects.filter(own | Q(is_service=True) if user.role == Role.ADMIN else own, is_active=True)
    return holders.exclude(working_state=WorkingState.LEFT).order_by("is_service", "name", "id")
