"""When to remind of an offer that a rep is to take up."""

from django.db import migrations, models


LADDER = [
    # kind, minutes from due, audience, channels
    ("offer", 0, "owner", ["desk"]),
    ("offer", 60, "supervisor", ["desk"]),
]


def forwards(apps, schema_editor):
    Rung = apps.get_model("outreach", "Rung")
    Rung.objects.bulk_create(
        Rung(kind=kind, offset_minutes=offset, audience=audience, channels=channels)
        for kind, offset, audience, channels in LADDER
    )


def backwards(apps, schema_editor):
    apps.get_model("outreach", "Rung").objects.filter(kind="offer").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('outreach', '0004_rungs_of_honored_errors'),
    ]

    operations = [
        migrations.AlterField(
            model_name='rung',
            name='kind',
            field=models.CharField(choices=[('promise', 'Promise to contact'), ('delivery', 'Remedy to deliver'), ('approval', 'Approval to answer'), ('offer', 'Approved offer to take up'), ('follow_up_call', 'Follow-up call'), ('decision', 'Decision to take'), ('disclosure', 'Disclosure to make')], max_length=16),
        ),
        migrations.RunPython(forwards, backwards),
    ]
