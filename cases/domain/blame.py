"""Own it, blame nobody: what a customer will read names no member of staff as the one at fault.

Only free text is read; what Recovery itself writes names the owner on purpose. A full name stops the text: of whoever
works or has worked here, in either order ("Smith, Alice"), with or without initials, accents and capitals. A first name
alone may be a word ("will", "mark") or somebody else's, so it warns. Whole words only.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from accounts.authority import ALLOWED, Verdict, refuse
from accounts.models import User
from cases.models import Customer
from cases.queries.people import WORD, folded, without_accents

# A signature is sought in so many of the last lines that are not blank: the name, what they do, the company.
SIGNATURE_LINES = 3


@dataclass(frozen=True, slots=True)
class Blame:
    """What was found: ``verdict`` stops (``names_staff``) or allows; ``warnings`` are for whoever wrote it to weigh."""

    verdict: Verdict
    warnings: tuple[Verdict, ...] = ()


class Word(NamedTuple):
    compared: str
    written: str


@dataclass
class _Names:
    """The names of staff as they are looked for. ``full`` holds them by their first word."""

    full: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    unspaced: list[tuple[str, str]] = field(default_factory=list)
    first: set[str] = field(default_factory=set)


def blame(
    words: Mapping[str, str],
    *,
    originator: User | None = None,
    signed_by: User | None = None,
    customer: Customer | None = None,
) -> Blame:
    """Look for names of staff in what a customer will read; ``words`` maps the input's field to its text. One query.

    ``originator`` is stopped by any name they go by, if they have but one. ``signed_by`` may stand on a line of their
    own among the last of a text. The ``customer`` may be called like a colleague of ours: their own name is theirs.
    """
    names = _names(customer, originator)
    close = {parts[0] for person in (originator, signed_by) if person and (parts := _parts(person.name))}
    own = set(_customers_words(customer))
    warnings: list[Verdict] = []
    for name_of_field, text in words.items():
        read = _unsigned(text, signed_by) if signed_by else text
        found = list(_words(read))
        named = _full_name(found, read, names)
        if named:
            return Blame(_stop(named, name_of_field))
        warnings += [_warning(name, name_of_field) for name in _first_names(found, names.first - own, close)]
    return Blame(ALLOWED, tuple(warnings))


def _stop(name: str, name_of_field: str) -> Verdict:
    return refuse(
        "names_staff",
        f"The customer will read this, and it names {name}. Say “we”: the company answers for it, and nobody is blamed.",
        name_of_field,
    )


def _warning(name: str, name_of_field: str) -> Verdict:
    reason = f"“{name}” is a colleague’s first name. If it names who made the mistake, say “we” instead."
    return refuse("first_name", reason, name_of_field)


def _names(customer: Customer | None, originator: User | None) -> _Names:
    names = _Names()
    theirs = tuple(_customers_words(customer, "preferred_name"))
    for name in User.objects.filter(is_service=False).order_by().values_list("name", flat=True):
        parts = _parts(name)
        if not parts or parts == theirs:
            continue
        if _is_unspaced(name):
            names.unspaced.append((folded(name), name))
            continue
        names.first.add(parts[0])
        for form in _forms(parts, alone=originator is not None and name == originator.name):
            names.full.setdefault(form[0], []).append((form, name))
    return names


def _forms(parts: tuple[str, ...], *, alone: bool) -> Iterable[tuple[str, ...]]:
    """The ways to write a full name. One that is a single word is a first name, except where it stands ``alone``."""
    if len(parts) == 1:
        return [parts] if alone else []
    first, last = parts[0], parts[-1]
    return {parts, (first, last), (last, first), (last, *parts[:-1])}


def _full_name(found: list[Word], text: str, names: _Names) -> str:
    """The first full name in a text, as it stands on our list, or blank."""
    compared = tuple(word.compared for word in found)
    for place, word in enumerate(compared):
        for form, name in names.full.get(word, ()):
            if compared[place : place + len(form)] == form:
                return name
    plain = folded(text) if names.unspaced else ""
    return next((name for sought, name in names.unspaced if sought in plain), "")


def _first_names(found: list[Word], first: set[str], close: set[str]) -> list[str]:
    """First names in a text, each once: of those ``close`` to it in any case, of others where written as a name."""
    seen = {
        w.compared: w.written for w in found if w.compared in first and (w.compared in close or w.written != w.compared)
    }
    return list(seen.values())


def _words(text: str) -> Iterator[Word]:
    """The words of a text without initials, which people leave out or put in as they like."""
    for match in WORD.finditer(without_accents(unicodedata.normalize("NFKC", text))):
        if len(match[0]) > 1 or not match[0].isascii():
            yield Word(match[0].casefold(), match[0])


@functools.lru_cache(maxsize=20_000)
def _parts(name: str) -> tuple[str, ...]:
    return tuple(word.compared for word in _words(name))


@functools.lru_cache(maxsize=20_000)
def _is_unspaced(name: str) -> bool:
    """Chinese and Japanese names stand in a text with nothing around them: there are no whole words to look for."""
    return len(name) > 1 and all(unicodedata.east_asian_width(char) in "WF" for char in name if not char.isspace())


def _customers_words(customer: Customer | None, *fields: str) -> list[str]:
    read = fields or ("preferred_name", "form_of_address")
    return [word.compared for name in read if customer for word in _words(getattr(customer, name))]


def _unsigned(text: str, signer: User) -> str:
    """A text without the lines, among its last, that are nothing but the name of whoever signs it."""
    lines = text.splitlines()
    written = [number for number, line in enumerate(lines) if line.strip()]
    whole = _parts(signer.name)
    for number in written[-SIGNATURE_LINES:]:
        if tuple(word.compared for word in _words(lines[number])) in (whole, whole[:1]):
            lines[number] = ""
    return "\n".join(lines)
