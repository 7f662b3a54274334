"""docs/practice.md says where each point of the practice is shown, and is right about it."""

from __future__ import annotations

import ast
import re

import pytest
from django.conf import settings

ROWS = re.findall(
    r"^\| (P\d+) \| [^|]+ \| (.+) \|$", (settings.BASE_DIR / "docs" / "practice.md").read_text(), re.MULTILINE
)


def points_of(path: str) -> set[str]:
    tree = ast.parse((settings.BASE_DIR / "tests" / path).read_text())
    return {
        argument.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "practice"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }


def test_every_point_has_its_line() -> None:
    assert [point for point, _ in ROWS] == [f"P{number}" for number in range(1, 31)]


@pytest.mark.parametrize(("point", "shown"), ROWS, ids=[point for point, _ in ROWS])
def test_a_file_that_is_named_shows_the_point(point: str, shown: str) -> None:
    for path in re.findall(r"`([\w/]+\.py)`", shown):
        assert point in points_of(path), path
