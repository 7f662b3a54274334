"""The public vocabulary of the event log.

A type is ``noun.past_verb`` and part of the public interface: readers of the change feed match on it,
so a published type keeps its meaning. A changed meaning gets a new type.
"""

from django.db import models


class ActorKind(models.TextChoices):
    PERSON = "person", "Person"
    SERVICE = "service", "Service account"
    CUSTOMER = "customer", "Customer"
    SYSTEM = "system", "System"


class EventType(models.TextChoices):
    CUSTOMER_ADDED = "customer.added", "Customer added"
    CUSTOMER_CHANGED = "customer.changed", "Customer changed"
    INCIDENT_LOGGED = "incident.logged", "Incident logged"
    INCIDENT_CHANGED = "incident.changed", "Incident changed"
    INCIDENT_ACKNOWLEDGED = "incident.acknowledged", "Past incident owned up to"
    INCIDENT_CAUSE_FOUND = "incident.cause_found", "Cause found"
    INVESTIGATION_OPENED = "investigation.opened", "Investigation opened"
    INVESTIGATION_CLOSED = "investigation.closed", "Investigation closed"
    CASE_OPENED = "case.opened", "Case opened"
    CASE_ROUTED = "case.routed", "Case routed to an owner"
    CASE_ACKNOWLEDGED = "case.acknowledged", "Feelings acknowledged"
    CASE_CONTACTED = "case.contacted", "Contact with the customer"
    CASE_NOTED = "case.noted", "Note written"
    CASE_HANDED_OFF = "case.handed_off", "Case handed off"
    CASE_CLOSED = "case.closed", "Case closed"
    CASE_REOPENED = "case.reopened", "Case reopened"
    CASE_IMPORTED = "case.imported", "Historical case imported"
    MESSAGE_QUEUED = "message.queued", "Message to the customer written"
    MESSAGE_SENT = "message.sent", "Message to the customer sent"
    MESSAGE_FAILED = "message.failed", "Message to the customer failed"
    PROMISE_MADE = "promise.made", "Promise made"
    PROMISE_KEPT = "promise.kept", "Promise kept"
    PROMISE_KEPT_LATE = "promise.kept_late", "Promise kept late"
    PROMISE_MISSED = "promise.missed", "Promise missed"
    PROMISE_RENEGOTIATED = "promise.renegotiated", "Promise moved with the customer's agreement"
    PROMISE_ABANDONED = "promise.abandoned", "Promise abandoned"
    AWARD_GIVEN = "award.given", "Remedy given"
    AWARD_REQUESTED = "award.requested", "Approval asked for"
    AWARD_APPROVED = "award.approved", "Award approved"
    AWARD_DECLINED = "award.declined", "Award declined"
    AWARD_EXPIRED = "award.expired", "Approval expired"
    AWARD_DELIVERED = "award.delivered", "Remedy delivered"
    AWARD_REVERSED = "award.reversed", "Remedy reversed"
    REMEDY_CHANGED = "remedy.changed", "Catalog changed"
    CAP_CHANGED = "cap.changed", "Cap changed"
    CAUSE_CHANGED = "cause.changed", "Cause tree changed"
    USER_STATE_CHANGED = "user.state_changed", "Working state changed"
    CREDENTIAL_ISSUED = "credential.issued", "API credential issued"
    CREDENTIAL_REVOKED = "credential.revoked", "API credential revoked"
    SIGNAL_RECEIVED = "signal.received", "Dissatisfaction signalled"
    CALL_PLANNED = "call.planned", "Follow-up call planned"
    CALL_DISPATCHED = "call.dispatched", "Follow-up call given to a rep"
    CALL_RETURNED = "call.returned", "Follow-up call returned untouched"
    CALL_ATTEMPTED = "call.attempted", "Follow-up call attempted"
    CALL_FINISHED = "call.finished", "Follow-up call finished"
    REMINDER_RUNG = "reminder.rung", "Reminder sent"
