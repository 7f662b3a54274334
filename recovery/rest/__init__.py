"""What every API door shares: who comes in, problem documents, pages, and work that is done once for each key.

The one part of the project that apps import. It knows `accounts` and `journal`, and no app's doors.
"""

from recovery.rest.doors import NEWEST, Csv, Door, Pdf
from recovery.rest.fields import (
    Choice,
    Currency,
    Day,
    ExternalName,
    Flag,
    Id,
    Minor,
    Moment,
    Named,
    Nothing,
    OnTheWall,
    Shape,
    Text,
    WallTime,
    Whole,
)
from recovery.rest.filters import DayFilter, Filters, FlagFilter, IdFilter, MomentFilter, OneOf, SomeOf, WordFilter
from recovery.rest.problems import exception_handler

__all__ = [
    "NEWEST",
    "Choice",
    "Csv",
    "Currency",
    "Day",
    "DayFilter",
    "Door",
    "ExternalName",
    "Filters",
    "Flag",
    "FlagFilter",
    "Id",
    "IdFilter",
    "Minor",
    "Moment",
    "MomentFilter",
    "Named",
    "Nothing",
    "OnTheWall",
    "OneOf",
    "Pdf",
    "Shape",
    "SomeOf",
    "Text",
    "WallTime",
    "Whole",
    "WordFilter",
    "exception_handler",
]
