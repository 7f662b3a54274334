"""Every address in one place: what people open at `/`, what systems call at `/api/v1/`.

Each app's `urls.py` exposes two lists, `browser` and `api`; they are concatenated here and nowhere else.
"""

from importlib import import_module

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

APPS = ("desk", "insights", "integrations", "outreach", "compensation", "cases", "accounts", "journal")

_modules = [import_module(f"{app}.urls") for app in APPS if (settings.BASE_DIR / app / "urls.py").exists()]

urlpatterns = [
    path("", include([pattern for module in _modules for pattern in module.browser])),
    path("api/v1/", include("recovery.rest.pages")),
    path("api/v1/", include([pattern for module in _modules for pattern in module.api])),
    path("sign-in/", include("allauth.account.urls")),
    path("sign-in/second-step/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
]

# Under /api/ these answer with problem documents; elsewhere they are Django's own.
handler400 = "recovery.rest.problems.handler400"
handler403 = "recovery.rest.problems.handler403"
handler404 = "recovery.rest.problems.handler404"
handler500 = "recovery.rest.problems.handler500"
