"""The billing system is told of payouts over real HTTP: taken, refused, slow, broken, killed in between, too quick."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from compensation.domain import awards, confirming
from compensation.models import Payout
from integrations.domain import payouts
from journal.models import Event
from tests.api.conftest import Api
from tests.compensation.books import agree
from tests.factories import House, again, build
from tests.harness.billing import SECRET, Billing
from tests.races.server import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.practice("P19", "P30")]


@pytest.fixture
def firm(transactional_db: None) -> House:
    made = build()
    made.now = timezone.now()
    return made


def queued(firm: House) -> Payout:
    """A refund of 15.00 that Alice gave; the customer is C-77 in the CRM."""
    firm.usual_caps()
    customer = firm.customer(external_ids=[("crm", f"C-{uuid.uuid4().hex[:6]}")])
    line = firm.remedy("refund", method="refund", payout=True, delivery_days=2)
    award = awards.give(firm.heard_case(customer), line, amount_minor=1500, by=firm.alice, now=firm.now)
    return Payout.objects.get(award=award)


def send(**later: float) -> int:
    return payouts.send_due(clock=lambda: timezone.now() + timedelta(**later))


def test_what_is_told_is_signed_and_holds_no_more_than_paying_takes(firm: House, billing: Billing) -> None:
    payout = queued(firm)
    assert send() == 1
    award = payout.award
    assert billing.keys == [str(payout.key)]
    assert billing.requests == [
        {
            "type": "payout.requested",
            "timestamp": payout.queued_at.isoformat(),
            "data": {
                "payout": payout.pk,
                "award": award.pk,
                "case": award.case.reference,
                "remedy": "refund",
                "method": "refund",
                "amount_minor": 1500,
                "value_minor": 1500,
                "currency": "USD",
                "customer": [
                    {"system": each.system, "external_id": each.external_id}
                    for each in award.customer.external_ids.all()
                ],
            },
        }
    ]
    assert len(award.customer.external_ids.all()) == 1
    text = json.dumps(billing.requests)
    assert award.customer.preferred_name not in text
    assert "@" not in text
    assert (again(payout).status, again(payout).next_try_at) == ("sent", None)
    assert send() == 0


def test_a_billing_system_that_is_not_there_is_tried_again(firm: House, billing: Billing, settings: Any) -> None:
    payout = queued(firm)
    there = settings.RECOVERY["PAYOUT_WEBHOOK_URL"]
    settings.RECOVERY["PAYOUT_WEBHOOK_URL"] = f"http://127.0.0.1:{free_port()}/payouts"
    assert (send(), again(payout).error, again(payout).status) == (1, "ConnectionError", "queued")
    assert not again(payout).perhaps_paid, "nobody was there to take it"
    assert send() == 0, "not before its time"
    settings.RECOVERY["PAYOUT_WEBHOOK_URL"] = there
    assert (send(seconds=11), again(payout).status, len(billing.requests)) == (1, "sent", 1)


@pytest.mark.parametrize("status", [302, 401, 404, 429, 500, 503])
def test_what_may_be_better_next_time_is_tried_again_under_the_same_key(
    firm: House, billing: Billing, status: int
) -> None:
    payout = queued(firm)
    billing.statuses = [status]
    assert (send(), again(payout).error, again(payout).status) == (1, f"HTTP {status}", "queued")
    assert again(payout).perhaps_paid is (status >= 500), "it broke in the middle of it, or it said no"
    assert (send(seconds=11), again(payout).status) == (1, "sent")
    assert not again(payout).perhaps_paid, "now it has answered"
    assert billing.keys == [str(payout.key)] * 2
    assert billing.requests[0] == billing.requests[1], "the same request, word for word"


@pytest.mark.parametrize("status", [400, 410, 422])
def test_a_no_for_good_is_heard_at_once(firm: House, billing: Billing, status: int) -> None:
    payout = queued(firm)
    billing.statuses = [status]
    assert (send(), again(payout).error, again(payout).status) == (1, f"HTTP {status}", "failed")


def test_one_that_takes_too_long_is_not_waited_for(
    firm: House, billing: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    payout = queued(firm)
    monkeypatch.setattr(payouts, "TIMEOUTS", (0.2, 0.2))
    billing.seconds = 1.0
    began = time.monotonic()
    assert (send(), again(payout).error, again(payout).status) == (1, "ReadTimeout", "queued")
    assert time.monotonic() - began < 0.9
    assert again(payout).perhaps_paid
    billing.seconds = 0.0
    assert (send(seconds=11), again(payout).status) == (1, "sent")
    assert billing.keys == [str(payout.key)] * 2, "it had it already, and can tell"


def test_one_that_hangs_up_after_it_was_told_may_have_paid(firm: House, billing: Billing) -> None:
    payout = queued(firm)
    billing.hangs_up = True
    assert (send(), again(payout).error, again(payout).perhaps_paid) == (1, "ConnectionError", True)


def test_a_confirmation_that_is_quicker_than_our_own_record_stands(firm: House, billing: Billing) -> None:
    """It confirms by REST while the request is still open: no transaction of ours is in its way."""
    payout = queued(firm)
    program = Api(firm.crm)
    answers: list[Any] = []

    def confirm(told: dict[str, Any]) -> None:
        address = f"payouts/{told['data']['payout']}/confirm/"
        try:
            answers.append(program.post(address, {"reference": "PAY-1"}, key=uuid.uuid4().hex))
        finally:
            connections.close_all()

    billing.first = confirm
    assert send() == 1
    assert [answer.status_code for answer in answers] == [200]
    assert (again(payout).status, again(payout.award).status, again(payout.award).proof) == (
        "confirmed",
        "delivered",
        "PAY-1",
    )
    assert send(days=1) == 0
    agree()


def test_a_broken_off_sender_repeats_the_request_and_not_the_payout(firm: House, billing: Billing) -> None:
    """Killed after the other side took it and before we wrote it down: told again under the same key, paid once."""
    payout = queued(firm)
    paid: set[str] = set()
    billing.first = lambda told: paid.add(f"{told['data']['payout']}")

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(payouts.payouts, "note_sent", die)
        with pytest.raises(Killed):
            send()
    assert (again(payout).status, send(), send(seconds=31)) == ("queued", 0, 1)
    assert billing.keys == [str(payout.key)] * 2
    assert len(paid) == 1
    confirming.confirm(payout, reference="PAY-1", by=firm.crm, now=timezone.now())
    assert Event.objects.filter(type="award.delivered").count() == 1
    agree()


SENDER = "import django; django.setup(); from integrations.tasks import send_payouts; send_payouts()"


def test_a_sender_killed_while_the_other_side_makes_up_its_mind_leaves_one_payout(
    firm: House, billing: Billing, process_env: dict[str, str]
) -> None:
    """A real process and SIGKILL. Whoever comes next repeats the request, and it is paid once."""
    payout = queued(firm)
    billing.seconds = 30.0
    told = {"PAYOUT_WEBHOOK_URL": billing.url, "PAYOUT_WEBHOOK_SECRET": SECRET}
    with subprocess.Popen([sys.executable, "-c", SENDER], env=process_env | told, cwd=settings.BASE_DIR) as sender:
        until = time.monotonic() + 60
        while not billing.requests:
            assert time.monotonic() < until, "it was never told"
            time.sleep(0.02)
        sender.kill()
    billing.seconds = 0.0
    assert (again(payout).status, again(payout).attempts) == ("queued", 1)
    assert (send(), len(billing.requests)) == (0, 1), "somebody may still be at it"
    assert (send(seconds=31), again(payout).status) == (1, "sent")
    assert billing.keys == [str(payout.key)] * 2
    assert billing.requests[0] == billing.requests[1]
    confirming.confirm(payout, reference="PAY-1", by=firm.crm, now=timezone.now())
    agree()


def test_without_a_billing_system_nobody_is_called(firm: House, billing: Billing, settings: Any) -> None:
    payout = queued(firm)
    settings.RECOVERY["PAYOUT_WEBHOOK_URL"] = ""
    assert (send(), again(payout).status, billing.requests) == (0, "queued", [])
