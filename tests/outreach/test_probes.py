"""The probes: what is asked of the mail server, the billing system, the mailbox and the telephones, and what it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings

from accounts.models import Notice
from cases.models import Message
from outreach.domain.dialing.port import Unreachable
from outreach.domain.health import probing
from outreach.domain.health.standing import standing_of
from outreach.domain.mailbox.imap import name_of
from outreach.enums import Dialer
from outreach.models import Dial, Mailbox, Phone, Probe
from tests.factories import HOUR, NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P27")]
SECOND = timedelta(seconds=1)


# Mail -----------------------------------------------------------------------------------------------------------------


def smtp(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def mail_now() -> Any:
    probing.probe_due(clock=lambda: NOW)
    return standing_of("mail", now=NOW)


def test_a_mail_server_that_answers_is_open(house: House, settings: Any, mail_sink: Any) -> None:
    smtp(settings, int(mail_sink.url.rpartition(":")[2]))
    assert mail_now().state == "open"
    assert not mail_sink.accepted, "nothing is sent to see whether something could be"


def test_a_mail_server_that_is_gone_is_closed(house: House, settings: Any) -> None:
    smtp(settings, 1)
    assert (mail_now().state, mail_now().error) == ("failing", "ConnectionRefusedError")


def test_a_mail_server_that_answers_and_takes_nothing_is_closed(house: House) -> None:
    house.case()
    Message.objects.update(attempts=2, error="SMTPSenderRefused 550", leased_until=NOW + HOUR)
    assert (mail_now().state, mail_now().error) == ("failing", "NothingIsTaken")
    Probe.objects.all().delete()
    Message.objects.update(error="SMTPRecipientsRefused 450")
    assert mail_now().state == "open", "one mailbox that is full is not the way there"


def test_closed_mail_is_not_told_of_by_mail(house: House, settings: Any) -> None:
    smtp(settings, 1)
    probing.probe_due(clock=lambda: NOW)
    probing.probe_due(clock=lambda: NOW + 10 * SECOND)
    told = Notice.objects.filter(kind="path_failed").values_list("user__username", "channel")
    assert sorted(told) == [("ada", "desk"), ("sam", "desk"), ("sue", "desk")]


# The billing system ---------------------------------------------------------------------------------------------------


def test_the_billing_system_is_watched_when_there_is_one(house: House, settings: Any) -> None:
    assert standing_of("payouts", now=NOW).state == "not_set_up"  # type: ignore[union-attr]
    settings.RECOVERY = django_settings.RECOVERY | {"PAYOUT_WEBHOOK_URL": "http://127.0.0.1:1/payouts"}
    probing.probe_due(clock=lambda: NOW)
    found = standing_of("payouts", now=NOW)
    assert found is not None
    assert (found.state, found.error) == ("failing", "ConnectionError")


def test_one_that_does_not_know_head_is_there_all_the_same(house: House, settings: Any, billing: Any) -> None:
    settings.RECOVERY = django_settings.RECOVERY | {"PAYOUT_WEBHOOK_URL": billing.url}
    probing.probe_due(clock=lambda: NOW)
    found = standing_of("payouts", now=NOW)
    assert found is not None
    assert (found.state, found.detail) == ("open", {"status": 501})


# The mailbox and the telephones --------------------------------------------------------------------------------------


def test_the_mailbox_is_as_whoever_reads_it_says(house: House, settings: Any) -> None:
    assert standing_of("mailbox", now=NOW).state == "not_set_up"  # type: ignore[union-attr]
    given = {"tls": True, "host": "mail.example.com", "port": 993, "user": "care", "password": "x", "folder": "INBOX"}
    settings.RECOVERY = django_settings.RECOVERY | {"MAILBOX": given}
    assert standing_of("mailbox", now=NOW).state == "open"  # type: ignore[union-attr]
    Mailbox.objects.create(name=name_of(given), next_at=NOW, failing_since=NOW - HOUR, error="NoAnswer")
    found = standing_of("mailbox", now=NOW)
    assert found is not None
    assert (found.state, found.error, found.failing_since) == ("failing", "NoAnswer", NOW - HOUR)
    Mailbox.objects.update(failing_since=None, read_at=NOW - HOUR)
    assert standing_of("mailbox", now=NOW).error == "NotReadLately"  # type: ignore[union-attr]


def test_a_telephone_system_is_tried_without_ringing_anybody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert standing_of("twilio", now=NOW).state == "not_set_up"  # type: ignore[union-attr]
    tried: list[str] = []

    def gone(dialer: str) -> None:
        tried.append(dialer)
        raise Unreachable("HTTP 401")

    monkeypatch.setattr("outreach.domain.probes.dialers.configured", lambda: [Dialer.TWILIO])
    monkeypatch.setattr("outreach.domain.probes.dialers.probe", gone)
    probing.probe_due(clock=lambda: NOW)
    found = standing_of("twilio", now=NOW)
    assert found is not None
    assert (found.state, found.error, tried) == ("failing", "HTTP 401", ["twilio"])
    assert standing_of("asterisk", now=NOW).state == "not_set_up"  # type: ignore[union-attr]


def test_softphones_are_judged_by_what_they_rang_last(house: House) -> None:
    assert standing_of("softphones", now=NOW).state == "not_set_up"  # type: ignore[union-attr]
    Phone.objects.create(user=house.alice, dialer="baresip", address="127.0.0.1:4444")
    customer = house.customer()
    for number, rep in enumerate((house.alice, house.bob, house.alice)):
        assert standing_of("softphones", now=NOW).state == "open"  # type: ignore[union-attr]
        Dial.objects.create(
            key=str(number), user=rep, customer=customer, to="+13035550142", asked_of="baresip",
            dialer="link" if number else "baresip", status="failed", started_at=NOW, ended_at=NOW,
        )  # fmt: skip
    assert standing_of("softphones", now=NOW).error == "NothingRings"  # type: ignore[union-attr]
    assert standing_of("softphones", now=NOW + 2 * HOUR).state == "open"  # type: ignore[union-attr]
