"""Own it, blame nobody: full names of staff stop what a customer would read, first names warn."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from cases.domain.blame import blame
from tests.factories import House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P6")]


@pytest.fixture
def smith(house: House) -> User:
    return house.person("smith", name="Alice B. Smith")


@pytest.mark.parametrize(
    "text",
    [
        "This was the fault of Alice Smith.",
        "this was the fault of alice smith’s team",
        "ALICE B. SMITH quoted the wrong rate",
        "Smith, Alice quoted the wrong rate",
        "Alice\nSmith quoted the wrong rate",
        "Ａｌｉｃｅ　Ｓｍｉｔｈ quoted the wrong rate",
        "Ali\u0301ce Smith quoted the wrong rate",
        "Alice_Smith quoted the wrong rate",
    ],
)
def test_a_full_name_stops_however_it_is_written(smith: User, text: str) -> None:
    found = blame({"should_have": text})
    assert (found.verdict.code, found.verdict.field) == ("names_staff", "should_have")
    assert "Alice B. Smith" in found.verdict.reason


@pytest.mark.parametrize(
    "text",
    [
        "We quoted the wrong rate.",
        "Malice Smithers quoted the wrong rate",
        "A smith, and later an alice band, were sent.",
        "Alice and Smith and Sons",
        "",
    ],
)
def test_parts_of_words_and_words_far_apart_do_not(smith: User, text: str) -> None:
    assert blame({"words": text}).verdict


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("José García", "Jose Garcia waived the fee"),
        ("Jürgen Groß", "Jurgen GROSS waived the fee"),
        ("فاطمة الزهراء", "أخطأت فاطمة الزهراء في الرسوم"),
        ("שרון כהן", "שָׁרוֹן כהן טעה"),
        ("王小明", "王小明弄错了费用"),
        ("Maria del Carmen López", "Maria López waived the fee"),
    ],
)
def test_names_of_every_script_are_found(house: House, name: str, text: str) -> None:
    house.person("somebody", name=name)
    assert blame({"words": text}).verdict.code == "names_staff"


def test_who_has_left_is_still_not_named_and_a_program_may_be(house: House) -> None:
    left = house.person("left", name="Lena Moss")
    User.objects.filter(pk=left.pk).update(is_active=False, working_state="left")
    house.person("bot", name="Night Batch", is_service=True)
    assert blame({"words": "Lena Moss forgot"}).verdict.code == "names_staff"
    assert blame({"words": "The Night Batch ran twice"}).verdict


def test_a_first_name_alone_warns_and_lets_pass(smith: User, house: House) -> None:
    house.person("will", name="Will Power")
    found = blame({"words": "Alice forgot. We will look into it, and Alice knows."})
    assert found.verdict
    assert [(warning.code, warning.field) for warning in found.warnings] == [("first_name", "words")]
    assert "“Alice”" in found.warnings[0].reason


def test_the_first_name_of_who_made_the_mistake_warns_in_small_letters_too(smith: User) -> None:
    assert blame({"words": "alice forgot"}, originator=smith).warnings
    assert not blame({"words": "alice forgot"}).warnings


def test_who_has_one_name_only_is_stopped_where_the_mistake_was_theirs(house: House) -> None:
    assert blame({"words": "It was Bob."}, originator=house.bob).verdict.code == "names_staff"
    assert blame({"words": "It was Bob."}, originator=house.alice).verdict


def test_the_owners_own_signature_is_theirs_and_only_at_the_end(smith: User) -> None:
    signed = "We quoted the wrong rate.\n\nKind regards\nAlice Smith\nCustomer care\n"
    assert blame({"words": signed}, signed_by=smith) == blame({"words": "We quoted the wrong rate."})
    assert not blame({"words": signed}).verdict
    for text in (
        "Alice Smith\nquoted\nthe\nwrong rate",
        "It was\nthe fault of Alice Smith",
        f"{signed}\nThat is Alice Smith",
    ):
        assert not blame({"words": text}, signed_by=smith).verdict


def test_a_customer_may_be_called_like_a_colleague(house: House) -> None:
    house.person("dana", name="Dana Okafor")
    customer = house.customer("Dana Okafor")
    found = blame({"words": "Dana Okafor was promised a lower rate; Dana relied on it."}, customer=customer)
    assert found.verdict
    assert not found.warnings


def test_one_query_however_many_texts_and_colleagues(house: House, django_assert_num_queries: Any) -> None:
    User.objects.bulk_create(User(username=f"u{n}", name=f"Person Number{n}") for n in range(200))
    texts = {f"field{n}": "We were wrong about a number." for n in range(5)}
    with django_assert_num_queries(1):
        assert blame(texts, originator=house.alice, signed_by=house.bob).verdict
