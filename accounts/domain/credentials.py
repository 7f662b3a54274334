"""API credentials: issued once, stored hashed, found by hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, refuse
from accounts.domain.roles import can_administer
from accounts.domain.words import said
from accounts.enums import Scope, WorkingState
from accounts.models import ApiCredential, User
from journal.domain.log import record
from journal.enums import EventType

PREFIX = "rcv_"


def _hash(secret: str) -> str:
    # The secret has 256 random bits, so a plain digest cannot be searched back and needs no salt.
    return hashlib.sha256(secret.encode()).hexdigest()


def can_issue(by: User, *, to: User) -> Verdict:
    """People issue credentials to themselves; administrators to service accounts too.

    Nobody holds a secret of another person: it would act in their name, and approve what they may approve.
    """
    if by.pk == to.pk and not by.is_service:
        return ALLOWED
    if can_administer(by) and not to.is_service:
        return refuse("not_yours", f"Only {to.name} can make a credential that acts as {to.name}.", "user")
    return can_administer(by)


def can_revoke(by: User, *, of: User) -> Verdict:
    """People revoke their own credentials; administrators anybody's."""
    return ALLOWED if by.pk == of.pk and not by.is_service else can_administer(by)


@transaction.atomic
def issue(
    user: User, *, name: str, by: User | None, now: datetime, scopes: Iterable[str] = tuple(Scope.values)
) -> tuple[ApiCredential, str]:
    """Issue a credential; returns it and its secret, which is never to be seen again.

    ``by`` is None on the command line only. Refused: ``administrator_needed``, ``not_yours``, ``invalid``.
    """
    if by is not None:
        can_issue(by, to=user).enforce()
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(Scope.values):
        raise Refused("invalid", f"Scopes are {', '.join(Scope.values)}.", "scopes")
    name = said(name, "name", at_most=80)
    if not name:
        raise Refused("invalid", "Give the credential a name, such as the program that will use it.", "name")
    secret = PREFIX + secrets.token_urlsafe(32)
    credential = ApiCredential.objects.create(
        user=user,
        name=name,
        hint=secret[:8],
        secret_hash=_hash(secret),
        scopes=wanted,
        created_at=now,
        created_by=by,
    )
    record(
        EventType.CREDENTIAL_ISSUED,
        subject=("credential", credential.pk),
        by=by,
        now=now,
        data={"user": user.pk, "scopes": wanted},
    )
    return credential, secret


def authenticate(secret: str) -> ApiCredential | None:
    """The live credential with this secret, its user and team loaded, or None. One query."""
    return (
        ApiCredential.objects.select_related("user", "user__team")
        .filter(secret_hash=_hash(secret), revoked_at__isnull=True, user__is_active=True)
        .exclude(user__working_state=WorkingState.LEFT)
        .first()
    )


def can_use(credential: ApiCredential, scope: Scope) -> Verdict:
    """Does the credential carry this scope? ``write`` and ``money`` include reading."""
    held = set(credential.scopes)
    if scope in held or (scope == Scope.READ and held):
        return ALLOWED
    return refuse("scope_missing", f"This credential does not have the “{scope.value}” scope.")


@transaction.atomic
def revoke(credential: ApiCredential, *, by: User, now: datetime) -> None:
    """End a credential. One's own, or any by an administrator. Refused: ``administrator_needed``."""
    can_revoke(by, of=credential.user).enforce()
    if ApiCredential.objects.filter(pk=credential.pk, revoked_at__isnull=True).update(revoked_at=now):
        record(EventType.CREDENTIAL_REVOKED, subject=("credential", credential.pk), by=by, now=now)
