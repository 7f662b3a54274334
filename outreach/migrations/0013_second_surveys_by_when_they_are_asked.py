from django.db import migrations, models

ASKED_BY_US = [("closure", "After the case was closed"), ("follow_up", "Again, some days after they were dissatisfied")]


class Migration(migrations.Migration):
    dependencies = [("outreach", "0012_signals_that_ask_for_a_call")]

    operations = [
        migrations.AlterField(
            model_name="survey",
            name="kind",
            field=models.CharField(choices=[*ASKED_BY_US, ("outside", "From another system")], max_length=12),
        ),
        migrations.AlterField(
            model_name="surveytemplate",
            name="kind",
            field=models.CharField(choices=ASKED_BY_US, default="closure", max_length=12),
        ),
    ]
