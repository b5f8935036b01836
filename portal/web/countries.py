"""Every country, to choose from."""

from __future__ import annotations

from functools import lru_cache

import pycountry

from portal.base.countries import KOSOVO
from portal.rules.text import fold
from portal.web import formats


@lru_cache(maxsize=64)
def countries(locale: str) -> tuple[tuple[str, str], ...]:
    """Code and name of every country by name; blank is none."""
    codes = [KOSOVO, *(each.alpha_2 for each in pycountry.countries)]
    named = sorted(((formats.country(code, locale), code) for code in codes), key=lambda each: fold(each[0]))
    return (("", "Not given"), *((code, name) for name, code in named))
