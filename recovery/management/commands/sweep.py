"""`manage.py sweep`: what the clock and the workers do, without either. `--forever` stands in for both."""

import logging
import os
import socket
import threading
import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections, connections
from django.utils import timezone

from outreach.domain import heartbeats
from recovery.celery import EVERY, app

logger = logging.getLogger(__name__)

PAUSE = 0.2
# What takes as long as a telephone rings is done beside the rest, and holds nothing up.
BESIDE = "outreach.tend_lines"


class Command(BaseCommand):
    help = "Do now what is due in the background: reminders, mail, calls, cover, approvals, payouts, feed. Needs no Celery."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--forever", action="store_true", help="go on, each kind of work as often as beat would ring"
        )

    def handle(self, *args: object, forever: bool, verbosity: int, **options: object) -> None:
        app.loader.import_default_modules()
        if forever:
            self.sweep_forever()
        beside = self.run_beside(forever=False)
        failed = [name for name in EVERY if name != BESIDE and not self.run(name, tell=verbosity > 0)]
        beside.join()
        if failed:
            raise CommandError(f"Did not work: {', '.join(failed)}. The log says why; the rest was done.")

    def sweep_forever(self) -> None:
        """Until the process is stopped. It can be killed at any time, as a worker can."""
        next_at = dict.fromkeys((name for name in EVERY if name != BESIDE), 0.0)
        self.run_beside(forever=True)
        while True:
            close_old_connections()
            for name, seconds in EVERY.items():
                if name != BESIDE and time.monotonic() >= next_at[name]:
                    next_at[name] = time.monotonic() + seconds
                    self.run(name, tell=False)
            self.note_life()
            time.sleep(PAUSE)

    def run_beside(self, *, forever: bool) -> threading.Thread:
        """A thread, and a database connection, of its own."""

        def work() -> None:
            try:
                self.run(BESIDE, tell=False)
                while forever:
                    time.sleep(EVERY[BESIDE])
                    close_old_connections()
                    self.run(BESIDE, tell=False)
            finally:
                connections.close_all()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def run(self, name: str, *, tell: bool) -> bool:
        """One kind of work. What goes wrong in one does not keep the others from theirs."""
        try:
            done = app.tasks[name]()
        except Exception:
            logger.exception("%s did not work.", name)
            return False
        if tell and done:
            self.stdout.write(f"{name}: {done}")
        return True

    def note_life(self) -> None:
        """It is the clock and the worker at once, and `/readyz` should know."""
        now = timezone.now()
        if now.timestamp() - getattr(self, "noted", 0.0) < heartbeats.NOTED_EVERY.total_seconds():
            return
        self.noted = now.timestamp()
        for kind in ("beat", "worker"):
            try:
                heartbeats.note(kind, f"sweep-{kind}@{socket.gethostname()}-{os.getpid()}", now=now)
            except Exception:
                logger.exception("Could not note the heartbeat.")
