from django.db import migrations

from journal.walls import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("compensation", "0001_initial")]

    operations = [AppendOnly("compensation_ledgerentry")]
