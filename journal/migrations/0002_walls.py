from django.db import migrations

from journal.walls import AppendOnly, QueueOnInsert


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [
        AppendOnly("journal_event"),
        QueueOnInsert("journal_event", "journal_unsequenced", "event_id"),
    ]
