"""The web application as it is, but for one guard of the caps, to show that the race tests would notice.

Each request says by `X-Without` what it goes without:

| word | what is taken out |
|---|---|
| `comparison` | the comparison in the statement that moves the counters; the CHECK is left |
| `guard` | the comparison, and the ceiling of the counter, so that the CHECK has nothing to compare with |
| `look` | the same, but it looks first and writes afterwards, as one would without thinking of others |
| `award`, `case`, `customer`, `day`, `month`, `team` | what an award draws on this axis |
| `reservation` | what a request that waits holds |
| `release` | that what was held is free again |
| `giving back` | that what was taken back is free again |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any

from django.db.backends.signals import connection_created

from recovery.wsgi import application as whole

# isort: split
# Once the application above is there, its parts can be had.
from compensation.domain import caps
from compensation.enums import Axis

WITHOUT: ContextVar[str] = ContextVar("without", default="")
COMPARISON = re.compile(r"\s+AND \(%s <= 0 OR [^)]*\)", re.DOTALL)
CEILING = re.compile(r"ceiling_minor = CASE .* END", re.DOTALL)
HELD = "reserved_minor = counter.reserved_minor + %s"
FREED = "WHERE counter.reserved_minor + %s >= 0"
COLUMNS, SPENT, RESERVED, MOST = 11, 8, 9, 10
TAIL = 6


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The whole application, told what this request goes without."""
    WITHOUT.set(environ.get("HTTP_X_WITHOUT", ""))
    return whole(environ, start_response)


# What an award draws, left out where it is decided -------------------------------------------------------------------


def _drawing(move: Callable[..., Any]) -> Callable[..., Any]:
    def moved(wanted: Iterable[caps.Draw], **amounts: int) -> Any:
        return move([draw for draw in wanted if draw.axis != WITHOUT.get()], **amounts)

    return moved


def _allowing(allowed: Callable[..., Any]) -> Callable[..., Any]:
    def all_allowed(*arguments: Any) -> Any:
        whole_sums = {Axis.AWARD: 10**12} if WITHOUT.get() == Axis.AWARD else {}
        return allowed(*arguments) | whole_sums

    return all_allowed


def _giving_back(give_back: Callable[..., None]) -> Callable[..., None]:
    def kept(*arguments: Any) -> None:
        if WITHOUT.get() != "giving back":
            give_back(*arguments)

    return kept


caps._move = _drawing(caps._move)
caps._allowed = _allowing(caps._allowed)
caps.give_back = _giving_back(caps.give_back)


# What the statement says, changed on its way to the database ---------------------------------------------------------


def change(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    without = WITHOUT.get()
    if "INSERT INTO compensation_capcounter" not in sql:
        return execute(sql, params, many, context)
    listed = list(params)
    if without in ("comparison", "guard", "look"):
        sql, listed = _without_comparison(sql, listed)
    if without in ("guard", "look"):
        sql, listed = _without_ceiling(sql, listed)
    if without == "look" and not _fits(list(params), context["cursor"]):
        return context["cursor"].execute("UPDATE compensation_capcounter SET key = key WHERE key = ''")
    spent, reserved = params[-TAIL], params[-TAIL + 1]
    if (without == "reservation" and reserved) or (without == "release" and reserved < 0 and spent == 0):
        sql, listed = _without_reservation(sql, listed)
    return execute(sql, listed, many, context)


def _without_comparison(sql: str, params: list[Any]) -> tuple[str, list[Any]]:
    bare, taken = COMPARISON.subn("", sql)
    assert taken == 1, "the guard is not where it was: this mutation shows nothing any more"
    return bare, params[:-2]


def _without_ceiling(sql: str, params: list[Any]) -> tuple[str, list[Any]]:
    bare, taken = CEILING.subn("ceiling_minor = 9000000000000000000", sql)
    assert taken == 1, "the ceiling is not where it was: this mutation shows nothing any more"
    return bare, [*params[:-2], params[-1]]


def _without_reservation(sql: str, params: list[Any]) -> tuple[str, list[Any]]:
    assert HELD in sql, "the reservation is not where it was: this mutation shows nothing any more"
    assert FREED in sql, "the reservation is not where it was: this mutation shows nothing any more"
    bare = sql.replace(HELD, HELD.replace("%s", "0 * %s")).replace(FREED, FREED.replace("%s", "0 * %s"))
    rows = len(params) - TAIL
    return bare, [0 if at < rows and at % COLUMNS == RESERVED else value for at, value in enumerate(params)]


def _fits(params: list[Any], cursor: Any) -> bool:
    more = params[-1]
    for at in range(0, len(params) - TAIL, COLUMNS):
        looked = "SELECT spent_minor + reserved_minor FROM compensation_capcounter WHERE key = %s"
        cursor.execute(looked, [params[at]])
        if (cursor.fetchone() or (0,))[0] + more > params[at + MOST]:
            return False
    return True


def on_connecting(connection: Any, **_: Any) -> None:
    if change not in connection.execute_wrappers:  # a thread's connection is opened anew for each request
        connection.execute_wrappers.append(change)


connection_created.connect(on_connecting)
