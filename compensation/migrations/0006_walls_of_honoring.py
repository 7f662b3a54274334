from django.db import migrations

from journal.walls import AppendOnly, NoOverlap, NoReplace, Rebuilt

KEPT = ("compensation_decision", "compensation_legalreview")


class Migration(migrations.Migration):
    dependencies = [("compensation", "0005_honoring")]

    operations = [
        Rebuilt(AppendOnly("compensation_ledgerentry")),
        Rebuilt(NoReplace("compensation_ledgerentry")),
        *(AppendOnly(table) for table in KEPT),
        *(NoReplace(table) for table in KEPT),
        NoOverlap(
            "compensation_rescissionrule",
            same=("jurisdiction", "line_key", "kind_of_action"),
            begins="valid_from",
            ends="valid_until",
        ),
    ]
