"""`manage.py heartbeat worker`: exit 0 if one has worked lately. For the health checks of containers.

With `--node reminders` it has to be the worker on this machine that was started as `reminders@%h`: others do not stand in.
"""

import socket
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from outreach.domain import heartbeats


class Command(BaseCommand):
    help = "Say whether the clock (beat) or a worker is alive, by its row in the database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=["beat", "worker"])
        parser.add_argument("--node", default="", help="of this machine, as Celery calls it: celery, reminders")

    def handle(self, *args: object, kind: str, node: str, **options: object) -> None:
        name = f"{node}@{socket.gethostname()}" if node else ""
        if not heartbeats.is_alive(kind, now=timezone.now(), name=name):
            raise CommandError(f"No {name or kind} has given a sign of life in {heartbeats.SILENT_AFTER.seconds} s.")
        self.stdout.write(f"The {kind} is alive.")
