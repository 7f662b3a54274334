from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0013_second_surveys_by_when_they_are_asked")]

    operations = [
        migrations.AddField(
            model_name="signal",
            name="failed_tries",
            field=models.PositiveSmallIntegerField(default=0, help_text="How often it could not be weighed."),
        ),
        migrations.AddField(
            model_name="signal",
            name="set_aside_until",
            field=models.DateTimeField(
                blank=True, help_text="It could not be weighed: until when it is left alone.", null=True
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="failed_tries",
            field=models.PositiveSmallIntegerField(default=0, help_text="How often it could not be sent."),
        ),
        migrations.AddField(
            model_name="survey",
            name="set_aside_until",
            field=models.DateTimeField(
                blank=True, help_text="It could not be sent: until when it is left alone.", null=True
            ),
        ),
    ]
