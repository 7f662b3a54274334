"""What is stored, all of it, to show that a refusal wrote nothing."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings

OURS = [config.label for config in apps.get_app_configs() if (settings.BASE_DIR / config.label).is_dir()]
# A sign-in is not what was refused.
APART = {"last_login"}


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of ours, versions and all, by the table's name."""
    return {
        model._meta.label: [
            {name: value for name, value in row.items() if name not in APART}
            for row in model._default_manager.order_by("pk").values()
        ]
        for label in OURS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    }
