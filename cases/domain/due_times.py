"""Due times as people say them, read on the clock of whoever they are said to.

What is read, in English, whatever its capitals:

- *in 20 min*, *in an hour and a half*, *in 3 days* (the same time on the wall);
- a day: *today*, *tomorrow*, *Fri*, *next Tuesday* (of the week after this one), *24 Nov*, *2026-11-24*, *next week*;
- a time: *15:40*, *3pm*, *at 3* (one to six without a leading zero is the afternoon), *noon*;
- a part of a day, which is its beginning, since being early keeps a promise: *morning* 09:30, *afternoon* 14:00,
  *evening* 18:00; *end of day* is 17:00, and so is a day that nothing else is said of;
- a window: *Fri 9-11*, *between 2 and 4pm*, *tomorrow from 10 to noon*.

A time without a day is the next one. *My time* at its end means the clock of whoever writes. What may mean two things
(3/4) or nothing here is refused, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from accounts.authority import Refused
from accounts.domain.words import said
from cases.domain.clock import AFTERNOON, MORNING, at_wall_time, said_wall, zone_named

LONGEST = 80
EVENING, END_OF_DAY = time(18, 0), time(17, 0)
DAY = timedelta(days=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "half": 0.5}
PARTS = {"morning": MORNING, "afternoon": AFTERNOON, "evening": EVENING, "noon": time(12), "end": END_OF_DAY}

_WEEKDAY = r"mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?"
)
_DATES = (
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b"),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<name>{_MONTH})\b\.?(?:,? (?P<year>\d{{4}})\b)?"),
    re.compile(rf"\b(?P<name>{_MONTH})\b\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.]\d)(?:,? (?P<year>\d{{4}})\b)?"),
    re.compile(r"\b(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?"),
)
_NAMED_DAY = re.compile(
    rf"\b(?:(?P<after>day after tomorrow)|(?P<tomorrow>tomorrow|tmrw)|(?P<today>today)|(?P<tonight>tonight)"
    rf"|(?P<week>next week)|(?:(?P<which>next|this|coming) )?(?P<weekday>{_WEEKDAY}))\b\.?"
)
_PART = re.compile(
    r"\b(?:this |the )?(?:(?P<morning>first thing|morning)|(?P<afternoon>afternoon)|(?P<evening>evening)"
    r"|(?P<noon>noon|midday)|(?P<end>end of (?:the )?(?:business )?day|close of business|eod|cob))\b"
)
_CLOCK = r"(\d{1,2})(?:[:.h](\d{2}))?(?: ?(am|pm|a\.m\.|p\.m\.))?(?!\d)"
_WINDOW = re.compile(rf"\b{_CLOCK} ?(?:-|to|and|until|till) ?(?:{_CLOCK}|(noon|midday))")
_TIME = re.compile(rf"(?<![\d:.]){_CLOCK}")
_SPAN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?|half an|half a|a couple of|an|a|one|two|three|four|five|six|ten)? ?"
    r"(?P<unit>minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)(?![a-z])"
)
_FILLER = re.compile(
    r"\b(?:at|on|by|before|around|about|between|from|in the|the|of|please|o'clock|oclock|sharp)\b|[,@]"
)


@dataclass(frozen=True)
class Due:
    """What was meant: by ``due_end``, and not before ``due_start`` where a window was said. Aware, in UTC."""

    due_end: datetime
    due_start: datetime | None = None


@dataclass(frozen=True)
class _Wall:
    """What was found in the words, before it is put on a day."""

    starts: time | None = None
    ends: time | None = None
    overnight: bool = False
    exact: bool = True


def read(words: str, *, zone: str, now: datetime, own_zone: str | None = None) -> Due:
    """The time that these words mean on the clock of ``zone``, said at ``now`` (aware). ``own_zone`` is the writer's.

    Whether it lies ahead is not asked here. Refused: ``unclear_time``, ``skipped_time``, ``unknown_zone``,
    ``too_long``, ``invalid``.
    """
    text = _plain(said(words, "due", at_most=LONGEST))
    text, zone = _whose_clock(text, zone, own_zone)
    local = now.astimezone(zone_named(zone)).replace(tzinfo=None, fold=0)
    if text.startswith(("in ", "within ")) and not text.startswith("in the "):
        return Due(_after(text.partition(" ")[2], words, local=local, zone=zone, now=now))
    try:
        day, rest = _day_of(text, local)
    except ValueError:
        raise _unclear(words, "There is no such day.") from None
    wall, rest = _wall_of(rest, words)
    if _FILLER.sub(" ", rest).strip(" .-") or (day is None and wall.ends is None):
        raise _unclear(words)
    return _placed(day, wall, words, local=local, zone=zone)


def meant(
    words: str | None,
    due_end: datetime | None,
    due_start: datetime | None = None,
    *,
    zone: str,
    now: datetime,
    own_zone: str | None = None,
) -> Due:
    """The time that is given in words, or as a moment or window; one of the two. Refused: ``invalid``, and as ``read``."""
    if (words is None) == (due_end is None) or (words is not None and due_start is not None):
        raise Refused("invalid", "Say when: in words as `due`, or as `due_end`, one of the two.", "due")
    if due_end is not None:
        return Due(due_end, due_start)
    return read(words or "", zone=zone, now=now, own_zone=own_zone)


def _plain(text: str) -> str:
    text = text.casefold().replace("–", "-").replace("—", "-").replace("’", "'")
    return " ".join(text.split())


def _unclear(words: str, why: str = "") -> Refused:
    kept = " ".join(words.split())[:LONGEST]
    reason = f"“{kept}” is not a time we can read. " if kept else "Say when they will hear from you. "
    hint = "Try “today 15:40”, “in 20 min”, “tomorrow morning” or “Fri 9-11”."
    return Refused("unclear_time", f"{reason}{why + ' ' if why else ''}{hint}", "due")


def _whose_clock(text: str, zone: str, own_zone: str | None) -> tuple[str, str]:
    whose = re.search(r"\b(my|our|their|his|her|your) time$", text)
    if whose is None:
        return text, zone
    mine = whose[1] in ("my", "our") and own_zone is not None
    return text[: whose.start()].strip(), own_zone if mine and own_zone else zone


def _after(text: str, words: str, *, local: datetime, zone: str, now: datetime) -> datetime:
    """So long from now. Minutes and hours are counted; days and weeks go by the wall."""
    minutes, days = 0.0, 0
    if text.endswith(" and a half"):
        text = text.removesuffix(" and a half")
        halved = re.search(r"(h(?:ou)?rs?|h)$", text)
        if halved is None:
            raise _unclear(words)
        minutes += 30
    text = re.sub(r"(\d)h(\d{1,2})$", r"\1 h \2 min", text)
    rest = text
    for found in _SPAN.finditer(text):
        rest = rest.replace(found[0], " ", 1)
        said_number = found["number"] or "1"
        number = 2.0 if "couple" in said_number else float(NUMBERS.get(said_number.split()[0], 0) or said_number)
        unit = found["unit"][0]
        if unit in "dw":
            if number != int(number):
                raise _unclear(words)
            days += int(number) * (7 if unit == "w" else 1)
        else:
            minutes += number * (60 if unit == "h" else 1)
    if rest.replace("and", " ").replace(",", " ").strip() or not (minutes or days) or minutes > 10**6 or days > 10**4:
        raise _unclear(words)
    begun = now if not days else at_wall_time(local + timedelta(days=days), zone)
    return begun.astimezone(UTC) + timedelta(minutes=minutes)


def _day_of(text: str, local: datetime) -> tuple[_Day | None, str]:
    """The day that is named, and the words without it. ``ValueError`` for a day that no calendar has."""
    today = local.date()
    for pattern in _DATES:
        if found := pattern.search(text):
            return _Day(_dated(found, today)), _without(text, found)
    found = _NAMED_DAY.search(text)
    return _named(found, text, today) if found else (None, text)


def _named(found: re.Match[str], text: str, today: date) -> tuple[_Day, str]:
    rest = _without(text, found)
    for name, ahead in (("after", 2), ("tomorrow", 1), ("today", 0), ("tonight", 0)):
        if found[name]:
            return _Day(today + ahead * DAY), f"{rest} evening" if name == "tonight" else rest
    monday = today + timedelta(days=7 - today.weekday())
    if found["week"]:
        named = _NAMED_DAY.search(rest)
        if named is not None and named["weekday"] and not named["which"]:
            return _Day(monday + timedelta(days=_weekday(named["weekday"]))), _without(rest, named)
        return _Day(monday), rest if _says_when(rest) else f"{rest} morning"
    weekday = _weekday(found["weekday"])
    if found["which"] == "next":
        return _Day(monday + timedelta(days=weekday)), rest
    return _Day(today + timedelta(days=(weekday - today.weekday()) % 7), comes_again=True), rest


@dataclass(frozen=True)
class _Day:
    """A day; one that ``comes_again`` is that of next week where its time has passed."""

    date: date
    comes_again: bool = False


def _dated(found: re.Match[str], today: date) -> date:
    groups = found.groupdict()
    month = MONTHS.index(groups["name"][:3]) + 1 if groups.get("name") else int(groups["month"])
    day = int(groups["day"])
    if groups["year"]:
        return date(int(groups["year"]), month, day)
    for year in range(today.year, today.year + 9):  # February 29 may be years away
        try:
            named = date(year, month, day)
        except ValueError:
            continue
        if named >= today:
            return named
    raise ValueError


def _weekday(name: str) -> int:
    return next(index for index, weekday in enumerate(WEEKDAYS) if weekday.startswith(name[:3]))


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}".strip()


def _says_when(text: str) -> bool:
    return bool(_PART.search(text) or _TIME.search(text))


def _wall_of(text: str, words: str) -> tuple[_Wall, str]:
    """The time, window or part of the day that is named, and what is left of the words."""
    part, rest = None, text
    if not (window := _WINDOW.search(text)) and (found := _PART.search(text)):
        part, rest = found.lastgroup, _without(text, found)
    elif window and (found := _PART.search(text[: window.start()] + text[window.end() :])):
        part = found.lastgroup
        rest = _PART.sub(" ", text, count=1) if found.lastgroup != "noon" else text
        window = _WINDOW.search(rest)
    if window:
        starts = _time(window[1], window[2], window[3], part, words)
        ends = time(12) if window[7] else _time(window[4], window[5], window[6], part, words)
        return _window(window, starts, ends, words), _without(rest, window)
    if exact := _TIME.search(rest):
        at = _time(exact[1], exact[2], exact[3], part, words)
        return _Wall(ends=at), _without(rest, exact)
    return (_Wall(ends=PARTS[part], exact=False) if part else _Wall()), rest


def _time(hour: str, minute: str | None, half: str | None, part: str | None, words: str) -> time:
    at, past = int(hour), int(minute or 0)
    if half:
        if not 1 <= at <= 12:
            raise _unclear(words)
        at = at % 12 + (12 if half.startswith("p") else 0)
    elif part in ("afternoon", "evening"):
        at += 12 if at < 12 else 0
    elif part != "morning" and 1 <= at <= 6 and not hour.startswith("0"):
        at += 12
    if at > 23 or past > 59:
        raise _unclear(words, "There is no such time.")
    return time(at, past)


def _window(found: re.Match[str], starts: time, ends: time, words: str) -> _Wall:
    """From when to when. In *2-4pm* the half of the day is said once, in *9-5* and *11-1* not at all."""
    said_first, said_last = found[3], found[6]
    if said_last and not said_first and int(found[1]) <= 12:
        half = 12 if said_last.startswith("p") else 0
        first = time(int(found[1]) % 12 + half, starts.minute)
        starts = first if first < ends else time(int(found[1]) % 12, starts.minute)
    if starts == ends:
        raise _unclear(words, "The window ends when it begins.")
    if starts > ends and not said_last and not found[7] and ends.hour < 12 and not found[4].startswith("0"):
        ends = time(ends.hour + 12, ends.minute)
    if starts > ends and not said_last:
        raise _unclear(words, "The window ends before it begins.")
    return _Wall(starts=starts, ends=ends, overnight=starts > ends)


def _placed(day: _Day | None, wall: _Wall, words: str, *, local: datetime, zone: str) -> Due:
    ends = wall.ends or END_OF_DAY
    on = day.date if day else local.date()

    def end_on(on: date) -> datetime:
        return datetime.combine(on + DAY if wall.overnight else on, ends)

    try:
        if end_on(on) <= local and (day is None or day.comes_again):
            on += DAY if day is None else 7 * DAY
        meant = said_wall if wall.exact and wall.ends is not None else at_wall_time
        due = Due(meant(end_on(on), zone))
        if wall.starts is None:
            return due
        return replace(due, due_start=meant(datetime.combine(on, wall.starts), zone))
    except OverflowError:
        raise _unclear(words, "There is no such time.") from None
