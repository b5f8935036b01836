"""Rows of a workspace's lists, ready to show: each cell a text, perhaps with a second line, a badge or a figure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from portal.models import BroadcastState, ExtensionState, NumberState
from portal.queries.tenant_lists import BroadcastRow, CampaignRow, ContactRow, ExtensionRow, NumberRow
from portal.rules.access import Permission
from portal.web import formats, number_words
from portal.web.access import may

STATES = {
    BroadcastState.DRAFT: ("draft", "Draft"),
    BroadcastState.SCHEDULED: ("pending", "Scheduled"),
    BroadcastState.SENDING: ("trial", "Sending"),
    BroadcastState.SENT: ("active", "Sent"),
    BroadcastState.STOPPED: ("cancelled", "Stopped"),
}
OFFERED = {
    ExtensionState.PROVISIONED: (("renew", "New secret…"), ("unregister", "Unregister…")),
    ExtensionState.UNREGISTERED: (("provision", "Provision again…"),),
}
"""What may be done to an extension in each state: the route, and its label."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `badge`: the class of the status badge that the text stands in; `title`: the exact instant; `doors`:
    what may be done, each with its label, its address, and what it is called where nobody sees the row; `url`: of the
    page that a name leads to."""

    text: str
    sub: str = ""
    badge: str = ""
    title: str = ""
    numeric: bool = False
    is_name: bool = False
    doors: tuple[tuple[str, str, str], ...] = ()
    url: str = ""


Cells = tuple[Cell, ...]


def numbers(rows: Iterable[NumberRow], now: datetime) -> list[Cells]:
    """Number, country, kind, state; and what may be done."""
    locale, changes = formats.reader_locale(), may(Permission.TENANT_NUMBER_EDIT)
    return [
        (
            Cell(formats.phone(row.e164), is_name=True),
            Cell(formats.country(row.country, locale)),
            Cell(number_words.KINDS[row.kind]),
            _state(row.state),
            *((_release(row),) if changes else ()),
        )
        for row in rows
    ]


def _release(row: NumberRow) -> Cell:
    if row.state is not NumberState.ASSIGNED:
        return Cell("")
    url = url_for("workspace_numbers.release", num=row.public_id)
    return Cell("", doors=(("Release…", url, f"Release {formats.phone(row.e164)}"),))


def extensions(rows: Iterable[ExtensionRow], now: datetime) -> list[Cells]:
    """Number, name, state, since when; and what may be done."""
    changes = may(Permission.TENANT_EXTENSION_EDIT)
    return [
        (
            Cell(row.number, is_name=True),
            Cell(row.display_name or formats.NONE),
            _state(row.state),
            when(row.created_at, now),
            *((Cell("", doors=tuple(_door(act, label, row) for act, label in OFFERED[row.state])),) if changes else ()),
        )
        for row in rows
    ]


def _door(act: str, label: str, row: ExtensionRow) -> tuple[str, str, str]:
    url = url_for(f"workspace_extensions.{act}", ext=row.public_id)
    return label, url, f"{label.removesuffix('…')}: extension {row.number}"


def contacts(rows: Iterable[ContactRow], now: datetime) -> list[Cells]:
    """Name with e-mail, phone number, tags, since when."""
    return [
        (
            Cell(row.name or formats.phone(row.phone), row.email, is_name=True),
            Cell(formats.phone(row.phone)),
            Cell(", ".join(row.tags) or formats.NONE),
            when(row.created_at, now),
        )
        for row in rows
    ]


def campaigns(rows: Iterable[CampaignRow], now: datetime) -> list[Cells]:
    """Name, audience, broadcasts, state, since when."""
    locale = formats.reader_locale()
    return [
        (
            Cell(row.name, is_name=True),
            Cell(row.tag or "All contacts"),
            Cell("Archived", badge="cancelled") if row.archived_at else Cell("In use", badge="active"),
            when(row.created_at, now),
            Cell(formats.number(row.broadcasts, locale), numeric=True),
        )
        for row in rows
    ]


def broadcasts(rows: Iterable[BroadcastRow], now: datetime) -> list[Cells]:
    """Name, audience, state, when."""
    return [
        (
            Cell(row.name, is_name=True),
            Cell(row.tag or "All contacts"),
            _state(row.state),
            when(row.scheduled_at or row.created_at, now),
        )
        for row in rows
    ]


def _state(state: NumberState | ExtensionState | BroadcastState) -> Cell:
    if isinstance(state, NumberState):
        kind, label = number_words.STATES[state]
    elif isinstance(state, ExtensionState):
        kind, label = number_words.EXTENSION_STATES[state]
    else:
        kind, label = STATES[state]
    return Cell(label, badge=kind)


def when(value: datetime, now: datetime) -> Cell:
    """An instant, near ones in words, with the exact one as its title."""
    locale, timezone = formats.reader_locale(), formats.reader_timezone()
    exact = formats.minute(value, locale, timezone)
    if value > now:
        return Cell(formats.moment(value, now, locale, timezone), title=exact)
    return Cell(formats.ago(value, now, locale), title=exact)
