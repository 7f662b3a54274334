"""A letter as HTML: what its page shows, kept with the PDF of the same composition."""

from __future__ import annotations

from django.template.loader import render_to_string

from cases.domain.letters.composing import Composition


def write_page(letter: Composition) -> str:
    """The letter's text for a page to show, everything in it escaped: the markup is ours, so it may be shown as it is."""
    return render_to_string("cases/_letter.html", {"letter": letter})
