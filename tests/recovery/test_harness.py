"""The ground the other tests stand on: its databases are like production's, and a flush leaves what migrations left."""

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests.harness.databases import SETTLED, Database


def counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
        return found


def triggers() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'")
        return {name for (name,) in cursor.fetchall()}


def log_an_event() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_event (type, at, actor_kind, channel, subject_kind, subject_id, data) "
            "VALUES ('case.opened', %s, 'system', '', 'case', 1, '{}')",
            [timezone.now()],
        )


@pytest.mark.django_db(transaction=True)
def test_a_flush_takes_out_what_a_test_committed_and_keeps_what_migrations_made(database: Database) -> None:
    before, walls = counts(), triggers()
    assert any(count for table, count in before.items() if table not in SETTLED), "no migration made any row"
    get_user_model().objects.create_user("zoe", "zoe@example.com", "x", name="Zoe")
    log_an_event()
    assert counts() != before
    database.flush()
    assert counts() == before
    assert triggers() == walls


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", ["UPDATE journal_event SET channel = 'email'", "DELETE FROM journal_event"])
def test_the_log_refuses_change_even_in_tests(statement: str) -> None:
    log_an_event()
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.only("postgresql")
@pytest.mark.django_db
def test_the_application_owns_no_table_and_may_not_truncate_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute("TRUNCATE journal_event CASCADE")
        with pytest.raises(DatabaseError, match="must be owner"), transaction.atomic():
            cursor.execute("ALTER TABLE journal_event DISABLE TRIGGER USER")


@pytest.mark.only("sqlite")
@pytest.mark.django_db
def test_sqlite_runs_with_the_options_that_let_several_processes_write() -> None:
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
        # 1 is NORMAL
        assert cursor.execute("PRAGMA synchronous").fetchone() == (1,)
    assert connection.transaction_mode == "IMMEDIATE"
