"""How it was for them: who answers the survey after a closed case and the second one, what they say, who lets it be.

The surveys are planned and asked by the clock, as they would have been. What a customer answers depends on how their
case ended and on how the call went, if there was one; whether there was one is the program's to say, and the lot's.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings

from cases.enums import CaseOutcome
from desk.management.demo.calls import MADE, NOT_CALLED, TO_CALL
from desk.management.demo.ringing import Try, ring_back
from desk.management.demo.stage import Cast, Story
from outreach.domain import planning
from outreach.domain.surveys import answering, ending
from outreach.enums import CallOutcome, SurveyKind
from outreach.models import FollowUpCall, Survey

SEED = 1913
# Of 20 who are asked after a case, and of 20 who are asked again, so many answer.
ANSWERS = {SurveyKind.CLOSURE: 13, SurveyKind.FOLLOW_UP: 19}
# Hours until they do, and how many look at the page for so long first.
HOURS = (0.3, 0.7, 1.5, 3, 5, 9, 16, 22, 30, 41)
READING = timedelta(minutes=3)
# One does not want to be asked again, and says so on the page; one asks there to be called.
OPTS_OUT, ASKS_FOR_CALL = "desmond", "malgorzata"

# All in all, of 5: by how the case ended, and by how the call went. Nobody was called where it says nothing of one.
AFTER_CASE = {
    CaseOutcome.PUT_RIGHT: (5, 5, 5, 4, 4, 4, 5, 3, 4, 2),
    CaseOutcome.PARTLY: (4, 3, 4, 3, 2),
    CaseOutcome.EXPLAINED: (5, 4, 4, 3, 3, 2),
    CaseOutcome.NOT_PUT_RIGHT: (1, 2),
    CaseOutcome.WITHDRAWN: (3, 4),
}
AFTER_CALL = {
    CallOutcome.TURNED_AROUND: (4, 5, 4, 3, 4, 3, 2, 4),
    CallOutcome.NOT_TURNED_AROUND: (2, 3, 1, 2),
    CallOutcome.NO_ANSWER: (3, 3, 3, 4),
    CallOutcome.LEFT_MESSAGE: (3, 4, 3),
}
NOT_CALLED_AT_ALL = (2, 1, 3, 3, 2, 4, 2, 3, 4, 2)

# About whom it is told elsewhere that they are dissatisfied: for so long before nobody calls them for another reason.
TOLD_ELSEWHERE = {said.who for said in (*TO_CALL, *NOT_CALLED, *(made.said for made in MADE))}
LONG_BEFORE, LATELY = timedelta(days=52), timedelta(days=6)
# Their worth makes them another program's: it is told there.
WORTH_MUCH = {"olu", "ahmad"}

# In their own words, worst first; in English where theirs are not here. Many say nothing.
WORDS = {
    "en": ("I gave up in the end.", "It took far too long.", "All right now, but I had to ask three times.", "You did what you said you would.", "Somebody listened. Thank you."),
    "es": ("Nadie se hizo responsable.", "Tardaron demasiado.", "Resuelto, pero tuve que insistir.", "Cumplieron lo que prometieron.", "Por fin alguien me escuchó."),
    "de": ("Niemand war zuständig.", "Es hat viel zu lange gedauert.", "Jetzt ist es gut, aber ich musste dreimal nachfragen.", "Sie haben Wort gehalten.", "Endlich hat jemand zugehört. Danke."),
    "fr": ("Personne ne s’est senti concerné.", "Beaucoup trop long.", "C’est réglé, mais j’ai dû insister.", "Vous avez tenu parole.", "Enfin quelqu’un qui écoute. Merci."),
}  # fmt: skip
WHAT_THEY_SAID = Try(
    CallOutcome.TURNED_AROUND,
    "The letter said one thing and the person on the line another.",
    "One answer, from one person.",
    "Misleading letter",
)


class Answer(NamedTuple):
    """What they answer: scores by their names, and words that may be blank."""

    scores: dict[str, int]
    words: str


def answers(cast: Cast) -> Callable[[Survey], Story]:
    """What begins when a customer is asked: the same for each of them whenever the demo is loaded."""
    asked: Counter[int] = Counter()
    names = {customer.pk: key for key, customer in cast.customers.items()}

    def begin(survey: Survey) -> Story:
        asked[survey.customer_id] += 1
        who = names.get(survey.customer_id, "")
        chance = random.Random(f"{SEED}:{who}:{asked[survey.customer_id]}")  # noqa: S311 - a story, not a secret
        return _asked(cast, survey, who, chance)

    return begin


def _asked(cast: Cast, survey: Survey, who: str, chance: random.Random) -> Story:
    """They answer, or look and do not, or let it be until its time is over."""
    if survey.asked_at is None or survey.expires_at is None:
        raise ValueError("a survey that was asked has its times")
    at = survey.asked_at + timedelta(hours=chance.choice(HOURS))
    willing = chance.random() * 20 < ANSWERS[SurveyKind(survey.kind)] or who == OPTS_OUT
    if at + READING > cast.now:
        return
    if willing or chance.random() < 0.4:
        yield at
        answering.note_opened(survey, now=at)
    if not willing:
        if survey.expires_at <= cast.now:
            yield survey.expires_at
            ending.expire(now=survey.expires_at)
        return
    at += READING
    yield at
    said = _said(cast, survey, who, chance)
    answered = answering.answer(survey, scores=said.scores, words=said.words, now=at)
    if who == OPTS_OUT:
        answering.choose_asking(answered, wanted=False, now=at)
    if said.scores["satisfaction"] > settings.RECOVERY["DISSATISFIED_SCORE_AT_MOST"]:
        return  # nobody calls about it, so it is weighed together with the next that is
    planning.plan(now=at)
    call = FollowUpCall.objects.select_related("customer").filter(signal=answered.signal_id).first()
    if call is not None:
        yield from ring_back(cast, call, [WHAT_THEY_SAID], by="lena", after=at + timedelta(minutes=90))


def _said(cast: Cast, survey: Survey, who: str, chance: random.Random) -> Answer:
    if survey.kind == SurveyKind.FOLLOW_UP:
        of = AFTER_CALL.get(CallOutcome(survey.call.outcome), (3,)) if survey.call else NOT_CALLED_AT_ALL
        all_in_all = chance.choice(of)
    else:
        all_in_all = chance.choice(AFTER_CASE.get(CaseOutcome(survey.case.outcome), (3,)) if survey.case else (3,))
        if not _may_be_low(cast, survey, who):
            all_in_all = max(all_in_all, 3)

    def near(by: int) -> int:
        return min(max(all_in_all + by, 1), 5)

    scores = {
        "satisfaction": all_in_all,
        "outcome_fair": near(chance.choice((-1, 0, 0, 1))),
        "process_fair": near(chance.choice((-1, -1, 0, 0))),
        "treated_well": near(chance.choice((0, 1, 1, 2))),
        "ease": near(chance.choice((-1, 0, 0, 1))),
        "would_return": near(chance.choice((-1, 0, 0, 1))),
    }
    if chance.random() < 0.2:  # some questions are left out
        del scores["outcome_fair"], scores["ease"]
    words = WORDS.get(survey.customer.language, WORDS["en"])[all_in_all - 1]
    return Answer(scores, words if chance.random() < 0.5 else "")


def _may_be_low(cast: Cast, survey: Survey, who: str) -> bool:
    before = LONG_BEFORE if who in TOLD_ELSEWHERE else LATELY
    return who not in WORTH_MUCH and survey.ask_at < cast.now - before


def today(cast: Cast) -> Iterator[Story]:
    """What of this is under way as the demo is loaded."""
    yield _asks_for_call(cast)
    yield _weigh(cast)


def _weigh(cast: Cast) -> Story:
    yield cast.now
    planning.plan(now=cast.now)


def _asks_for_call(cast: Cast) -> Story:
    """On the page of a survey there is a button for whoever would rather speak with somebody."""
    at = cast.now - timedelta(hours=2)
    yield at
    asked = Survey.objects.filter(customer=cast.customers[ASKS_FOR_CALL], asked_at__isnull=False)
    survey = asked.order_by("-asked_at").first()
    if survey is not None:
        answering.ask_for_call(survey, words="Wolę porozmawiać, niż wypełniać ankietę.", now=at)
        planning.plan(now=at)
