"""Errors of which the customer has been told, and the letters that prove it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.authority import Refused
from cases.domain import honored_errors, letters
from cases.domain.letters.composing import Composition, compose
from cases.models import Customer, Disclosure, HonoredError, Letter
from cases.queries.honored_errors import call_that_told
from journal.models import Event
from tests.factories import DAY, NOW, House, again

HAPPENED = "We quoted you last year’s rate of 240.00 for your home insurance."
SHOULD = "This year’s rate of 312.00 applies, since rebuilding has become dearer."
LATER = NOW + DAY


class Proof:
    """An error of which the customer has been told, by people whose names could leak."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.robin = house.person("robinleake", name="Robin Leake")
        self.sandra = house.person("spryor", name="Sandra Pryor", role="supervisor")
        self.staff = [self.robin, self.sandra, house.alice, house.sue]

    def error(self, customer: Customer | None = None, *, to: str = "honored", **told: Any) -> HonoredError:
        error = self.worded(customer)
        self.house.told(self.house.decided(error, to, by=self.sandra), now=LATER, **told)
        return again(error)

    def worded(self, customer: Customer | None = None, **words: str) -> HonoredError:
        error = self.house.favorable(customer, by=self.robin, our_words="Robin Leake quoted last year’s rate")
        given = {"happened_words": HAPPENED, "should_have": SHOULD} | words
        return honored_errors.assess(error, by=self.robin, now=NOW, **given)

    def letter(self, customer: Customer | None = None, **particulars: Any) -> Letter:
        return self.made(self.error(customer), **particulars)

    def made(self, error: HonoredError, **particulars: Any) -> Letter:
        given: dict[str, Any] = {"by": self.robin, "now": LATER}
        return letters.make_letter(error, **given | particulars)

    def composed(self, customer: Customer | None = None, *, language: str = "en", **kwargs: Any) -> Composition:
        error = self.error(customer, **kwargs)
        return compose(error, self.call(error), language=language, at=LATER)

    def call(self, error: HonoredError) -> Disclosure:
        call = call_that_told(error)
        assert call is not None
        return call


def refused(proof: Proof, error: HonoredError, **particulars: Any) -> tuple[str, str]:
    """Why there is no letter, and that nothing was written."""
    events = Event.objects.count()
    with pytest.raises(Refused) as caught:
        proof.made(error, **particulars)
    assert not Letter.objects.exists()
    assert Event.objects.count() == events
    return caught.value.code, caught.value.field
