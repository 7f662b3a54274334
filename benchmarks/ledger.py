"""``python -m benchmarks.ledger``: the statement of a month with a million entries, and the check of all books over them.

On an embedded PostgreSQL with its settings as they come, and for comparison on SQLite. What is measured is the function
that the page and the API call, database and Python together; each figure is the median of several runs, and the best of
them says what the machine can do when nothing else runs on it. Fails when a median is a second or more on PostgreSQL, or
the check takes more memory than it may.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import time
from typing import Any

from benchmarks.both import ROOT, on_both

RUNS, A_SECOND, MOST_MEMORY_MB = 7, 1000.0, 300


def measure(entries: int) -> dict[str, Any]:
    """In a process of its own, on the database that the settings name: fill it, close its months, time the statements."""
    import django  # the settings are the process's own

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from accounts.enums import Role
    from accounts.models import User
    from benchmarks.ledger_data import MONTH, fill
    from compensation.domain.checking import check
    from compensation.domain.months import close_months
    from compensation.enums import Grouping
    from compensation.models import LedgerEntry
    from compensation.queries.ledger import begins, ends, of_month, with_particulars
    from compensation.queries.statements import statement

    call_command("migrate", verbosity=0)
    fill(entries)
    close_months(now=begins(MONTH).replace(day=2))
    reader = User(username="reader", name="Reader", role=Role.ADMIN)  # never saved: only what they may see is asked
    found: dict[str, Any] = {"vendor": connection.vendor, "load": os.getloadavg()[0]}
    found["entries of the month"] = LedgerEntry.objects.filter(of_month(MONTH)).count()
    timed: dict[str, list[float]] = {}
    for _ in range(RUNS):
        for by in Grouping:
            began = time.perf_counter()
            statement(reader, month=MONTH, by=by)
            timed.setdefault(f"by {by}", []).append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        rows = with_particulars(LedgerEntry.objects.filter(of_month(MONTH)), reader)
        list(rows.order_by("-at", "-id")[:51])
        timed.setdefault("a page of entries", []).append((time.perf_counter() - began) * 1000)
    found["ms"] = {name: {"median": round(statistics.median(ms)), "best": round(min(ms))} for name, ms in timed.items()}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    began = time.perf_counter()
    checked = check(now=max(timezone.now(), ends(MONTH)))
    assert checked is not None
    found["check"] = {
        "seconds": round(time.perf_counter() - began, 1),
        "differences": checked.differences,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "memory_before_mb": before,
    }
    found["load after"] = os.getloadavg()[0]
    return found


def verdicts(found: dict[str, Any]) -> list[str]:
    """What is over its budget, in words. On SQLite, which runs a query on one core, only agreement is asked for."""
    over = []
    check = found["check"]
    if check["differences"]:
        over.append(f"{found['vendor']}: the check found {check['differences']} differences")
    if check["memory_mb"] > MOST_MEMORY_MB:
        over.append(f"{found['vendor']}: the check took {check['memory_mb']} MB, more than {MOST_MEMORY_MB}")
    if found["vendor"] == "postgresql":
        over += [f"{name} took {ms['median']} ms" for name, ms in found["ms"].items() if ms["median"] >= A_SECOND]
    return over


def main() -> int:
    """Measure on both databases, print the figures, write var/bench-ledger.json; 1 when something is over its budget."""
    parser = argparse.ArgumentParser(prog="benchmarks.ledger", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--only", choices=["postgresql", "sqlite"], default="")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.entries)))
        return 0
    results = on_both("benchmarks.ledger", "--entries", str(options.entries), only=options.only)
    over = [line for found in results for line in verdicts(found)]
    for found in results:
        print(f"\n{found['vendor']}: {found['entries of the month']:,} entries, load {found['load']:.1f}")
        for name, ms in found["ms"].items():
            print(f"  {name:<20}{ms['median']:>7} ms   (best {ms['best']})")
        check = found["check"]
        print(
            f"  check of the books  {check['seconds']:>7} s    {check['memory_mb']} MB, {check['differences']} differences"
        )
    written = ROOT / "var" / "bench-ledger.json"
    written.parent.mkdir(exist_ok=True)
    written.write_text(json.dumps({"results": results, "over_budget": over}, indent=1) + "\n")
    print(f"\n{'Within every budget.' if not over else chr(10).join(over)}  ({written.relative_to(ROOT)})")
    return 1 if over else 0


if __name__ == "__main__":
    raise SystemExit(main())
