"""`manage.py heartbeat worker`: exit 0 if one has worked lately. For the health checks of containers."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from outreach.domain import heartbeats


class Command(BaseCommand):
    help = "Say whether the clock (beat) or a worker is alive, by its row in the database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=["beat", "worker"])

    def handle(self, *args: object, kind: str, **options: object) -> None:
        if not heartbeats.is_alive(kind, now=timezone.now()):
            raise CommandError(f"No {kind} has given a sign of life in {heartbeats.SILENT_AFTER.seconds} s.")
        self.stdout.write(f"The {kind} is alive.")
