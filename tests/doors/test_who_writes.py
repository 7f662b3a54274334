"""Nothing writes but the domain, and the domain tells the log of everything that it writes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

OURS = [
    settings.BASE_DIR / config.label for config in apps.get_app_configs() if (settings.BASE_DIR / config.label).is_dir()
]
DOORS = {"views", "api", "tasks", "admin", "management", "urls", "forms", "serializers", "templatetags"}
WRITES = {
    "save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "add",
    "set", "remove", "clear",
}  # fmt: skip
# Methods of these names that are no query: a set is added to, a session updated, a form of messages filled.
ON_OTHERS = {"add", "set", "remove", "clear", "update", "delete"}
# Doors that write past the domain, each with its reason.
ALLOWED: dict[str, str] = {}
# Verbs of the domain that write without telling the log, each with its reason.
UNTOLD = {
    "accounts.notices.tell": "a notice is itself what is told",
    "accounts.notices.tell_all": "a notice is itself what is told",
    "accounts.notices.settle": "told by the verb that saw to it",
    "accounts.notices.put_away": "taking a notice off one's own desk concerns nobody else",
    "accounts.notices.put_away_all": "taking notices off one's own desk concerns nobody else",
    "accounts.preferences.set_single_key_shortcuts": "how one likes to work concerns nobody else",
    "accounts.preferences.choose_notices": "when one is told concerns nobody else",
    "accounts.idempotency.keep": "an answer that is kept, not a thing that happened",
    "accounts.idempotency.purge": "answers past their day",
    "accounts.sessions.forget_ended": "sign-ins past their time",
    "cases.casework.save": "saves what a verb has done, which tells of it",
    "cases.casework.save_all": "saves what a verb has done, which tells of it",
    "cases.honored_errors.save_error": "saves what a verb has done, which tells of it",
    "cases.search_keys.refresh": "follows from the customer's own change",
    "cases.obligations.owe": "each kind's verb tells of it",
    "cases.obligations.owe_all": "each kind's verb tells of it",
    "cases.obligations.hand_on": "told with the handoff",
    "cases.obligations.put_with": "told with the call",
    "cases.obligations.put_off": "told with the call",
    "cases.intake.save_with_reference": "told with the case",
    "compensation.caps.take": "told with the award",
    "compensation.catalog.keep_version": "told with the change of the line",
    "compensation.caps.give_back": "told with the reversal",
    "compensation.caps.spend_reserved": "told with what was taken up",
    "compensation.coupons.take": "told with the award",
    "compensation.payouts.queue": "told with the award",
    "compensation.payouts.end": "told by the verb that ends it",
    "compensation.payouts.claim": "a lease; what comes of it is told",
    "compensation.ledger.move": "told with the award; the ledger is a log itself",
    "compensation.ledger.enter": "told with the decision; the ledger is a log itself",
    "journal.feed.sequence": "gives events their place in the feed",
    "journal.log.record": "is the log",
    "journal.log.record_many": "is the log",
    "journal.log.together": "is the log",
    "compensation.months.close_month": "sums what the ledger says, and can be made anew",
    "insights.rollup.sum_anew": "sums what the log tells, and can be thrown away",
    "insights.rollup.rebuild": "counts what the log tells, and can be thrown away",
    "outreach.health.probing.probe_due": "lays out the rows of probes; what they find is told",
    "outreach.health.probing.claim": "a lease; what comes of it is told",
    "outreach.dialing.tending._lease": "a lease; what comes of it is told",
    "outreach.dialing.dials.doubt": "not known yet; what becomes of the line is told",
    "outreach.calls.keep": "a lease; what comes of it is told",
    "outreach.heartbeats.note": "a sign of life of a process",
    "outreach.surveys.answering.note_opened": "that a page was looked at, by whomever",
    "outreach.surveys.answering.see_to_request": "that a call was planned, which is told, or that a notice was written",
    "outreach.heartbeats.forget": "a sign of life of a process",
    "outreach.mailbox.taking.take": "a row that waits; what becomes of it is told",
    "outreach.mailbox.imap.read_mailbox": "how far a mailbox was read",
    "outreach.mailbox.handling.claim": "a lease; what comes of it is told",
    "outreach.mailbox.handling.forget": "what was set aside long ago, and told then",
}


def modules(*, doors: bool) -> Iterator[tuple[str, ast.Module]]:
    for app in OURS:
        for file in sorted(app.rglob("*.py")):
            parts = file.relative_to(app).with_suffix("").parts
            if "migrations" in parts or not (parts[0] in DOORS if doors else parts[0] == "domain"):
                continue
            yield ".".join((app.name, *parts)), ast.parse(file.read_text())


def queries_that_write(node: ast.AST) -> list[int]:
    """Lines that write through the ORM: a method of a manager, a queryset or a row."""
    lines = []
    for call in ast.walk(node):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        name, on = call.func.attr, ast.unparse(call.func.value)
        if name not in WRITES or (name in ON_OTHERS and ".objects" not in on and "_set" not in on):
            continue
        if name == "save" and on in ("super()",):
            continue
        lines.append(call.lineno)
    return lines


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("case.save()", True),
        ("Case.objects.create(title='x')", True),
        ("Case.objects.filter(pk=1).update(owner=None)", True),
        ("Case.objects.filter(pk=1).delete()", True),
        ("Case.objects.bulk_create([])", True),
        ("known.add(1)", False),
        ("context.update(more=1)", False),
    ],
)
def test_the_scan_sees_what_it_looks_for(written: str, seen: bool) -> None:
    assert bool(queries_that_write(ast.parse(written))) is seen


def test_no_door_writes_past_the_domain() -> None:
    found = {
        f"{name}:{line}"
        for name, tree in modules(doors=True)
        for line in queries_that_write(tree)
        if name not in ALLOWED
    }
    assert found == set()


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def called(node: ast.AST) -> set[str]:
    return {
        call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
    }


def test_every_verb_that_writes_tells_the_log() -> None:
    every = {name: functions(tree) for name, tree in modules(doors=False)}
    # Whoever calls a function that tells the log tells it too.
    tells = {"record", "record_many"}
    grown = True
    while grown:
        more = {
            name for own in every.values() for name, node in own.items() if name not in tells and called(node) & tells
        }
        grown = bool(more)
        tells |= more
    silent = set()
    for module, own in every.items():
        for name, node in own.items():
            verb = f"{module.replace('.domain.', '.')}.{name}"
            if queries_that_write(node) and name not in tells and verb not in UNTOLD and not _is_step(name, own):
                silent.add(verb)
    assert silent == set()


def _is_step(name: str, own: dict[str, ast.FunctionDef]) -> bool:
    """A private part of a verb of the same module, which tells for it."""
    return name.startswith("_") and any(name in called(node) for other, node in own.items() if other != name)


def test_what_is_excused_is_still_there() -> None:
    every = {
        f"{module.replace('.domain.', '.')}.{name}" for module, tree in modules(doors=False) for name in functions(tree)
    }
    assert set(UNTOLD) <= every
    assert all((settings.BASE_DIR / Path(*name.split("."))).with_suffix(".py").exists() for name in ALLOWED)
