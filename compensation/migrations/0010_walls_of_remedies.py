from django.db import migrations

from journal.walls import AppendOnly, NoOverlap, NoReplace


class Migration(migrations.Migration):
    dependencies = [("compensation", "0009_caps_as_they_were")]

    operations = [
        AppendOnly("compensation_remedyversion"),
        NoReplace("compensation_remedyversion"),
        NoOverlap(
            "compensation_cap", same=("holder", "axis", "currency"), begins="starts_at", ends="ends_at", of_moments=True
        ),
        NoOverlap(
            "compensation_deputy", same=("principal_id",), begins="starts_at", ends="ends_at", of_moments=True
        ),
    ]
