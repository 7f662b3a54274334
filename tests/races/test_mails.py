"""Mail under many hands at once: taken over by several readers, handled by several workers."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from cases.domain.reconcile import differences
from cases.models import Case, Customer
from outreach.domain.mailbox import by_hand
from outreach.domain.mailbox.handling import handle_due
from outreach.domain.mailbox.taking import Raw, take
from outreach.models import InboundMail
from tests.factories import NOW, House
from tests.outreach.mailbox.letters import arrived, letter, received
from tests.races.beside import all_at_once
from tests.races.test_once import outcomes

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.practice("P12")]


@pytest.fixture(autouse=True)
def _whose(settings: Any) -> None:
    settings.RECOVERY = settings.RECOVERY | {"MAILBOX_UNITS": {"": "shop"}}


def test_readers_of_the_same_mails_take_each_over_once(house: House) -> None:
    raws = [Raw(each, len(each), NOW) for each in (letter(str(number)) for number in range(12))]
    results = all_at_once([lambda: take(raws, came_from="mailbox", now=NOW) for _ in range(6)])
    assert outcomes(results) == {"done": 6}
    assert InboundMail.objects.count() == 12


def test_workers_give_each_mail_one_fate_and_each_sender_one_customer(house: House) -> None:
    senders = [f"s{number}@example.com" for number in range(4)]
    mails = [letter(f"{n}", sender=sender, subject="Re: x" if n else "x") for n in range(4) for sender in senders]
    arrived(*mails)
    results = all_at_once([lambda: handle_due(clock=lambda: NOW) for _ in range(6)])
    assert outcomes(results) == {"done": 6}
    while handle_due(clock=lambda: NOW):
        pass
    assert Counter(InboundMail.objects.values_list("fate", flat=True)) == {"incident": 4, "reply": 12}
    assert (Customer.objects.count(), Case.objects.count()) == (4, 4)
    assert differences() == []


def test_two_supervisors_place_a_mail_once(house: House) -> None:
    (row,) = received(letter(Precedence="bulk"))
    works = [
        lambda by=by: by_hand.make_incident(row, email="dana@example.com", by=by, now=NOW)
        for by in (house.sue, house.sam, house.sue, house.sam)
    ]
    assert outcomes(all_at_once(works)) == {"done": 1, "wrong_state": 3}
    assert Case.objects.count() == 1
