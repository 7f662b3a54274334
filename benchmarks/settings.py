"""The project's own settings, with the floor view beside its pages and a count of queries on request."""

from recovery.settings import *  # noqa: F403
from recovery.settings import MIDDLEWARE

ROOT_URLCONF = "benchmarks.urls"
MIDDLEWARE = ["benchmarks.floor.QueryCountMiddleware", *MIDDLEWARE]
SECURE_SSL_REDIRECT = False
