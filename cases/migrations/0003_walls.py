from django.db import migrations

from journal.walls import AppendOnly, Frozen, NoReplace

KEPT = ("cases_reassignment", "cases_disclosureattempt", "cases_letter", "cases_errorreview")


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_honored_errors")]

    operations = [
        *(AppendOnly(table) for table in KEPT),
        *(NoReplace(table) for table in KEPT),
        Frozen("cases_disclosure", "status", "made"),
    ]
