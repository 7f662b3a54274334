"""The transition tables of cases, obligations, promises and investigations."""

from __future__ import annotations

from accounts.lifecycle import Lifecycle
from cases.enums import (
    CaseStatus,
    DisclosureStatus,
    ErrorStatus,
    InvestigationStatus,
    ObligationStatus,
    PromiseStatus,
)

CASE = Lifecycle(
    "case",
    CaseStatus,
    {
        CaseStatus.OPEN: {CaseStatus.CLOSED},
        CaseStatus.CLOSED: {CaseStatus.REOPENED},
        CaseStatus.REOPENED: {CaseStatus.CLOSED},
    },
)

OBLIGATION = Lifecycle(
    "obligation",
    ObligationStatus,
    {
        ObligationStatus.OPEN: {ObligationStatus.DISCHARGED, ObligationStatus.ABANDONED},
        ObligationStatus.DISCHARGED: set(),
        ObligationStatus.ABANDONED: set(),
    },
)

PROMISE = Lifecycle(
    "promise",
    PromiseStatus,
    {
        PromiseStatus.OPEN: {
            PromiseStatus.KEPT,
            PromiseStatus.LATE,
            PromiseStatus.MISSED,
            PromiseStatus.RENEGOTIATED,
            PromiseStatus.ABANDONED,
        },
        PromiseStatus.KEPT: set(),
        PromiseStatus.LATE: set(),
        PromiseStatus.MISSED: set(),
        PromiseStatus.RENEGOTIATED: set(),
        PromiseStatus.ABANDONED: set(),
    },
)

INVESTIGATION = Lifecycle(
    "investigation",
    InvestigationStatus,
    {
        InvestigationStatus.OPEN: {InvestigationStatus.CLOSED},
        InvestigationStatus.CLOSED: set(),
    },
)

ERROR = Lifecycle(
    "honored error",
    ErrorStatus,
    {
        ErrorStatus.UNDECIDED: {ErrorStatus.HONORED, ErrorStatus.RESCINDED, ErrorStatus.WITHDRAWN},
        ErrorStatus.HONORED: {ErrorStatus.RESCINDED},
        ErrorStatus.RESCINDED: {ErrorStatus.HONORED},
        ErrorStatus.WITHDRAWN: {ErrorStatus.UNDECIDED},
    },
)

DISCLOSURE = Lifecycle(
    "disclosure",
    DisclosureStatus,
    {
        DisclosureStatus.OWED: {DisclosureStatus.MADE, DisclosureStatus.WITHDRAWN},
        DisclosureStatus.MADE: set(),
        DisclosureStatus.WITHDRAWN: set(),
    },
)
