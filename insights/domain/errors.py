"""What the sums say of errors in the customer's favor: how they were decided, their cost, who owned up, when they were told."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from cases.enums import ErrorStatus
from insights.domain.figures import Bar, Chart, Headline, Share, behind, of_most, pareto, percent, plural
from insights.enums import Honesty, Measure, Told
from insights.queries import Beneficiaries, Sums

SHOWN = 8
OWED = "insight-owed-calls"
HONORED = behind(Measure.ERROR_DECIDED, ErrorStatus.HONORED)


def honored(read: Sums) -> Share:
    """Of the errors that were decided: those we stand by."""
    return Share(read.n(Measure.ERROR_DECIDED, ErrorStatus.HONORED), read.n(Measure.ERROR_DECIDED))


def told_in_time(read: Sums, overdue: int = 0) -> Share:
    """Of the calls that were made or are overdue: those made in time."""
    return Share(read.n(Measure.ERROR_TOLD, Told.IN_TIME), read.n(Measure.ERROR_TOLD) + overdue)


def self_reported(read: Sums) -> Share:
    """Of the honored errors that a colleague made: those that they reported themselves."""
    return Share(read.n(Measure.ERROR_HONESTY, Honesty.SELF), read.n(Measure.ERROR_HONESTY))


def several(helped: Beneficiaries) -> Share:
    """Of the customers for whom an error was honored: those for whom it was more than one."""
    return Share(len(helped.several), helped.customers)


def headlines(read: Sums, before: Sums | None, helped: Beneficiaries, *, overdue: int) -> list[Headline]:
    """The four shares at the head of the page."""

    def then(share: Callable[[Sums], Share]) -> Share | None:
        return share(before) if before else None

    return [
        Headline(
            label="Honored",
            share=honored(read),
            note="of the errors that were decided",
            query=HONORED,
            missed=behind(Measure.ERROR_DECIDED, ErrorStatus.RESCINDED),
            missed_words="were taken back",
            before=then(honored),
        ),
        Headline(
            label="Told in time",
            share=told_in_time(read, overdue),
            note=f"{overdue} overdue now" if overdue else "none overdue now",
            query=behind(Measure.ERROR_TOLD),
            missed=behind(Measure.ERROR_TOLD, Told.LATE) if read.n(Measure.ERROR_TOLD, Told.LATE) else "",
            missed_words="were told late",
            before=then(told_in_time),
        ),
        Headline(
            label="Reported by whoever made it",
            share=self_reported(read),
            note="honored errors of colleagues; owning up counts for them",
            query=behind(Measure.ERROR_HONESTY, Honesty.SELF),
            missed=behind(Measure.ERROR_HONESTY, Honesty.OTHER),
            missed_words="others reported",
            before=then(self_reported),
        ),
        Headline(
            label="Had more than one honored",
            share=several(helped),
            note=f"customers we honored an error for{among(helped)}",
            query=f"{HONORED}&again=1",
        ),
    ]


def among(helped: Beneficiaries) -> str:
    """Of which errors the repeat beneficiaries are counted, where that is not all of them."""
    return f", of the newest {helped.errors:,} honored errors" if helped.more else ""


def costs(read: Sums, names: dict[str, str]) -> list[Chart]:
    """What honoring cost, by cause; a chart for each currency."""
    return pareto(read, names, Measure.ERROR_COST, counted=_errors, shown=SHOWN)


def _errors(_: Sums, __: str, count: int) -> str:
    return f"{count} {plural(count, 'error', 'errors')}"


def timeliness(read: Sums, *, overdue: int, ahead: int) -> list[Bar]:
    """When customers were told; what is still owed is read from the clock."""
    counts = {key: read.n(Measure.ERROR_TOLD, key) for key in Told.values}
    most = max(*counts.values(), overdue, ahead)
    told = [
        Bar(
            f"Told {Told(key).label.lower()}",
            of_most(n, most),
            f"{n:,}",
            behind(Measure.ERROR_TOLD, key) if n else "",
            "good" if key == Told.IN_TIME else "warn",
        )
        for key, n in counts.items()
    ]
    return [
        *told,
        Bar("Overdue now", of_most(overdue, most), f"{overdue:,}", "late=1" if overdue else "", "bad", to=OWED),
        Bar("Still time", of_most(ahead, most), f"{ahead:,}", "late=" if ahead else "", to=OWED),
    ]


def shares(read: Sums, measure: Measure, words: dict[str, str], *, good: str) -> list[Bar]:
    """The keys of a measure beside one another, each with its share of all."""
    counts = {key: read.n(measure, key) for key in words}
    most, all_of_them = max(counts.values()), sum(counts.values())
    return [
        Bar(
            words[key],
            of_most(n, most),
            f"{n:,}",
            behind(measure, key) if n else "",
            "good" if key == good else "",
            percent(Share(n, all_of_them)) if all_of_them else "",
        )
        for key, n in counts.items()
    ]


def repeated(helped: Beneficiaries, names: dict[int, str]) -> list[Bar]:
    """Customers with more than one honored error, the most first. One who is out of the reader's reach has no name here."""
    listed = list(helped.several.items())[:SHOWN]
    most = max((n for _, n in listed), default=0)
    return [
        Bar(
            names.get(customer, "A customer out of your reach"),
            of_most(n, most),
            _errors(Sums(), "", n),
            f"{HONORED}&{urlencode({'customer': customer})}" if customer in names else "",
        )
        for customer, n in listed
    ]
