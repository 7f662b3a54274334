"""The Message-IDs of what we send: stable, unlike one another, and nobody's to make up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from accounts.domain.message_ids import is_keyed, message_id

ROOT = Path(__file__).parents[2]


def test_one_thing_keeps_its_message_id_and_no_two_share_one() -> None:
    names = ["promise.7", "promise.70", "survey.7", "opening.RC-7K3M9QTX"]
    assert [message_id(name) for name in names] == [message_id(name) for name in names]
    assert len({message_id(name) for name in names}) == 4
    assert message_id("promise.7").startswith("<promise.7-")


def test_another_installation_makes_others(settings: Any) -> None:
    ours = message_id("promise.7")
    settings.SECRET_KEY = "another key"
    assert message_id("promise.7") != ours


def test_however_long_a_name_its_message_id_has_room_and_is_its_own() -> None:
    longest, other = message_id("x" * 200), message_id("x" * 201)
    assert len(longest) == 120
    assert longest != other
    assert is_keyed(longest)


@pytest.mark.parametrize(
    "counted",
    [
        "<promise.7@recovery.invalid>",
        "<survey.7@recovery.invalid>",
        "<opening.RC-7K3M9QTX@recovery.invalid>",
        "<letter.5.0123456789abcdef@recovery.invalid>",
        "<notice.rung-5-1.12@recovery.invalid>",
        "<promise.7-0123456789abcdef@elsewhere.example>",
    ],
)
def test_what_can_be_counted_up_is_told_from_what_cannot(counted: str) -> None:
    assert is_keyed(message_id("promise.7"))
    assert not is_keyed(counted)


def test_they_are_made_in_one_place() -> None:
    apps = ["accounts", "cases", "compensation", "outreach", "integrations", "insights", "desk", "ops", "recovery"]
    named = {path for app in apps for path in (ROOT / app).rglob("*.py") if "recovery.invalid" in path.read_text()}
    assert named == {ROOT / "accounts/domain/message_ids.py"}
