"""E-mail addresses: checked for syntax, not by DNS; reserved top-level domains are allowed."""

from __future__ import annotations

import email_validator

from portal.rules.errors import Refused

LONGEST = 254
WRONG = "Enter a full e-mail address, such as tomasz@northwind.example."

# Test and example platforms live on such domains; the library documents this list as the way to allow them.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def check_email(text: str, field: str | None = "email") -> str:
    """The address as stored: without spaces around it, its domain in lower case. Refused if it is none."""
    address = text.strip()
    if len(address) > LONGEST:
        raise Refused(WRONG, field)
    try:
        found = email_validator.validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except email_validator.EmailNotValidError:
        raise Refused(WRONG, field) from None
    return found.normalized


def email_key(address: str) -> str:
    """What an address is looked up by: two that differ only in case are one."""
    return address.strip().casefold()
