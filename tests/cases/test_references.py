"""References that survive a bad line."""

from __future__ import annotations

import itertools
import random

import pytest

from accounts.authority import Refused
from cases.domain.references import ALPHABET, PREFIX, WEIGHTS, check_character, new_reference, normalize

pytestmark = pytest.mark.practice("P11")


def refused(spoken: str) -> bool:
    try:
        normalize(spoken)
    except Refused as no:
        assert no.code == "not_a_reference"
        return True
    return False


def bodies() -> list[str]:
    chance = random.Random(7)
    drawn = ["".join(chance.choice(ALPHABET) for _ in WEIGHTS) for _ in range(20)]
    return [body + check_character(body) for body in ["2222222", "YYYYYYY", *drawn]]


def test_every_single_wrong_character_is_noticed_wherever_it_stands() -> None:
    wrong = [
        body[:place] + other + body[place + 1 :]
        for body in bodies()
        for place in range(len(body))
        for other in ALPHABET
        if other != body[place]
    ]
    assert len(wrong) == 22 * 8 * 16
    assert all(map(refused, wrong))


def test_every_swap_of_two_neighbors_is_noticed_for_every_pair_and_place() -> None:
    filler = bodies()[5]
    noticed = []
    for place in range(len(WEIGHTS)):
        for first, second in itertools.permutations(ALPHABET, 2):
            body = filler[:place] + first + second + filler[place + 2 : 7]
            whole = body[:7] + check_character(body[:7])
            if place == 6:  # the neighbor is the check character itself
                whole = filler[:6] + first + check_character(filler[:6] + first)
            swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
            noticed.append(swapped == whole or refused(swapped))
    assert all(noticed)
    assert len(noticed) == 7 * 17 * 16


@pytest.mark.parametrize(
    "spoken", ["RC-7K3M9QTX", "rc 7k3 m9q tx", "7K3M9QTX", " rc-7k3m9qtx ", "RC7K3M9QTX", "RC–7K3M–9QTX"]
)
def test_a_reference_is_understood_as_people_type_it(spoken: str) -> None:
    body = "7K3M9QT"
    meant = spoken.replace("X", check_character(body)).replace("x", check_character(body).lower())
    assert normalize(meant) == PREFIX + body + check_character(body)


@pytest.mark.parametrize(
    "spoken", ["", "RC-", "RC-7K3M9QT", "RC-7K3M9QTXX", "RC-0000000", "RC-７K3M9QTX", "hello you", "ß" * 4]
)
def test_what_is_no_reference_is_refused(spoken: str) -> None:
    assert refused(spoken)


def test_new_references_are_of_the_form_and_do_not_repeat() -> None:
    drawn = [new_reference() for _ in range(500)]
    assert all(normalize(reference) == reference for reference in drawn)
    assert len(set(drawn)) == 500


def test_the_alphabet_leaves_out_what_looks_or_sounds_alike() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 17
    for alike in ("0O", "1IL", "2Z", "5S", "8B", "UV", "MN", "FS", "59", "AJ", "BCDEGPTVZ3"):
        assert len(set(alike) & set(ALPHABET)) <= (2 if alike.startswith("BC") else 1), alike
