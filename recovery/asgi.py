"""For ASGI servers. Recovery polls instead of holding connections open, so WSGI is the usual way to serve it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")

application = get_asgi_application()
