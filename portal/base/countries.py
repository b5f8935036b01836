"""Countries and currencies as ISO names them (pycountry carries ISO 3166 and ISO 4217)."""

from __future__ import annotations

from functools import lru_cache

import pycountry

from portal.rules.errors import Refused

KOSOVO = "XK"  # no code of ISO's, but the one that the EU, SWIFT and Unicode's CLDR use


@lru_cache(maxsize=512)
def country_code(text: str, field: str | None = "country") -> str:
    """The two-letter code of a country, given as a code or by its name. Refused if there is none."""
    typed = text.strip()
    if typed.upper() in (KOSOVO, "KOSOVO"):
        return KOSOVO
    found = pycountry.countries.get(alpha_2=typed.upper())
    if found is None and len(typed) > 2:
        try:
            found = pycountry.countries.lookup(typed)
        except LookupError:
            found = None
    if found is None:
        raise Refused(f"There is no country “{typed[:60]}”: give its two-letter code, such as IN.", field)
    code: str = found.alpha_2
    return code


@lru_cache(maxsize=512)
def currency_code(text: str, field: str | None = "currency") -> str:
    """The three-letter code of a currency in use. Refused if there is none."""
    typed = text.strip().upper()
    if pycountry.currencies.get(alpha_3=typed) is None:
        raise Refused(f"There is no currency “{typed[:60]}”: give its three letters, such as INR.", field)
    return typed
