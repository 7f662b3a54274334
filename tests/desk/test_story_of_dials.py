"""What a line did is in the customer's timeline, in words."""

from __future__ import annotations

import pytest

from desk.queries.story import timeline
from journal.models import Event
from outreach.domain.dialing import dials, phones
from outreach.domain.dialing.port import Heard
from outreach.enums import DialStatus
from tests.factories import NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P12")]


def test_dials_are_told_in_words(house: House) -> None:
    phones.choose_phone(house.alice, dialer="baresip", address="127.0.0.1:4444", by=house.alice, now=NOW)
    customer = house.customer()
    busy = dials.dial(customer, key="a", by=house.alice, now=NOW).dial
    dials.hear(busy, Heard(DialStatus.BUSY, "1"), now=NOW)
    down = dials.dial(customer, key="b", by=house.alice, now=NOW).dial
    dials.hand_to_link(again(down), error="ConnectionRefusedError", now=NOW)
    events = Event.objects.filter(subject_kind="dial").select_related("actor", "words").order_by("id")
    assert [f"{line.who} {line.did}".strip() for line in timeline(events)] == [
        "Alice dialed the customer’s number",
        "The line was busy",
        "Alice dialed the customer’s number",
        "The rep’s softphone could not be reached: the number was left to their own device",
    ]
