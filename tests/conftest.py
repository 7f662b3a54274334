"""What every test gets. The parts are in tests/harness/."""

import gc
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.harness import databases
from tests.harness.report import outcome
from tests.harness.suite import LIE_IN

pytest_plugins = [
    "tests.harness.browser",
    "tests.harness.processes",
    "tests.harness.mail",
    "tests.harness.imap",
    "tests.harness.billing",
    "tests.harness.chat",
    "tests.harness.telephony",
    "tests.harness.exchange",
    "tests.factories",
]


def pytest_configure(config: pytest.Config) -> None:
    # A password's hash is slow on purpose, and a suite signs in thousands of times.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Playwright's own event loop runs in the thread that the tests use the ORM in.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test of what only one database has is no skipped test on the other: it is left out.

    One that cannot reach a database comes to the same on both. `make test` runs it with the first of them.
    """
    for item in items:
        alone = item.get_closest_marker("race") or item.get_closest_marker("alone")
        if alone and not any(item.path.is_relative_to(settings.BASE_DIR / place) for place in LIE_IN):
            raise pytest.UsageError(f"{item.nodeid} is run alone, and so is to lie in one of: {', '.join(LIE_IN)}.")
    vendor = "sqlite" if "sqlite" in settings.DATABASES["default"]["ENGINE"] else "postgresql"
    other = {item for item in items if (mark := item.get_closest_marker("only")) and mark.args[0] != vendor}
    if os.environ.get("RECOVERY_SUITE_SECOND"):
        other |= {item for item in items if not reaches_a_database(item)}
    if other:
        config.hook.pytest_deselected(items=[item for item in items if item in other])
        items[:] = [item for item in items if item not in other]


# What a test asks for that is let at a database: pytest-django keeps every other from it.
DATABASE_FIXTURES = {"db", "live_server", "django_db_setup", "database"}


def reaches_a_database(item: pytest.Item) -> bool:
    asked = DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: the collector of garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leaves the counts where `make test` adds up its runs."""
    file = os.environ.get("RECOVERY_SUITE_REPORT")
    if file and not hasattr(session.config, "workerinput"):
        Path(file).write_text(json.dumps(outcome(session.config)))


@pytest.fixture(scope="session")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `var/` is to a running program, for this test process."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="session", autouse=True)
def _own_folder(var_dir: Path) -> Iterator[None]:
    before = settings.VAR_DIR
    settings.VAR_DIR = var_dir
    settings.EMAIL_FILE_PATH = str(var_dir / "outbox")
    yield
    settings.VAR_DIR = before


@pytest.fixture(scope="session")
def database(var_dir: Path) -> databases.Database:
    """The test database of this process; `.flush()`, `.url` for child processes, `.connect_as()` on PostgreSQL."""
    return databases.configured(var_dir, os.environ.get("PYTEST_XDIST_WORKER", "main"))


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, database: databases.Database
) -> Iterator[None]:
    """Instead of pytest-django's own: other roles, a template, and a flush that passes the log's triggers."""
    theirs = TransactionTestCase._fixture_teardown
    with django_db_blocker.unblock():
        database.create()

    def teardown(case: TransactionTestCase) -> None:
        # What a failed test left open would hold the flush up.
        connections.close_all()
        database.flush()

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = theirs
    with django_db_blocker.unblock():
        database.destroy()
