"""`manage.py rebuild_insights`: count all figures anew from the cases themselves."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from insights.domain.rollup import rebuild


class Command(BaseCommand):
    help = "Count all figures of Insights anew. Work may go on meanwhile, and a second run changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        with tqdm(unit=" rows", disable=not sys.stderr.isatty(), file=sys.stderr) as bar:
            count = rebuild(now=timezone.now(), told=bar.update)
        self.stdout.write(f"{count} cases counted")
