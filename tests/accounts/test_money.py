"""Amounts as people write them and as the house keeps them."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.authority import Refused
from accounts.money import LARGEST_MINOR, check_minor, display, exponent, to_major, to_minor

CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF"])


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("25", "USD", 2500),
        ("25.5", "USD", 2550),
        (" 1,234.50 ", "USD", 123450),
        ("1,234,567", "USD", 123456700),
        (".75", "USD", 75),
        ("25.", "USD", 2500),
        ("25.00", "USD", 2500),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
        (Decimal("12.30"), "USD", 1230),
        (Decimal("1E+3"), "USD", 100000),
    ],
)
def test_an_amount_is_read_as_it_was_meant(written: str | Decimal, currency: str, minor: int) -> None:
    assert to_minor(written, currency=currency) == minor


@pytest.mark.parametrize(
    ("written", "currency", "code"),
    [
        ("1,50", "USD", "not_an_amount"),
        ("12,34.5", "USD", "not_an_amount"),
        ("1.234,50", "EUR", "not_an_amount"),
        ("$25", "USD", "not_an_amount"),
        ("twenty", "USD", "not_an_amount"),
        ("", "USD", "not_an_amount"),
        ("NaN", "USD", "not_an_amount"),
        ("Infinity", "USD", "not_an_amount"),
        ("1e3", "USD", "not_an_amount"),
        ("1_000", "USD", "not_an_amount"),
        ("٣", "USD", "not_an_amount"),
        (Decimal("sNaN"), "USD", "not_an_amount"),
        ("0", "USD", "not_an_amount"),
        ("-5", "USD", "not_an_amount"),
        ("0.001", "USD", "too_many_decimals"),
        ("1.0000000000000001", "USD", "too_many_decimals"),
        ("1.5", "JPY", "too_many_decimals"),
        ("99999999999999999", "USD", "amount_too_large"),
        ("9" * 5000, "USD", "not_an_amount"),
        ("1", "ZZZ", "unknown_currency"),
        ("1", "usd", "unknown_currency"),
        ("1", "", "unknown_currency"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_never_rounded(written: str | Decimal, currency: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        to_minor(written, currency=currency)
    assert refused.value.code == code


@given(minor=st.integers(1, LARGEST_MINOR), currency=CURRENCIES)
def test_an_amount_written_out_and_read_back_is_the_same(minor: int, currency: str) -> None:
    assert to_minor(to_major(minor, currency), currency=currency) == minor
    assert to_minor(f"{to_major(minor, currency):,f}", currency=currency) == minor


@given(text=st.text(max_size=30))
def test_whatever_is_written_is_an_amount_or_refused(text: str) -> None:
    with suppress(Refused):
        assert 0 < to_minor(text, currency="USD") <= LARGEST_MINOR


@pytest.mark.parametrize("amount", [0, -1, True, 1.0, "1", None, LARGEST_MINOR + 1])
def test_minor_units_are_whole_above_zero_and_not_absurd(amount: object) -> None:
    with pytest.raises(Refused):
        check_minor(amount, currency="USD")


def test_zero_is_an_amount_where_it_may_be() -> None:
    assert check_minor(0, currency="USD", zero=True) == 0


def test_currencies_have_the_decimals_of_iso_4217() -> None:
    assert [exponent(code) for code in ("USD", "JPY", "KWD")] == [2, 0, 3]
    assert [display(1234, code) for code in ("USD", "JPY", "KWD")] == ["$12.34", "¥1,234", "KWD1.234"]
