"""The project's own settings, with the floor view beside its pages and a count of queries on request."""

from recovery.settings import *  # noqa: F403
from recovery.settings import MIDDLEWARE

ROOT_URLCONF = "benchmarks.urls"
MIDDLEWARE = ["benchmarks.floor.QueryCountMiddleware", *MIDDLEWARE]
# What is measured is the work of a request, not the counting of how many came.
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}  # noqa: F405
SECURE_SSL_REDIRECT = False
