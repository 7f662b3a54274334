"""The test databases: made once from the migrations, copied for each test process, flushed by the harness alone.

On PostgreSQL three roles take part, as in production: a superuser who makes the database, an owner who migrates, and
the application role that Django connects as. The last owns no table, since an owner or a superuser passes every REVOKE.

The log's triggers refuse UPDATE, DELETE and TRUNCATE to everybody. `flush` is the one place that lifts them, so that a
test that commits can be followed by another that finds the database as the migrations left it, their rows included.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.sqlite3._functions import register as register_django_functions

OWNER, APP, PASSWORD = "recovery_test_owner", "recovery_test_app", "recovery-test"
# What decides how an empty database looks once migrated.
SHAPING = ("*/migrations/*.py", "*/models.py", "*/models/*.py", "*/enums.py", "*/walls.py", "*/apps.py")
# Filled by `migrate` itself. Tests do not change these rows, so a flush only takes out what was added.
SETTLED = ("django_content_type", "auth_permission", "django_migrations")


def shape() -> str:
    """A name for the database's shape, so that a template is used only as long as it is right."""
    digest = hashlib.sha256((settings.BASE_DIR / "requirements.txt").read_bytes())
    apps = [name for name in settings.INSTALLED_APPS if (settings.BASE_DIR / name).is_dir()]
    for file in sorted(file for pattern in SHAPING for file in settings.BASE_DIR.glob(pattern)):
        if file.relative_to(settings.BASE_DIR).parts[0] in apps:
            digest.update(str(file.relative_to(settings.BASE_DIR)).encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _point_django_at(**config: Any) -> None:
    connection.close()
    for target in (connection.settings_dict, settings.DATABASES["default"]):
        target.update(config)


def _migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()


class SqliteDatabase:
    """One file for each test process. A file and not memory: threads, workers and servers share it as in life."""

    vendor = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "recovery.sqlite3"
        self.template = settings.BASE_DIR / "var" / "test" / f"template-{shape()}.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def create(self) -> None:
        self.template.parent.mkdir(parents=True, exist_ok=True)
        with (self.template.parent / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.template.exists():
                self._make_template()
        shutil.copyfile(self.template, self.path)
        _point_django_at(NAME=str(self.path))

    def _make_template(self) -> None:
        for stale in self.template.parent.glob("template-*"):
            stale.unlink()
        making = self.template.with_suffix(".making")
        making.unlink(missing_ok=True)
        _point_django_at(NAME=str(making))
        _migrate()
        with closing(sqlite3.connect(making)) as raw:
            # Out of WAL, so that the one file is the whole database.
            raw.execute("PRAGMA journal_mode=DELETE")
        making.rename(self.template)

    def destroy(self) -> None:
        connection.close()

    def flush(self) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=30)) as raw:
            register_django_functions(raw)
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute("ATTACH ? AS template", (str(self.template),))
            raw.execute("BEGIN IMMEDIATE")
            tables = [
                name
                for (name,) in raw.execute(
                    "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                )
            ]
            dirty = [table for table in tables if self._is_dirty(raw, table)]
            with self._triggers_lifted(raw, dirty):
                for table in dirty:
                    raw.execute(f'DELETE FROM main."{table}"')
                    columns = ", ".join(
                        f'"{name}"'
                        for _, name, *_, hidden in raw.execute(f'PRAGMA main.table_xinfo("{table}")')
                        if hidden == 0
                    )
                    raw.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM template."{table}"')
            raw.execute("COMMIT")

    @staticmethod
    def _is_dirty(raw: sqlite3.Connection, table: str) -> bool:
        if table in SETTLED:
            count = f'SELECT (SELECT count(*) FROM main."{table}") <> (SELECT count(*) FROM template."{table}")'
            return bool(raw.execute(count).fetchone()[0])
        return bool(
            raw.execute(
                f'SELECT EXISTS (SELECT 1 FROM main."{table}") OR EXISTS (SELECT 1 FROM template."{table}")'
            ).fetchone()[0]
        )

    @staticmethod
    @contextmanager
    def _triggers_lifted(raw: sqlite3.Connection, tables: list[str]) -> Iterator[None]:
        """Inside the flush's own transaction, so no other connection ever sees the tables without their triggers."""
        triggers = [
            row
            for row in raw.execute("SELECT name, sql, tbl_name FROM main.sqlite_master WHERE type = 'trigger'")
            if row[2] in tables
        ]
        for name, _, _ in triggers:
            raw.execute(f'DROP TRIGGER main."{name}"')
        yield
        for _, sql, _ in triggers:
            raw.execute(sql)


class PostgresDatabase:
    """One database for each test process, copied from a template that the owner role migrated."""

    vendor = "postgresql"

    def __init__(self, admin: dict[str, Any], worker: str) -> None:
        port = admin["PORT"] or 5432
        self.admin = {
            "host": admin["HOST"] or "127.0.0.1",
            "port": port,
            "user": admin["USER"],
            "password": admin["PASSWORD"],
        }
        self.maintenance = admin["NAME"]
        self.template = f"recovery_template_{shape()}"
        self.name = f"recovery_test_{worker}"
        self.url = f"postgres://{APP}:{PASSWORD}@{self.admin['host']}:{port}/{self.name}"
        self.owner_url = f"postgres://{OWNER}:{PASSWORD}@{self.admin['host']}:{port}/{self.name}"
        self._flusher: Any = None

    @contextmanager
    def _as_admin(self, database: str) -> Iterator[Any]:
        with closing(psycopg2.connect(dbname=database, **self.admin)) as raw:
            raw.autocommit = True
            with raw.cursor() as cursor:
                yield cursor

    def create(self) -> None:
        with self._as_admin(self.maintenance) as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            if not cursor.fetchone()[0]:
                raise RuntimeError("DATABASE_URL must be a superuser's: the harness makes roles and lifts triggers.")
            # Several test processes start at once; one makes the roles and the template, the others wait for it.
            cursor.execute("SELECT pg_advisory_lock(hashtext('recovery test databases'))")
            self._make_roles(cursor)
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.template])
            if not cursor.fetchone():
                self._make_template(cursor)
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}" OWNER "{OWNER}"')
            cursor.execute("SELECT pg_advisory_unlock_all()")
        self.connect_as(APP, self.name)
        self._flusher = psycopg2.connect(dbname=self.name, **self.admin)

    @staticmethod
    def _make_roles(cursor: Any) -> None:
        for role in (OWNER, APP):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not cursor.fetchone():
                cursor.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{PASSWORD}'")

    def _make_template(self, cursor: Any) -> None:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'recovery\\_template\\_%'")
        for (stale,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE IF EXISTS "{stale}" WITH (FORCE)')
        making = f"{self.template}_making"
        cursor.execute(f'CREATE DATABASE "{making}" TEMPLATE template0 OWNER "{OWNER}"')
        with closing(psycopg2.connect(self._owner_url_of(making))) as raw, raw, raw.cursor() as owner:
            owner.execute(f'GRANT USAGE ON SCHEMA public TO "{APP}"')
            owner.execute(f'ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{APP}"')
            owner.execute(f'ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO "{APP}"')
        self.connect_as(OWNER, making)
        _migrate()
        with self._as_admin(making) as inside:
            self._keep_baseline(inside)
        cursor.execute(f'ALTER DATABASE "{making}" RENAME TO "{self.template}"')

    def _owner_url_of(self, database: str) -> str:
        return urlunsplit(urlsplit(self.owner_url)._replace(path=f"/{database}"))

    @staticmethod
    def _keep_baseline(cursor: Any) -> None:
        """Copies of the rows that migrations made, in a schema that neither the owner nor the application can see."""
        cursor.execute("CREATE SCHEMA harness")
        for table in _tables(cursor):
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM public."{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE harness."{table}" AS TABLE public."{table}"')

    def connect_as(self, role: str, database: str | None = None) -> None:
        """Django's connection is this role's from now on."""
        _point_django_at(
            NAME=database or self.name, USER=role, PASSWORD=PASSWORD, HOST=self.admin["host"], PORT=self.admin["port"]
        )

    def destroy(self) -> None:
        connection.close()
        if self._flusher is not None:
            self._flusher.close()
        with self._as_admin(self.maintenance) as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def flush(self) -> None:
        with self._flusher, self._flusher.cursor() as cursor:
            # A connection that a test left in a transaction would otherwise hold this up for ever.
            cursor.execute("SET LOCAL lock_timeout = '20s'")
            # As a replica applies changes: no trigger fires, neither the log's nor those of foreign keys.
            cursor.execute("SET LOCAL session_replication_role = replica")
            kept = _tables(cursor, "harness")
            for table in self._dirty(cursor, kept):
                cursor.execute(f'DELETE FROM public."{table}"')
                if table in kept:
                    columns = _columns(cursor, table)
                    cursor.execute(f'INSERT INTO public."{table}" ({columns}) SELECT {columns} FROM harness."{table}"')

    @staticmethod
    def _dirty(cursor: Any, kept: list[str]) -> list[str]:
        tables = _tables(cursor)
        asked = [
            f'(SELECT count(*) FROM public."{table}") <> (SELECT count(*) FROM harness."{table}")'
            if table in SETTLED and table in kept
            else f'EXISTS (SELECT 1 FROM public."{table}")'
            for table in tables
        ]
        cursor.execute("SELECT " + ", ".join(asked))
        return [
            table
            for table, dirty in zip(tables, cursor.fetchone(), strict=True)
            if dirty or (table in kept and table not in SETTLED)
        ]


def _tables(cursor: Any, schema: str = "public") -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
    return [name for (name,) in cursor.fetchall()]


def _columns(cursor: Any, table: str) -> str:
    """The columns that can be written: not the generated ones."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s "
        "AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return ", ".join(f'"{name}"' for (name,) in cursor.fetchall())


Database = SqliteDatabase | PostgresDatabase


def configured(folder: Path, worker: str) -> Database:
    """The test database for what DATABASE_URL names: PostgreSQL by its superuser, or nothing, which is SQLite."""
    config = settings.DATABASES["default"]
    if "sqlite" in config["ENGINE"]:
        return SqliteDatabase(folder)
    return PostgresDatabase(dict(config), worker)
