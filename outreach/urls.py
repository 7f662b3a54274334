"""Addresses of follow-up calls and of signs of dissatisfaction."""

from django.urls import URLPattern, path

from outreach import api as doors

browser: list[URLPattern] = []

api: list[URLPattern] = [
    path("follow-up-calls/", doors.FollowUpCalls.as_view({"get": "list"}), name="api-calls"),
    path("follow-up-calls/<id:id>/", doors.FollowUpCalls.as_view({"get": "retrieve"}), name="api-call"),
    path("follow-up-calls/<id:id>/take/", doors.FollowUpCalls.as_view({"post": "take"}), name="api-call-take"),
    path("follow-up-calls/<id:id>/outcome/", doors.FollowUpCalls.as_view({"post": "outcome"}), name="api-call-outcome"),
    path(
        "dissatisfaction/",
        doors.Dissatisfactions.as_view({"get": "list", "post": "create"}),
        name="api-dissatisfaction",
    ),
]
