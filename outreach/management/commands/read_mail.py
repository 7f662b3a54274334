"""`manage.py read_mail FILE`: mail in, from a file, a folder or a pipe."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from outreach.domain.mailbox import files, handling


class Command(BaseCommand):
    help = (
        "Take over mail from an mbox file, a maildir, a folder of .eml files, or - for one message from a pipe. "
        "May be stopped and run again at any time: a mail that is here already changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file or folder, or - for standard input")
        parser.add_argument(
            "--handle", action="store_true", help="put them where they belong now, instead of leaving it to the worker"
        )

    def handle(self, *args: object, file: str, handle: bool, **options: object) -> None:
        now = timezone.now()
        try:
            if file == "-":
                found, new = files.take_stream(sys.stdin.buffer, now=now)
            else:
                found, new = files.take_file(Path(file), now=now)
        except OSError as problem:
            raise CommandError(f"{problem.filename or file}: {problem.strerror}") from None
        self.stdout.write(f"{found} found, {new} new.")
        if handle:
            total = 0
            while done := handling.handle_due(clock=timezone.now):
                total += done
            self.stdout.write(f"{total} handled.")
