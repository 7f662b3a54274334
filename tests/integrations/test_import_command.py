"""`manage.py import_complaints`: what it prints, what it leaves beside, and what a kill does to it."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from cases.models import Case, Incident
from journal.models import Event
from tests.integrations.complaints import REAL, a_file, a_row, left_behind

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.django_db(transaction=True)
def test_the_bar_is_apart_from_the_last_line(run_command: Run, tmp_path: Path) -> None:
    file = tmp_path / "complaints.csv"
    file.write_bytes(a_file([a_row(id="1"), a_row(id="=2", state="ZZ"), a_row(id="3")]))
    rejects = tmp_path / "why" / "not.csv"
    done = run_command("import_complaints", file, "--rejects", rejects)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"What was rejected, and why, is in {rejects}",
        "created 2, unchanged 0, rejected 1",
    ]
    assert "Importing: 100%" in done.stderr
    with rejects.open(newline="") as written:
        assert list(csv.DictReader(written)) == [
            {"row": "2", "line": "4", "complaint id": "'=2", "reason": "State: “ZZ” is not a state we know."}
        ]
    again = run_command("import_complaints", file)
    assert again.stdout.splitlines()[-1] == "created 0, unchanged 2, rejected 1"
    assert f"{settings.VAR_DIR}/imports/complaints-rejects.csv" in again.stdout


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it lacks “Date received”, “Product”, “Issue”, “Company”, “Company response to consumer”"),
        (b"name,phone\nA,1\n", "Its first line says: name, phone"),
        (b"Date received,Product,Issue,Company\n", "it lacks “Company response to consumer”."),
        (b"\xff\xfeD\0a\0t\0e\0", "it lacks “Date received”"),
        (b"date_received,Date received,product\n", "The columns “date_received” and “Date received” are the same"),
    ],
)
def test_a_file_of_something_else_says_what_is_missing(content: bytes, says: str, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=re.escape(says)):
        call_command("import_complaints", file, verbosity=0)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_file_that_is_not_there_and_a_system_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_complaints", tmp_path / "nothing.csv", verbosity=0)
    with pytest.raises(CommandError, match="letters, digits"):
        call_command("import_complaints", REAL, system="c f p b", verbosity=0)


def many(path: Path, count: int, *, start: int = 0) -> None:
    """A file of many made-up complaints, written a row at a time."""
    words = "They charged me twice, and nobody would say why. " * 20
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(a_file([]).decode())
        writer = csv.writer(file)
        for number in range(start, start + count):
            row = a_row(
                id=str(number),
                company=f"Made-up Company {number % 3000}",
                narrative=words if number % 4 == 0 else "",
                response=("Closed with explanation", "Closed with monetary relief", "In progress")[number % 3],
                disputed=("No", "Yes", "N/A")[number % 3],
                state=("CA", "TX", "NY", "")[number % 4],
            )
            writer.writerow(row[field] for field in a_row())


ROWS = 4000


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_an_import_killed_again_and_again_ends_as_one_that_was_not(
    process_env: dict[str, str], run_command: Run, database: object, tmp_path: Path
) -> None:
    file = tmp_path / "many.csv"
    many(file, ROWS)
    command = [sys.executable, "manage.py", "import_complaints", str(file)]
    landed = []
    for kill in range(3):
        before = Case.objects.count()
        child = subprocess.Popen(
            command, env=process_env, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        # Let it commit something, then kill it wherever it is.
        until = time.monotonic() + 60
        while Case.objects.count() == before and time.monotonic() < until and child.poll() is None:
            time.sleep(0.02)
        time.sleep(0.11 * kill)
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
        landed.append(Case.objects.count())
        # Whole complaints only.
        assert Incident.objects.count() == landed[-1] == Event.objects.filter(type="case.imported").count()
    assert 0 < landed[0] < landed[-1] < ROWS
    done = run_command("import_complaints", file)
    assert done.stdout.splitlines()[-1] == f"created {ROWS - landed[-1]}, unchanged {landed[-1]}, rejected 0"
    resumed = left_behind()
    database.flush()  # type: ignore[attr-defined]
    done = run_command("import_complaints", file)
    assert done.stdout.splitlines()[-1] == f"created {ROWS}, unchanged 0, rejected 0"
    assert left_behind() == resumed


# The kernel's high-water mark of this process alone: getrusage's counts the parent's before exec too.
MEASURED = """
import pathlib, re, sys, time
import django
django.setup()
from django.core.management import call_command
began = time.monotonic()
call_command("import_complaints", sys.argv[1])
took = time.monotonic() - began
peak = re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text()).group(1)
print(f"{int(peak) // 1024} MB, {took:.1f} s")
"""


@pytest.mark.drill
@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=True)
def test_a_hundred_thousand_rows_in_less_than_300_mb(process_env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    many(file, 100_000)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(file)],
        env=process_env | {"PYTHONPATH": str(settings.BASE_DIR)},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=880,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    counts, measured = done.stdout.splitlines()[-2:]
    assert counts == "created 100000, unchanged 0, rejected 0"
    megabytes, seconds = map(float, re.findall(r"[\d.]+", measured))
    print(f"\n{connection.vendor}: peak {megabytes:.0f} MB, {100_000 / seconds:.0f} rows/s")
    assert megabytes < 300
    assert Case.objects.count() == 100_000
