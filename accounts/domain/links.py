"""Addresses that a customer opens without signing in: signed, so that nobody makes one up, and kept nowhere.

A link is a kind and an id, such as ``promise:7``. Its token is the id and a signature of both with the installation's
key. Whether it still leads anywhere is the row's to say. Our own people are not shown the tokens of customers: where a
message holds one, the row says ``{link}`` and the token is put in as it is sent.
"""

from __future__ import annotations

from django.conf import settings
from django.core.signing import BadSignature, Signer

# Where each kind of link leads.
PLACES = {"promise": "p", "survey": "s"}


def token(kind: str, pk: int) -> str:
    """The token of one thing."""
    return Signer(salt=f"link.{kind}").sign(str(pk)).replace(":", "~")


def read(kind: str, token: str) -> int | None:
    """The id that a token stands for, or None where we never made it."""
    try:
        return int(Signer(salt=f"link.{kind}").unsign(token.replace("~", ":")))
    except (BadSignature, ValueError):
        return None


def address(link: str) -> str:
    """The whole address of a link such as ``promise:7``."""
    kind, _, pk = link.partition(":")
    return f"{settings.RECOVERY['ADDRESS']}/{PLACES[kind]}/{token(kind, int(pk))}"
