"""When to remind of a decision that is to be taken and of a call that tells a customer. Data, to be changed to suit."""

from django.db import migrations

LADDER = [
    # kind, minutes from due, audience, channels
    ("decision", 0, "owner", ["desk"]),
    ("decision", 0, "supervisor", ["desk", "email"]),
    ("decision", 1440, "supervisor", ["desk", "email"]),
    ("disclosure", -1440, "owner", ["desk"]),
    ("disclosure", -60, "owner", ["desk"]),
    ("disclosure", 0, "owner", ["desk", "email"]),
    ("disclosure", 60, "supervisor", ["desk", "email"]),
]


def forwards(apps, schema_editor):
    Rung = apps.get_model("outreach", "Rung")
    Rung.objects.bulk_create(
        Rung(kind=kind, offset_minutes=offset, audience=audience, channels=channels)
        for kind, offset, audience, channels in LADDER
    )


def backwards(apps, schema_editor):
    apps.get_model("outreach", "Rung").objects.filter(kind__in=["decision", "disclosure"]).delete()


class Migration(migrations.Migration):
    dependencies = [("outreach", "0003_fates_and_last_rep")]

    operations = [migrations.RunPython(forwards, backwards)]
