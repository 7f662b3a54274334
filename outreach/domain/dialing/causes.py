"""What a line did, by the codes of telephone systems."""

from __future__ import annotations

import re

from outreach.enums import DialStatus

# RFC 3261 section 21, RFC 8197 (607), RFC 8688 (608).
SIP: dict[int, DialStatus] = {
    486: DialStatus.BUSY,
    600: DialStatus.BUSY,
    603: DialStatus.DECLINED,
    607: DialStatus.DECLINED,
    608: DialStatus.DECLINED,
    404: DialStatus.INVALID,
    410: DialStatus.INVALID,
    416: DialStatus.INVALID,
    484: DialStatus.INVALID,
    604: DialStatus.INVALID,
    408: DialStatus.UNAVAILABLE,
    480: DialStatus.UNAVAILABLE,
    487: DialStatus.CANCELED,
}
# By these an exchange also says that it rang for as long as it would.
GAVE_UP_RINGING = frozenset({408, 480})

# ITU-T Q.850, as Asterisk tells it at a hangup. 0 and 16 say nothing of why.
Q850: dict[int, DialStatus] = {
    1: DialStatus.INVALID,
    22: DialStatus.INVALID,
    28: DialStatus.INVALID,
    17: DialStatus.BUSY,
    18: DialStatus.NO_ANSWER,
    19: DialStatus.NO_ANSWER,
    21: DialStatus.DECLINED,
    3: DialStatus.UNAVAILABLE,
    20: DialStatus.UNAVAILABLE,
    27: DialStatus.UNAVAILABLE,
    34: DialStatus.FAILED,
    38: DialStatus.FAILED,
    41: DialStatus.FAILED,
    42: DialStatus.FAILED,
    58: DialStatus.FAILED,
}

_CODE = re.compile(r"\s*([1-6][0-9]{2})\b")


def sip_code(said: str) -> int | None:
    """The code that a SIP reason such as "486 Busy Here" begins with."""
    found = _CODE.match(said)
    return int(found[1]) if found else None


def by_sip(code: int, *, rung: bool) -> DialStatus:
    """What a final SIP answer comes to. ``rung`` says whether it was heard ringing before."""
    if rung and code in GAVE_UP_RINGING:
        return DialStatus.NO_ANSWER
    return SIP.get(code, DialStatus.FAILED)
