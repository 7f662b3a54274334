"""How Recovery bends django-allauth: an administrator makes the accounts, so nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignUp(DefaultAccountAdapter):
    """Sign-in as django-allauth does it, with the sign-up door shut."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
