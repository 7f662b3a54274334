"""A letter by mail: once per letter and address, and not about what no longer stands."""

from __future__ import annotations

import pytest

from accounts.authority import Refused
from accounts.models import User
from cases.domain import letters
from cases.models import Message
from journal.enums import EventType
from journal.models import Event
from tests.cases.proof import LATER, Proof
from tests.factories import DAY, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P3")]


def test_it_is_sent_once_per_letter_and_address(proof: Proof, house: House) -> None:
    customer = house.customer("فاطمة", language="es")
    letter = proof.letter(customer)
    message = letters.send_letter(letter, by=house.bob, now=LATER)
    assert letters.send_letter(letter, by=house.alice, now=LATER + DAY) == message
    assert (message.kind, message.status, message.letter, message.to) == (
        "letter",
        "pending",
        letter,
        customer.emails.get().address,
    )
    assert message.subject == f"Su carta sobre {letter.error.case.reference}"
    assert message.body.startswith("Hola, فاطمة:\n\n")
    queued = Event.objects.filter(type=EventType.MESSAGE_QUEUED, data__kind="letter").get()
    assert (queued.actor, queued.data["letter"], queued.data["error"]) == (house.bob, letter.pk, letter.error_id)
    customer.emails.update(address="new@example.com")
    assert letters.send_letter(letter, by=house.bob, now=LATER).to == "new@example.com"


def test_without_an_address_it_is_refused(proof: Proof, house: House) -> None:
    letter = proof.letter(house.customer(emails=[]))
    with pytest.raises(Refused) as caught:
        letters.send_letter(letter, by=house.alice, now=LATER)
    assert caught.value.code == letters.can_send_letter(house.alice, letter).code == "no_address"
    assert not Message.objects.filter(letter=letter).exists()


@pytest.mark.parametrize(("who", "code"), [("charlie", "out_of_reach"), ("ada", "rep_needed")])
def test_not_everybody_sends_it(proof: Proof, house: House, who: str, code: str) -> None:
    letter, person = proof.letter(), getattr(house, who)
    assert isinstance(person, User)
    with pytest.raises(Refused) as caught:
        letters.send_letter(letter, by=person, now=LATER)
    assert caught.value.code == code


def test_one_about_what_no_longer_stands_is_not_sent(proof: Proof, house: House) -> None:
    error = proof.error(to="rescinded")
    letter = proof.made(error)
    call = house.decided(error, "honored", by=proof.sandra, now=LATER)
    for told, code in ((False, "not_told_yet"), (True, "letter_outdated")):
        if told:
            house.told(call, now=LATER + DAY)
        with pytest.raises(Refused) as caught:
            letters.send_letter(again(letter), by=house.alice, now=LATER + DAY)
        assert caught.value.code == code
    assert not Message.objects.filter(letter=letter).exists()
