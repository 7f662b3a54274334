"""Rules that several people keep have versions; a call says whether a lot was drawn; holidays are kept where nothing is said."""

from django.db import migrations, models


def forwards(apps, schema_editor):
    # The rule for all other places is our own convention: it is the cautious one.
    apps.get_model("outreach", "CallingHours").objects.filter(jurisdiction="").update(on_holidays=False)


def backwards(apps, schema_editor):
    apps.get_model("outreach", "CallingHours").objects.filter(jurisdiction="").update(on_holidays=True)


class Migration(migrations.Migration):
    dependencies = [("outreach", "0006_outreach_in_depth")]

    operations = [
        migrations.AddField("callgroup", "version", models.PositiveIntegerField(default=1)),
        migrations.AddField("callinghours", "version", models.PositiveIntegerField(default=1)),
        migrations.AddField("program", "version", models.PositiveIntegerField(default=1)),
        migrations.AddField(
            "followupcall",
            "by_lot",
            models.BooleanField(
                default=False, help_text="A lot was drawn, and they are called: to be compared with those who are not."
            ),
        ),
        migrations.RunPython(forwards, backwards),
    ]
