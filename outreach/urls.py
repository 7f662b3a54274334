"""Addresses of follow-up calls and of signs of dissatisfaction."""

from django.urls import URLPattern, path

from outreach.api import calls as doors
from outreach.views import calls, surveys

browser: list[URLPattern] = [
    path("calls", calls.calls, name="calls"),
    path("calls/now", calls.calls_now, name="calls-now"),
    path("calls/lists", calls.calls_lists, name="calls-lists"),
    path("calls/next", calls.take_next, name="calls-next"),
    path("calls/<int:pk>", calls.call, name="call"),
    path("calls/<int:pk>/take", calls.take, name="call-take"),
    path("calls/<int:pk>/outcome", calls.outcome, name="call-outcome"),
    path("s/<str:token>", surveys.survey_page, name="survey"),
    path("s/<str:token>/call", surveys.survey_call_me, name="survey-call-me"),
    path("s/<str:token>/asking", surveys.survey_stop, name="survey-stop"),
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
