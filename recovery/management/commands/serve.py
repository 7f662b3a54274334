"""`manage.py serve`: web, worker and beat in one process."""

import os
from argparse import ArgumentParser

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from desk.management.demo.staff import PASSWORD, SIGN_INS


class Command(BaseCommand):
    help = "Serve Recovery with its worker and its clock in this one process (the embedded mode)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))
        parser.add_argument(
            "--prepare", action="store_true", help="first migrate, and load the demo into an empty database"
        )

    def handle(self, *args: object, host: str, port: int, prepare: bool, **options: object) -> None:
        if not settings.IS_EMBEDDED:
            raise CommandError(
                "serve is the embedded mode; in production run gunicorn, a worker and beat (see Dockerfile)."
            )
        if prepare:
            self.prepare()
        # Imported here since it makes the WSGI application, which no other command needs.
        from recovery.embedded import Embedded

        try:
            program = Embedded(host, port)
        except OSError as problem:
            raise CommandError(
                f"Port {port} cannot be had ({problem.strerror}). Try another: make up PORT=8001"
            ) from None
        raise SystemExit(program.run(self.announce))

    def prepare(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        if not get_user_model().objects.exists():
            self.stdout.write("Loading the demo ...")
            call_command("load_demo", stdout=self.stdout)

    def announce(self, address: str) -> None:
        lines = ["", f"  Recovery is up:  {address}"]
        order = {name: at for at, name in enumerate(SIGN_INS)}
        people = sorted(get_user_model().objects.filter(username__in=order), key=lambda user: order[user.username])
        if people:
            names = ", ".join(f"{user.username} ({user.get_role_display().lower()})" for user in people)
            lines += [f"  Sign in as:      {names}", f"  Password:        {PASSWORD}"]
        self.stdout.write("\n".join([*lines, "  Stop with:       Ctrl-C", ""]))
        self.stdout.flush()
