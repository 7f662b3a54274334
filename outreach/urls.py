"""Addresses of follow-up calls and of signs of dissatisfaction."""

from django.urls import URLPattern, path

from outreach.api import calls as doors
from outreach.api import dials as dial_doors
from outreach.api.health import PathHealth
from outreach.api.mails import Mails
from outreach.api.programs import CallGroups, Hours, Programs
from outreach.api.reminders import ReminderRungs
from outreach.api.surveys import Surveys, SurveyTemplates
from outreach.views import calls, dials, health, mails, programs, promises, reminders, survey_settings, surveys

browser: list[URLPattern] = [
    path("calls", calls.calls, name="calls"),
    path("calls/now", calls.calls_now, name="calls-now"),
    path("calls/lists", calls.calls_lists, name="calls-lists"),
    path("calls/next", calls.take_next, name="calls-next"),
    path("calls/<int:pk>", calls.call, name="call"),
    path("calls/<int:pk>/take", calls.take, name="call-take"),
    path("calls/<int:pk>/outcome", calls.outcome, name="call-outcome"),
    path("calls/<int:pk>/dial", dials.call_dial, name="call-dial"),
    path("customers/<int:pk>/dial", dials.customer_dial, name="customer-dial"),
    path("customers/<int:pk>/line", dials.customer_line, name="customer-line"),
    path("dials/<int:pk>", dials.dial, name="dial"),
    path("dials/<int:pk>/line", dials.dial_line, name="dial-line"),
    path("dials/<int:pk>/give-up", dials.dial_give_up, name="dial-give-up"),
    path("preferences/phone", dials.phone, name="preferences-phone"),
    path("settings/programs", programs.programs, name="setting-programs"),
    path("settings/programs/new", programs.program, name="setting-program-new"),
    path("settings/programs/<int:pk>", programs.program, name="setting-program"),
    path("settings/programs/groups/new", programs.group, name="setting-call-group-new"),
    path("settings/programs/groups/<int:pk>", programs.group, name="setting-call-group"),
    path("settings/programs/hours/new", programs.hours, name="setting-calling-hours-new"),
    path("settings/programs/hours/<int:pk>", programs.hours, name="setting-calling-hours"),
    path("settings/programs/hours/<int:pk>/drop", programs.drop_hours, name="setting-calling-hours-drop"),
    path("settings/mailbox", mails.mailbox, name="setting-mailbox"),
    path("settings/mailbox/<int:pk>", mails.mail, name="setting-mail"),
    path("settings/mailbox/<int:pk>/incident", mails.mail_incident, name="setting-mail-incident"),
    path("settings/mailbox/<int:pk>/case", mails.mail_case, name="setting-mail-case"),
    path("settings/path", health.path_page, name="setting-path"),
    path("settings/path/live", health.path_live, name="setting-path-live"),
    path("settings/path/<slug:name>/try", health.path_try, name="setting-path-try"),
    path("settings/surveys", survey_settings.surveys_page, name="setting-surveys"),
    path("settings/surveys/new", survey_settings.template, name="setting-survey-new"),
    path("settings/surveys/preview", survey_settings.preview, name="setting-survey-preview"),
    path("settings/surveys/scores", survey_settings.scores, name="setting-survey-scores"),
    path("settings/surveys/<int:pk>", survey_settings.template, name="setting-survey"),
    path("settings/surveys/<int:pk>/retire", survey_settings.retire, name="setting-survey-retire"),
    path("s/<str:token>", surveys.survey_page, name="survey"),
    path("s/<str:token>/call", surveys.survey_call_me, name="survey-call-me"),
    path("s/<str:token>/asking", surveys.survey_stop, name="survey-stop"),
    path("settings/reminders", reminders.reminders_page, name="setting-reminders"),
    path("settings/reminders/new", reminders.rung_new, name="setting-rung-new"),
    path("settings/reminders/<int:pk>", reminders.rung_change, name="setting-rung"),
    path("settings/reminders/hours/<int:pk>", reminders.opening_hours, name="setting-opening-hours"),
    path("p/<str:token>", promises.promise, name="promise-page"),
]

api: list[URLPattern] = [
    path("reminder-rungs/", ReminderRungs.as_view({"get": "list", "post": "create"}), name="api-reminder-rungs"),
    path(
        "reminder-rungs/<id:id>/",
        ReminderRungs.as_view({"get": "retrieve", "patch": "change"}),
        name="api-reminder-rung",
    ),
    path("surveys/", Surveys.as_view({"get": "list", "post": "create"}), name="api-surveys"),
    path("surveys/<id:id>/", Surveys.as_view({"get": "retrieve"}), name="api-survey"),
    path("survey-templates/", SurveyTemplates.as_view({"get": "list", "post": "create"}), name="api-survey-templates"),
    path("survey-templates/<id:id>/", SurveyTemplates.as_view({"get": "retrieve"}), name="api-survey-template"),
    path(
        "survey-templates/<id:id>/retire/",
        SurveyTemplates.as_view({"post": "retire"}),
        name="api-survey-template-retire",
    ),
    path("path-health/", PathHealth.as_view({"get": "whole"}), name="api-path-health"),
    path("path-health/<slug:name>/", PathHealth.as_view({"get": "retrieve"}), name="api-path-part"),
    path("path-health/<slug:name>/try/", PathHealth.as_view({"post": "try_now"}), name="api-path-try"),
    path("follow-up-calls/", doors.FollowUpCalls.as_view({"get": "list"}), name="api-calls"),
    path("follow-up-calls/<id:id>/", doors.FollowUpCalls.as_view({"get": "retrieve"}), name="api-call"),
    path("follow-up-calls/<id:id>/take/", doors.FollowUpCalls.as_view({"post": "take"}), name="api-call-take"),
    path("follow-up-calls/<id:id>/outcome/", doors.FollowUpCalls.as_view({"post": "outcome"}), name="api-call-outcome"),
    path("dials/", dial_doors.Dials.as_view({"get": "list", "post": "create"}), name="api-dials"),
    path("dials/<id:id>/", dial_doors.Dials.as_view({"get": "retrieve"}), name="api-dial"),
    path("dials/<id:id>/give-up/", dial_doors.Dials.as_view({"post": "give_up"}), name="api-dial-give-up"),
    path("me/phone/", dial_doors.MyPhone.as_view({"get": "read", "put": "choose"}), name="api-my-phone"),
    path("dialer-callbacks/twilio/", dial_doors.TwilioCallbacks.as_view({"post": "hear"}), name="api-twilio-callbacks"),
    path("mails/", Mails.as_view({"get": "list"}), name="api-mails"),
    path("mails/<id:id>/", Mails.as_view({"get": "retrieve"}), name="api-mail"),
    path("mails/<id:id>/place/", Mails.as_view({"post": "place"}), name="api-mail-place"),
    path("programs/", Programs.as_view({"get": "list", "post": "create"}), name="api-programs"),
    path("programs/<id:id>/", Programs.as_view({"get": "retrieve", "patch": "change"}), name="api-program"),
    path("call-groups/", CallGroups.as_view({"get": "list", "post": "create"}), name="api-call-groups"),
    path("call-groups/<id:id>/", CallGroups.as_view({"get": "retrieve", "patch": "change"}), name="api-call-group"),
    path("calling-hours/", Hours.as_view({"get": "list", "post": "create"}), name="api-calling-hours"),
    path("calling-hours/<id:id>/", Hours.as_view({"get": "retrieve", "patch": "change"}), name="api-calling-hours-of"),
    path(
        "dissatisfaction/",
        doors.Dissatisfactions.as_view({"get": "list", "post": "create"}),
        name="api-dissatisfaction",
    ),
]
