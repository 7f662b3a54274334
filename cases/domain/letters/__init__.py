"""The letter about an error in the customer's favor: composed once, shown as a page, kept as a PDF, sent by mail."""

from cases.domain.letters.making import can_make_letter, can_send_letter, make_letter, send_letter
from cases.domain.letters.words import LANGUAGES, language_for

__all__ = ["LANGUAGES", "can_make_letter", "can_send_letter", "language_for", "make_letter", "send_letter"]
