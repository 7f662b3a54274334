"""``python -m benchmarks.calls``: 100,000 signals of dissatisfaction planned into calls in one run, and a day of calling.

On an embedded PostgreSQL with its settings as they come, and on SQLite. The planner and the dispatcher are the ones that
beat rings for. Asked of them: every signal has a fate, no customer two calls, each batch as many statements as the
first, under 300 MB of memory, and over a day nobody more calls than it holds. Fails when any of it does not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.both import ROOT, on_both

MOST_MEMORY_MB, CALLERS, A_DAY = 300, 20, 10
# A Tuesday morning in New York: customers of every zone below may be called at some hour of the day.
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
ZONES = ("America/New_York", "America/Denver", "America/Los_Angeles", "Europe/London", "Europe/Berlin", "Asia/Tokyo")


def memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def fill(signals: int) -> None:
    """Customers with a number, one in ten with two signals; people of a group; one program."""
    from accounts.models import BusinessUnit, Team, User
    from cases.models import Customer, CustomerPhone, CustomerUnit
    from outreach.models import CallGroup, CallGroupMember, Program, Signal

    unit = BusinessUnit.objects.create(code="shop", name="The shop")
    team = Team.objects.create(name="Front desk")
    team.units.add(unit)
    people = User.objects.bulk_create(
        User(username=f"caller{n}", name=f"Caller {n}", team=team, time_zone="America/New_York") for n in range(CALLERS)
    )
    group = CallGroup.objects.create(name="Front")
    CallGroupMember.objects.bulk_create(CallGroupMember(group=group, user=person) for person in people)
    Program.objects.update(group=group, calls_per_rep_and_day=A_DAY)
    many = signals * 10 // 11
    for begin in range(0, many, 5000):
        numbers = range(begin, min(begin + 5000, many))
        customers = Customer.objects.bulk_create(
            Customer(
                preferred_name=f"C {n}", time_zone=ZONES[n % 6], jurisdiction=("US", "", "US-CO")[n % 3], created_at=NOW
            )
            for n in numbers
        )
        CustomerUnit.objects.bulk_create(CustomerUnit(customer=each, unit=unit) for each in customers)
        CustomerPhone.objects.bulk_create(
            CustomerPhone(customer=each, number=f"+1303{n:07d}") for n, each in zip(numbers, customers, strict=True)
        )
        twice = [each for each in customers for _ in range(2 if each.pk % 10 == 0 else 1)]
        Signal.objects.bulk_create(
            Signal(customer=each, unit=unit, kind="survey", score=1 + n % 3, at=NOW, received_at=NOW)
            for n, each in enumerate(twice)
        )


def planned() -> dict[str, Any]:
    """Plan until nothing is left, as the task does; what it took."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from outreach.domain import planning
    from outreach.models import Signal

    total, statements, began = Signal.objects.count(), Counter[int](), time.perf_counter()
    done = 0
    while True:
        watched = done % (planning.BATCH * 25) == 0
        if watched:
            with CaptureQueriesContext(connection) as ran:
                batch = planning.plan(now=NOW)
            if batch == planning.BATCH:
                statements[len([each for each in ran.captured_queries if "SAVEPOINT" not in each["sql"]])] += 1
        else:
            batch = planning.plan(now=NOW)
        done += batch
        if batch < planning.BATCH:
            break
    seconds = time.perf_counter() - began
    return {
        "signals": total,
        "seconds": round(seconds, 1),
        "a second": round(done / seconds),
        "statements of a full batch": dict(statements),
    }


def called() -> dict[str, Any]:
    """A day of calling: each tick gives out, and whoever has a call says what came of it at once."""
    from cases.models import Obligation
    from outreach.domain import dispatching, outcomes
    from outreach.models import CallAttempt, FollowUpCall

    at, began = NOW, time.perf_counter()
    idle = 0
    while idle < 3:
        given = dispatching.dispatch(now=at)
        idle = 0 if given else idle + 1
        for call in FollowUpCall.objects.filter(status="dispatched").select_related("rep", "customer"):
            outcomes.record_outcome(call, outcome="turned_around", what_went_wrong="Late", by=call.rep, now=at)  # type: ignore[arg-type]
        at += timedelta(seconds=20)
    made = Counter(CallAttempt.objects.values_list("by", flat=True))
    assert Obligation.objects.filter(kind="follow_up_call").count() == FollowUpCall.objects.count()
    return {
        "seconds": round(time.perf_counter() - began, 1),
        "calls made": sum(made.values()),
        "most of one": max(made.values(), default=0),
        "least of one": min((made.get(pk, 0) for pk in made), default=0),
        "people": len(made),
        "made twice": CallAttempt.objects.count() - CallAttempt.objects.values("call").distinct().count(),
    }


def measure(signals: int) -> dict[str, Any]:
    """In a process of its own, on the database that the settings name."""
    import django  # the settings are the process's own

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.models import Count

    from outreach.models import FollowUpCall, Signal

    call_command("migrate", verbosity=0)
    fill(signals)
    connection.queries_log.clear()
    before = memory_mb()
    found: dict[str, Any] = {"vendor": connection.vendor, "load": os.getloadavg()[0], "planning": planned()}
    found["memory_mb"], found["memory_before_mb"] = memory_mb(), before
    found["fates"] = dict(Signal.objects.values_list("fate").annotate(n=Count("pk")).order_by("fate"))
    live = FollowUpCall.objects.filter(status__in=["planned", "dispatched"])
    found["customers with two calls"] = live.values("customer").annotate(n=Count("pk")).filter(n__gt=1).count()
    found["a day"] = called()
    return found


def verdicts(found: dict[str, Any]) -> list[str]:
    """What does not hold, in words."""
    vendor, day, wrong = found["vendor"], found["a day"], []
    checks = {
        "signals are left without a fate": found["fates"].get("", 0) == 0,
        "a customer has two calls": found["customers with two calls"] == 0,
        "batches take more statements than one another": len(found["planning"]["statements of a full batch"]) <= 1,
        f"it took {found['memory_mb']} MB, more than {MOST_MEMORY_MB}": found["memory_mb"] <= MOST_MEMORY_MB,
        f"somebody made {day['most of one']} calls, more than {A_DAY}": day["most of one"] <= A_DAY,
        "somebody made two calls fewer than another": day["most of one"] - day["least of one"] <= 1,
        "somebody was called twice": day["made twice"] == 0,
    }
    wrong += [f"{vendor}: {words}" for words, holds in checks.items() if not holds]
    return wrong


def main() -> int:
    """Measure on both databases, print the figures, write var/bench-calls.json; 1 when something does not hold."""
    parser = argparse.ArgumentParser(prog="benchmarks.calls", description=__doc__)
    parser.add_argument("--signals", type=int, default=100_000)
    parser.add_argument("--only", choices=["postgresql", "sqlite"], default="")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.signals)))
        return 0
    results = on_both("benchmarks.calls", "--signals", str(options.signals), only=options.only)
    wrong = [line for found in results for line in verdicts(found)]
    for found in results:
        plan, day = found["planning"], found["a day"]
        print(f"\n{found['vendor']}: {plan['signals']:,} signals, load {found['load']:.1f}")
        print(f"  planned in          {plan['seconds']:>8} s   ({plan['a second']} a second)")
        print(f"  a full batch takes  {', '.join(plan['statements of a full batch'])} statements")
        print(f"  memory              {found['memory_mb']:>8} MB  (before: {found['memory_before_mb']})")
        print(f"  fates               {', '.join(f'{fate} {n:,}' for fate, n in found['fates'].items())}")
        print(f"  a day of calling    {day['calls made']} calls by {day['people']}, at most {day['most of one']} each")
    written = ROOT / "var" / "bench-calls.json"
    written.parent.mkdir(exist_ok=True)
    written.write_text(json.dumps({"results": results, "wrong": wrong}, indent=1) + "\n")
    print(f"\n{'All of it holds.' if not wrong else chr(10).join(wrong)}  ({written.relative_to(ROOT)})")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
