"""Draws every transition table as a diagram into docs/states.md; `--check` only says whether the file is up to date."""

import os
import sys
from importlib import import_module
from pathlib import Path

import django

PAGE = Path(__file__).resolve().parent.parent / "docs" / "states.md"
HEAD = """# States

Drawn by `make states` from the transition tables in the code; not edited by hand. A state without an arrow out of it is
final.
"""


def draw() -> str:
    """The page as it should be. Django must have been set up."""
    from django.apps import apps
    from django.conf import settings

    for config in apps.get_app_configs():
        # The tables register themselves when the module that holds them is imported.
        if (settings.BASE_DIR / config.label / "domain" / "workflow.py").exists():
            import_module(f"{config.label}.domain.workflow")
    from accounts.lifecycle import REGISTRY

    parts = [HEAD]
    for noun, lifecycle in sorted(REGISTRY.items()):
        lines = [f"## {noun[:1].upper()}{noun[1:]}", "", "```mermaid", "stateDiagram-v2"]
        lines += [f"    {state.value} : {state.label}" for state in lifecycle.states]
        lines += [
            f"    {state.value} --> {target.value}"
            for state in lifecycle.states
            for target in lifecycle.states
            if target in lifecycle.transitions[state]
        ]
        parts.append("\n".join([*lines, "```", ""]))
    return "\n".join(parts)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")
    django.setup()
    page = draw()
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text() != page:
            print("docs/states.md is stale. Run `make states` and commit it.", file=sys.stderr)
            return 1
        return 0
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page)
    print(f"Drew {page.count('stateDiagram')} tables into docs/states.md.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
