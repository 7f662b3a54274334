"""The one event log: timeline, audit trail, webhook source and change feed at once."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "journal"
    default_auto_field = "django.db.models.BigAutoField"
