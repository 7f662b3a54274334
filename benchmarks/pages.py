"""The register of honored errors and its charts, as a supervisor reads them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

# Pages are slower than the API, and their figures as steady with fewer of them.
PER_REQUEST = 0.2
GROWTH, CHART_GROWTH = 1.2, 2.0
SHOWS = ("undecided", "overdue_decision", "call_due", "call_overdue", "told", "to_review", "reviewed")
ROW = re.compile(rb'id="error-\d+"')


def addresses(known: dict[str, Any]) -> dict[str, str]:
    """A name and an address for each way to look at them, among what the site is ``known`` to hold."""
    narrowed = {
        **{show: f"show={show}" for show in SHOWS},
        "rep": f"rep={known['rep']}",
        "cause": f"cause={known['cause']}",
        "kind": "kind=quote",
        "line": "line=Parcels",
        "month": f"month={datetime.now(UTC):%Y-%m}",
        "unit": f"unit={known['unit']}",
    }
    return {
        "register": "/honored",
        **{f"register {name}": f"/honored?{query}" for name, query in narrowed.items()},
        "charts 30 days": "/insights/honored",
        "charts all time": "/insights/honored?period=all",
    }


def rows_of(body: bytes) -> int:
    """How many rows of the register a page shows."""
    return len(set(ROW.findall(body)))


def verdicts(rows: list[dict[str, Any]]) -> list[str]:
    """What is over its budget: one query more than at the smaller size, or too much CPU where both show as many rows."""
    over = []
    for small, large in zip(rows[::2], rows[1::2], strict=True):
        what = f"{large['request']} at {large['cases']:,} errors"
        if large["queries"] != small["queries"]:
            over.append(f"{what} takes {large['queries']} queries, and {small['queries']} at {small['cases']:,}")
        growth = CHART_GROWTH if large["request"].startswith("charts") else GROWTH
        if large["rows"] == small["rows"] and large["cpu_to_smaller"] > growth:
            over.append(
                f"{what} takes {large['cpu_to_smaller']} times the CPU at {small['cases']:,}, more than {growth}"
            )
    return over
