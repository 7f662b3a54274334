"""Addresses whose views are refused, for the tests of what a refusal looks like."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from accounts.authority import Refused
from recovery import urls


def refuse(request: HttpRequest) -> HttpResponse:
    raise Refused("over_cap", "This is more than you may give alone.")


@login_not_required
def zone(request: HttpRequest) -> HttpResponse:
    return HttpResponse(timezone.get_current_timezone_name())


def fail(request: HttpRequest) -> HttpResponse:
    words = "the customer said something private"
    raise ValueError(words)


urlpatterns: list[Any] = [path("refuse", refuse), path("zone", zone), path("fail", fail), *urls.urlpatterns]
