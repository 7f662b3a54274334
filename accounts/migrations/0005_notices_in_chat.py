from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_quiet_but_urgent")]

    operations = [
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("channel", "chat")), fields=["created_at", "id"], name="notices_in_chat"
            ),
        ),
    ]
