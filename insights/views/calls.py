"""What follow-up calls change: those whom a lot had called beside those it left uncalled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from insights import queries
from insights.domain import effects, figures
from insights.enums import Side
from insights.views.choosing import chosen
from outreach.enums import CallOutcome
from recovery.pages import reads

MOODS = {"better": "good", "worse": "bad", "none_shown": "info", "too_few": ""}
SAID = {
    "better": "Calls help",
    "worse": "Calls make it worse",
    "none_shown": "No difference shown",
    "too_few": "Too few to say",
}


@reads
def calls(request: HttpRequest) -> HttpResponse:
    """For each program what its calls changed, with intervals and how many were counted."""
    window_, context = chosen(request)
    # A lot is nobody's own figure: whoever may see a unit may see what calling its customers does.
    read = queries.sums(replace(window_, rep=None), *queries.OF_LOTS)
    compared, names = effects.compare(read), queries.program_names()
    context |= {
        "compared": [
            {
                "name": names.get(each.program_id, f"Program {each.program_id}"),
                "of": each,
                "outcomes": _outcomes(each),
                "rows": [_row(each, effect, read) for effect in each.effects],
            }
            for each in compared
        ],
        "least": effects.LEAST,
        "own": False,
        "counted_at": queries.counted_at(),
    }
    return render(request, "insights/calls.html", context)


def _row(each: effects.Comparison, effect: effects.Effect, read: queries.Sums) -> dict[str, Any]:
    def behind(side: Side) -> str:
        return figures.behind(effect.measure, *effects.keys_of(each.program_id, side, read, effect.measure))

    return {
        "effect": effect,
        "mood": MOODS[effect.verdict],
        "said": SAID[effect.verdict],
        "called": behind(Side.CALLED),
        "held_out": behind(Side.HELD_OUT),
    }


def _outcomes(each: effects.Comparison) -> list[figures.Bar]:
    counts = [(CallOutcome(code), count) for code, count in each.outcomes.items() if code in CallOutcome.values]
    counts.sort(key=lambda pair: list(CallOutcome).index(pair[0]))
    most = max([count for _, count in counts], default=0)
    return [
        figures.Bar(
            label=str(outcome.label),
            share=figures.of_most(count, most),
            words=str(count),
            query=figures.behind(queries.Measure.LOT_OUTCOME, f"{each.program_id}:{outcome}"),
            mood="good" if outcome == CallOutcome.TURNED_AROUND else "",
        )
        for outcome, count in counts
    ]
