"""`make test`: the whole suite, on SQLite and on PostgreSQL, with a real Redis and a real Chromium.

Each database gets two runs of pytest: the bulk on two processes, then what counts on having the machine to itself: the
races and whatever stops processes. The long drills and the long fuzzing are left to `make drill` and `make fuzz`; short
versions of both are in the bulk. Arguments are pytest's, and `--only sqlite` or `--only postgresql` leaves one out.
What is missing on the machine is installed where that is allowed (root on Debian). Tests that still had to be skipped
are named in the last lines; with RECOVERY_REFUSE_SKIPS=1 they make the run fail.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

from ops.machine import install_missing
from ops.services import postgres

ALONE = "race or alone"
# Where they lie: their run looks nowhere else, since finding all tests takes a while. tests/conftest.py holds them to it.
LIE_IN = ("tests/races", "tests/drills", "tests/journal/test_feed.py")
LONG = "drill or fuzz"
# Named at the end, so that whoever made the suite slower sees it.
SLOWEST = ("--durations=12", "--durations-min=5")
NO_TESTS = 5  # pytest's exit code when it collected none
# Tests take back what they write. Statistics of what is left, tables that hold nothing, make plans that never end of the
# next test's three thousand rows. The long drills write for good, and keep them.
STILL = {"autovacuum": "off"}


class Suite:
    """Runs pytest several times and adds up what came out."""

    def __init__(self, arguments: list[str]) -> None:
        self.arguments = arguments
        self.counts: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.failed: list[str] = []
        self.lines: list[str] = []
        self.broken = False
        self.reports = Path(tempfile.mkdtemp(prefix="recovery-suite-"))

    def run(self, label: str, env: dict[str, str]) -> None:
        own_choice = any(argument == "-m" or argument.startswith("-m=") for argument in self.arguments)
        runs = (
            [("", [])]
            if own_choice
            else [
                ("", ["-n", os.environ.get("TEST_PROCESSES", "2"), "-m", f"not ({ALONE} or {LONG})"]),
                (", alone", ["-m", f"({ALONE}) and not ({LONG})", *([] if self._names_tests() else LIE_IN)]),
            ]
        )
        for suffix, options in runs:
            self._pytest(f"{label}{suffix}", env, options)

    def _names_tests(self) -> bool:
        return any(Path(argument.partition("::")[0]).exists() for argument in self.arguments)

    def _pytest(self, label: str, env: dict[str, str], options: list[str]) -> None:
        print(f"\n=== {label} " + "=" * max(0, 70 - len(label)), flush=True)
        file = self.reports / f"{len(self.lines)}.json"
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-q", *SLOWEST, *options, *self.arguments]
        code = subprocess.run(command, env=env | {"RECOVERY_SUITE_REPORT": str(file)}, check=False).returncode
        took = time.monotonic() - began
        result = json.loads(file.read_text()) if file.exists() else {"counts": {}, "skipped": {}, "failed": []}
        counts = Counter(result["counts"])
        self.counts += counts
        self.skipped.update(result["skipped"])
        self.failed += [f"{label}: {test}" for test in result["failed"]]
        self.broken |= code not in (0, NO_TESTS)
        self.lines.append(f"{label:<20}{self.sentence(counts)} in {took:.0f}s")

    @staticmethod
    def sentence(counts: Counter[str]) -> str:
        """In pytest's words and order."""
        parts = [
            f"{counts[kind]} {kind}"
            for kind in ("failed", "passed", "skipped", "xfailed", "xpassed", "error")
            if counts[kind]
        ]
        return ", ".join(parts) or "no tests ran"

    def close(self, took: float) -> int:
        """The last lines, and the exit code."""
        shutil.rmtree(self.reports, ignore_errors=True)
        print("\n" + "\n".join(self.lines))
        for test in self.failed:
            print(f"FAILED  {test}")
        if self.skipped:
            print(
                f"\nNOT TESTED: {sum(self.skipped.values())} tests were skipped, so this run does not show that all is well."
            )
            for reason, times in self.skipped.most_common():
                print(f"  {times:>4} x {reason}")
        refuse = bool(self.skipped) and os.environ.get("RECOVERY_REFUSE_SKIPS") == "1"
        ran = self.counts["passed"] + self.counts["failed"] + self.counts["error"]
        bad = self.broken or refuse or not ran
        print(f" {self.sentence(self.counts)} in {took:.2f}s ".center(80, "="), flush=True)
        return 1 if bad else 0


def main(arguments: list[str]) -> int:
    began = time.monotonic()
    only = ""
    if "--only" in arguments:
        at = arguments.index("--only")
        only = arguments[at + 1]
        arguments = arguments[:at] + arguments[at + 2 :]
    install_missing()
    suite = Suite(arguments)
    base = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "RECOVERY_MODE")
    }
    given = os.environ.get("DATABASE_URL", "")
    if only in ("", "sqlite"):
        suite.run("SQLite", base)
    if only in ("", "postgresql"):
        with nullcontext() if given else postgres(**({} if "-m" in arguments else STILL)) as server:
            second = {} if only else {"RECOVERY_SUITE_SECOND": "1"}
            suite.run("PostgreSQL", base | second | {"DATABASE_URL": given or server.url})
    return suite.close(time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
