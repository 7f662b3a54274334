"""The embedded mode, whole: a promise falls due, its reminder is on the rep's desk without a reload, its mail is out."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from email import message_from_string
from pathlib import Path

import pytest
from django.conf import settings

from tests.drills.test_embedded import Serve, migrated, port, serve, wait

__all__ = ["migrated", "port", "serve"]
pytestmark = [pytest.mark.alone, pytest.mark.only("sqlite"), pytest.mark.practice("P7")]


def promise_due_soon(folder: Path) -> tuple[str, float]:
    env = {"PATH": os.environ["PATH"], "RECOVERY_VAR": str(folder / "var")}
    command = [sys.executable, "-m", "tests.drills.embedded_promise"]
    done = subprocess.run(command, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    session, due = done.stdout.split()
    return session, float(due)


def polled(port: int, session: str) -> str:
    """What the desk's polled region gets."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/notices", headers={"Cookie": f"sessionid={session}"})
    with urllib.request.urlopen(asked, timeout=10) as reply:
        return str(reply.read().decode())


def test_a_reminder_reaches_the_desk_and_the_mail_by_itself(serve: Serve, port: int, tmp_path: Path) -> None:
    serve()
    session, due = promise_due_soon(tmp_path)
    assert "Ring about the refund" not in polled(port, session)
    wait(lambda: "Due now: Ring about the refund" in polled(port, session), tmp_path / "log")
    late = time.time() - due
    assert late < 5, f"the reminder came {late:.1f} s late"

    def mails() -> list[str]:
        return [file.read_text() for file in (tmp_path / "var" / "outbox").glob("*")]

    wait(lambda: any("Ring about the refund" in mail for mail in mails()), tmp_path / "log")
    (reminder,) = [mail for mail in mails() if "Ring about the refund" in mail]
    assert message_from_string(reminder)["Message-ID"].startswith("<notice.rung-")
    assert any("We are on it" in mail for mail in mails()), "the customer was not written to"
