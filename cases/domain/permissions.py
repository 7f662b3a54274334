"""Who may do what with a case. One function per permission; every door asks these."""

from __future__ import annotations

from accounts.authority import ALLOWED, Verdict, first_no, refuse
from accounts.enums import Role
from accounts.models import User
from cases.models import Case

READ_ONLY_HISTORY = refuse("historical_case", "This is imported history. Open a new case to work on it.")
CLOSED = refuse("case_closed", "This case is closed. Reopen it first.")


def is_live(case: Case) -> Verdict:
    """History and closed cases are not worked on."""
    if case.historical:
        return READ_ONLY_HISTORY
    return CLOSED if case.is_closed else ALLOWED


def can_work_on(user: User, case: Case) -> Verdict:
    """Any rep or supervisor in reach may add to a live case: contacts, feelings, promises, awards under own caps."""
    if user.role == Role.ADMIN:
        return refuse("rep_needed", "Administrators set the rules; reps and supervisors work on cases.")
    return is_live(case)


def leads(user: User, case: Case) -> Verdict:
    """The owner leads a case; so does a supervisor in reach."""
    if user.is_service:
        return refuse("person_needed", "A program cannot do this: it needs a person who answers for it.")
    if case.owner_id == user.pk or user.role == Role.SUPERVISOR:
        return ALLOWED
    if case.owner is None:
        return refuse("not_yours", "This case has no owner yet. A supervisor can do this.")
    return refuse("not_yours", f"This case is {case.owner.name}’s. They or a supervisor can do this.")


def can_hand_off(user: User, case: Case) -> Verdict:
    """The owner or a supervisor hands off a live case."""
    return first_no(is_live(case), leads(user, case))


def can_close(user: User, case: Case) -> Verdict:
    """The owner or a supervisor closes a live case. What else it takes is ``closing.close_gate``."""
    return first_no(is_live(case), leads(user, case))


def can_reopen(user: User, case: Case) -> Verdict:
    """The owner or a supervisor reopens a closed case."""
    if case.historical:
        return READ_ONLY_HISTORY
    if not case.is_closed:
        return refuse("wrong_state", "This case is open already.")
    return leads(user, case)
