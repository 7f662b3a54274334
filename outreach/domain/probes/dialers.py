"""What rings customers for reps. Nobody is rung to see whether somebody could be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from outreach.domain.dialing.adapters import configured, probe
from outreach.domain.dialing.port import Unreachable
from outreach.domain.health.paths import Check, Closed, Found, Path, register
from outreach.enums import Dialer, DialStatus
from outreach.models import Dial, Phone

MEANWHILE = "Numbers are links that a rep’s own phone opens; whoever dials is told so."
# A softphone hears one program at a time, so none is spoken to beside a call: the last ones that were rung by say it.
LATELY, LAST, LOOKED_THROUGH = timedelta(hours=1), 3, 50


def _system(dialer: Dialer) -> Check:
    def check(now: datetime) -> Found:
        try:
            probe(dialer)
        except Unreachable as unreachable:
            raise Closed(unreachable.kind) from unreachable
        return None

    return check


def _softphones(now: datetime) -> Found:
    """The last three lines of softphones within the hour: closed when none would ring, whoever's they were."""
    dials = [each for each in Dial.objects.order_by("-id")[:LOOKED_THROUGH] if each.started_at > now - LATELY]
    last = [each for each in dials if each.asked_of == Dialer.BARESIP][:LAST]
    # One that could not be spoken to was rung by the link instead.
    rang = [each for each in last if each.dialer == Dialer.BARESIP and each.status != DialStatus.FAILED]
    if len(last) == LAST and not rang and len({each.user_id for each in last}) > 1:
        raise Closed("NothingRings", since=last[-1].started_at)
    return {"phones": Phone.objects.filter(dialer=Dialer.BARESIP).count()}


def _is_configured(dialer: Dialer) -> Callable[[], bool]:
    return lambda: dialer in configured()


register(
    Path(
        "asterisk",
        "Asterisk",
        "Calls that are rung from a rep’s desk phone.",
        MEANWHILE,
        _system(Dialer.AMI),
        is_set_up=_is_configured(Dialer.AMI),
        to_set_up="AMI_URL names none.",
    )
)
register(
    Path(
        "twilio",
        "Twilio",
        "Calls that are rung from a rep’s own number.",
        MEANWHILE,
        _system(Dialer.TWILIO),
        is_set_up=_is_configured(Dialer.TWILIO),
        to_set_up="TWILIO_ACCOUNT_SID and its like name no account.",
    )
)
register(
    Path(
        "softphones",
        "Softphones",
        "Calls that a rep’s own softphone rings.",
        MEANWHILE,
        _softphones,
        is_set_up=lambda: Phone.objects.filter(dialer=Dialer.BARESIP).exists(),
        to_set_up="No rep calls with one.",
        at_a_glance=True,
    )
)
