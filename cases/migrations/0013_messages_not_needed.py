from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_reminders_set_aside"),
    ]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "Waiting to be sent"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("no_address", "No address to send to"),
                    ("not_needed", "Seen to before it was sent"),
                ],
                default="pending",
                max_length=10,
            ),
        ),
    ]
