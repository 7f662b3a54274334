"""The settings as they are, with a guard of the ladder taken out: to show that the drill notices."""

from recovery.settings import *  # noqa: F403
from recovery.settings import CELERY_INCLUDE as _INCLUDE

CELERY_INCLUDE = [*_INCLUDE, "tests.drills.without_guards"]
