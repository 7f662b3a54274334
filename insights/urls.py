"""Addresses of Insights."""

from django.urls import URLPattern, path

from insights.api import CallEffects
from insights.views import behind, calls, figures, honored

browser: list[URLPattern] = [
    path("insights", figures.insights, name="insights"),
    path("insights/calls", calls.calls, name="insights-calls"),
    path("insights/cases", behind.facts, name="insight-cases"),
    path("insights/overdue", behind.overdue, name="insight-overdue"),
    path("insights/honored", honored.honored, name="insights-honored"),
    path("insights/honored/calls", behind.owed_calls, name="insight-owed-calls"),
]

api: list[URLPattern] = [
    path("call-effects/", CallEffects.as_view({"get": "compare"}), name="api-call-effects"),
]
