"""Making letters and sending them: the proof that an error was honored once, or taken back, and that it was explained."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, refuse
from accounts.enums import Role
from accounts.models import User
from cases.domain.blame import blame
from cases.domain.honored_errors import hold_error
from cases.domain.letters.composing import Composition, compose
from cases.domain.letters.page import write_page
from cases.domain.letters.words import WORDINGS, asked_for, language_for
from cases.domain.messages import write_letter_mail
from cases.enums import ErrorStatus
from cases.models import Disclosure, HonoredError, Letter, Message
from cases.queries.honored_errors import call_that_told, visible_errors
from journal.domain.log import record
from journal.enums import EventType

OWN_WORDS = ("happened_words", "should_have")
NOT_TOLD = refuse("not_told_yet", "The customer has not been told yet. The letter says when they were.")


def can_make_letter(user: User, error: HonoredError) -> Verdict:
    """Reps, supervisors and programs, once the customer has been told of the decision that stands. No query."""
    if user.role == Role.ADMIN:
        return refuse("rep_needed", "Administrators set the rules; reps and supervisors write to customers.")
    if error.status == ErrorStatus.UNDECIDED:
        return refuse("undecided", "Nothing has been decided yet.")
    if error.status == ErrorStatus.WITHDRAWN:
        return refuse("wrong_state", "This was not in the customer’s favor after all.")
    return ALLOWED if error.call_made_at is not None else NOT_TOLD


def make_letter(error: HonoredError, *, by: User, now: datetime, language: str | None = None) -> Letter:
    """The letter in the customer's language, or in this one; with nothing changed, the one that is kept.

    It is set before anything is locked, and again only if something changed meanwhile.
    Refused: ``out_of_reach``, ``rep_needed``, ``undecided``, ``wrong_state``, ``not_told_yet``, ``words_needed``,
    ``names_staff``, ``font_lacks``, ``invalid`` (language).
    """
    seen = visible_errors(by).select_related("customer", "case", "originator").filter(pk=error.pk).first()
    if seen is None:
        raise Refused("out_of_reach", "There is no such error.")
    draft = _draft(seen, by=by, now=now, language=language)
    if isinstance(draft, Letter):
        return draft
    pdf = _set(draft)
    with transaction.atomic():
        _, held = hold_error(error, by=by)
        latest = _draft(held, by=by, now=now, language=language)
        if isinstance(latest, Letter):
            return latest
        return _keep(held, latest, pdf if latest == draft else _set(latest), by=by, now=now)


def can_send_letter(user: User, letter: Letter) -> Verdict:
    """Whoever may make it sends it by mail, while what it tells of stands. At most two queries."""
    error = letter.error
    may = can_make_letter(user, error)
    if not may:
        return may
    told = call_that_told(error)
    if told is None or told.pk != letter.disclosure_id:
        return refuse("letter_outdated", "Something else has been decided since. Make a new letter.")
    if not error.customer.emails.exists():
        return refuse("no_address", "We have no email address of this customer. Print the letter and post it.")
    return ALLOWED


@transaction.atomic
def send_letter(letter: Letter, *, by: User, now: datetime) -> Message:
    """Mail a letter to the customer, once per letter and address.

    Refused: ``out_of_reach``, ``rep_needed``, ``undecided``, ``wrong_state``, ``not_told_yet``, ``no_address``,
    ``letter_outdated`` where another decision stands by now.
    """
    case, letter.error = hold_error(letter.error, by=by)
    can_send_letter(by, letter).enforce()
    email = case.customer.emails.order_by("id")[0]
    words = WORDINGS[letter.language]
    told = compose(letter.error, letter.disclosure, language=letter.language, at=letter.made_at)
    return write_letter_mail(
        letter,
        case,
        email=email.address,
        subject=words.mail_subject.format(reference=case.reference),
        body=f"{''.join(told.salutation)}\n\n{words.mail.format(reference=case.reference)}\n",
        by=by,
        now=now,
    )


def _told(error: HonoredError, *, by: User) -> Disclosure:
    can_make_letter(by, error).enforce()
    told = call_that_told(error)
    if told is None:
        raise Refused(NOT_TOLD.code, NOT_TOLD.reason)
    return told


def _draft(error: HonoredError, *, by: User, now: datetime, language: str | None) -> Composition | Letter:
    """What the letter would say now, or the kept letter that says just that."""
    told = _told(error, by=by)
    for name in OWN_WORDS:
        if not getattr(error, name).strip():
            raise Refused("words_needed", "Write this for the customer first: the letter says it in your words.", name)
    words = {name: getattr(error, name) for name in OWN_WORDS}
    blame(words, originator=error.originator, customer=error.customer).verdict.enforce()
    chosen = asked_for(language) if language else language_for(error.customer.language)
    draft = compose(error, told, language=chosen, at=now)
    kept = error.letters.filter(disclosure=told, language=chosen).defer("pdf").order_by("-id").first()
    if kept and kept.html == write_page(compose(error, told, language=chosen, at=kept.made_at)):
        return kept
    return draft


def _set(draft: Composition) -> bytes:
    # Imported here: the library takes half a second and 30 MB, and only who makes letters has to wait for it.
    from cases.domain.letters.pdf import render

    return render(draft)


def _keep(error: HonoredError, letter: Composition, pdf: bytes, *, by: User, now: datetime) -> Letter:
    told = call_that_told(error)
    kept = Letter(
        error=error,
        disclosure=told,
        language=letter.language,
        html=write_page(letter),
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
        made_by=by,
        made_at=now,
    )
    kept.save(force_insert=True)
    record(
        EventType.LETTER_MADE,
        subject=("honored_error", error.pk),
        by=by,
        now=now,
        customer_id=error.customer_id,
        case_id=error.case_id,
        data={"error": error.pk, "letter": kept.pk, "language": kept.language, "sha256": kept.sha256},
    )
    return kept
