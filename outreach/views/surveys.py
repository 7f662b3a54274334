"""The page of a survey: opened by its link, without signing in, on a phone, without JavaScript."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt

from accounts.authority import Refused
from cases.domain.languages import times
from outreach.domain import planning
from outreach.domain.surveys import answering
from outreach.domain.surveys.next_steps import NextStep, next_step
from outreach.domain.surveys.phrases import Phrases
from outreach.domain.surveys.templates import fill, phrases
from outreach.forms.surveys import CallMeForm, SurveyForm
from outreach.models import Survey
from recovery.pages import public

ONE_CLICK = "List-Unsubscribe"
TOO_LATE = ("survey_answered", "survey_expired")


@public
def survey_page(request: HttpRequest, token: str) -> HttpResponse:
    """The questions; once they are answered or the time is over, what follows."""
    try:
        survey = answering.of_token(token)
    except Refused:
        return _broken(request)
    now = timezone.now()
    template = survey.template
    if template is None or not answering.can_answer(survey, now=now):
        return _page(request, token, survey, None, now=now, status=409 if request.method == "POST" else 200)
    said = phrases(template.language)
    if request.method != "POST":
        answering.note_opened(survey, now=now)
        return _page(request, token, survey, SurveyForm(template=template, phrases=said), now=now)
    form = SurveyForm(request.POST, template=template, phrases=said)
    if not form.is_valid():
        return _page(request, token, survey, form, now=now, status=422)
    try:
        answered = answering.answer(survey, now=now, **form.answers())
    except Refused as refused:
        if refused.code in TOO_LATE:
            return _page(request, token, answering.of_token(token), None, now=now, status=409)
        form.refuse(refused)
        return _page(request, token, survey, form, now=now, status=422)
    if answered.signal is not None:
        # Rings the bell, so that who is called can be told when. The clock would come by in any case.
        planning.plan(now=now)
    return HttpResponseRedirect(reverse("survey", args=[token]))


@public
def survey_call_me(request: HttpRequest, token: str) -> HttpResponse:
    """A customer asks to be called, also when the survey is answered or over."""
    try:
        survey = answering.of_token(token)
    except Refused:
        return _broken(request)
    if request.method == "POST":
        now, form = timezone.now(), CallMeForm(request.POST)
        if not form.is_valid():
            return _page(request, token, survey, None, now=now, status=422, call_form=form)
        signal = answering.ask_for_call(survey, words=form.cleaned_data["words"], now=now)
        planning.plan(now=now)
        answering.see_to_request(signal, now=now)
    return HttpResponseRedirect(reverse("survey", args=[token]))


@csrf_exempt
@public
def survey_stop(request: HttpRequest, token: str) -> HttpResponse:
    """A customer does not want to be asked again, or does after all.

    A mail program does so for them in one POST (RFC 8058), without having seen the page: the link is what shows that they
    are meant.
    """
    try:
        survey = answering.of_token(token)
    except Refused:
        return _broken(request)
    if request.method == "POST":
        answering.choose_asking(survey, wanted=request.POST.get("ask") == "on", now=timezone.now())
        if ONE_CLICK in request.POST:
            return HttpResponse(status=204)
    return HttpResponseRedirect(f"{reverse('survey', args=[token])}#asking")


def _page(
    request: HttpRequest,
    token: str,
    survey: Survey,
    form: SurveyForm | None,
    *,
    now: datetime,
    status: int = 200,
    call_form: CallMeForm | None = None,
) -> HttpResponse:
    template = survey.template
    said = phrases(template.language if template else "en")
    known = {"name": survey.customer.greeting, "case": survey.case.reference if survey.case else ""}
    context = {
        "survey": survey,
        "token": token,
        "language": template.language if template else "en",
        "company": settings.RECOVERY["COMPANY_NAME"],
        "said": said,
        "form": form,
        "heading": fill(template.heading, **known) if template else "",
        "intro": fill(template.intro, **known) if template else "",
        "thanks": fill(template.thanks, **known) if template else "",
        "readers": said.readers.format(company=settings.RECOVERY["COMPANY_NAME"]),
        "repeated": status == 409 and survey.answered_at is not None,
        "call_form": call_form,
        "stopped": survey.customer.do_not_survey,
        **_told(survey, said, None if form else next_step(survey, now=now)),
    }
    with translation.override(said.language):
        return render(request, "public/survey.html", context, status=status)


def _told(survey: Survey, said: Phrases, step: NextStep | None) -> dict[str, Any]:
    """What the page says of times and of what follows, in the customer's language and on their clock."""

    def at(moment: datetime | None) -> str:
        if moment is None:
            return ""
        return times(said.language).at(moment.astimezone(survey.customer.zone))

    told: dict[str, Any] = {"step": step}
    if survey.answered_at is not None:
        told["answered_on"] = said.answered_on.format(time=at(survey.answered_at))
    else:
        told["ended_text"] = said.ended_text.format(time=at(survey.expires_at))
    if survey.case is not None:
        told["mention"] = said.mention.format(case=survey.case.reference)
    if step is None:
        return told
    if step.call_by:
        told["call_by"] = said.call_by.format(time=at(step.call_by))
    if step.digits:
        told["call_at"] = said.call_at.format(digits=step.digits)
    if step.called_at:
        told["call_made"] = said.call_made.format(time=at(step.called_at))
    if step.heard_by:
        told["heard"] = said.heard.format(who=step.heard_by)
    return told


def _broken(request: HttpRequest) -> HttpResponse:
    """A link that we never sent, or that was cut off: in the language that the browser asks for."""
    said = phrases(translation.get_language_from_request(request))
    context = {"said": said, "language": said.language, "company": settings.RECOVERY["COMPANY_NAME"]}
    return render(request, "public/survey_broken.html", context, status=404)
