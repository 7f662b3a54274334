"""Addresses of customers, incidents, cases, promises and the tree of causes."""

from django.urls import URLPattern, path

from cases import views
from cases.api.customers import Customers, ForeignCustomers, Precedents
from cases.api.incidents import Incidents
from cases.api.promises import Promises
from cases.api.work import CasePromises, Cases, CauseTree, DueTimes

browser: list[URLPattern] = [
    path("settings/causes", views.causes_page, name="setting-causes"),
    path("settings/causes/new", views.cause_new, name="setting-cause-new"),
    path("settings/causes/<int:pk>/rename", views.cause_rename, name="setting-cause-rename"),
    path("settings/causes/<int:pk>/retire", views.cause_retire, name="setting-cause-retire"),
]

api: list[URLPattern] = [
    path("customers/", Customers.as_view({"get": "list", "post": "create"}), name="api-customers"),
    path("customers/<id:id>/", Customers.as_view({"get": "retrieve", "patch": "change"}), name="api-customer"),
    path("customers/<id:id>/precedents/", Precedents.as_view({"get": "list"}), name="api-customer-precedents"),
    path(
        "customers/by-external-id/<str:system>/<str:external_id>/",
        ForeignCustomers.as_view({"get": "retrieve", "put": "upsert"}),
        name="api-customer-by-external-id",
    ),
    path("incidents/", Incidents.as_view({"get": "list", "post": "create"}), name="api-incidents"),
    path("incidents/<id:id>/", Incidents.as_view({"get": "retrieve", "patch": "change"}), name="api-incident"),
    path("incidents/<id:id>/acknowledge/", Incidents.as_view({"post": "acknowledge"}), name="api-incident-acknowledge"),
    path("cases/", Cases.as_view({"get": "list"}), name="api-cases"),
    path("cases/<reference:reference>/", Cases.as_view({"get": "retrieve"}), name="api-case"),
    *(
        path(f"cases/<reference:reference>/{address}/", Cases.as_view({"post": action}), name=f"api-case-{address}")
        for address, action in (
            ("acknowledge", "acknowledge"),
            ("contacts", "contact"),
            ("handoff", "hand_off"),
            ("cause", "cause"),
            ("investigation", "investigate"),
            ("investigation/finding", "find"),
            ("notes", "note"),
            ("close", "close"),
            ("reopen", "reopen"),
        )
    ),
    path(
        "cases/<reference:reference>/promises/",
        CasePromises.as_view({"get": "list", "post": "create"}),
        name="api-case-promises",
    ),
    path(
        "cases/<reference:reference>/due-times/",
        DueTimes.as_view({"get": "suggest", "post": "read"}),
        name="api-case-due-times",
    ),
    path("promises/", Promises.as_view({"get": "list"}), name="api-promises"),
    path("promises/<id:id>/", Promises.as_view({"get": "retrieve"}), name="api-promise"),
    *(
        path(f"promises/<id:id>/{action}/", Promises.as_view({"post": action}), name=f"api-promise-{action}")
        for action in ("keep", "interim", "move", "abandon")
    ),
    path("causes/", CauseTree.as_view({"get": "list"}), name="api-causes"),
]
