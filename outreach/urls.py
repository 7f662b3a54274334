"""Addresses of follow-up calls and of signs of dissatisfaction."""

from django.urls import URLPattern, path

from outreach.api import calls as doors
from outreach.api.health import PathHealth
from outreach.views import calls, health, promises, surveys

browser: list[URLPattern] = [
    path("calls", calls.calls, name="calls"),
    path("calls/now", calls.calls_now, name="calls-now"),
    path("calls/lists", calls.calls_lists, name="calls-lists"),
    path("calls/next", calls.take_next, name="calls-next"),
    path("calls/<int:pk>", calls.call, name="call"),
    path("calls/<int:pk>/take", calls.take, name="call-take"),
    path("calls/<int:pk>/outcome", calls.outcome, name="call-outcome"),
    path("settings/path", health.path_page, name="setting-path"),
    path("settings/path/live", health.path_live, name="setting-path-live"),
    path("settings/path/<slug:name>/try", health.path_try, name="setting-path-try"),
    path("s/<str:token>", surveys.survey_page, name="survey"),
    path("s/<str:token>/call", surveys.survey_call_me, name="survey-call-me"),
    path("s/<str:token>/asking", surveys.survey_stop, name="survey-stop"),
    path("p/<str:token>", promises.promise, name="promise-page"),
]

api: list[URLPattern] = [
    path("path-health/", PathHealth.as_view({"get": "whole"}), name="api-path-health"),
    path("path-health/<slug:name>/", PathHealth.as_view({"get": "retrieve"}), name="api-path-part"),
    path("path-health/<slug:name>/try/", PathHealth.as_view({"post": "try_now"}), name="api-path-try"),
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
