from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0011_dials_to_tend")]

    operations = [
        migrations.AlterField(
            model_name="signal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("survey", "Survey score"),
                    ("crm_flag", "Flag from another system"),
                    ("dispute", "Disputed answer"),
                    ("request", "Asks to be called"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(
                condition=models.Q(("kind", "request")), fields=["received_at"], name="requests_for_calls"
            ),
        ),
    ]
