"""The letter about an error: made, shown, taken as a PDF, sent."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe

from accounts.authority import Refused
from cases.domain import letters
from cases.models import Letter
from compensation.forms.honored import LetterForm
from compensation.views.honored import show
from compensation.views.honored_page import find
from recovery.pages import done, person, reads, writes


def _letter(request: HttpRequest, pk: int, number: int) -> Letter:
    """The ``number``-th letter about an error, counted from one."""
    found = find(person(request), pk)
    listed = found.letters.select_related("disclosure", "made_by").defer("pdf").order_by("id")
    letter = listed[number - 1 : number].first() if number else None
    if letter is None:
        raise Http404("There is no such letter.")
    letter.error = found
    return letter


@writes
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """Write it, in the customer's language where we have the words."""
    found, form = find(person(request), pk), LetterForm(request.POST, auto_id="letter-%s")
    if not form.is_valid():
        return show(request, found, status=422, letter=form)
    language = form.cleaned_data["language"] or None
    try:
        written = letters.make_letter(found, language=language, by=person(request), now=timezone.now())
    except Refused as refused:
        if not letters.can_make_letter(person(request), found):
            raise
        form.refuse(refused)
        return show(request, found, status=422, letter=form)
    number = found.letters.filter(pk__lte=written.pk).count()
    return done(request, "honored-letter", pk, number, said="The letter is written.")


@reads
def letter(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """As the customer reads it."""
    found = _letter(request, pk, number)
    error = found.error
    context = {
        "letter": found,
        # Written by cases.domain.letters, which escapes everything in it.
        "letter_html": mark_safe(found.html),  # noqa: S308
        "error": error,
        "customer": error.customer,
        "number": number,
        "may_send": letters.can_send_letter(person(request), found),
        "sent": list(found.messages.order_by("id")),
        "now": timezone.now(),
    }
    return render(request, "compensation/honored/letter.html", context)


@reads
def letter_pdf(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The same as a PDF, to keep or to print."""
    found = _letter(request, pk, number)
    response = HttpResponse(bytes(found.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="letter-{pk}-{number}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@writes
def send(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Send it by email."""
    found = _letter(request, pk, number)
    letters.send_letter(found, by=person(request), now=timezone.now())
    return done(request, "honored-letter", pk, number, said="The letter is on its way by email.")
