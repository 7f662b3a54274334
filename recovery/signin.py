"""How Recovery bends django-allauth: an administrator makes the accounts, so nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

# Printed at every start of the embedded mode, so everybody knows it.
DEMO_PASSWORD = "demo-recovery"  # noqa: S105


class ClosedSignUp(DefaultAccountAdapter):
    """Sign-in as django-allauth does it, with the sign-up door shut."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SignIn(AuthenticationBackend):
    """Sign-in by user name and password, except with the demo's outside the embedded mode.

    `load_demo` is refused there; this holds also for a database that was filled elsewhere.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        if credentials.get("password") == DEMO_PASSWORD and not settings.IS_EMBEDDED:
            raise PermissionDenied
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return user
