"""Addresses of settings, people and credentials."""

from django.urls import URLPattern, path

from accounts import api as doors
from accounts import views

browser: list[URLPattern] = [
    path("settings", views.settings_page, name="settings"),
    path("settings/people", views.people_page, name="setting-people"),
    path("settings/people/<int:pk>/state", views.person_state, name="setting-person-state"),
    path("settings/people/<int:pk>/holidays", views.person_holidays, name="setting-person-holidays"),
    path("settings/credentials", views.credentials_page, name="setting-credentials"),
    path("settings/credentials/<int:pk>/revoke", views.credential_revoke, name="setting-credential-revoke"),
]

api: list[URLPattern] = [
    path("me/", doors.Me.as_view({"get": "read"}), name="api-me"),
    path("me/notices/", doors.MyNotices.as_view({"get": "read", "put": "choose"}), name="api-my-notices"),
    path("colleagues/", doors.Colleagues.as_view({"get": "list"}), name="api-colleagues"),
    path("units/", doors.Units.as_view({"get": "list"}), name="api-units"),
]
