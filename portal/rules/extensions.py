"""Extensions: what their numbers may be."""

from __future__ import annotations

import re

from portal.rules.errors import Refused

SHORTEST, LONGEST = 2, 8  # digits
EMERGENCY = frozenset({"112", "911", "999"})
"""Numbers that have to reach the emergency services whatever a workspace's phones are called."""

_DIGITS = re.compile(rf"[0-9]{{{SHORTEST},{LONGEST}}}")


def check_extension(text: str, field: str | None = "number") -> str:
    """The number of an extension as stored. Refused unless it has 2 to 8 digits and is no emergency number."""
    typed = text.strip()
    if not _DIGITS.fullmatch(typed):
        raise Refused(f"Give {SHORTEST} to {LONGEST} digits, such as 101.", field)
    if typed in EMERGENCY:
        raise Refused(f"{typed} has to reach the emergency services. Choose another number.", field)
    return typed
