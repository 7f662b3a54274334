"""Mailboxes, and of a mail that came in: whose mailbox, and by a hash whose mail."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_quiet_hours_and_opening_hours"),
        ("outreach", "0008_rung_version"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="Whose, where and which folder; no password.", max_length=200, unique=True
                    ),
                ),
                ("uid_validity", models.BigIntegerField(default=0, help_text="Of which numbering `last_uid` is.")),
                ("last_uid", models.BigIntegerField(default=0, help_text="Everything up to here has been taken over.")),
                ("next_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, help_text="When it was last read to its end.", null=True)),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                (
                    "error",
                    models.CharField(
                        blank=True, default="", help_text="A kind and a code, nobody’s words.", max_length=120
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "mailboxes",
            },
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("failing_since__isnull", True), models.Q(("error", ""), _negated=True), _connector="OR"
                ),
                name="mailbox_failing_has_an_error",
            ),
        ),
        migrations.AddField(
            model_name="inboundmail",
            name="sender",
            field=models.CharField(
                blank=True, default="", help_text="A hash of the address it came from.", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="inboundmail",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                help_text="Whose mailbox it is.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.businessunit",
            ),
        ),
        migrations.AlterField(
            model_name="inboundmail",
            name="fate",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reply", "A customer’s reply, in their case"),
                    ("incident", "A new incident"),
                    ("auto_reply", "An automatic reply"),
                    ("bounce", "Could not be delivered"),
                    ("loop", "Our own mail, come back"),
                    ("colleague", "From a colleague"),
                    ("spam", "Marked as spam"),
                    ("too_many", "Too many from one sender"),
                    ("too_old", "Too old to answer"),
                    ("unreadable", "Could not be read or placed"),
                ],
                default="",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="inboundmail",
            name="key",
            field=models.CharField(help_text="A hash of what makes it this message.", max_length=64, unique=True),
        ),
        migrations.AddIndex(
            model_name="inboundmail",
            index=models.Index(fields=["sender", "id"], name="mails_of_sender"),
        ),
        migrations.AddIndex(
            model_name="inboundmail",
            index=models.Index(
                condition=models.Q(("message_id", ""), _negated=True), fields=["message_id"], name="mails_by_message_id"
            ),
        ),
        migrations.AddIndex(
            model_name="inboundmail",
            index=models.Index(
                condition=models.Q(models.Q(("raw", b""), _negated=True), models.Q(("fate", ""), _negated=True)),
                fields=["handled_at"],
                name="mails_to_forget",
            ),
        ),
    ]
