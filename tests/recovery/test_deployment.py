"""What ships beside the program: compose file, image, drawings of the states, lists of requirements."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from ops import compose_check, lock

ROOT = settings.BASE_DIR


def test_the_compose_file_fits_the_specification_and_our_promises() -> None:
    assert set(compose_check.check_file()["services"]) == {
        "postgres",
        "redis",
        "migrate",
        "web",
        "worker",
        "reminders",
        "beat",
    }


def test_a_slip_in_the_compose_file_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    good = compose_check.load

    def spoiled(values: dict[str, str]) -> dict[str, object]:
        file = good(values)
        file["services"]["web"]["comand"] = ["true"]
        return file

    monkeypatch.setattr(compose_check, "load", spoiled)
    with pytest.raises(compose_check.CheckError, match="comand"):
        compose_check.check_file()


def test_the_drawings_of_the_states_are_up_to_date() -> None:
    # In a process of its own: tables that other tests make for themselves do not count.
    result = subprocess.run(
        [sys.executable, "-m", "ops.states", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_every_requirement_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            assert not line or line.startswith(("#", "-r ")) or re.fullmatch(r"[\w.-]+==[\w.]+( ; .+)?", line), (
                f"{name}: {line}"
            )


def test_what_the_code_uses_is_pinned_within_its_range() -> None:
    assert lock.faults() == []


def test_make_alone_lists_the_targets() -> None:
    told = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in (
        "up",
        "test",
        "lint",
        "types",
        "law",
        "states",
        "screenshots",
        "bench",
        "drill",
        "fuzz",
        "compose-check",
    ):
        assert re.search(rf"make {target} +\S", told), target


def test_the_deployment_check_passes_in_production() -> None:
    result = subprocess.run(
        ["sh", "ops/as_production.sh", sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        # Not the variable that the browser tests need, which no deployment should have.
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
