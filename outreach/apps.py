"""Going back to the customer: reminders, messages, signals, follow-up calls."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutreachConfig(AppConfig):
    name = "outreach"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Each app says what of the path to the customer is its own; outreach watches all of it and asks no app above.
        autodiscover_modules("domain.probes")
