"""`manage.py import_complaints FILE`: consumer complaints in, as history."""

from __future__ import annotations

import csv
import re
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from accounts.authority import Refused
from integrations.domain.importing import Counts, Reject, import_complaints


class Command(BaseCommand):
    help = (
        "Import a CSV file of the public consumer-complaint format as history (docs/import.md). "
        "May be stopped and run again at any time: what is there stays as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument("--system", default="cfpb", help="whose the complaint ids are (default: cfpb)")
        parser.add_argument(
            "--rejects", type=Path, help="where to write what was rejected and why (default: var/imports/)"
        )

    def handle(self, *args: object, file: Path, system: str, rejects: Path | None, **options: Any) -> None:
        if not re.fullmatch(r"[-a-zA-Z0-9_]{1,40}", system):
            raise CommandError("--system is letters, digits, - and _, 40 at most.")
        rejects = rejects or settings.VAR_DIR / "imports" / f"{file.stem}-rejects.csv"
        try:
            rejects.parent.mkdir(parents=True, exist_ok=True)
            with file.open("rb") as source, rejects.open("w", encoding="utf-8", newline="") as rejected:
                counts = self.run(
                    source, rejected, system=system, size=file.stat().st_size, quiet=not options["verbosity"]
                )
        except OSError as problem:
            raise CommandError(f"{problem.filename}: {problem.strerror}") from None
        except Refused as refusal:
            raise CommandError(f"{file}: {refusal.reason}") from None
        if counts.rejected:
            self.stdout.write(f"What was rejected, and why, is in {rejects}")
        self.stdout.write(str(counts))

    def run(self, source: BinaryIO, rejected: IO[str], *, system: str, size: int, quiet: bool) -> Counts:
        writer = csv.writer(rejected)
        writer.writerow(["row", "line", "complaint id", "reason"])

        def on_reject(reject: Reject) -> None:
            writer.writerow([reject.number, reject.line, _harmless(reject.complaint_id), _harmless(reject.reason)])

        with tqdm(total=size, unit="B", unit_scale=True, desc="Importing", mininterval=0.5, disable=quiet) as bar:

            def on_batch(counts: Counts) -> None:
                rejected.flush()
                bar.set_postfix_str(str(counts), refresh=False)
                bar.update(source.tell() - bar.n)

            return import_complaints(source, system=system, now=timezone.now(), on_reject=on_reject, on_batch=on_batch)


def _harmless(text: str) -> str:
    """What a row says, so that a spreadsheet shows it, runs no formula in it, and any terminal can print it."""
    shown = text.encode("utf-8", "replace").decode()
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown
