"""Addresses of what other systems read."""

from django.urls import URLPattern, path

from integrations import api as doors

browser: list[URLPattern] = []

api: list[URLPattern] = [
    path("events/", doors.Events.as_view({"get": "read"}), name="api-events"),
]
