"""The web application with the guards of the caps taken out, to show that the race tests would notice.

`GUARD=check` leaves the CHECK on the counter and takes out the comparison in the statement that moves it. `GUARD=look`
looks first and writes afterwards, as one would without thinking of others, and `GUARD=none` does not even look; both
raise the counter's ceiling out of the way, so that the CHECK has nothing to compare with.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

from django.db.backends.signals import connection_created

from recovery.wsgi import application

__all__ = ["application"]

GUARD = os.environ["GUARD"]
COMPARISON = re.compile(r"\s+WHERE counter\.spent_minor .*", re.DOTALL)
CEILING = re.compile(r"ceiling_minor = CASE .* END", re.DOTALL)


def take_out(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if "INSERT INTO compensation_capcounter" not in sql:
        return execute(sql, params, many, context)
    bare, taken = COMPARISON.subn("", sql)
    assert taken == 1, "the guard is not where it was: this mutation shows nothing any more"
    if GUARD != "check":
        bare, taken = CEILING.subn("ceiling_minor = 9000000000000000000", bare)
        assert taken == 1, "the ceiling is not where it was: this mutation shows nothing any more"
    if GUARD == "look":
        cursor = context["cursor"]
        rows = [params[at : at + 9] for at in range(0, len(params), 9)]
        for row in rows:
            looked = "SELECT spent_minor + reserved_minor FROM compensation_capcounter WHERE key = %s"
            cursor.execute(looked, [row[0]])
            used = (cursor.fetchone() or (0,))[0]
            if used + row[6] + row[7] > row[8]:
                return _nothing(cursor)
    return execute(bare, params, many, context)


def _nothing(cursor: Any) -> Any:
    """A statement that touches no row, as the guarded one does when there is no room."""
    return cursor.execute("UPDATE compensation_capcounter SET spent_minor = spent_minor WHERE key = ''")


def on_connecting(connection: Any, **_: Any) -> None:
    if take_out not in connection.execute_wrappers:  # a thread's connection is opened anew for each request
        connection.execute_wrappers.append(take_out)


connection_created.connect(on_connecting)
