"""The one way a status changes: along its transition table.

Each thing with a lifecycle has one ``Lifecycle`` in its app's ``domain/workflow.py``. Nothing else assigns
``status``; a test sees to it. ``REGISTRY`` is what ``make states`` draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from accounts.authority import ALLOWED, Verdict, refuse

REGISTRY: dict[str, Lifecycle] = {}


class Lifecycle:
    """A thing's states, and from each the states it may move to."""

    def __init__(
        self,
        noun: str,
        states: type[models.TextChoices],
        transitions: Mapping[Any, frozenset[Any] | set[Any]],
    ) -> None:
        missing = set(states) - set(transitions)
        if missing:
            raise ValueError(f"{noun}: no line in the transition table for {sorted(missing)}")
        self.noun = noun
        self.states = states
        self.transitions = {state: frozenset(targets) for state, targets in transitions.items()}
        REGISTRY[noun] = self

    def verdict(self, current: str, to: str) -> Verdict:
        """May a thing in ``current`` move ``to``?"""
        if to in self.transitions[self.states(current)]:
            return ALLOWED
        now = self.states(current).label.lower()
        return refuse("wrong_state", f"This {self.noun} is {now}, so it cannot become {self.states(to).label.lower()}.")

    def move(self, thing: Any, to: str) -> None:
        """Set ``thing.status``, whose row the caller has locked and will save. Refused: ``wrong_state``."""
        self.verdict(thing.status, to).enforce()
        thing.status = to
