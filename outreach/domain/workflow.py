"""The transition tables of follow-up calls, surveys and dials, and of everything that is delivered."""

from __future__ import annotations

from accounts.enums import DeliveryStatus
from accounts.lifecycle import Lifecycle
from outreach.enums import CallStatus, DialStatus, SurveyStatus

CALL = Lifecycle(
    "follow-up call",
    CallStatus,
    {
        CallStatus.PLANNED: {CallStatus.DISPATCHED, CallStatus.DONE, CallStatus.GIVEN_UP},
        CallStatus.DISPATCHED: {CallStatus.PLANNED, CallStatus.DONE, CallStatus.GIVEN_UP},
        CallStatus.DONE: set(),
        CallStatus.GIVEN_UP: set(),
    },
)

DELIVERY = Lifecycle(
    "delivery",
    DeliveryStatus,
    {
        DeliveryStatus.PENDING: {
            DeliveryStatus.SENT,
            DeliveryStatus.FAILED,
            DeliveryStatus.NO_ADDRESS,
            DeliveryStatus.NOT_NEEDED,
        },
        # It came back: what a mail server took is not always what it delivers.
        DeliveryStatus.SENT: {DeliveryStatus.FAILED},
        DeliveryStatus.FAILED: {DeliveryStatus.PENDING},
        DeliveryStatus.NO_ADDRESS: {DeliveryStatus.PENDING},
        DeliveryStatus.NOT_NEEDED: set(),
    },
)

SURVEY = Lifecycle(
    "survey",
    SurveyStatus,
    {
        SurveyStatus.PLANNED: {SurveyStatus.ASKED, SurveyStatus.NOT_ASKED},
        SurveyStatus.ASKED: {SurveyStatus.ANSWERED, SurveyStatus.EXPIRED},
        SurveyStatus.ANSWERED: set(),
        # Its link has ended: what the customer still has to say reaches us another way.
        SurveyStatus.EXPIRED: set(),
        SurveyStatus.NOT_ASKED: set(),
    },
)

# How a line may end before anybody, or a machine, has picked up.
UNANSWERED = {
    DialStatus.BUSY,
    DialStatus.NO_ANSWER,
    DialStatus.DECLINED,
    DialStatus.INVALID,
    DialStatus.UNAVAILABLE,
    DialStatus.FAILED,
    DialStatus.CANCELED,
}

DIAL = Lifecycle(
    "dial",
    DialStatus,
    {
        DialStatus.QUEUED: {DialStatus.RINGING, DialStatus.ANSWERED, DialStatus.MACHINE} | UNANSWERED,
        DialStatus.RINGING: {DialStatus.ANSWERED, DialStatus.MACHINE} | UNANSWERED,
        # Providers find out that it is a machine by listening to it.
        DialStatus.ANSWERED: {DialStatus.MACHINE},
        DialStatus.MACHINE: set(),
        **{end: set() for end in UNANSWERED},
    },
)
