"""Errors in the customer's favor: their decisions, their calls, their proof, their review."""

from __future__ import annotations

from compensation.serializers.honored.calls import Attempting, Disclosing, Disclosure, DisclosureAttempt, Reassigning
from compensation.serializers.honored.decisions import Decision, Honoring, LegalReview, LegalReviewing, Rescinding
from compensation.serializers.honored.errors import Assessing, ErrorReview, HonoredError, HonoredErrorWhole, Reviewing
from compensation.serializers.honored.letters import Letter, LetterMail, Writing
from compensation.serializers.honored.recommendations import Recommendation

__all__ = [
    "Assessing",
    "Attempting",
    "Decision",
    "Disclosing",
    "Disclosure",
    "DisclosureAttempt",
    "ErrorReview",
    "HonoredError",
    "HonoredErrorWhole",
    "Honoring",
    "LegalReview",
    "LegalReviewing",
    "Letter",
    "LetterMail",
    "Reassigning",
    "Recommendation",
    "Rescinding",
    "Reviewing",
    "Writing",
]
