"""Addresses of Insights."""

from django.urls import URLPattern, path

from insights import views

browser: list[URLPattern] = [
    path("insights", views.insights, name="insights"),
    path("insights/cases", views.facts, name="insight-cases"),
    path("insights/overdue", views.overdue, name="insight-overdue"),
]

api: list[URLPattern] = []
