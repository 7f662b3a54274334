"""Messages are found by their Message-ID: customers answer them, and mail servers report on them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0013_messages_not_needed'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['message_id'], name='messages_by_message_id'),
        ),
    ]
