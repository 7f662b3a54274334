"""The addresses of the desk."""

from django.urls import path

from desk.api import Pop
from desk.views import case, desk, log, payouts, people, preferences

browser = [
    path("", desk.desk, name="desk"),
    path("desk/live", desk.desk_live, name="desk-live"),
    path("notices", desk.notices, name="notices"),
    path("notices/put-away", desk.put_all_away, name="notices-put-away"),
    path("notices/<int:pk>/put-away", desk.put_away, name="notice-put-away"),
    path("palette", desk.palette, name="palette"),
    path("preferences", preferences.preferences, name="preferences"),
    path("preferences/notices", preferences.preferences_notices, name="preferences-notices"),
    path("working-state", desk.working_state, name="working-state"),
    path("log", log.log, name="log"),
    path("log/customer", log.log_customer, name="log-customer"),
    path("log/precedents", log.log_precedents, name="log-precedents"),
    path("log/save", log.log_incident_of, name="log-save"),
    path("pop", log.pop, name="pop"),
    path("cases", people.cases, name="cases"),
    path("cases/<str:reference>", case.case, name="case"),
    path("cases/<str:reference>/live", case.case_live, name="case-live"),
    path("cases/<str:reference>/acknowledge", case.acknowledge, name="case-acknowledge"),
    path("cases/<str:reference>/record", case.record, name="case-record"),
    path("cases/<str:reference>/award", case.award, name="case-award"),
    path("cases/<str:reference>/awards/<int:pk>/deliver", case.deliver, name="case-deliver"),
    path("cases/<str:reference>/awards/<int:pk>/paid", payouts.paid, name="case-paid"),
    path("cases/<str:reference>/awards/<int:pk>/not-paid", payouts.not_paid, name="case-not-paid"),
    path("cases/<str:reference>/awards/<int:pk>/send-again", payouts.send_again, name="case-send-again"),
    path("cases/<str:reference>/awards/<int:pk>/reverse", case.reverse_award, name="case-reverse"),
    path("cases/<str:reference>/promise", case.promise, name="case-promise"),
    path("cases/<str:reference>/promises/<int:pk>/keep", case.keep_promise, name="case-keep"),
    path("cases/<str:reference>/promises/<int:pk>/interim", case.interim, name="case-interim"),
    path("cases/<str:reference>/promises/<int:pk>/move", case.move_promise, name="case-move"),
    path("cases/<str:reference>/promises/<int:pk>/abandon", case.abandon_promise, name="case-abandon"),
    path("cases/<str:reference>/when", case.when_read, name="case-when"),
    path("cases/<str:reference>/hand-off", case.hand_off, name="case-hand-off"),
    path("cases/<str:reference>/cause", case.cause, name="case-cause"),
    path("cases/<str:reference>/finding", case.finding, name="case-finding"),
    path("cases/<str:reference>/close", case.close, name="case-close"),
    path("cases/<str:reference>/reopen", case.reopen, name="case-reopen"),
    path("incidents/<int:pk>/own-up", case.own_up, name="incident-own-up"),
    path("customers/<int:pk>", people.customer, name="customer"),
    path("customers/<int:pk>/edit", people.customer_edit, name="customer-edit"),
]
api = [path("pop/", Pop.as_view({"post": "look_up"}), name="api-pop")]
