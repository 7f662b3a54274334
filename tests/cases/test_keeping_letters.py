"""The same letter is the same file and is kept as it was; when there is none, and why."""

from __future__ import annotations

import hashlib
import os
import pickle
import socket
import subprocess
import sys
from typing import Any

import pytest

from cases.domain import letters
from cases.domain.letters.pdf import render
from cases.models import Customer, HonoredError
from journal.enums import EventType
from journal.models import Event, Words
from tests.cases import letterbox
from tests.cases.proof import LATER, Proof, refused
from tests.factories import DAY, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P3")]


# --- The same letter is the same file -------------------------------------------------------------------------------


def test_the_same_letter_has_the_same_hash_in_another_process_too(proof: Proof, process_env: dict[str, str]) -> None:
    letter = proof.composed()
    code = (
        "import django, pickle, sys, hashlib; django.setup(); from cases.domain.letters.pdf import render; "
        "print(hashlib.sha256(render(pickle.load(sys.stdin.buffer))).hexdigest())"
    )
    env = {**os.environ, **process_env, "DJANGO_SETTINGS_MODULE": "recovery.settings", "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(letter), capture_output=True, env=env, check=True
    )
    assert done.stdout.decode().strip() == hashlib.sha256(render(letter)).hexdigest()


def test_nothing_is_fetched_while_it_is_made(proof: Proof, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = proof.composed()

    def no(*_: Any, **__: Any) -> None:
        raise AssertionError("a letter is made without a network")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, no)
    assert render(letter).startswith(b"%PDF-")


def test_made_again_with_nothing_changed_it_is_the_one_that_is_kept(proof: Proof, house: House) -> None:
    error = proof.error()
    first = proof.made(error)
    assert proof.made(again(error), by=house.sue, now=LATER + 3 * DAY).pk == first.pk
    (event,) = Event.objects.filter(type=EventType.LETTER_MADE)
    assert (event.subject_kind, event.subject_id, event.case_id) == ("honored_error", error.pk, error.case_id)
    assert event.data == {"error": error.pk, "letter": first.pk, "language": "en", "sha256": first.sha256}
    assert not Words.objects.filter(event=event).exists()
    assert proof.made(again(error), language="es").pk != first.pk


def test_what_changed_makes_a_new_one_and_the_first_stays_as_it_was(proof: Proof) -> None:
    error = proof.error()
    first = proof.made(error)
    Customer.objects.filter(pk=error.customer_id).update(form_of_address="Dr. Okafor")
    second = proof.made(again(error), now=LATER + DAY)
    assert second.pk != first.pk
    assert "Dear Dr. Okafor," in letterbox.read(second.pdf)
    assert again(first).sha256 == hashlib.sha256(again(first).pdf).hexdigest() == first.sha256


# --- When there is none ---------------------------------------------------------------------------------------------


def test_there_is_none_before_the_customer_has_been_told(proof: Proof, house: House) -> None:
    error = proof.worded()
    assert refused(proof, error) == ("undecided", "")
    house.decided(error, by=proof.sandra)
    assert refused(proof, again(error)) == ("not_told_yet", "")
    assert letters.can_make_letter(proof.robin, again(error)).code == "not_told_yet"


def test_nor_to_strangers_nor_by_administrators(proof: Proof, house: House) -> None:
    error = proof.error()
    assert refused(proof, error, by=house.charlie) == ("out_of_reach", "")
    assert refused(proof, error, by=house.ada) == ("rep_needed", "")


@pytest.mark.parametrize("missing", ["happened_words", "should_have"])
def test_nor_without_words_for_the_customer(proof: Proof, missing: str) -> None:
    error = proof.error()
    HonoredError.objects.filter(pk=error.pk).update(**{missing: " \n"})
    assert refused(proof, again(error)) == ("words_needed", missing)


@pytest.mark.practice("P6")
@pytest.mark.parametrize("field", ["happened_words", "should_have"])
def test_nor_with_a_colleague_named_in_them(proof: Proof, field: str) -> None:
    error = proof.error()
    HonoredError.objects.filter(pk=error.pk).update(**{field: "Robin Leake read the wrong line."})
    assert refused(proof, again(error)) == ("names_staff", field)
