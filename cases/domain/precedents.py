"""Marking the cases that an earlier honored error may bear on, so that others need not be asked about."""

from __future__ import annotations

from cases.models import Case
from cases.queries.precedents import may_have_precedent


def note_precedents(held: Case) -> None:
    """Mark a held case when its customer has an earlier error in their favor. The caller saves ``has_precedent``.

    Called before an incident is logged on it: only errors that were known by then bear on it. The mark errs on the side
    of yes. Whether one of them bears is read under the mark, by ``cases.queries.precedents.bearing_on``, and so is true
    at once when an error is honored or taken back, an incident is corrected or its cause is found: none of that has to
    find and lock the customer's other cases. One query, none on a case that is marked.
    """
    if not held.has_precedent:
        held.has_precedent = Case.objects.filter(pk=held.pk).filter(may_have_precedent(held.customer)).exists()
