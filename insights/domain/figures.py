"""What the sums say: shares with what they are shares of, medians, what an average hides. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings

from accounts.money import display
from cases.enums import CaseOutcome, ErrorStatus, PromiseStatus, Severity
from compensation.enums import Basis, RemedyKind
from insights.domain.effects import lot_said
from insights.domain.facts import MORE, NOT_YET, bounds
from insights.enums import Asking, FirstOwner, Honesty, Measure, Told
from insights.queries import Sums
from outreach.enums import SignalKind

# Of a hundred dissatisfied customers this many complain, in the study that practice point P9 cites.
COMPLAINING_SHARE = 0.42
# The literature's target for cases solved by their first owner (P14).
FIRST_OWNER_TARGET = 0.95
SCORES = ("1", "2", "3", "4", "5")
KEPT, LATE, MISSED = "kept", "late", "missed"


def behind(measure: Measure, *keys: str) -> str:
    """The part of an address that names what a figure was counted from."""
    return urlencode([("measure", measure.value), *(("key", key) for key in keys)])


@dataclass(frozen=True)
class Share:
    """So many of so many. ``value`` is None of nothing, which is not the same as none."""

    part: int
    of: int

    @property
    def value(self) -> float | None:
        return self.part / self.of if self.of else None


@dataclass(frozen=True)
class Headline:
    """A figure at the head of the page. ``query`` leads to what it was counted from, ``missed`` to what fell short."""

    label: str
    share: Share
    note: str
    query: str
    missed: str = ""
    missed_words: str = ""
    target: float | None = None
    before: Share | None = None
    line: tuple[float | None, ...] = ()

    @property
    def mood(self) -> str:
        if self.target is None or self.share.value is None:
            return ""
        return "good" if self.share.value >= self.target else "warn"

    @property
    def change(self) -> float | None:
        """Points gained or lost against the period before, as a fraction."""
        if self.before is None or self.before.value is None or self.share.value is None:
            return None
        return self.share.value - self.before.value


@dataclass(frozen=True)
class Bar:
    """One line of a bar chart: ``share`` of the longest, and the figure in words.

    ``query`` leads to what it was counted from; ``to`` names the page that shows that.
    """

    label: str
    share: float
    words: str
    query: str = ""
    mood: str = ""
    note: str = ""
    to: str = "insight-cases"


def within_target() -> tuple[str, ...]:
    target = settings.RECOVERY["FIRST_MINUTE_TARGET_SECONDS"]
    return tuple(str(bound) for bound in bounds() if bound <= target)


def beyond_target() -> tuple[str, ...]:
    return (*(key for key in map(str, bounds()) if key not in within_target()), MORE, NOT_YET)


def first_minute(read: Sums) -> Share:
    """Answered within the target, of all that were to be answered: who still waits has not been answered in time."""
    return Share(read.n(Measure.FIRST_RESPONSE, *within_target()), read.n(Measure.FIRST_RESPONSE))


def median_seconds(read: Sums) -> float | None:
    """The median first response, read between the bounds of its bucket; None when it lies beyond them or there is none.

    Who still waits counts as waiting longest.
    """
    counts = read.keys(Measure.FIRST_RESPONSE)
    half = sum(counts.values()) / 2
    below, lower = 0, 0
    for bound in bounds():
        here = counts.get(str(bound), 0)
        if half and below + here >= half:
            return lower + (bound - lower) * (half - below) / here
        below, lower = below + here, bound
    return None


def first_owner(read: Sums) -> Share:
    return Share(read.n(Measure.FIRST_OWNER, FirstOwner.SOLVED), read.n(Measure.FIRST_OWNER))


def unasked(read: Sums) -> Share:
    return Share(read.n(Measure.UNASKED, Asking.ALONE), read.n(Measure.UNASKED))


def promises_kept(read: Sums, overdue: int = 0) -> Share:
    """Kept in time, of all that fell due. What was moved with agreement or given up before its time is not counted."""
    kept = read.n(Measure.PROMISE, KEPT)
    return Share(kept, kept + read.n(Measure.PROMISE, LATE, MISSED) + overdue)


def honesty(read: Sums) -> Share:
    """Of the mistakes that a colleague made: those that they reported themselves."""
    return Share(read.n(Measure.HONESTY, Honesty.SELF), read.n(Measure.HONESTY))


def silent(read: Sums) -> int:
    """An estimate of the dissatisfied customers who said nothing, from those who complained."""
    complained = read.n(Measure.OPENED)
    return round(complained / COMPLAINING_SHARE) - complained


def satisfaction(read: Sums) -> tuple[float | None, int]:
    """The mean of the survey scores, of 5, and how many there were."""
    counts = {score: read.n(Measure.SATISFACTION, score) for score in SCORES}
    n = sum(counts.values())
    return (sum(int(score) * count for score, count in counts.items()) / n if n else None), n


def headlines(read: Sums, before: Sums | None, over_time: list[Sums], *, overdue: int) -> list[Headline]:
    """The three shares that the practice is measured by, with where each stood before."""

    def line(share: Callable[[Sums], Share]) -> tuple[float | None, ...]:
        return tuple(share(point).value for point in over_time)

    alone = unasked(read)
    target = settings.RECOVERY["FIRST_MINUTE_TARGET_SECONDS"]
    return [
        Headline(
            label=f"Answered within {target} s",
            share=first_minute(read),
            note=_median_words(read),
            query=behind(Measure.FIRST_RESPONSE),
            missed=behind(Measure.FIRST_RESPONSE, *beyond_target()),
            missed_words="took longer or still wait",
            before=first_minute(before) if before else None,
            line=line(first_minute),
        ),
        Headline(
            label="Solved by the first owner",
            share=first_owner(read),
            note=f"{percent(alone)} without asking a supervisor" if alone.of else "",
            query=behind(Measure.FIRST_OWNER),
            missed=behind(Measure.FIRST_OWNER, FirstOwner.HANDED_OFF, FirstOwner.REOPENED),
            missed_words="were handed off or reopened",
            target=FIRST_OWNER_TARGET,
            before=first_owner(before) if before else None,
            line=line(first_owner),
        ),
        Headline(
            label="Promises kept in time",
            share=promises_kept(read, overdue),
            note=f"{overdue} overdue now" if overdue else "none overdue now",
            query=behind(Measure.PROMISE, KEPT, LATE, MISSED),
            missed=behind(Measure.PROMISE, LATE, MISSED),
            missed_words="were late or missed",
            before=promises_kept(before) if before else None,
            line=line(promises_kept),
        ),
    ]


def _median_words(read: Sums) -> str:
    if not read.n(Measure.FIRST_RESPONSE):
        return ""
    middle = median_seconds(read)
    return f"median about {spoken(middle)}" if middle is not None else "median over a day"


def spoken(seconds: float) -> str:
    """45 s, 3 min, 2 h."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def percent(share: Share) -> str:
    """A share as people read it. Nearly all is not all: 99.96% is not said to be 100%."""
    if share.value is None:
        return "–"
    hundred = 100 * share.value
    if share.part not in (0, share.of) and (hundred >= 99.95 or hundred < 0.05):
        return "> 99.9%" if hundred > 50 else "< 0.1%"
    return f"{hundred:.0f}%" if share.part in (0, share.of) else f"{hundred:.1f}%"


# The distribution of the first response, in steps that one reads at a glance; each takes in whole buckets.
STEPS = ((30, "up to 30 s"), (60, "30–60 s"), (120, "1–2 min"), (300, "2–5 min"), (1800, "5–30 min"), (14400, "½–4 h"))


def distribution(read: Sums) -> list[Bar]:
    """How long customers waited for the first answer."""
    lower, groups = 0, []
    target = settings.RECOVERY["FIRST_MINUTE_TARGET_SECONDS"]
    for upper, label in STEPS:
        groups.append((label, [str(b) for b in bounds() if lower < b <= upper], "good" if upper <= target else ""))
        lower = upper
    groups.append(("4–24 h", [str(b) for b in bounds() if b > lower], ""))
    groups += [("over a day", [MORE], "warn"), ("not answered yet", [NOT_YET], "warn")]
    counted = [(label, keys, mood, read.n(Measure.FIRST_RESPONSE, *keys)) for label, keys, mood in groups]
    most = max((n for *_, n in counted), default=0)
    return [
        Bar(label, of_most(n, most), f"{n:,}", behind(Measure.FIRST_RESPONSE, *keys) if n else "", mood)
        for label, keys, mood, n in counted
    ]


def missed_before(now: datetime) -> datetime:
    """A promise that was due before this and is not kept is missed: its time and its grace have passed."""
    return now - timedelta(minutes=settings.RECOVERY["PROMISE_GRACE_MINUTES"])


def promise_bars(read: Sums, overdue: int) -> list[Bar]:
    """What became of the promises that fell due."""
    words = {KEPT: ("Kept in time", "good"), LATE: ("Kept late", "warn"), MISSED: ("Missed", "bad")}
    counts = {key: read.n(Measure.PROMISE, key) for key in words}
    most = max(*counts.values(), overdue)
    bars = [
        Bar(
            label,
            of_most(counts[key], most),
            f"{counts[key]:,}",
            behind(Measure.PROMISE, key) if counts[key] else "",
            mood,
        )
        for key, (label, mood) in words.items()
    ]
    return [*bars, Bar("Overdue now", of_most(overdue, most), f"{overdue:,}", "", "bad")]


@dataclass(frozen=True)
class Chart:
    """Bars of one currency, and what they come to."""

    currency: str
    total: str
    bars: list[Bar]


def _remedies(read: Sums, cause: str, count: int) -> str:
    mistakes = read.n(Measure.CAUSE, cause)
    return f"{count} {plural(count, 'remedy', 'remedies')}, {mistakes} {plural(mistakes, 'mistake', 'mistakes')}"


def pareto(
    read: Sums,
    names: dict[str, str],
    measure: Measure = Measure.CAUSE_SPEND,
    *,
    counted: Callable[[Sums, str, int], str] = _remedies,
    shown: int = 8,
) -> list[Chart]:
    """Cost by cause, the costliest first, with the share that it and those above it make up; a chart for each currency.

    ``counted`` says in words how many things a cost was of.
    """
    charts = []
    for currency, everything in _busiest_first(read.spent(measure)):
        rows = [row for row in everything if row[1] > 0]
        whole = sum(amount for _, amount, _ in rows)
        bars, running = [], 0
        for key, amount, count in rows[:shown]:
            running += amount
            bars.append(
                Bar(
                    names.get(key, "Cause not found yet"),
                    of_most(amount, rows[0][1]),
                    display(amount, currency),
                    behind(measure, key),
                    note=f"{counted(read, key, count)} · {100 * running / whole:.0f}% so far",
                    mood="" if key else "warn",
                )
            )
        if rest := rows[shown:]:
            amount = sum(amount for _, amount, _ in rest)
            bars.append(
                Bar(f"{len(rest)} more", of_most(amount, rows[0][1]), display(amount, currency), note="100% so far")
            )
        if bars:
            charts.append(Chart(currency, display(whole, currency), bars))
    return charts


def kinds(read: Sums) -> list[Chart]:
    """What was given, by kind of remedy; a chart for each currency, the one with the most remedies first."""
    return [
        Chart(
            currency,
            display(sum(amount for _, amount, _ in rows), currency),
            [
                Bar(
                    said(Measure.SPEND, key),
                    of_most(count, max(count for _, _, count in rows)),
                    display(amount, currency) if amount else "costs nothing",
                    behind(Measure.SPEND, key),
                    note=f"given {count} {plural(count, 'time', 'times')}",
                )
                for key, amount, count in sorted(rows, key=lambda row: -row[2])
            ],
        )
        for currency, rows in _busiest_first(read.spent(Measure.SPEND))
    ]


def _busiest_first(spent: dict[str, list[tuple[str, int, int]]]) -> list[tuple[str, list[tuple[str, int, int]]]]:
    return sorted(spent.items(), key=lambda item: (-sum(count for _, _, count in item[1]), item[0]))


def scores(read: Sums) -> list[Bar]:
    """How customers say it was, the best first."""
    counts = [(score, read.n(Measure.SATISFACTION, score)) for score in reversed(SCORES)]
    most = max(n for _, n in counts)
    words = {"5": "5, very satisfied", "1": "1, very dissatisfied"}
    at_most = settings.RECOVERY["DISSATISFIED_SCORE_AT_MOST"]
    return [
        Bar(
            words.get(score, score),
            of_most(n, most),
            f"{n:,}",
            behind(Measure.SATISFACTION, score) if n else "",
            "warn" if int(score) <= at_most else "",
        )
        for score, n in counts
    ]


WORDS: dict[Measure, dict[str, str]] = {
    Measure.OPENED: dict(Severity.choices),
    Measure.CLOSED: dict(CaseOutcome.choices),
    Measure.FIRST_RESPONSE: {MORE: "over a day", NOT_YET: "not answered yet"},
    Measure.FIRST_OWNER: dict(FirstOwner.choices),
    Measure.UNASKED: dict(Asking.choices),
    Measure.PROMISE: dict(PromiseStatus.choices),
    Measure.SPEND: dict([*RemedyKind.choices, (Basis.ENTITLEMENT.value, Basis.ENTITLEMENT.label)]),
    Measure.HONESTY: dict(Honesty.choices),
    Measure.SATISFACTION: dict(SignalKind.choices),
    Measure.ANSWER: {MORE: "over a day"},
    Measure.ANSWER_DUE: dict(Told.choices),
    Measure.ERROR_DECIDED: dict(ErrorStatus.choices),
    Measure.ERROR_HONESTY: dict(Honesty.choices),
    Measure.ERROR_TOLD: dict(Told.choices),
}


def said(measure: Measure, key: str) -> str:
    """A key of a measure in words."""
    known = WORDS.get(measure, {}).get(key)
    if known is not None:
        return known
    if measure in (Measure.FIRST_RESPONSE, Measure.ANSWER) and key.isdigit():
        return f"within {spoken(int(key))}"
    if measure.startswith("lot"):
        return lot_said(measure, key)
    return f"{key} of 5" if measure == Measure.SATISFACTION else key


def of_most(amount: int, most: int) -> float:
    """How long a bar is, of 100."""
    return round(100 * max(amount, 0) / most, 1) if most > 0 else 0.0


def plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
