from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_obligation_cover")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("historical", False), ("status", "closed")),
                fields=["closed_at", "id"],
                name="cases_by_closure",
            ),
        ),
    ]
