"""The tables of going back to the customer, by what they are about."""

from outreach.models.calls import CallAnswer, CallAttempt, FollowUpCall
from outreach.models.dialing import Dial, DialEvent, Phone
from outreach.models.health import Heartbeat, Probe
from outreach.models.hours import CallingHours
from outreach.models.ladder import Rung
from outreach.models.mailbox import InboundMail, Mailbox
from outreach.models.programs import CallGroup, CallGroupMember, Program, ProgramQuestion
from outreach.models.signals import HeldOut, Signal
from outreach.models.surveys import SCORES, Survey, SurveyTemplate

__all__ = [
    "SCORES",
    "CallAnswer",
    "CallAttempt",
    "CallGroup",
    "CallGroupMember",
    "CallingHours",
    "Dial",
    "DialEvent",
    "FollowUpCall",
    "Heartbeat",
    "HeldOut",
    "InboundMail",
    "Mailbox",
    "Phone",
    "Probe",
    "Program",
    "ProgramQuestion",
    "Rung",
    "Signal",
    "Survey",
    "SurveyTemplate",
]
