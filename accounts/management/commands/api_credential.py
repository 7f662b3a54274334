"""Print a new API credential: `manage.py api_credential --user maya --name "CRM"`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.authority import Refused
from accounts.domain import credentials
from accounts.domain.staffing import service_account
from accounts.enums import Scope
from accounts.models import Team, User


class Command(BaseCommand):
    help = (
        "Issues an API credential and prints its secret alone on the last line; it is never shown again. "
        "It is bound to a person (--user), as whom its program acts, or to a service account (--service, --team)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--user", help="the username of a member of staff")
        whose.add_argument("--service", help="the name of a service account, which is made if it is not there yet")
        parser.add_argument("--team", help="the team whose customers the service account may reach")
        parser.add_argument("--name", required=True, help="what the credential is for, such as CRM")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="may be given several times; all of them when it is not given",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            user = self._user(options["user"]) if options["user"] else self._service(options, now=now)
            credential, secret = credentials.issue(
                user, name=options["name"], scopes=options["scope"] or Scope.values, by=None, now=now
            )
        except Refused as refused:
            raise CommandError(refused.reason) from None
        held = ", ".join(credential.scopes)
        self.stdout.write(f"“{credential.name}” acts as {user.username}, with the scopes {held}.")
        self.stdout.write("Send it as “Authorization: Bearer …”. It is shown this once:")
        self.stdout.write(secret)

    @staticmethod
    def _user(username: str) -> User:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user “{username}”.")
        return user

    @staticmethod
    def _service(options: dict[str, Any], *, now: Any) -> User:
        if not options["team"]:
            raise CommandError("A service account belongs to a team: give --team too.")
        team = Team.objects.filter(name=options["team"]).first()
        if team is None:
            raise CommandError(f"There is no team “{options['team']}”.")
        return service_account(options["service"], team=team, by=None, now=now)
