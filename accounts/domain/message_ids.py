"""The Message-IDs of what we send. Whoever answers one shows that our mail reached them, so nobody is to make one up.

Each is the name of a thing and a keyed hash of it: the same for the same thing, so that one sent twice is recognized by
whoever receives it. A row keeps the one that it was sent under, also when the installation's key changes.
"""

from __future__ import annotations

import re

from django.utils.crypto import salted_hmac

OUR_DOMAIN = "@recovery.invalid>"
# What a row has room for, beside the hash and the domain.
LONGEST_NAME = 84
KEYED = re.compile(rf"<[^<>\s]+-[0-9a-f]{{16}}{re.escape(OUR_DOMAIN)}")


def message_id(name: str) -> str:
    """The Message-ID of one thing, such as ``promise.7``. Of a long name the beginning is shown, and all of it hashed."""
    keyed = salted_hmac("message_id", name, algorithm="sha256").hexdigest()[:16]
    return f"<{name[:LONGEST_NAME]}-{keyed}{OUR_DOMAIN}"


def is_keyed(message_id: str) -> bool:
    """Can this one of ours be known only by whom it reached? Those of before there was a key can be counted up."""
    return KEYED.fullmatch(message_id) is not None
