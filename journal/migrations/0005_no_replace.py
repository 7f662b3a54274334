from django.db import migrations

from journal.walls import NoReplace


class Migration(migrations.Migration):
    dependencies = [("journal", "0004_event_types_of_outreach")]

    operations = [NoReplace("journal_event")]
