"""Measuring the same on both databases: each in a process of its own, whose settings name the database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

from ops.services import Postgres

ROOT = Path(__file__).resolve().parent.parent


def on_both(module: str, *arguments: str, only: str = "") -> list[dict[str, Any]]:
    """What ``python -m MODULE --measure ARGUMENTS`` prints in its last line, on PostgreSQL and on SQLite, or ``only`` one."""
    results = []
    if only != "sqlite":
        postgres = Postgres().start()
        try:
            results.append(_on(postgres.url, module, *arguments))
        finally:
            postgres.stop()
    if only != "postgresql":
        results.append(_on("", module, *arguments))
    return results


def _on(url: str, module: str, *arguments: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {
            "DATABASE_URL": url or f"sqlite:///{folder}/measured.sqlite3",
            "DJANGO_SETTINGS_MODULE": "recovery.settings",
            "RECOVERY_MODE": "embedded",
            "RECOVERY_VAR": folder,
            "SECRET_KEY": uuid.uuid4().hex,
        }
        command = [sys.executable, "-m", module, "--measure", *arguments]
        done = subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
