"""Fixtures for the other processes of a running Recovery: Redis, the Celery worker and beat, `manage.py` commands."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from ops import machine
from ops.services import Redis, die_with_parent
from tests.harness.databases import Database

START_SECONDS = 60


@pytest.fixture(scope="session")
def _redis() -> Iterator[Redis]:
    if machine.redis() is None:
        pytest.skip("redis-server is not installed")
    server = Redis()
    yield server
    server.remove()


@pytest.fixture
def redis_server(_redis: Redis) -> Redis:
    """A real Redis, running and empty. A drill may `stop()`, `kill()` and `start()` it."""
    if _redis.process is None or _redis.process.poll() is not None:
        _redis.start()
    with socket.create_connection(("127.0.0.1", _redis.port), timeout=5) as line:
        line.sendall(b"FLUSHALL\r\n")
        assert line.recv(16).startswith(b"+OK")
    return _redis


@pytest.fixture
def redis_url(redis_server: Redis) -> str:
    return redis_server.url


@pytest.fixture(scope="session")
def child_env(django_db_setup: None, database: Database, var_dir: Path) -> dict[str, str]:
    """The environment of a process that outlives one test. It sees the test database; what a flush leaves of it."""
    # Not the variable that lets the browser tests use the ORM beside Playwright's event loop: no process in life has it.
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "recovery.settings",
        "DATABASE_URL": database.url,
        "RECOVERY_VAR": str(var_dir),
        "SECRET_KEY": settings.SECRET_KEY,
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def process_env(transactional_db: None, child_env: dict[str, str]) -> dict[str, str]:
    """The environment of a child process that shall see this test's database. Its mail goes to `var_dir`/outbox."""
    return dict(child_env)


class Child:
    """One process of Recovery with its children, in a process group of its own so that SIGKILL takes them all."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], log: Path, says: str = "") -> None:
        self.name, self.command, self.env, self.log, self.says = name, command, env, log, says
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Child:
        begin = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),
            )
        until = time.monotonic() + START_SECONDS
        while self.says not in self.log.read_text(errors="replace")[begin:]:
            if self.process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise AssertionError(f"{self.name} did not start:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)
        return self

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _signal(self, number: int) -> None:
        if self.process is not None and self.is_running:
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """SIGKILL to the whole group: nothing gets to tidy up."""
        self._signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def stop(self, seconds: float = 20) -> int:
        """As a supervisor stops it: SIGTERM to the parent, then patience. Returns its exit code."""
        if self.process is None:
            return 0
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"{self.name} did not stop within {seconds} s of SIGTERM") from None
        return self.process.returncode


class Celery:
    """A real worker and a real beat over a real Redis. `worker` and `beat` can be killed and started again."""

    def __init__(self, env: dict[str, str], folder: Path, concurrency: int) -> None:
        celery = [sys.executable, "-m", "celery", "-A", "recovery"]
        self.worker = Child(
            "worker",
            [
                *celery,
                "worker",
                "--loglevel",
                "INFO",
                "--concurrency",
                str(concurrency),
                "--hostname",
                f"{folder.name}@%h",
                "--without-gossip",
                "--without-mingle",
            ],
            env,
            folder / "worker.log",
            says="ready.",
        )
        self.beat = Child("beat", [*celery, "beat", "--loglevel", "INFO"], env, folder / "beat.log", says="maxinterval")

    def start(self) -> Celery:
        self.worker.start()
        self.beat.start()
        return self

    def kill(self) -> None:
        self.beat.kill()
        self.worker.kill()


@pytest.fixture
def celery_processes(
    process_env: dict[str, str], redis_server: Redis, tmp_path: Path
) -> Iterator[Callable[..., Celery]]:
    """`celery_processes(concurrency=2, **env)` starts a worker and a beat on this test's database."""
    started: list[Celery] = []

    def start(concurrency: int = 2, **env: str) -> Celery:
        folder = tmp_path / f"celery-{len(started)}"
        folder.mkdir()
        celery = Celery(process_env | {"REDIS_URL": redis_server.url} | env, folder, concurrency)
        started.append(celery)
        return celery.start()

    yield start
    for celery in started:
        celery.kill()


@pytest.fixture
def celery_worker_process(celery_processes: Callable[..., Celery]) -> Celery:
    """A worker and a beat, running: `.worker.kill()`, `.worker.start()`, `.beat.stop()`."""
    return celery_processes()


@pytest.fixture
def run_command(process_env: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`run_command("import_complaints", file)` runs `manage.py` in a process of its own."""

    def run(*arguments: object, timeout: float = 120, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            env=process_env | env,
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run
