"""Going back to the customer: reminders, messages, signals, follow-up calls."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"
    default_auto_field = "django.db.models.BigAutoField"
