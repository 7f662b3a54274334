"""``make bench``: what a request costs at 1,000 and at 100,000 cases, against a floor on the same server.

CPU milliseconds per request are those of the application and PostgreSQL together. Rounds are interleaved, and each
figure is the median over rounds of its ratio to the floor view measured in the same round, so that a machine whose
speed drifts does not decide. The measurement fails when a list takes more than 4 queries, a detail more than 8, an award
more than 12 (there are as many awards as cases), a promise more than 14, or when the CPU of any at the larger size is more than 1.2 times that at the smaller.

The register of honored errors and its charts are pages, read by a supervisor at 100 and at 100,000 errors. The measurement
fails when the larger takes one query more than the smaller, or more than 1.2 times its CPU (of the charts, which sum up more
days and people: twice) where both show as many rows.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import cpu, load, pages
from ops.services import Postgres, die_with_parent, free_port

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1_000, 100_000)
# Of so many cases so many were in the customer's favor.
ERRORS = {1_000: 100, 100_000: 100_000}
QUERY_BUDGET = {"list": 4, "detail": 8, "award": 12, "promise": 14, "floor": 1}
CPU_GROWTH = 1.2


class Site:
    """One database of a size, with its own server."""

    def __init__(self, size: int, postgres: Postgres) -> None:
        self.size = size
        self.url = postgres.url.rsplit("/", 1)[0] + f"/bench_{size}"
        self.port = free_port()
        environment = {
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "RECOVERY_MODE": "embedded",
            "SECRET_KEY": uuid.uuid4().hex,
            # What is measured is the work of a request, not the counting of how many came.
            "API_REQUESTS_PER_MINUTE": "0",
            "RECOVERY_VAR": str(ROOT / "var" / "bench"),
        }
        self.environment = {**os.environ, **environment}
        self.process: subprocess.Popen[bytes] | None = None
        self.secret, self.references = "", [""]
        self.known: dict[str, Any] = {}
        self.turn = 0

    def prepare(self) -> None:
        """Make, migrate and fill the database."""
        began = time.perf_counter()
        filled = subprocess.run(
            [sys.executable, "-m", "benchmarks.prepare", str(self.size), str(ERRORS[self.size])],
            env=self.environment,
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
        )
        self.known = json.loads(filled.stdout.splitlines()[-1])
        self.secret, self.references = self.known["secret"], self.known["references"]
        print(f"  {self.size:>7,} cases filled in {time.perf_counter() - began:.0f} s", flush=True)

    def start(self) -> None:
        """Serve it with gunicorn, as production does."""
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "recovery.wsgi:application",
                "--bind",
                f"127.0.0.1:{self.port}",
                "--worker-class",
                "gthread",
                "--workers",
                "1",
                "--threads",
                "4",
                "--log-level",
                "warning",
            ],
            env=self.environment,
            cwd=ROOT,
            preexec_fn=die_with_parent,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if self.ask(load.Request("GET", "/healthz"))[0] == 200:
                    return
            except OSError:
                time.sleep(0.2)
        raise SystemExit("the server did not start")

    def stop(self) -> None:
        """End the server by its own pid."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)

    def ask(self, request: load.Request) -> tuple[int, dict[str, str], bytes]:
        """One request over a connection of its own."""
        return load.send(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30), request)

    def reference(self, *, written: bool = False) -> str:
        """The next case's reference, walking over half of them: what is written to is not what is read."""
        half = len(self.references) // 2
        self.turn = (self.turn + 7919) % half
        return self.references[self.turn + (half if written else 0)]

    def requests(self, name: str, count: int) -> list[load.Request]:
        """So many requests of a kind, each on another case."""
        return [self._request(name) for _ in range(count)]

    def _request(self, name: str) -> load.Request:
        if (page := pages.addresses(self.known).get(name)) is not None:
            return load.Request("GET", page, headers={"Cookie": f"sessionid={self.known['session']}"})
        headers = {"Authorization": f"Bearer {self.secret}"}
        keyed = {**headers, "Idempotency-Key": uuid.uuid4().hex}
        case = f"/api/v1/cases/{self.reference(written=name in ('award', 'promise'))}/"
        due = (datetime.now(UTC) + timedelta(days=2)).isoformat()
        makers: dict[str, Callable[[], load.Request]] = {
            "floor": lambda: load.Request("GET", f"/floor/{self.reference()}"),
            "list": lambda: load.Request("GET", "/api/v1/cases/?page_size=25", headers=headers),
            "detail": lambda: load.Request("GET", case, headers=headers),
            "award": lambda: load.Request(
                "POST", case + "awards/", {"remedy": "refund", "amount_minor": 100, "currency": "USD"}, keyed
            ),
            "promise": lambda: load.Request(
                "POST", case + "promises/", {"due_end": due, "what": "Call back with the answer"}, keyed
            ),
        }
        return makers[name]()

    def shown(self, name: str) -> int:
        """How many rows of the register a page shows."""
        return pages.rows_of(self.ask(self._request(name))[2])

    def queries(self, name: str) -> int:
        """How many statements one request of a kind takes."""
        request = self._request(name)
        counted = load.Request(request.method, request.path, request.body, {**request.headers, "X-Count-Queries": "1"})
        status, headers, body = self.ask(counted)
        if not 200 <= status < 300:
            raise SystemExit(f"{request.method} {request.path} answered {status}: {body[:300]!r}")
        return int(headers["x-query-count"])


def measure(sites: list[Site], postgres: Postgres, *, rounds: int, count: int, only: str) -> dict[str, Any]:
    """Interleaved rounds over every size and kind of request."""
    counts = dict.fromkeys(QUERY_BUDGET, count)
    counts |= dict.fromkeys(pages.addresses(sites[0].known), max(round(count * pages.PER_REQUEST), 1))
    names = [name for name in counts if name == "floor" or name.startswith(only)]
    assert postgres.process is not None
    database = postgres.process.pid
    figures: dict[tuple[int, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for site in sites:
        for name in names:
            load.run(site.port, site.requests(name, min(20, counts[name])), connections=2)
    for number in range(rounds):
        for name in names:
            for site in sites if number % 2 == 0 else reversed(sites):
                assert site.process is not None
                batch = site.requests(name, counts[name])
                before = cpu.seconds([site.process.pid, database])
                answers = load.run(site.port, batch, connections=4)
                spent = cpu.seconds([site.process.pid, database]) - before
                if answers.refused:
                    raise SystemExit(f"{len(answers.refused)} not answered with 2xx, such as {answers.refused[0]}")
                row = figures[site.size, name]
                row["cpu_ms"].append(spent * 1000 / len(batch))
                row["rps"].append(len(batch) / answers.wall_seconds)
                row["ms"] += answers.milliseconds
        print(f"  round {number + 1} of {rounds}", flush=True)
    return {
        "rounds": rounds,
        "requests_per_round": count,
        "rows": [_row(site, name, figures) for name in names for site in sites],
    }


def _row(site: Site, name: str, figures: dict[tuple[int, str], dict[str, list[float]]]) -> dict[str, Any]:
    row, floor = figures[site.size, name], figures[site.size, "floor"]
    small = figures[SIZES[0], name]
    cuts = statistics.quantiles(row["ms"], n=20)
    page = name in pages.addresses(site.known)
    return {
        "request": name,
        "cases": ERRORS[site.size] if page else site.size,
        "rows": site.shown(name) if page else None,
        "queries": site.queries(name),
        "cpu_ms": round(statistics.median(row["cpu_ms"]), 2),
        "cpu_to_floor": round(_ratio(row["cpu_ms"], floor["cpu_ms"]), 2),
        "cpu_to_smaller": round(_ratio(row["cpu_ms"], small["cpu_ms"]), 2),
        "rps": round(statistics.median(row["rps"]), 1),
        "rps_to_floor": round(_ratio(row["rps"], floor["rps"]), 2),
        "p50_ms": round(cuts[9], 1),
        "p95_ms": round(cuts[18], 1),
    }


def _ratio(of: list[float], to: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(of, to, strict=True))


def verdicts(result: dict[str, Any]) -> list[str]:
    """What is over its budget, in words; nothing when all is well."""
    over = []
    for row in result["rows"]:
        what = f"{row['request']} at {row['cases']:,} cases"
        if row["rows"] is not None:
            continue
        if row["queries"] > QUERY_BUDGET[row["request"]]:
            over.append(f"{what} takes {row['queries']} queries, more than {QUERY_BUDGET[row['request']]}")
        if row["request"] != "floor" and row["cpu_to_smaller"] > CPU_GROWTH:
            over.append(f"{what} takes {row['cpu_to_smaller']} times the CPU at {SIZES[0]:,}, more than {CPU_GROWTH}")
    return over + pages.verdicts([row for row in result["rows"] if row["rows"] is not None])


def show(result: dict[str, Any]) -> None:
    """The table."""
    print(
        f"\n{'request':<26}{'of':>9}{'rows':>6}{'queries':>9}{'CPU ms':>9}{'/floor':>8}{'/small':>8}"
        f"{'req/s':>9}{'/floor':>8}{'p50 ms':>9}{'p95 ms':>9}"
    )
    for row in result["rows"]:
        print(
            f"{row['request']:<26}{row['cases']:>9,}{'' if row['rows'] is None else row['rows']:>6}{row['queries']:>9}{row['cpu_ms']:>9.2f}{row['cpu_to_floor']:>8.2f}"
            f"{row['cpu_to_smaller']:>8.2f}{row['rps']:>9.1f}{row['rps_to_floor']:>8.2f}"
            f"{row['p50_ms']:>9.1f}{row['p95_ms']:>9.1f}"
        )


def main() -> int:
    """Measure, print the table, write var/bench.json; 1 when something is over its budget."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--only", default="", help="what the name begins with of the requests to measure, such as register"
    )
    parser.add_argument("--requests", type=int, default=200, help="of each kind and size in a round")
    options = parser.parse_args()
    postgres = Postgres(synchronous_commit="on", fsync="on").start()
    sites = [Site(size, postgres) for size in SIZES]
    try:
        print("Filling")
        for site in sites:
            site.prepare()
        for site in sites:
            site.start()
        print("Measuring")
        result = measure(sites, postgres, rounds=options.rounds, count=options.requests, only=options.only)
    finally:
        for site in sites:
            site.stop()
        postgres.stop()
    show(result)
    over = verdicts(result)
    written = ROOT / "var" / "bench.json"
    written.parent.mkdir(exist_ok=True)
    written.write_text(json.dumps({**result, "over_budget": over}, indent=1) + "\n")
    print(f"\n{'Within every budget.' if not over else chr(10).join(over)}  ({written.relative_to(ROOT)})")
    return 1 if over else 0


if __name__ == "__main__":
    raise SystemExit(main())
