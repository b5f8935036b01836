"""Money: integer minor units plus an ISO 4217 currency. No floats anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation

from portal.rules.errors import Refused

LARGEST_MINOR = 2**53
"""The largest amount either way, in minor units: what JSON readers keep exact (RFC 8259, 6)."""

_DECIMALS: Mapping[str, int] = {
    code: places
    for places, codes in {
        0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        3: "BHD IQD JOD KWD LYD OMR TND",
        4: "CLF UYW",
    }.items()
    for code in codes.split()
}
"""ISO 4217, list one, column "Minor unit": every code in use that has not 2."""

_CODE = re.compile(r"[A-Z]{3}")
WRITTEN = re.compile(r"\b(?P<currency>[A-Z]{3}) (?P<amount>-?\d+(?:,\d+)*(?:\.\d+)?)\b")
"""An amount as `written` has it, grouped or not."""
_AMOUNT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
# Wide enough that no amount within the limit, times a rate, is rounded on the way.
_WIDE = Context(prec=80)
_STRICT = Context(prec=80, traps=[Inexact, InvalidOperation])


def decimals(currency: str) -> int:
    """How many decimals the currency has: 0 for JPY, 3 for KWD, 2 for most (ISO 4217).
    Refused if it is not three capital letters."""
    if not _CODE.fullmatch(currency):
        raise Refused("A currency is three capital letters, such as INR or USD.", "currency")
    return _DECIMALS.get(currency, 2)


def round_half_up(value: Decimal) -> int:
    """The nearest whole number, a half away from zero: 0.5 → 1, −0.5 → −1."""
    return int(value.to_integral_value(rounding=ROUND_HALF_UP))


def to_minor(amount: Decimal | str, currency: str, field: str | None = None) -> int:
    """Minor units of an amount in major ones: ("12.50", "INR") → 1250.

    Text has digits, at most one point and a sign; no thousands separators, no exponent.
    Refused (with `field`) if it is no finite number, has more decimals than the currency,
    or is beyond LARGEST_MINOR. Whether it may be negative is the caller's to say.
    """
    places = decimals(currency)
    number = _number(amount, field)
    if abs(number) > LARGEST_MINOR:
        raise _too_large(currency, field)
    try:
        exact = number.quantize(Decimal(1).scaleb(-places), context=_STRICT)
    except (Inexact, InvalidOperation):
        raise Refused(_too_fine(currency, places), field) from None
    minor = int(exact.scaleb(places, _WIDE))
    if abs(minor) > LARGEST_MINOR:
        raise _too_large(currency, field)
    return minor


def to_major(minor: int, currency: str) -> Decimal:
    """The amount in major units, with the currency's decimals: (1250, "INR") → 12.50."""
    return Decimal(minor).scaleb(-decimals(currency), _WIDE)


def written(minor: int, currency: str) -> str:
    """The amount as logs and mails have it, in no reader's language: USD 1,250.00."""
    return f"{currency} {to_major(minor, currency):,}"


def convert(minor: int, currency: str, reporting: str, rates: Mapping[str, Decimal]) -> int | None:
    """`minor` of `currency` in minor units of `reporting`, rounded half up once.

    `rates` holds the units of the reporting currency that one unit of each currency is
    worth (major units both). None where there is no rate above 0: such an amount is shown
    beside a total, never summed into it. The reporting currency needs no rate.
    """
    if currency == reporting:
        return minor
    rate = rates.get(currency)
    if rate is None or not rate.is_finite() or rate <= 0:
        return None
    major = _WIDE.multiply(to_major(minor, currency), rate)
    return round_half_up(major.scaleb(decimals(reporting), _WIDE))


def _number(amount: Decimal | str, field: str | None) -> Decimal:
    if isinstance(amount, str):
        text = amount.strip()
        if len(text) > 60 or not _AMOUNT.fullmatch(text):
            raise Refused(
                "An amount is written in digits with at most one decimal point, such as 1250 or 1250.50.",
                field,
            )
        return Decimal(text)
    if not amount.is_finite():
        raise Refused("An amount must be a finite number.", field)
    return amount


def _too_fine(currency: str, places: int) -> str:
    if places == 0:
        return f"{currency} has no decimals: give a whole number."
    return f"{currency} has {places} decimals: give no more than {places} after the point."


def _too_large(currency: str, field: str | None) -> Refused:
    most = to_major(LARGEST_MINOR, currency)
    return Refused(f"That is too large: at most {most:,} {currency}.", field)
