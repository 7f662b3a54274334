"""Which telephone systems this company has, from its settings."""

from __future__ import annotations

from django.conf import settings

from outreach.domain.dialing.asterisk import Asterisk, Exchange
from outreach.domain.dialing.baresip import Baresip
from outreach.domain.dialing.port import Adapter, Unreachable
from outreach.domain.dialing.twilio import Account, Twilio
from outreach.enums import Dialer


def account() -> Account | None:
    """The account at Twilio, if there is one."""
    given = settings.RECOVERY["TWILIO"]
    return Account(callbacks=_callbacks(), **given) if given else None


def exchange() -> Exchange | None:
    """The Asterisk, if there is one."""
    given = settings.RECOVERY["AMI"]
    return Exchange(**given) if given else None


def configured() -> list[Dialer]:
    """What a rep may choose. The link is always there."""
    has = {
        Dialer.LINK: True,
        Dialer.BARESIP: bool(settings.RECOVERY["SOFTPHONE_NETWORKS"]),
        Dialer.AMI: exchange() is not None,
        Dialer.TWILIO: account() is not None,
    }
    return [dialer for dialer in Dialer if has[dialer]]


def adapter(dialer: str) -> Adapter:
    """What rings by ``dialer``. Raises ``Unreachable`` when the settings name none any more."""
    if dialer == Dialer.BARESIP and settings.RECOVERY["SOFTPHONE_NETWORKS"]:
        return Baresip()
    if dialer == Dialer.AMI and (asterisk := exchange()) is not None:
        return Asterisk(asterisk)
    if dialer == Dialer.TWILIO and (twilio := account()) is not None:
        return Twilio(twilio)
    raise Unreachable("not set up")


def probe(dialer: str) -> None:
    """Try the way to a telephone system without ringing anybody. Raises ``Unreachable``.

    A softphone is each rep's own, so there is nothing to try of them all; a link needs nothing of ours.
    """
    if dialer == Dialer.AMI and (asterisk := exchange()) is not None:
        Asterisk(asterisk).probe()
    elif dialer == Dialer.TWILIO and (twilio := account()) is not None:
        Twilio(twilio).probe()


def _callbacks() -> str:
    return f"{settings.RECOVERY['ADDRESS']}/api/v1/dialer-callbacks/twilio/"
