"""Migration operations that put a rule into the database itself.

A rule stated here holds for every writer: a shell, a careless query, another program. The same sentence is
enforced on PostgreSQL and on SQLite; where SQLite has no such event (TRUNCATE) there is nothing to refuse.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class _Wall(Operation):
    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """A wall changes no model."""

    def statements(self, vendor: str) -> list[str]:
        raise AssertionError("a wall states its SQL")

    def removals(self, vendor: str) -> list[str]:
        raise AssertionError("a wall states its removal")

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in self.statements(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in self.removals(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)


class AppendOnly(_Wall):
    """Rows of ``table`` are inserted and never changed: UPDATE, DELETE and (on PostgreSQL) TRUNCATE fail."""

    def __init__(self, table: str) -> None:
        self.table = table

    def describe(self) -> str:
        return f"Make {self.table} append-only"

    def statements(self, vendor: str) -> list[str]:
        table = self.table
        if vendor == "sqlite":
            return [
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                for verb in ("UPDATE", "DELETE")
            ]
        return [
            (
                f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation'; END $$"
            ),
            (
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
            ),
            (
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
            ),
        ]

    def removals(self, vendor: str) -> list[str]:
        table = self.table
        if vendor == "sqlite":
            return [f"DROP TRIGGER {table}_no_{verb}" for verb in ("update", "delete")]
        return [
            f"DROP TRIGGER {table}_no_truncate ON {table}",
            f"DROP TRIGGER {table}_no_change ON {table}",
            f"DROP FUNCTION {table}_refuse()",
        ]


class NoReplace(_Wall):
    """Closes a back door of SQLite: ``INSERT OR REPLACE`` overwrites a row, and no trigger on DELETE hears of it."""

    def __init__(self, table: str) -> None:
        self.table = table

    def describe(self) -> str:
        return f"Refuse to replace rows of {self.table}"

    def statements(self, vendor: str) -> list[str]:
        table = self.table
        if vendor != "sqlite":
            return []  # PostgreSQL's ON CONFLICT DO UPDATE is an UPDATE, and refused as one
        known = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608 - names from a migration
        return [
            (
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {known} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        ]

    def removals(self, vendor: str) -> list[str]:
        return [f"DROP TRIGGER {self.table}_no_replace"] if vendor == "sqlite" else []


class Frozen(_Wall):
    """A row of ``table`` is never deleted, and never changed once its ``column`` says ``value``."""

    def __init__(self, table: str, column: str, value: str) -> None:
        self.table, self.column, self.value = table, column, value

    def describe(self) -> str:
        return f"Freeze rows of {self.table} that are {self.value}"

    def statements(self, vendor: str) -> list[str]:
        table, frozen = self.table, f"OLD.{self.column} = '{self.value}'"
        said = f"a row of {table} that is {self.value} does not change, and none is deleted"
        if vendor == "sqlite":
            refuse = f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
            return [
                f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} WHEN {frozen} {refuse}",
                f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {refuse}",
            ]
        return [
            (
                f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN RAISE EXCEPTION '{said}' USING ERRCODE = 'restrict_violation'; END $$"
            ),
            (
                f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} "
                f"FOR EACH ROW WHEN ({frozen}) EXECUTE FUNCTION {table}_refuse()"
            ),
            f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        ]

    def removals(self, vendor: str) -> list[str]:
        table = self.table
        if vendor == "sqlite":
            return [f"DROP TRIGGER {table}_kept", f"DROP TRIGGER {table}_frozen"]
        return [
            f"DROP TRIGGER {table}_kept ON {table}",
            f"DROP TRIGGER {table}_frozen ON {table}",
            f"DROP FUNCTION {table}_refuse()",
        ]


class NoOverlap(_Wall):
    """Rows of ``table`` with the ``same`` values never overlap in time, from ``begins`` up to ``ends`` (NULL: for good).

    Both are dates, or aware times where it is ``of_moments``.

    On PostgreSQL an exclusion constraint, which needs the trusted extension ``btree_gist``; SQLite, which has no such
    constraint and one writer at a time, asks by triggers.
    """

    def __init__(self, table: str, same: tuple[str, ...], begins: str, ends: str, *, of_moments: bool = False) -> None:
        self.table, self.same, self.begins, self.ends = table, same, begins, ends
        self.range = "tstzrange" if of_moments else "daterange"

    def describe(self) -> str:
        return f"Keep rows of {self.table} apart in time"

    def statements(self, vendor: str) -> list[str]:
        table, begins, ends = self.table, self.begins, self.ends
        if vendor != "sqlite":
            same = ", ".join(f"{column} WITH =" for column in self.same)
            return [
                "CREATE EXTENSION IF NOT EXISTS btree_gist",
                (
                    f"ALTER TABLE {table} ADD CONSTRAINT {table}_no_overlap "
                    f"EXCLUDE USING gist ({same}, {self.range}({begins}, {ends}) WITH &&)"
                ),
            ]
        equal = " AND ".join(f"other.{column} = NEW.{column}" for column in self.same)
        overlapping = (
            f"EXISTS (SELECT 1 FROM {table} AS other WHERE other.id <> NEW.id AND {equal} "  # noqa: S608 - from a migration
            f"AND (other.{ends} IS NULL OR NEW.{begins} < other.{ends}) "
            f"AND (NEW.{ends} IS NULL OR other.{begins} < NEW.{ends}))"
        )
        return [
            f"CREATE TRIGGER {table}_no_overlap_{verb.lower()} AFTER {verb} ON {table} WHEN {overlapping} "
            f"BEGIN SELECT RAISE(ABORT, '{table}_no_overlap'); END"
            for verb in ("INSERT", "UPDATE")
        ]

    def removals(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            return [f"DROP TRIGGER {self.table}_no_overlap_{verb}" for verb in ("insert", "update")]
        return [f"ALTER TABLE {self.table} DROP CONSTRAINT {self.table}_no_overlap"]


class Rebuilt(_Wall):
    """Puts a wall back on SQLite, which alters a table by making a new one: the old one's triggers go with it."""

    def __init__(self, wall: _Wall) -> None:
        self.wall = wall

    def describe(self) -> str:
        return f"{self.wall.describe()}, again"

    def statements(self, vendor: str) -> list[str]:
        return self.wall.statements(vendor) if vendor == "sqlite" else []

    def removals(self, vendor: str) -> list[str]:
        return self.wall.removals(vendor) if vendor == "sqlite" else []


class QueueOnInsert(_Wall):
    """Every row inserted in ``table`` also leaves its id in ``queue.column``, in the same transaction."""

    def __init__(self, table: str, queue: str, column: str) -> None:
        self.table, self.queue, self.column = table, queue, column

    def describe(self) -> str:
        return f"Queue new rows of {self.table} in {self.queue}"

    def statements(self, vendor: str) -> list[str]:
        insert = f"INSERT INTO {self.queue} ({self.column}) VALUES (NEW.id);"  # noqa: S608 - names from a migration
        if vendor == "sqlite":
            return [f"CREATE TRIGGER {self.table}_queue AFTER INSERT ON {self.table} BEGIN {insert} END"]
        return [
            (
                f"CREATE FUNCTION {self.table}_enqueue() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN {insert} RETURN NULL; END $$"
            ),
            (
                f"CREATE TRIGGER {self.table}_queue AFTER INSERT ON {self.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {self.table}_enqueue()"
            ),
        ]

    def removals(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            return [f"DROP TRIGGER {self.table}_queue"]
        return [
            f"DROP TRIGGER {self.table}_queue ON {self.table}",
            f"DROP FUNCTION {self.table}_enqueue()",
        ]
