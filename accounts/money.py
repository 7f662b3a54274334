"""Money as the house keeps it: an integer of the currency's smallest unit, and the currency's code.

How many decimals a currency has is ISO 4217's, as carried by the Unicode CLDR (USD 2, JPY 0, KWD 3).
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision

from accounts.authority import Refused

LARGEST_MINOR = 10**15
# As English writes amounts: 1234.50 or 1,234.50. A comma that does not set thousands apart ("1,50") is refused, since
# elsewhere it is the decimal point and reading it as nothing would make a hundred times the amount of it.
WRITTEN = re.compile(r"[+-]?(\d{1,18}|\d{1,3}(,\d{3}){1,5})(\.\d{0,18})?|[+-]?\.\d{1,18}", re.ASCII)


def is_currency(code: str) -> bool:
    """Whether a code names a currency that CLDR knows."""
    return code in get_global("all_currencies")


def exponent(currency: str) -> int:
    """How many decimals the currency has. Refused: ``unknown_currency``."""
    if not is_currency(currency):
        raise Refused("unknown_currency", f"“{currency}” is not a currency code such as USD.", "currency")
    return int(get_currency_precision(currency))


def check_minor(amount: object, *, currency: str, field: str = "amount_minor", zero: bool = False) -> int:
    """An amount in minor units that may be given: a whole number, above zero (or not below), and not absurd.

    Refused: ``not_an_amount``, ``amount_too_large``, ``unknown_currency``.
    """
    exponent(currency)
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise Refused("not_an_amount", "Give the amount as a whole number of the smallest unit.", field)
    if amount < 0 or (amount == 0 and not zero):
        raise Refused("not_an_amount", "Give an amount above zero.", field)
    if amount > LARGEST_MINOR:
        raise Refused("amount_too_large", "This amount is too large to be meant.", field)
    return amount


def to_minor(written: str | Decimal, *, currency: str, field: str = "amount", zero: bool = False) -> int:
    """Minor units of an amount as people write it. More decimals than the currency has are refused, not rounded.

    Refused: ``not_an_amount``, ``too_many_decimals``, ``amount_too_large``, ``unknown_currency``.
    """
    digits = exponent(currency)
    plain = f"{written:f}" if isinstance(written, Decimal) and written.is_finite() else str(written).strip()
    if not WRITTEN.fullmatch(plain):
        raise Refused("not_an_amount", f"“{plain[:40]}” is not an amount such as 1,234.50.", field)
    scaled = Fraction(plain.replace(",", "")) * 10**digits
    if scaled.denominator != 1:
        raise Refused("too_many_decimals", f"{currency} has {digits or 'no'} decimals.", field)
    return check_minor(int(scaled), currency=currency, field=field, zero=zero)


def to_major(amount_minor: int, currency: str) -> Decimal:
    """The amount as people write it."""
    return Decimal(amount_minor).scaleb(-exponent(currency))


def display(amount_minor: int, currency: str, *, locale: str = "en_US") -> str:
    """The amount as it is shown, with the currency's symbol and all its decimals."""
    return str(format_currency(to_major(amount_minor, currency), currency, locale=locale))
