from django.db import migrations, models


class Migration(migrations.Migration):
    """An award keeps by which law or contract it was owed when it was given."""

    dependencies = [("compensation", "0014_answers")]

    operations = [
        migrations.AddField(
            model_name="award",
            name="authority",
            field=models.CharField(
                blank=True,
                default="",
                help_text="The law or contract by which it is owed, as the catalog said.",
                max_length=300,
            ),
        ),
    ]
