"""Makes, migrates and fills one database; the last line printed is what the load needs, as JSON."""

from __future__ import annotations

import json
import sys

import django
import psycopg2
from django.conf import settings
from django.core.management import call_command


def make_database() -> None:
    """Create the database that the settings name."""
    config = settings.DATABASES["default"]
    connection = psycopg2.connect(
        host=config["HOST"], port=config["PORT"], user=config["USER"], password=config["PASSWORD"], dbname="postgres"
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{config["NAME"]}"')
    connection.close()


if __name__ == "__main__":
    make_database()
    django.setup()
    call_command("migrate", verbosity=0)
    from benchmarks.data import fill  # models need the set-up that came just before

    print(json.dumps(fill(int(sys.argv[1]), int(sys.argv[2]))))
