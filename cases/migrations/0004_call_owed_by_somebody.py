"""A call that the originator owes is not nobody's: a comparison with NULL is no refusal."""

from django.db import migrations, models
from django.db.models import F, Q

from journal.walls import Frozen, Rebuilt


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_walls")]

    operations = [
        migrations.RemoveConstraint(model_name="disclosure", name="disclosure_owed_for_a_reason"),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.CheckConstraint(
                name="disclosure_owed_for_a_reason",
                condition=Q(
                    owed_because="originator", originator__isnull=False, owed_by__isnull=False, owed_by=F("originator")
                )
                | Q(owed_because__in=["system", "partner", "unknown"], originator__isnull=True)
                | Q(owed_because__in=["left", "long_away"], originator__isnull=False, owed_by__isnull=False)
                & ~Q(owed_by=F("originator")),
            ),
        ),
        Rebuilt(Frozen("cases_disclosure", "status", "made")),
    ]
