from django.db import migrations, models

from journal.walls import NoReplace


class Migration(migrations.Migration):
    dependencies = [("compensation", "0002_walls")]

    operations = [
        NoReplace("compensation_ledgerentry"),
        migrations.AddConstraint(
            model_name="remedy",
            constraint=models.CheckConstraint(
                name="remedy_without_questions_has_a_fixed_cost",
                condition=models.Q(no_questions=False) | models.Q(cost_minor__isnull=False),
            ),
        ),
    ]
