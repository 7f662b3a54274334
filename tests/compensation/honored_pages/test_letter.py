"""The letter on screen: written, read, taken and sent."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.models import HonoredError, Letter
from tests.compensation.honored_pages.conftest import WRITTEN, as_, honored, read, send, text, told
from tests.factories import House, again

pytestmark = [pytest.mark.django_db]


@pytest.mark.practice("P3")
def test_the_letter_is_written_read_taken_and_sent(house: House, error: HonoredError) -> None:
    told(house, error)
    made = send(house.bob, "honored-letter-make", error, language="en")
    assert made.url == reverse("honored-letter", args=[error.pk, 1])
    html = text(as_(house.bob).get(made.url))
    assert WRITTEN["should_have"] in html
    assert "<article" in html
    pdf = as_(house.bob).get(reverse("honored-letter-pdf", args=[error.pk, 1]))
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert pdf.content == bytes(Letter.objects.get().pdf)
    sent = as_(house.bob).post(reverse("honored-letter-send", args=[error.pk, 1]))
    assert sent.status_code == 302
    assert error.customer.emails.get().address in text(as_(house.bob).get(made.url))
    assert "Letter 1" in read(house.sue, "honored-error", error.pk)


@pytest.mark.practice("P3")
def test_no_letter_before_they_were_told_nor_one_that_is_not_there(house: House, error: HonoredError) -> None:
    honored(house, error)
    early = send(house.bob, "honored-letter-make", error, language="en")
    assert early.status_code == 422
    assert not Letter.objects.exists()
    for number in (0, 1, 99):
        for name in ("honored-letter", "honored-letter-pdf"):
            assert as_(house.bob).get(reverse(name, args=[error.pk, number])).status_code == 404


@pytest.mark.practice("P3")
def test_a_letter_that_lacks_words_says_which_and_they_can_still_be_written(house: House, error: HonoredError) -> None:
    house.told(honored(house, error))
    lacking = send(house.bob, "honored-letter-make", error, language="en")
    assert lacking.status_code == 422
    assert "Write this for the customer first" in text(lacking)
    assert send(house.bob, "honored-assess", error, **WRITTEN, version=again(error).version).status_code == 302
    assert send(house.bob, "honored-letter-make", error, language="en").status_code == 302
    html = read(house.bob, "honored-error", error.pk)
    assert "What they were told stands." in html


@pytest.mark.practice("P3")
def test_a_letter_without_an_address_says_so_beside_the_button(house: House) -> None:
    error = house.favorable(house.customer(emails=[]))
    told(house, error)
    send(house.bob, "honored-letter-make", error, language="en")
    assert "We have no email address of this customer." in read(house.bob, "honored-letter", error.pk, 1)
