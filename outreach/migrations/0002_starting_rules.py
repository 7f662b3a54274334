"""The rules an installation starts with. They are data, to be changed to suit."""

from datetime import time

from django.db import migrations

LADDER = [
    # kind, minutes from due, audience, channels
    ("promise", -60, "owner", ["desk"]),
    ("promise", -10, "owner", ["desk"]),
    ("promise", 0, "owner", ["desk", "email"]),
    ("promise", 15, "supervisor", ["desk", "email"]),
    ("follow_up_call", 0, "owner", ["desk"]),
    ("follow_up_call", 60, "supervisor", ["desk"]),
    ("delivery", -1440, "owner", ["desk"]),
    ("delivery", 0, "owner", ["desk", "email"]),
    ("delivery", 1440, "supervisor", ["desk", "email"]),
    ("approval", 0, "supervisor", ["desk", "email"]),
]


def forwards(apps, schema_editor):
    Rung = apps.get_model("outreach", "Rung")
    Rung.objects.bulk_create(
        Rung(kind=kind, offset_minutes=offset, audience=audience, channels=channels)
        for kind, offset, audience, channels in LADDER
    )
    CallingHours = apps.get_model("outreach", "CallingHours")
    CallingHours.objects.bulk_create(
        [
            CallingHours(
                jurisdiction="",
                opens=time(9),
                closes=time(20),
                weekdays=[0, 1, 2, 3, 4, 5],
                source="A convention, to be confirmed for each jurisdiction",
            ),
            CallingHours(
                jurisdiction="US",
                opens=time(8),
                closes=time(21),
                weekdays=[0, 1, 2, 3, 4, 5, 6],
                source="47 CFR 64.1200(c)(1): 8 a.m. to 9 p.m. at the called party's location",
            ),
        ]
    )
    Program = apps.get_model("outreach", "Program")
    Program.objects.create(
        name="Call the dissatisfied",
        score_at_most=2,
        contact_within_hours=24,
        retry_after_minutes=[120, 1440, 2880],
    )


def backwards(apps, schema_editor):
    for name in ("Rung", "CallingHours", "Program"):
        apps.get_model("outreach", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("outreach", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
