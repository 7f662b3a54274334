"""What telephone systems tell us by themselves. Nothing is believed that is not signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from accounts.authority import Refused
from outreach.domain.dialing import adapters, dials, twilio
from outreach.enums import Dialer
from outreach.models import Dial


def hear_twilio(
    address: str, *, attempt: str, said: Mapping[str, Sequence[str]], signature: str, now: datetime
) -> Dial | None:
    """Take one of Twilio's callbacks, sent to ``address`` (with its query). The dial that it is about, as it is now.

    None when it says nothing that matters. Refused: ``not_signed``, ``out_of_reach``.
    """
    account = adapters.account()
    if account is None or not twilio.is_signed(account.token, address, said, signature):
        raise Refused("not_signed", "This is not signed with the key that we know.")
    dial = Dial.objects.filter(key=attempt, asked_of=Dialer.TWILIO).first()
    if dial is None:
        raise Refused("out_of_reach", "There is no such dial.")
    heard = twilio.told({name: values[-1] for name, values in said.items() if values})
    return dials.hear(dial, heard, now=now) if heard is not None else None
