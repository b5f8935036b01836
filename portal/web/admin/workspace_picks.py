"""The options of a picker: people who can own a workspace, and organizations that can take one more."""

from __future__ import annotations

from dataclasses import dataclass

from portal.queries.candidates import House, Person
from portal.rules.text import initials
from portal.web import formats


@dataclass(frozen=True, slots=True)
class Pick:
    """An option: `value` is what the field takes, `aside` stands at the right; `reason` why it cannot be taken."""

    value: str
    name: str
    aside: str
    initials: str
    reason: str = ""


def person(found: Person) -> Pick:
    """Somebody as an owner."""
    reason = "staff, cannot own" if found.is_staff else "suspended, cannot own" if found.suspended else ""
    return Pick(found.email, found.name, found.email, initials(found.name), reason)


def house(found: House, locale: str) -> Pick:
    """An organization as the place of a new workspace."""
    count = formats.number(found.workspaces, locale)
    aside = f"{count} {'workspace' if found.workspaces == 1 else 'workspaces'}, {found.currency}"
    reason = ""
    if found.primary_closed:
        reason = "its primary is in the trash"
    elif found.has_primary and not found.is_multi:
        reason = "not multi-workspace"
    return Pick(found.slug, found.name, aside, initials(found.name), reason)
