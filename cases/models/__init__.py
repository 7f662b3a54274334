"""The tables of the recovery itself. Tables, constraints and indexes only: no workflow."""

from cases.models.case import Acknowledgment, Case, Contact, Handoff
from cases.models.customer import Customer, CustomerEmail, CustomerPhone, CustomerUnit, ExternalId, SearchKey
from cases.models.honored_error import (
    Disclosure,
    DisclosureAttempt,
    ErrorReview,
    HonoredError,
    Letter,
    Reassignment,
)
from cases.models.incident import Cause, Incident, Investigation
from cases.models.message import Message
from cases.models.obligation import Obligation, Promise

__all__ = [
    "Acknowledgment",
    "Case",
    "Cause",
    "Contact",
    "Customer",
    "CustomerEmail",
    "CustomerPhone",
    "CustomerUnit",
    "Disclosure",
    "DisclosureAttempt",
    "ErrorReview",
    "ExternalId",
    "Handoff",
    "HonoredError",
    "Incident",
    "Investigation",
    "Letter",
    "Message",
    "Obligation",
    "Promise",
    "Reassignment",
    "SearchKey",
]
