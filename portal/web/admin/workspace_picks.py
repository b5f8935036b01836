"""The options of a picker: people who can own a workspace, organizations that can take one more, and where people are
invited to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal.queries.candidates import House, Person, Room
from portal.rules.lifecycle import Status
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


def place(found: House, locale: str) -> Pick:
    """An organization that somebody is invited into."""
    count = formats.number(found.workspaces, locale)
    aside = f"{count} {'workspace' if found.workspaces == 1 else 'workspaces'}, {found.currency}"
    return Pick(found.slug, found.name, aside, initials(found.name))


def room(found: Room) -> Pick:
    """A workspace that somebody is invited into."""
    reason = "suspended, takes nobody now" if found.status is Status.SUSPENDED else ""
    return Pick(found.web_address, found.name, found.organization, initials(found.name), reason)


def refused(pick: Pick, reason: str) -> Pick:
    """The same, which cannot be taken."""
    return replace(pick, reason=reason)


def house(found: House, locale: str) -> Pick:
    """An organization as the place of a new workspace."""
    reason = ""
    if found.primary_closed:
        reason = "its primary is in the trash"
    elif found.has_primary and not found.is_multi:
        reason = "not multi-workspace"
    return replace(place(found, locale), reason=reason)
