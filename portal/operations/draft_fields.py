"""The fields of a draft that stand for themselves: text, place, time zone, caller name, caps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any, TypeVar

from portal.base.countries import country_code
from portal.base.emails import check_email
from portal.models import SuspensionBehaviour
from portal.operations.drafts import Faults, NewWorkspace
from portal.rules import limits
from portal.rules.editing import Value
from portal.rules.emergency import lacking
from portal.rules.errors import Invalid, Refused
from portal.rules.limits import Limit
from portal.rules.periods import zone
from portal.rules.platform import Platform
from portal.rules.text import clean_line

CNAM = 15  # characters that a caller name has on the telephone network
NOTE = 10_000  # characters of a note
CELL = 1_000  # of any other field as it was typed: accents without end would be sorted for seconds before it is refused
SHORT = 200  # characters of a field of plans, rate cards and settings as it was typed
CAPS = (Limit.MONTHLY_MESSAGES, Limit.DAILY_MESSAGES, Limit.NUMBERS, Limit.USERS)
LINES = {"industry": 80, "state": 120, "e911_street": 200, "e911_city": 120, "e911_state": 120, "e911_postal_code": 20}

HIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")  # control characters and halves of characters

Choice = TypeVar("Choice", bound=StrEnum)


def line(text: str, field: str, what: str, longest: int, *, required: bool = False) -> str:
    """One line of text as stored. Refused when it is too long, or needed and blank."""
    clean = clean_line(text)
    if required and not clean:
        raise Refused(f"Enter {what}.", field)
    if len(clean) > longest:
        raise Refused(f"At most {longest} characters fit here; this has {len(clean):,}. Shorten it.", field)
    return clean


def legible(draft: NewWorkspace, faults: Faults) -> None:
    """Notes every field that no further check needs to see: far too long, or with characters that nobody typed.

    U+0080 to U+009F pass: what a wrong conversion leaves of quotation marks; names drop them."""
    for each in fields(draft):
        text = getattr(draft, each.name)
        if not isinstance(text, str):
            continue
        legible_text(each.name, text, NOTE if each.name == "admin_note" else CELL, faults)


def legible_text(field: str, text: str, most: int, faults: Faults) -> None:
    """Notes a text, as it was typed, of more than so many characters, or with one that nobody typed."""
    hidden = HIDDEN.search(text, 0, most)
    if len(text) > most:
        faults.add(field, f"At most {most:,} characters fit here; this has {len(text):,}. Shorten it.")
    elif hidden:
        faults.add(field, f"There is a control character (U+{ord(hidden[0]):04X}) in it: remove it.")


def typed_texts(texts: Mapping[str, Value]) -> tuple[Faults, dict[str, str]]:
    """A form's texts, short and legible, and where further faults go. Raises Invalid where one cannot be used."""
    faults = Faults()
    found = {name: value for name, value in texts.items() if isinstance(value, str)}
    for name, value in found.items():
        legible_text(name, value, SHORT, faults)
    if faults.found:
        raise Invalid(faults.found)
    return faults, found


def note(text: str, field: str, longest: int = NOTE) -> str:
    """Text of several lines as stored. Refused when it is too long."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    clean = "\n".join(line(each, field, "a note", NOTE) for each in lines).strip()
    if len(clean) > longest:
        raise Refused(f"At most {longest:,} characters fit here; this has {len(clean):,}. Shorten it.", field)
    return clean


def one_of(kind: type[Choice], text: str, field: str, default: Choice) -> Choice:
    """One of the kind's values, whatever its case; blank is the default."""
    typed = text.strip().lower().replace(" ", "_")
    if not typed:
        return default
    try:
        return kind(typed)
    except ValueError:
        every = ", ".join(member.value for member in kind)
        raise Refused(f"There is no “{text.strip()[:40]}”: choose one of {every}.", field) from None


def whole(text: str, field: str, least: int, most: int) -> int | None:
    """A whole number within bounds; None for blank."""
    typed = text.strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 9 and least <= int(typed) <= most):
        raise Refused(f"Enter a whole number from {least} to {most}.", field)
    return int(typed)


def cnam(text: str) -> str:
    """A caller name: up to 15 printable ASCII characters."""
    typed = text.strip()
    if len(typed) > CNAM or not all(" " <= letter <= "~" for letter in typed):
        raise Refused(f"A caller name has at most {CNAM} plain letters, digits and signs, without accents.", "cnam")
    return typed


def timezone_name(text: str, default: str) -> str:
    """The name of an IANA time zone; blank is the default."""
    name = text.strip() or default
    zone(name)
    return name


def profile(draft: NewWorkspace, platform: Platform, faults: Faults) -> dict[str, Any]:
    """The workspace's columns that depend on nothing else."""
    columns: dict[str, Any] = {
        name: faults.take(name, line, getattr(draft, name), name, "text", most) for name, most in LINES.items()
    }
    for name in ("country", "e911_country"):
        typed = getattr(draft, name)
        columns[name] = faults.take(name, country_code, typed, name) if typed.strip() else ""
    for name, message in lacking(columns).items():
        faults.add(name, message)
    columns["cnam"] = faults.take("cnam", cnam, draft.cnam or platform.default_cnam)
    columns["admin_note"] = faults.take("admin_note", note, draft.admin_note, "admin_note")
    columns["billing_email"] = (
        faults.take("billing_email", check_email, draft.billing_email, "billing_email")
        if draft.billing_email.strip()
        else ""
    )
    columns["suspension_behaviour"] = faults.take(
        "suspension_behaviour",
        one_of,
        SuspensionBehaviour,
        draft.suspension_behaviour,
        "suspension_behaviour",
        SuspensionBehaviour(platform.default_suspension_behaviour),
    )
    columns["alert_threshold"] = (
        faults.take("alert_threshold", whole, draft.alert_threshold, "alert_threshold", 1, 100) or 80
    )
    for name in ("bill_to_platform_credit", "skip_onboarding_email"):
        columns[name] = getattr(draft, name)
    return columns


def caps(draft: NewWorkspace, faults: Faults) -> dict[Limit, int]:
    """The limits that the workspace starts with instead of its plan's."""
    found: dict[Limit, int] = {}
    for limit in CAPS:
        name = f"cap_{limit.value}"
        value = faults.take(name, limits.parse, getattr(draft, name), limit, name)
        if value is not None:
            found[limit] = value
    return found
