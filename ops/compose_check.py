"""`make compose-check`: is docker-compose.yml right, and do its commands work?

First the file is held against the Compose Specification's schema and against what we promise of it. Then every command
in it is run here as it stands, without containers, on a real PostgreSQL and a real Redis: the roles are made by the same
script, the migrations run as the owner, and web, worker and beat run as the role that owns nothing.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import psycopg2
import yaml

from ops import machine
from ops.services import Postgres, Redis, die_with_parent, free_port, postgres, programs, redis

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PROGRAM = ("web", "worker", "reminders", "beat")
WAIT_SECONDS = 60

GIVEN = {
    "SECRET_KEY": secrets.token_urlsafe(60),
    "POSTGRES_PASSWORD": "postgres",
    "OWNER_DB_PASSWORD": "owner-" + secrets.token_hex(8),
    "APP_DB_PASSWORD": "app-" + secrets.token_hex(8),
    "ALLOWED_HOSTS": "recovery.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://recovery.example.com",
    "EMAIL_URL": "smtp://127.0.0.1:25",
}


class CheckError(Exception):
    """Something in the file, or in what it runs, is not as it should be."""


def expect(true: object, otherwise: str) -> None:
    if not true:
        raise CheckError(otherwise)


def interpolated(text: str, values: dict[str, str]) -> str:
    """`${NAME}`, `${NAME:-default}` and `${NAME:?what to set}`, as Compose reads them."""

    def one(match: re.Match[str]) -> str:
        name, kind, rest = match["name"], match["kind"], match["rest"]
        if values.get(name):
            return values[name]
        expect(kind != ":?", f"{name} is required: {rest}")
        return rest or ""

    return re.sub(r"\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<rest>[^}]*))?\}", one, text)


def load(values: dict[str, str]) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(interpolated((ROOT / "docker-compose.yml").read_text(), values))
    return loaded


def check_file() -> dict[str, Any]:
    """The schema, and what the schema cannot know."""
    file = load(GIVEN)
    schema = json.loads((ROOT / "ops" / "vendor" / "compose-spec.json").read_text())
    for problem in jsonschema.Draft7Validator(schema).iter_errors(file):
        raise CheckError(f"docker-compose.yml at {'/'.join(map(str, problem.absolute_path))}: {problem.message}")
    for name in GIVEN:
        try:
            load({key: value for key, value in GIVEN.items() if key != name})
        except CheckError:
            continue
        raise CheckError(f"docker-compose.yml starts without {name}")
    services = file["services"]
    for name in ("postgres", "redis", *PROGRAM):
        expect(services[name].get("healthcheck", {}).get("test"), f"{name} has no health check")
        expect(services[name].get("restart") == "unless-stopped", f"{name} does not come back after a crash")
    for name in PROGRAM:
        waits = {other: how["condition"] for other, how in services[name]["depends_on"].items()}
        expect(waits.get("migrate") == "service_completed_successfully", f"{name} does not wait for the migrations")
        url = services[name]["environment"]["DATABASE_URL"]
        expect(url.startswith("postgres://recovery_app:"), f"{name} does not connect as the application role")
    expect(services["migrate"]["restart"] == "no", "migrate is not one-shot")
    options = " ".join(services["redis"]["command"])
    expect("--appendonly yes" in options, "Redis keeps no append-only file")
    expect("--maxmemory-policy noeviction" in options, "Redis may throw work away")
    image = (ROOT / "Dockerfile").read_text()
    expect(re.search(r"^USER (?!root|0\b)\S+", image, re.MULTILINE), "the image runs as root")
    expect("HEALTHCHECK" in image, "the image has no health check")
    return file


def web_command() -> list[str]:
    """The image's own command, which `web` runs."""
    match = re.search(r"^CMD (\[.*?\])\s*$", (ROOT / "Dockerfile").read_text(), re.MULTILINE | re.DOTALL)
    if match is None:
        raise CheckError("the Dockerfile has no CMD in exec form")
    command: list[str] = json.loads(match[1].replace("\\\n", ""))
    return command


class Native:
    """Runs the services' commands here, with the addresses of containers replaced by loopback ones."""

    def __init__(self, services: dict[str, Any], database: Postgres, broker: Redis, folder: Path) -> None:
        self.services, self.database, self.broker, self.folder = services, database, broker, folder
        self.port = free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def here(self, text: str) -> str:
        for there, address in {
            "@postgres:5432": f"@127.0.0.1:{self.database.port}",
            "redis://redis:6379": f"redis://127.0.0.1:{self.broker.port}",
            "0.0.0.0:8000": f"127.0.0.1:{self.port}",
            "127.0.0.1:8000": f"127.0.0.1:{self.port}",
        }.items():
            text = text.replace(there, address)
        return text

    def env(self, name: str) -> dict[str, str]:
        own = {key: self.here(str(value)) for key, value in self.services[name].get("environment", {}).items()}
        base = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(self.folder), "PYTHONUNBUFFERED": "1"}
        places = {"RECOVERY_VAR": str(self.folder / "var"), "STATIC_ROOT": str(self.folder / "static")}
        return base | places | own

    def run(self, name: str, command: list[str], env: dict[str, str] | None = None) -> None:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=env or self.env(name),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        expect(done.returncode == 0, f"{name}: {' '.join(command)} exited {done.returncode}\n{done.stderr[-2000:]}")

    def make_roles(self) -> None:
        env = self.env("postgres") | {
            "PATH": f"{programs() / 'bin'}:{os.environ['PATH']}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.database.port),
            "PGPASSWORD": GIVEN["POSTGRES_PASSWORD"],
        }
        with closing(psycopg2.connect(self.database.url)) as raw:
            raw.autocommit = True
            raw.cursor().execute("CREATE DATABASE recovery")
        self.run("postgres", ["sh", "ops/postgres-roles.sh"], env)

    def start(self, name: str) -> None:
        command = [self.here(part) for part in self.services[name].get("command", web_command())]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.env(name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),
            )

    def wait(self, name: str, what: str, true: Callable[[], bool]) -> None:
        until = time.monotonic() + WAIT_SECONDS
        while not true():
            process = self.running[name]
            if process.poll() is not None or time.monotonic() > until:
                log = (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]
                raise CheckError(f"{name}: {what} did not come about\n{log}")
            time.sleep(0.2)

    def get(self, path: str, **headers: str) -> tuple[int, str, str]:
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *args: object) -> None:
                return None

        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.build_opener(Stay).open(request, timeout=10) as reply:
                return reply.status, reply.read().decode(), ""
        except urllib.error.HTTPError as reply:
            return reply.code, reply.read().decode(), reply.headers.get("Location", "")
        except OSError as problem:
            return 0, str(problem), ""

    def health(self, name: str) -> bool:
        test = self.services[name]["healthcheck"]["test"]
        command = [self.here(part) for part in test[1:]]
        done = subprocess.run(command, cwd=ROOT, env=self.env(name), capture_output=True, check=False)
        return done.returncode == 0

    def stop(self, name: str) -> None:
        """As the container runtime does it. A clean stop exits 0 within the grace period."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        grace = int(str(self.services[name].get("stop_grace_period", "10s")).removesuffix("s"))
        try:
            code = process.wait(grace)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise CheckError(f"{name} did not stop within {grace} s of SIGTERM") from None
        expect(code == 0, f"{name} exited {code} after SIGTERM")

    def kill_all(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def check_commands(file: dict[str, Any]) -> None:
    services = file["services"]
    redis_options = services["redis"]["command"][1:]
    folder = Path(tempfile.mkdtemp(prefix="recovery-compose-"))
    with postgres() as database, redis(*redis_options) as broker:
        native = Native(services, database, broker, folder)
        try:
            walk_through(native)
        finally:
            native.kill_all()
            shutil.rmtree(folder, ignore_errors=True)


def walk_through(native: Native) -> None:
    """What happens when the file is brought up, and taken down again."""
    native.make_roles()
    native.run("web", [str(BIN / "python"), "manage.py", "collectstatic", "--noinput", "-v", "0"])
    say("roles made, static files collected")
    native.run("migrate", native.services["migrate"]["command"])
    with closing(psycopg2.connect(native.env("web")["DATABASE_URL"])) as raw, raw.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE tableowner = current_user) FROM pg_tables "
            "WHERE schemaname = 'public'"
        )
        tables, owned = cursor.fetchone() or (0, 0)
    expect(tables > 20 and owned == 0, f"the application role owns {owned} of {tables} tables")
    say(f"migrated: {tables} tables, of which the application owns none")

    native.start("web")
    native.wait("web", "/healthz", lambda: native.get("/healthz")[0] == 200)
    status, body, _ = native.get("/readyz")
    expect(status == 200 and json.loads(body)["status"] == "degraded", f"without a worker /readyz: {status} {body}")
    status, _, location = native.get("/", Host="recovery.example.com")
    expect(status == 301 and location.startswith("https://"), f"plain HTTP was answered {status} {location}")
    status, _, location = native.get("/", **{"Host": "recovery.example.com", "X-Forwarded-Proto": "https"})
    expect(status == 302 and "login" in location, f"a stranger was answered {status} {location}")
    status, page, _ = native.get(location, **{"Host": "recovery.example.com", "X-Forwarded-Proto": "https"})
    expect(status == 200 and "<form" in page, f"the sign-in page was answered {status}")
    expect(native.get("/", Host="elsewhere.example.com")[0] == 400, "a foreign host was answered")
    say("web answers, to HTTPS and its own name only")

    for name in PROGRAM[1:]:
        native.start(name)
    for name in PROGRAM:
        native.wait(name, "its health check", lambda name=name: native.health(name))  # type: ignore[misc]
    native.wait("web", "/readyz", lambda: json.loads(native.get("/readyz")[1])["status"] == "ready")
    say(f"workers and beat work: {native.get('/readyz')[1]}")
    for name in reversed(PROGRAM):
        native.stop(name)
    say("beat, workers and web stopped cleanly")


def say(text: str) -> None:
    print(f"compose-check: {text}", flush=True)


def main() -> int:
    began = time.monotonic()
    try:
        file = check_file()
        say("docker-compose.yml fits the Compose Specification and our own rules")
        machine.install_missing()
        if machine.redis() is None:
            say("NOT RUN: redis-server is not installed (apt-get install redis-server)")
            return 1
        check_commands(file)
    except CheckError as problem:
        print(f"compose-check FAILED: {problem}", file=sys.stderr)
        return 1
    say(f"all well in {time.monotonic() - began:.0f}s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
