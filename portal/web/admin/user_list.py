"""The list of users, ready to show: strip, filters, rows, pager, and why there is nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from portal.queries.listing import PAGE
from portal.queries.users import Filters, Listed, Listing, Places, Sort, State, Totals
from portal.rules.access import Permission
from portal.rules.text import initials
from portal.web import formats, paging, role_words
from portal.web.admin.list_addresses import Option, any_or, in_words, left_out
from portal.web.admin.user_addresses import HOME, TRASH, Address, Asked
from portal.web.admin.workspace_rows import Moment
from portal.web.reader import Reader

STATES = {
    State.VERIFIED: "Verified",
    State.UNVERIFIED: "Not verified",
    State.INVITED: "Invited",
    State.SUSPENDED: "Suspended",
    State.STAFF: "Staff",
}
ORDERS = {Sort.NAME: "Name", Sort.EMAIL: "E-mail", Sort.CREATED: "Created", Sort.LAST_SEEN: "Last seen"}
HEADS = (
    ("name", "Name", Sort.NAME),
    ("organizations", "Organization role", None),
    ("workspaces", "Workspace roles", None),
    ("state", "Status", None),
    ("seen", "Last seen", Sort.LAST_SEEN),
    ("created", "Created", Sort.CREATED),
)
CHANGING = frozenset({Permission.USER_EDIT, Permission.USER_SUSPEND, Permission.USER_CLOSE})


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of the strip; with a `url` it filters the list."""

    name: str
    label: str
    text: str
    value: int
    url: str
    current: bool
    title: str


class Powers(NamedTuple):
    """What the reader may do, and which of the people they are themself: nobody shuts themself out."""

    held: frozenset[Permission]
    own_id: str


class Act(NamedTuple):
    """What can be done to somebody from the list; `asks`: by a question, over the list."""

    name: str
    icon: str
    url: str
    asks: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A person in the list. `organizations`: name and role of the first, and how many more; `workspaces` likewise."""

    id: str
    url: str
    name: str
    email: str
    initials: str
    staff_role: str
    badge: str
    state: str
    note: str
    organizations: tuple[tuple[str, str], ...]
    more_organizations: str
    workspaces: tuple[tuple[str, str], ...]
    more_workspaces: str
    last_seen: Moment
    created: Moment
    acts: tuple[Act, ...]


def context(found: Listing, asked: Asked, reader: Reader, may: Powers) -> dict[str, Any]:
    """What the templates of the list are given."""
    address, filters, locale = Address(found.filters), found.filters, reader.locale
    return {
        "filters": filters,
        "home": address.home,
        "cells": _strip(found.totals, filters, reader),
        "rows": [_row(each, found, reader, may) for each in found.rows],
        "acts": bool(may.held & CHANGING),
        "heads": [(key, label, *_head(sort, address)) for key, label, sort in HEADS],
        "options": _options(filters, address),
        "workspace": found.workspace_name,
        "workspace_sent": address.sent("workspace"),
        "any_workspace_url": address.with_(workspace=""),
        "clear_url": address.only() if filters.narrow else None,
        "notice": _notice(asked, found),
        "pages": paging.pager(filters.page, PAGE, found.total, address.page, locale, more=not found.exact),
        "described": _described(found),
        "address": address.page(filters.page),
        "trash_url": TRASH,
        "trashed": formats.number(found.totals.trashed, locale),
        "people_url": HOME,
    }


def badge_of(*, trashed: bool, suspended: bool, invited: bool) -> tuple[str, str]:
    """Look and word of somebody's badge."""
    if trashed:
        return "draft", "In the trash"
    if suspended:
        return "suspended", "Suspended"
    return ("pending", "Invited") if invited else ("active", "Active")


def state_of(person: Listed) -> tuple[str, str]:
    """That of somebody in the list."""
    return badge_of(trashed=bool(person.trashed_at), suspended=bool(person.suspended_at), invited=person.invited)


def _strip(sums: Totals, filters: Filters, reader: Reader) -> list[Cell]:
    address = Address(Filters(sort=filters.sort, reverse=filters.reverse))
    figures = (
        ("total", "Total", sums.total, None, "All accounts that are not in the trash"),
        ("verified", "Verified", sums.verified, State.VERIFIED, "Their e-mail address is known to be theirs"),
        ("invited", "Invited", sums.invited, State.INVITED, "Have no password yet, and have never logged in"),
        ("suspended", "Suspended", sums.suspended, State.SUSPENDED, "Cannot log in"),
        ("staff", "Staff", sums.staff, State.STAFF, "Help to run the platform"),
    )
    return [
        Cell(
            name,
            label,
            formats.number(value, reader.locale),
            value,
            address.with_(state=str(state) if state else ""),
            filters.state is state and not filters.trash,
            title,
        )
        for name, label, value, state, title in figures
    ]


def _row(person: Listed, found: Listing, reader: Reader, may: Powers) -> Row:
    locale = reader.locale
    organizations, workspaces = found.organizations[person.id], found.workspaces[person.id]
    badge, word = state_of(person)
    created = formats.day(formats.day_of(person.created_at, reader.timezone), locale)
    return Row(
        id=person.public_id,
        url=HOME + person.public_id,
        name=person.name,
        email=person.email,
        initials=initials(person.name),
        staff_role=role_words.STAFF_ROLES[person.staff_role] if person.staff_role else "",
        badge=badge,
        state=word,
        note=_note(person, reader),
        organizations=tuple((place.name, role_words.label(place.role)) for place in organizations.first[:1]),
        more_organizations=_more(organizations, 1, locale),
        workspaces=tuple((place.name, role_words.label(place.role).lower()) for place in workspaces.first),
        more_workspaces=_more(workspaces, len(workspaces.first), locale),
        last_seen=seen(person, reader),
        created=Moment(created, formats.minute(person.created_at, locale, reader.timezone)),
        acts=_acts(person, may),
    )


def _note(person: Listed, reader: Reader) -> str:
    if person.trashed_at:
        return f"since {formats.day(formats.day_of(person.trashed_at, reader.timezone), reader.locale)}"
    return "" if person.verified or person.invited else "not verified"


def _acts(person: Listed, may: Powers) -> tuple[Act, ...]:
    own = HOME + person.public_id
    if person.trashed_at:
        found = [(Permission.USER_CLOSE, Act("Restore", "restore", f"{own}/restore", True))]
    else:
        in_or_out = Act("Let in again:", "restore", f"{own}/let-in", True)
        found = [
            (Permission.USER_EDIT, Act("Edit", "pencil", f"{own}/edit", False)),
            (
                Permission.USER_SUSPEND,
                in_or_out if person.suspended_at else Act("Suspend", "ban", f"{own}/suspend", True),
            ),
            (Permission.USER_CLOSE, Act("Move to the trash:", "trash", f"{own}/trash", True)),
        ]
    if person.public_id == may.own_id:
        found = found[:1]
    return tuple(act for permission, act in found if permission in may.held)


def _more(places: Places, shown: int, locale: str) -> str:
    left = places.count - shown
    return f"+{formats.number(left, locale)}" if left > 0 else ""


def seen(person: Any, reader: Reader) -> Moment:
    """When somebody was here."""
    if person.last_seen_at is None:
        return Moment("Never", "Has never logged in")
    title = formats.minute(person.last_seen_at, reader.locale, reader.timezone)
    return Moment(formats.ago(person.last_seen_at, reader.now, reader.locale), title)


def _head(sort: Sort | None, address: Address) -> tuple[str | None, str | None]:
    """Address and direction of a column's head."""
    if sort is None:
        return None, None
    return address.sorted_by(sort), address.direction(sort)


def _options(filters: Filters, address: Address) -> dict[str, list[Option]]:
    roles = [(key, role_words.full(role)) for key, role in role_words.BY_KEY.items()]
    states = [(state.value, label) for state, label in STATES.items()]
    return {
        "state": any_or(states, filters.state or ""),
        "role": any_or(roles, role_words.key(filters.role)),
        "sort": address.sorts(ORDERS),
    }


def _described(found: Listing) -> str:
    """The filters that are set, search aside, by name."""
    filters = found.filters
    named = (
        ("Status", STATES[filters.state] if filters.state else ""),
        ("Role", role_words.full(filters.role) if filters.role else ""),
        ("Workspace", found.workspace_name or ""),
    )
    return in_words(named)


def _notice(asked: Asked, found: Listing) -> str | None:
    ignored = list(asked.ignored)
    if found.filters.workspace and found.workspace_name is None:
        ignored.append(("workspace", found.filters.workspace))
    return left_out(ignored)
