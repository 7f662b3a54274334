"""`manage.py import_surveys FILE`: answers that another system took, from a CSV file."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from accounts.authority import Refused
from outreach.domain.surveys.files import Counts, Reject, import_answers


class Command(BaseCommand):
    help = (
        "Take survey answers from a CSV file (docs/outreach.md). "
        "May be stopped and run again at any time: an answer that is there already is taken once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument("--system", required=True, help="whose the ids are, such as the survey tool’s name")
        parser.add_argument(
            "--rejects", type=Path, help="where to write what was rejected and why (default: var/imports/)"
        )

    def handle(self, *args: object, file: Path, system: str, rejects: Path | None, **options: Any) -> None:
        rejects = rejects or settings.VAR_DIR / "imports" / f"{file.stem}-rejects.csv"
        try:
            rejects.parent.mkdir(parents=True, exist_ok=True)
            with file.open("rb") as source, rejects.open("w", encoding="utf-8", newline="") as rejected:
                size = file.stat().st_size
                counts = self.run(source, rejected, system=system, size=size, quiet=not options["verbosity"])
        except OSError as problem:
            raise CommandError(f"{problem.filename}: {problem.strerror}") from None
        except Refused as refusal:
            raise CommandError(f"{file}: {refusal.reason}") from None
        if counts.rejected:
            self.stdout.write(f"What was rejected, and why, is in {rejects}")
        self.stdout.write(str(counts))

    def run(self, source: BinaryIO, rejected: IO[str], *, system: str, size: int, quiet: bool) -> Counts:
        writer = csv.writer(rejected)
        writer.writerow(["row", "line", "reason"])

        def on_reject(reject: Reject) -> None:
            writer.writerow([reject.number, reject.line, reject.reason.encode("utf-8", "replace").decode()])

        with tqdm(total=size, unit="B", unit_scale=True, desc="Importing", mininterval=0.5, disable=quiet) as bar:

            def on_batch(counts: Counts) -> None:
                rejected.flush()
                bar.set_postfix_str(str(counts), refresh=False)
                bar.update(source.tell() - bar.n)

            return import_answers(source, system=system, now=timezone.now(), on_reject=on_reject, on_batch=on_batch)
