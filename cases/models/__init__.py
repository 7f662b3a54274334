"""The tables of the recovery itself. Tables, constraints and indexes only: no workflow."""

from cases.models.case import Acknowledgment, Case, Contact, Handoff
from cases.models.customer import Customer, CustomerEmail, CustomerPhone, CustomerUnit, ExternalId, SearchKey
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
    "ExternalId",
    "Handoff",
    "Incident",
    "Investigation",
    "Message",
    "Obligation",
    "Promise",
    "SearchKey",
]
