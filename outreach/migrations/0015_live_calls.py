from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0014_set_aside")]

    operations = [
        migrations.AddIndex(
            model_name="followupcall",
            index=models.Index(condition=models.Q(("finished_at__isnull", True)), fields=["id"], name="calls_live"),
        ),
    ]
