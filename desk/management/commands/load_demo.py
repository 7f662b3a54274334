"""`manage.py load_demo`: real complaints as history, and made-up people with something to do on every screen."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from compensation.domain import checking
from desk.management.demo.loading import is_loaded, load
from desk.management.demo.staff import PASSWORD, SIGN_INS

COMPLAINTS = settings.BASE_DIR / "integrations" / "demo" / "complaints.csv"


class Command(BaseCommand):
    help = "Load the demo. Only for trying Recovery: refused outside the embedded mode. Changes nothing when loaded."

    def handle(self, *args: object, **options: Any) -> None:
        if not (settings.IS_EMBEDDED or settings.DEBUG):
            raise CommandError(
                "The demo has sign-ins with a password that everybody knows, so it is loaded in the embedded mode only "
                "(RECOVERY_MODE=embedded)."
            )
        if is_loaded():
            self.stdout.write("The demo is loaded already; nothing was changed.")
            return
        began = time.monotonic()
        with COMPLAINTS.open("rb") as complaints:
            loaded = load(complaints, now=timezone.now())
        checking.check(now=timezone.now())  # or the books would be doubted until the clock comes by
        if options["verbosity"]:
            self.stdout.write(
                f"Loaded {loaded.complaints} real complaints as history, {loaded.customers} made-up customers and "
                f"{loaded.cases} cases of theirs in {time.monotonic() - began:.1f} s. "
                f"Sign in as {', '.join(SIGN_INS)} with the password {PASSWORD}."
            )
