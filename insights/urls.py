"""Addresses of Insights."""

from django.urls import URLPattern, path

from insights.views import behind, figures, honored

browser: list[URLPattern] = [
    path("insights", figures.insights, name="insights"),
    path("insights/cases", behind.facts, name="insight-cases"),
    path("insights/overdue", behind.overdue, name="insight-overdue"),
    path("insights/honored", honored.honored, name="insights-honored"),
    path("insights/honored/calls", behind.owed_calls, name="insight-owed-calls"),
]

api: list[URLPattern] = []
