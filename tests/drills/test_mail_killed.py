"""The worker killed with SIGKILL while it reads and handles mail: each mail comes to its fate once, and none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.domain.reconcile import differences
from cases.models import Case, Contact, Customer, Incident
from journal.enums import EventType
from journal.models import Event
from outreach.models import InboundMail
from tests.drills import promises
from tests.factories import House, build
from tests.harness.imap import Box
from tests.harness.processes import Celery
from tests.outreach.mailbox.letters import letter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.practice("P12", "P30")]
SENDERS, EACH, KILLS = 8, 4, 3


@pytest.fixture
def firm(transactional_db: None) -> House:
    return build()


@pytest.fixture
def slow_box() -> Iterator[Box]:
    made = Box()
    made.seconds = 0.02
    yield made
    made.close()


def test_a_killed_worker_loses_no_mail_and_enters_none_twice(
    firm: House, slow_box: Box, celery_processes: Callable[..., Celery]
) -> None:
    """One incident and three replies of each of eight customers, whose mails come in turn."""
    for number in range(EACH):
        for sender in range(SENDERS):
            subject = f"{'Re: ' if number else ''}What sender {sender} wrote"
            at = timezone.now() - timedelta(minutes=5)
            slow_box.put(letter(f"Words {number}", sender=f"s{sender}@example.com", subject=subject), arrived=at)
    celery = celery_processes(
        concurrency=1,
        MAILBOX_URL=slow_box.url,
        MAILBOX_UNIT="shop",
        DJANGO_SETTINGS_MODULE="tests.drills.settings_short_lease",
    )
    total, handled = SENDERS * EACH, InboundMail.objects.exclude(fate="")
    for kill in range(1, KILLS + 1):
        promises.wait_until(lambda kill=kill: handled.count() >= kill * total // (KILLS + 2), 90, "nothing was handled")
        celery.worker.kill()
        celery.worker.start()
    promises.wait_until(lambda: handled.count() == total, 120, "it was not done in time")
    assert Counter(InboundMail.objects.values_list("fate", flat=True)) == {
        "incident": SENDERS,
        "reply": SENDERS * (EACH - 1),
    }
    assert (Customer.objects.count(), Case.objects.count(), Incident.objects.count()) == (SENDERS, SENDERS, SENDERS)
    assert Contact.objects.filter(direction="in").count() == SENDERS * (EACH - 1)
    assert Event.objects.filter(type=EventType.MAIL_RECEIVED).count() == total
    words = [event.words.body["customer_words"] for event in Event.objects.filter(type=EventType.INCIDENT_LOGGED)]
    assert all(said.endswith("Words 0") for said in words), "in the order in which they were written"
    assert differences() == []
