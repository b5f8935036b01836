"""Phone numbers: E.164, checked by the numbering plans of their countries (phonenumbers), never by calling them."""

from __future__ import annotations

from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from portal.rules.errors import Refused
from portal.rules.numbers import NumberKind

LONGEST = 40  # characters as somebody may type one
WRONG = "Give the whole number with + and its country code, such as +91 80 4718 2200."
NOWHERE = "001"  # of numbers that belong to no country, such as +800

KINDS = {PhoneNumberType.MOBILE: NumberKind.MOBILE, PhoneNumberType.TOLL_FREE: NumberKind.TOLL_FREE}


class Phone(NamedTuple):
    """A valid number. `country`: two letters, blank for a number of no country."""

    e164: str
    country: str
    kind: NumberKind


def check_phone(text: str, field: str | None = "e164") -> Phone:
    """The number, and what its numbering plan says of it. Refused unless it is a whole and valid one."""
    typed = text.strip()
    if not typed.startswith("+") or len(typed) > LONGEST:
        raise Refused(WRONG, field)
    try:
        parsed = phonenumbers.parse(typed)
    except phonenumbers.NumberParseException:
        raise Refused(WRONG, field) from None
    if parsed.extension or not phonenumbers.is_valid_number(parsed):
        raise Refused(f"No number can be “{typed}”: it does not fit its country’s numbering plan.", field)
    country = phonenumbers.region_code_for_number(parsed) or ""
    kind = KINDS.get(phonenumbers.number_type(parsed), NumberKind.LOCAL)
    e164: str = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    return Phone(e164, "" if country == NOWHERE else country, kind)
