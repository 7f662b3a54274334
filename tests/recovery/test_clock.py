"""Celery's schedule: what it calls exists, and it never hangs a business deadline on the broker."""

import ast

import pytest
from celery.schedules import schedule
from django.conf import settings

from recovery.celery import EVERY, app


@pytest.mark.parametrize("name", EVERY)
def test_every_scheduled_name_is_a_registered_task(name: str) -> None:
    app.loader.import_default_modules()
    assert name in app.tasks


def test_ticks_are_plain_intervals_in_utc_that_do_not_heap_up() -> None:
    assert app.conf.enable_utc
    assert app.conf.timezone == "UTC"
    for entry in app.conf.beat_schedule.values():
        assert isinstance(entry["schedule"], float), "a crontab skips or doubles at a change to summer time"
        assert not isinstance(entry["schedule"], schedule)
        assert entry["options"]["expires"] >= entry["schedule"]


def test_nothing_in_the_code_waits_on_the_broker_for_a_deadline() -> None:
    """No `eta` and no `countdown`: what is due stands in a row, since Redis repeats or loses such a task."""
    found = []
    apps = [name for name in settings.INSTALLED_APPS if (settings.BASE_DIR / name).is_dir()]
    for file in (file for name in apps for file in (settings.BASE_DIR / name).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                found += [f"{file}:{node.lineno}" for word in node.keywords if word.arg in ("eta", "countdown")]
    assert not found
