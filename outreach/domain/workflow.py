"""The transition tables of follow-up calls and of everything that is delivered."""

from __future__ import annotations

from accounts.enums import DeliveryStatus
from accounts.lifecycle import Lifecycle
from outreach.enums import CallStatus

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
        DeliveryStatus.PENDING: {DeliveryStatus.SENT, DeliveryStatus.FAILED, DeliveryStatus.NO_ADDRESS},
        DeliveryStatus.SENT: set(),
        DeliveryStatus.FAILED: {DeliveryStatus.PENDING},
        DeliveryStatus.NO_ADDRESS: {DeliveryStatus.PENDING},
    },
)
