from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0010_surveys_of_two_kinds"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="dial", name="dials_to_start"),
        migrations.AlterField(
            model_name="dial",
            name="ended_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Since when there is nothing to follow: for a link, from the start.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="dial",
            index=models.Index(condition=models.Q(("ended_at__isnull", True)), fields=["id"], name="dials_to_tend"),
        ),
    ]
