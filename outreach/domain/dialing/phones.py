"""What a rep calls with: chosen by themself, among what the company has."""

from __future__ import annotations

import re
from datetime import datetime
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, refuse
from accounts.models import User
from cases.domain.customers import e164
from journal.domain.log import record
from journal.enums import EventType
from outreach.domain.dialing.adapters import configured
from outreach.enums import Dialer
from outreach.models import Phone

# No `Local/`: it would run any part of the dialplan.
CHANNEL = re.compile(r"(PJSIP|SIP|IAX2|SCCP)/[A-Za-z0-9_.-]{1,60}")
DOMAIN = re.compile(r"(?=.{1,100}\Z)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?")
LOWEST_PORT, HIGHEST_PORT = 1024, 65535


def phone_of(user: User) -> Phone:
    """What they call with; a link, if they have chosen nothing."""
    return Phone.objects.filter(user=user).first() or Phone(user=user, dialer=Dialer.LINK)


def can_have_phone(user: User) -> Verdict:
    """People call people."""
    if user.is_service:
        return refuse("person_needed", "A program cannot do this: it needs a person who answers for it.")
    return ALLOWED


@transaction.atomic
def choose_phone(user: User, *, dialer: str, address: str = "", by: User, now: datetime) -> Phone:
    """Choose what this person calls with. Each chooses their own.

    ``address``: of baresip, where its control listens (`host:port`); of Asterisk, their channel (`PJSIP/alice`); of
    Twilio, their own phone number; of a link, the domain of `sip:` addresses, or nothing for `tel:`.
    Refused: ``person_needed``, ``not_yours``, ``invalid``, ``not_a_phone``, ``not_offered``, ``outside_network``.
    """
    can_have_phone(by).enforce()
    if by.pk != user.pk:
        raise Refused("not_yours", "Each person chooses their own phone.")
    if dialer not in Dialer.values:
        raise Refused("invalid", "Choose what you call with.", "dialer")
    if dialer not in configured():
        raise Refused("not_offered", f"{Dialer(dialer).label} is not set up here.", "dialer")
    where = address.strip()
    CHECKS[Dialer(dialer)](where)
    if dialer == Dialer.TWILIO:
        where = e164(where, field="address")
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    phone = phone_of(user)
    if (phone.dialer, phone.address) == (dialer, where):
        return phone
    phone.dialer, phone.address = dialer, where
    phone.save()
    record(EventType.USER_CHANGED, subject=("user", user.pk), by=by, now=now, data={"dialer": dialer})
    return phone


def _link(where: str) -> None:
    if where and not DOMAIN.fullmatch(where):
        raise Refused(
            "invalid", "Give the domain of your SIP addresses, such as sip.example.com, or nothing.", "address"
        )


def check_softphone(where: str) -> None:
    """Only softphones in the company's own networks are spoken with: any other address might be anything's.

    Checked when it is chosen and each time before it is spoken with, since networks change. Refused: ``invalid``,
    ``outside_network``.
    """
    host, _, port = where.rpartition(":")
    try:
        at = ip_address(host.strip("[]"))
    except ValueError:
        raise Refused(
            "invalid", "Give the address and port of its control, in digits, such as 127.0.0.1:4444.", "address"
        ) from None
    if not (port.isascii() and port.isdigit() and LOWEST_PORT <= int(port) <= HIGHEST_PORT):
        raise Refused("invalid", f"The port is a number from {LOWEST_PORT} to {HIGHEST_PORT}.", "address")
    if not any(at in ip_network(network) for network in settings.RECOVERY["SOFTPHONE_NETWORKS"]):
        raise Refused(
            "outside_network", "Softphones are not spoken with at this address. Ask an administrator.", "address"
        )


def _channel(where: str) -> None:
    if not CHANNEL.fullmatch(where):
        raise Refused("invalid", "Give your channel at Asterisk, such as PJSIP/alice.", "address")


def _number(where: str) -> None:
    e164(where, field="address")


CHECKS = {Dialer.LINK: _link, Dialer.BARESIP: check_softphone, Dialer.AMI: _channel, Dialer.TWILIO: _number}


def link_to(number: str, phone: Phone) -> str:
    """The address that their own device opens to ring ``number``: `sip:` where they have a domain for it, else `tel:`."""
    if phone.dialer == Dialer.LINK and phone.address:
        return f"sip:{number}@{phone.address}"
    return f"tel:{number}"
