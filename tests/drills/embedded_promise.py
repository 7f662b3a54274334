"""Run by the drill in a process of its own, on the embedded program's database: a promise due in a few seconds.

Prints the session key of the rep who made it.
"""

from __future__ import annotations

import os
from datetime import timedelta


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from tests.factories import build

    house = build()
    house.now = timezone.now() - timedelta(minutes=1)
    promise = house.promise(house.case(), due_end=timezone.now() + timedelta(seconds=6), what="Ring about the refund")
    client = Client()
    client.force_login(house.alice, backend=settings.AUTHENTICATION_BACKENDS[0])
    print(client.cookies[settings.SESSION_COOKIE_NAME].value, promise.obligation.due_end.timestamp())


if __name__ == "__main__":
    main()
