"""The import law is kept, and it bites: each way of breaking it fails, in a copy of the tree."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
APPS = [name for name in settings.INSTALLED_APPS if (ROOT / name).is_dir()]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the code that a test may spoil."""
    for name in [*APPS, "ops"]:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_law_is_kept() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("cases/helpers.py", "", "Inside an app"),
        ("cases/domain/stray.py", "import compensation.models", "Apps look down"),
        ("journal/domain/stray.py", "import accounts.models", "Apps look down"),
        ("accounts/queries.py", "import accounts.domain.credentials", "Inside an app"),
        ("outreach/domain/stray.py", "import celery", "Rules, reads and tables"),
        ("cases/domain/stray.py", "import rest_framework", "Rules, reads and tables"),
        ("compensation/domain/stray.py", "import recovery", "Rules, reads and tables"),
        ("desk/forms/log.py", "import recovery.settings", "Of the project"),
        ("desk/views.py", "import accounts.templatetags.recovery_ui", "Nobody but its own app"),
    ],
)
def test_breaking_it_fails(tree: Path, file: str, line: str, contract: str) -> None:
    with (tree / file).open("a") as out:
        out.write(f"\n{line}\n")
    result = lint(tree)
    assert result.returncode == 1, result.stdout
    broken = " ".join(result.stdout.split())
    assert f"{contract}" in broken.split("Broken contracts")[1]


def test_a_rule_that_speaks_http_fails_the_linter(tree: Path) -> None:
    """import-linter sees only the roots of foreign packages, so the ban on `django.http` is ruff's."""
    (tree / "cases" / "domain" / "stray.py").write_text("from django.http import HttpRequest\n")
    (tree / "desk" / "stray.py").write_text("from django.http import HttpRequest\n")
    result = subprocess.run(
        [Path(sys.executable).with_name("ruff"), "check", "--select", "TID251", "--output-format", "concise", "."],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "cases/domain/stray.py:1" in result.stdout
    assert "desk/stray.py" not in result.stdout
