"""Addresses of follow-up calls and of signs of dissatisfaction."""

from django.urls import URLPattern, path

from outreach import api as doors
from outreach import views

browser: list[URLPattern] = [
    path("calls", views.calls, name="calls"),
    path("calls/now", views.calls_now, name="calls-now"),
    path("calls/lists", views.calls_lists, name="calls-lists"),
    path("calls/next", views.take_next, name="calls-next"),
    path("calls/<int:pk>", views.call, name="call"),
    path("calls/<int:pk>/take", views.take, name="call-take"),
    path("calls/<int:pk>/outcome", views.outcome, name="call-outcome"),
]

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
