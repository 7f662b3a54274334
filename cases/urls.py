"""Addresses of the tree of causes."""

from django.urls import URLPattern, path

from cases import views

browser: list[URLPattern] = [
    path("settings/causes", views.causes_page, name="setting-causes"),
    path("settings/causes/new", views.cause_new, name="setting-cause-new"),
    path("settings/causes/<int:pk>/rename", views.cause_rename, name="setting-cause-rename"),
    path("settings/causes/<int:pk>/retire", views.cause_retire, name="setting-cause-retire"),
]

api: list[URLPattern] = []
