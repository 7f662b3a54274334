from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_register_at_volume"),
    ]

    operations = [
        migrations.AddField(
            model_name="obligation",
            name="reminded",
            field=models.BooleanField(default=False, help_text="Somebody was told of it on their desk."),
        ),
    ]
