"""Settings of surveys: their words in each language, seen as a customer sees them, and answers from elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from outreach.domain.surveys import templates
from outreach.domain.surveys.files import Reject, import_answers
from outreach.enums import NotAsked, SurveyKind
from outreach.forms.surveys import FileForm, SurveyForm, TemplateForm
from outreach.models import SurveyTemplate
from outreach.queries.surveys import answers_since, templates_in_force, why_not_since
from recovery.pages import done, edits, person, reads, writes

LOOKED_BACK = timedelta(days=30)
REJECTS_SHOWN = 20
# Somebody who is nobody, for the preview.
SOMEBODY, CASE = "Ms. Okafor", "RC-7K3M9QTX"


@reads
def surveys_page(request: HttpRequest) -> HttpResponse:
    """The words in force by kind and language, when they are asked, and how many answer."""
    return _page(request)


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    found, since = templates_in_force(), timezone.now() - LOOKED_BACK
    counts = answers_since(since)
    rules = settings.RECOVERY
    context = {
        "kinds": [(label, _in_order(found, code)) for code, label in SurveyKind.ours()],
        "counts": counts,
        "share": round(100 * counts["answered"] / counts["asked"]) if counts["asked"] else None,
        "why_not": [(NotAsked(code).label, n) for code, n in why_not_since(since) if code in NotAsked.values],
        "after_minutes": rules["SURVEY_AFTER_MINUTES"],
        "again_days": rules["SURVEY_AGAIN_AFTER_DAYS"],
        "open_days": rules["SURVEY_OPEN_DAYS"],
        "rest_days": rules["SURVEY_NOT_AGAIN_DAYS"],
        "own_language": rules["SURVEY_LANGUAGE"],
        "file_form": FileForm(),
        "may": can_administer(person(request)),
        **more,
    }
    return render(request, "outreach/surveys.html", context, status=status)


def _in_order(found: dict[tuple[str, str], SurveyTemplate], kind: str) -> list[SurveyTemplate]:
    """Those of one kind by their language, our own first."""
    listed = [each for (of_kind, _), each in sorted(found.items()) if of_kind == kind]
    return sorted(listed, key=lambda each: each.language != settings.RECOVERY["SURVEY_LANGUAGE"])


@edits
def template(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The words of one survey: shown, changed, or written in one more language."""
    found = get_object_or_404(SurveyTemplate, pk=pk) if pk is not None else None
    if request.method == "GET":
        shown = None if found else _begun(request)
        return _template(request, found, TemplateForm(template=found) if found else TemplateForm(initial=shown))
    user, form = person(request), TemplateForm(request.POST, template=found)
    can_administer(user).enforce()
    if not form.is_valid():
        return _template(request, found, form, status=422)
    try:
        kept = templates.save_template(by=user, now=timezone.now(), **form.words())
    except Refused as refused:
        form.refuse(refused)
        meanwhile = refused if isinstance(refused, ChangedMeanwhile) else None
        if meanwhile is not None:
            form.retype("seen", meanwhile.details["version"])
        return _template(request, found, form, status=422, meanwhile=meanwhile)
    said = f"From now on {kept.language} is asked with these words."
    return done(request, "setting-surveys", said=said, draft=f"survey-{pk or 'new'}")


def _begun(request: HttpRequest) -> dict[str, Any]:
    """A new language begins with our own words, to be put into it."""
    kind = SurveyKind.FOLLOW_UP if request.GET.get("kind") == SurveyKind.FOLLOW_UP else SurveyKind.CLOSURE
    ours = templates_in_force().get((kind, settings.RECOVERY["SURVEY_LANGUAGE"]))
    begun = TemplateForm.initial_of(ours) if ours else {}
    return begun | {"kind": kind, "language": "", "seen": 0}


def _template(
    request: HttpRequest, found: SurveyTemplate | None, form: TemplateForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "template": found,
        "form": form,
        "own": found is not None and found.language == settings.RECOVERY["SURVEY_LANGUAGE"],
        "may": can_administer(person(request)),
        "preview": _seen(found) if found else None,
        **more,
    }
    return render(request, "outreach/survey_template.html", context, status=status)


@writes
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask nobody any more in this language."""
    found = get_object_or_404(SurveyTemplate, pk=pk)
    templates.retire_template(found, by=person(request), now=timezone.now())
    return done(request, "setting-surveys", said=f"Nobody is asked in {found.language} any more.")


@edits
def preview(request: HttpRequest) -> HttpResponse:
    """The page as a customer would see it, with words that nobody has kept yet or with those in force."""
    if request.method == "GET":
        known = get_object_or_404(SurveyTemplate, pk=_number(request.GET.get("template", "")))
        return _preview(request, known)
    form = TemplateForm(request.POST)
    form.is_valid()
    data = form.cleaned_data
    words = {name: data.get(name, "") for name in ("kind", "language", *templates.TEXTS)}
    asked = {
        name: {part: data.get(f"{name}_{part}", "") for part in ("ask", "low", "high")} for name in templates.QUESTIONS
    }
    return _preview(request, SurveyTemplate(**words, questions=asked))


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 19 else 0


def _preview(request: HttpRequest, template: SurveyTemplate) -> HttpResponse:
    said = templates.phrases(template.language or "en")
    company = settings.RECOVERY["COMPANY_NAME"]
    seen = _seen(template)
    context = {
        "language": template.language or "en",
        "company": company,
        "said": said,
        "form": SurveyForm(template=template, phrases=said),
        "readers": said.readers.format(company=company),
        "preview": True,
        **seen,
    }
    with translation.override(said.language):
        return render(request, "public/survey.html", context)


def _seen(template: SurveyTemplate) -> dict[str, str]:
    """The texts of a template with somebody's name and case in them."""
    link = f"{settings.RECOVERY['ADDRESS']}/s/…"
    return {
        name: templates.fill(getattr(template, name), name=SOMEBODY, case=CASE, link=link) for name in templates.TEXTS
    }


@writes
def scores(request: HttpRequest) -> HttpResponse:
    """Answers from elsewhere, as a file. What was not taken is named by its line; the same file again adds nothing."""
    user, form = person(request), FileForm(request.POST, request.FILES)
    can_administer(user).enforce()
    if not form.is_valid():
        return _page(request, status=422, file_form=form)
    rejects: list[Reject] = []

    def on_reject(reject: Reject) -> None:
        if len(rejects) < REJECTS_SHOWN:
            rejects.append(reject)

    file: Any = form.cleaned_data["file"]
    try:
        counts = import_answers(
            file.file, system=form.cleaned_data["system"], by=user, now=timezone.now(), on_reject=on_reject
        )
    except Refused as refused:
        form.refuse(refused)
        return _page(request, status=422, file_form=form)
    return _page(request, counted=counts, rejects=rejects)
