"""An answer in somebody's place is given by somebody else, and answers are read by when they were given."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compensation", "0013_months_and_checks")]

    operations = [
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(
                fields=["-answered_at", "-id"],
                name="approvals_answered",
                condition=models.Q(("answered_at__isnull", False)),
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("on_behalf_of__isnull", True),
                    models.Q(("on_behalf_of", models.F("answered_by")), _negated=True),
                    _connector="OR",
                ),
                name="approval_on_behalf_of_another",
            ),
        ),
    ]
