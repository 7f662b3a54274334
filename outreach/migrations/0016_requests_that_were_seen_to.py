from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0015_live_calls")]

    operations = [
        migrations.AddField(
            model_name="signal",
            name="seen_to_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Of a request: when a call was planned, or somebody was told that none is.",
                null=True,
            ),
        ),
        migrations.RemoveIndex(model_name="signal", name="requests_for_calls"),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(
                condition=models.Q(("kind", "request"), ("seen_to_at__isnull", True)),
                fields=["received_at"],
                name="requests_for_calls",
            ),
        ),
    ]
