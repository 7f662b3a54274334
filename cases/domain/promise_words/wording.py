"""What a customer is told of a promise, in one language: by mail, and on the page that its link leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases.enums import Channel


@dataclass(frozen=True, slots=True)
class Wording:
    """Plain words. A new language is a module beside the others, its line in ``WORDINGS`` and one in ``languages.TIMES``.

    ``ways`` says what we promise to do by the channel that we promise it on, with a place for what is said in the middle
    of it (``{more}``). ``refusals`` are by the code of the refusal. ``{city}`` is where a clock goes so, ``{when}`` a due
    time on it (by 09:00 on Tuesday).
    """

    language: str
    # what we do
    ways: Mapping[Channel, str]
    way_else: str
    will: str
    we_will: str
    as_asked: str
    subject: str
    about: str
    their_time: str
    both_times: str
    # the mails
    greeting: str
    greeting_unnamed: str
    opened_subject: str
    opened: str
    looks_after: str
    team: str
    hear_by: str
    mention: str
    another: str
    not_again: str
    # the page
    title: str
    saved: str
    late_heading: str
    late: str
    told: str
    need_not_wait: str
    your_time: str
    better: str
    may: str
    once_more: str
    in_touch: str
    nothing: str
    your_case: str
    other: str
    other_hint: str
    day: str
    time: str
    anything: str
    move: str
    choose: str
    clock: str
    # what cannot be taken
    choose_one: str
    just_gone: str
    day_needed: str
    time_needed: str
    no_day: str
    no_time: str
    too_long: str
    refusals: Mapping[str, str]
    refused: str
    # a link that leads nowhere
    broken: str
    broken_text: str
    broken_else: str

    def does(self, channel: str, more: str = "") -> str:
        """Call you by 09:00; Sie bis 09:00 Uhr anrufen."""
        return " ".join(self.ways.get(Channel(channel), self.way_else).format(more=more).split())

    def promised(self, who: str, channel: str, more: str = "") -> str:
        """Alice will call you by 09:00. ``who`` blank is all of us; a name stays as it is written."""
        said = self._promised(who, channel, more)
        return said if who else f"{said[0].upper()}{said[1:]}"

    def asked(self, who: str, channel: str, more: str = "") -> str:
        """As you asked, we will call you by 09:00."""
        return self.as_asked.format(promised=self._promised(who, channel, more))

    def _promised(self, who: str, channel: str, more: str) -> str:
        does = self.does(channel, more)
        return self.will.format(who=who, does=does) if who else self.we_will.format(does=does)
