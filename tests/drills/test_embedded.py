"""The embedded mode: one process that starts, stops when told to, and comes back from SIGKILL."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from ops.services import die_with_parent, free_port

pytestmark = [pytest.mark.alone, pytest.mark.only("sqlite")]

Serve = Callable[[], "subprocess.Popen[str]"]
PATIENCE = 60


@pytest.fixture
def port() -> int:
    return free_port()


def environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "RECOVERY_VAR": str(folder), "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A `var/` as `manage.py migrate` leaves it. Its tests copy it."""
    folder = tmp_path_factory.mktemp("migrated") / "var"
    command = [sys.executable, "manage.py", "migrate", "-v", "0"]
    subprocess.run(command, env=environment(folder), cwd=settings.BASE_DIR, check=True)
    return folder


@pytest.fixture
def serve(tmp_path: Path, port: int, migrated: Path) -> Iterator[Serve]:
    """Starts `manage.py serve` with its own `var/`, waits until it answers."""
    env = environment(tmp_path / "var")
    started: list[subprocess.Popen[str]] = []
    shutil.copytree(migrated, tmp_path / "var")

    def start() -> "subprocess.Popen[str]":
        with (tmp_path / "log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(port)],
                env=env,
                cwd=settings.BASE_DIR,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),
            )
        started.append(process)
        wait(lambda: get(port, "/healthz") == {"status": "ok"}, tmp_path / "log")
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def get(port: int, path: str) -> Any:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as problem:
        return json.loads(problem.read())
    except OSError:
        return None


def wait(true: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, log.read_text()[-3000:]
        time.sleep(0.1)


def everything_works(port: int) -> bool:
    answer = get(port, "/readyz")
    return bool(answer and answer["status"] == "ready")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_when_told_to(serve: Serve, port: int, tmp_path: Path, number: int) -> None:
    process = serve()
    wait(lambda: everything_works(port), tmp_path / "log")
    process.send_signal(number)
    assert process.wait(20) == 0
    log = (tmp_path / "log").read_text()
    assert f"http://127.0.0.1:{port}" in log
    assert "Traceback" not in log
    assert get(port, "/healthz") is None


def test_it_comes_back_from_sigkill_with_clock_and_worker(serve: Serve, port: int, tmp_path: Path) -> None:
    for _ in range(2):
        process = serve()
        wait(lambda: everything_works(port), tmp_path / "log")
        process.kill()
        process.wait()


def test_a_port_that_is_taken_is_said_in_one_line(serve: Serve, port: int, tmp_path: Path) -> None:
    serve()
    second = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        env={"PATH": os.environ["PATH"], "RECOVERY_VAR": str(tmp_path / "var")},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert second.returncode == 1
    assert f"Port {port} cannot be had" in second.stderr
    assert "Traceback" not in second.stderr
