"""Every status moves along its table, and nowhere else."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from accounts.authority import Refused
from accounts.lifecycle import REGISTRY, Lifecycle
from ops import states

OURS = [
    settings.BASE_DIR / config.label for config in apps.get_app_configs() if (settings.BASE_DIR / config.label).is_dir()
]
SOURCES = [file for app in OURS for file in app.rglob("*.py") if "migrations" not in file.parts]
for _app in OURS:
    if (_app / "domain" / "workflow.py").exists():
        import_module(f"{_app.name}.domain.workflow")

PAIRS = [
    pytest.param(lifecycle, current, to, id=f"{noun}: {current} to {to}")
    for noun, lifecycle in sorted(REGISTRY.items())
    for current in lifecycle.states
    for to in lifecycle.states
]
NOT_ANSWERED = {"busy", "no_answer", "declined", "invalid", "unavailable", "failed", "canceled"}
# What each thing may become, written out a second time so that a change of a table is seen and meant.
MEANT = {
    "approval": {"waiting": {"approved", "approved_less", "countered", "declined", "expired"}},
    "award": {
        "awaiting_approval": {"given", "countered", "declined", "expired"},
        "offered": {"given", "not_taken", "expired"},
        "given": {"delivered", "reversed"},
        "delivered": {"reversed"},
    },
    "case": {"open": {"closed"}, "closed": {"reopened"}, "reopened": {"closed"}},
    "delivery": {
        "pending": {"sent", "failed", "no_address", "not_needed"},
        "sent": {"failed"},
        "failed": {"pending"},
        "no_address": {"pending"},
    },
    "dial": {
        "queued": {"ringing", "answered", "machine"} | NOT_ANSWERED,
        "ringing": {"answered", "machine"} | NOT_ANSWERED,
        "answered": {"machine"},
    },
    "disclosure": {"owed": {"made", "withdrawn"}},
    "follow-up call": {"planned": {"dispatched", "done", "given_up"}, "dispatched": {"planned", "done", "given_up"}},
    "honored error": {
        "undecided": {"honored", "rescinded", "withdrawn"},
        "honored": {"rescinded"},
        "rescinded": {"honored"},
        "withdrawn": {"undecided"},
    },
    "investigation": {"open": {"closed"}},
    "obligation": {"open": {"discharged", "abandoned"}},
    "offer": {"open": {"taken", "not_taken", "expired"}},
    "payout": {
        "queued": {"sent", "confirmed", "failed", "canceled"},
        "sent": {"confirmed", "failed", "canceled"},
        "failed": {"queued", "confirmed", "canceled"},
    },
    "promise": {"open": {"kept", "late", "missed", "renegotiated", "abandoned"}},
    "survey": {"planned": {"asked", "not_asked"}, "asked": {"answered", "expired"}},
}


@pytest.mark.parametrize(("lifecycle", "current", "to"), PAIRS)
def test_each_pair_of_states_is_as_the_table_says(lifecycle: Lifecycle, current: str, to: str) -> None:
    thing = SimpleNamespace(status=current)
    if to in MEANT[lifecycle.noun].get(current, set()):
        lifecycle.move(thing, to)
        assert thing.status == to
    else:
        with pytest.raises(Refused) as refused:
            lifecycle.move(thing, to)
        assert (refused.value.code, thing.status) == ("wrong_state", current)


def test_every_lifecycle_is_written_out_here() -> None:
    assert set(REGISTRY) == set(MEANT)


def test_every_status_has_a_lifecycle() -> None:
    drawn = {frozenset(lifecycle.states.values) for lifecycle in REGISTRY.values()}
    without = [
        model._meta.label
        for app in OURS
        for model in apps.get_app_config(app.name).get_models()
        for field in model._meta.fields
        if field.name == "status"
        and isinstance(field, models.CharField)
        and frozenset(value for value, _ in field.choices or []) not in drawn
    ]
    assert without == []


def assigns_status(tree: ast.AST) -> list[int]:
    """Lines that set a ``status`` attribute, or write one through ``update`` or ``setattr``. Saving a moved one is fine."""
    lines = []
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = [
                each for target in node.targets for each in (target.elts if isinstance(target, ast.Tuple) else [target])
            ]
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("update", "aupdate") and any(word.arg == "status" for word in node.keywords):
                lines.append(node.lineno)
            if name == "setattr" and any(isinstance(a, ast.Constant) and a.value == "status" for a in node.args):
                lines.append(node.lineno)
        lines += [node.lineno for target in targets if isinstance(target, ast.Attribute) and target.attr == "status"]
    return lines


def test_only_the_lifecycle_sets_a_status() -> None:
    found = {
        f"{file.relative_to(settings.BASE_DIR)}:{line}"
        for file in SOURCES
        if file != settings.BASE_DIR / "accounts" / "lifecycle.py"
        for line in assigns_status(ast.parse(file.read_text()))
    }
    assert found == set()


@pytest.mark.parametrize(
    "careless",
    [
        "case.status = 'closed'",
        "case.version, case.status = 1, 'closed'",
        "Case.objects.update(status='closed')",
        "setattr(case, 'status', 'closed')",
    ],
)
def test_the_scan_sees_what_it_looks_for(careless: str) -> None:
    assert assigns_status(ast.parse(careless)) == [1]


def test_the_diagrams_are_drawn_from_these_tables() -> None:
    assert states.draw() == Path(states.PAGE).read_text(), "docs/states.md is stale: run `make states`"


def test_a_table_without_a_line_for_each_state_is_no_table() -> None:
    class Lamp(models.TextChoices):
        ON = "on", "On"
        OFF = "off", "Off"

    with pytest.raises(ValueError, match="no line in the transition table"):
        Lifecycle("lamp", Lamp, {Lamp.ON: {Lamp.OFF}})
