"""Addresses of approvals, caps and catalog."""

from django.urls import URLPattern, path

from compensation import views

browser: list[URLPattern] = [
    path("approvals", views.approvals_page, name="approvals"),
    path("approvals/live", views.approvals_live, name="approvals-live"),
    path("approvals/<int:pk>/approve", views.approve, name="approval-approve"),
    path("approvals/<int:pk>/decline", views.decline, name="approval-decline"),
    path("settings/caps", views.caps_page, name="setting-caps"),
    path("settings/catalog", views.catalog_page, name="setting-catalog"),
    path("settings/catalog/new", views.remedy, name="setting-remedy-new"),
    path("settings/catalog/<int:pk>", views.remedy, name="setting-remedy"),
    path("settings/catalog/<int:pk>/retire", views.retire, name="setting-remedy-retire"),
]

api: list[URLPattern] = []
