"""Rows of a workspace's lists, ready to show: each cell a text, perhaps with a second line, a badge or a figure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.models import BroadcastState, ExtensionState, NumberKind, NumberState
from portal.queries.tenant_lists import BroadcastRow, CampaignRow, ContactRow, ExtensionRow, NumberRow
from portal.web import formats

KINDS = {NumberKind.LOCAL: "Local", NumberKind.MOBILE: "Mobile", NumberKind.TOLL_FREE: "Toll-free"}
STATES = {
    NumberState.ASSIGNED: ("active", "In use"),
    NumberState.PORTING_OUT: ("pending", "Porting out"),
    NumberState.AVAILABLE: ("draft", "Free"),
    ExtensionState.PROVISIONED: ("active", "Provisioned"),
    ExtensionState.UNREGISTERED: ("cancelled", "Unregistered"),
    BroadcastState.DRAFT: ("draft", "Draft"),
    BroadcastState.SCHEDULED: ("pending", "Scheduled"),
    BroadcastState.SENDING: ("trial", "Sending"),
    BroadcastState.SENT: ("active", "Sent"),
    BroadcastState.STOPPED: ("cancelled", "Stopped"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `badge`: the class of the status badge that the text stands in; `title`: the exact instant."""

    text: str
    sub: str = ""
    badge: str = ""
    title: str = ""
    numeric: bool = False
    is_name: bool = False


Cells = tuple[Cell, ...]


def numbers(rows: Iterable[NumberRow], now: datetime) -> list[Cells]:
    """Number, country, kind, state."""
    locale = formats.reader_locale()
    return [
        (
            Cell(formats.phone(row.e164), is_name=True),
            Cell(formats.country(row.country, locale)),
            Cell(KINDS[row.kind]),
            _state(row.state),
        )
        for row in rows
    ]


def extensions(rows: Iterable[ExtensionRow], now: datetime) -> list[Cells]:
    """Number, name, state, since when."""
    return [
        (
            Cell(row.number, is_name=True),
            Cell(row.display_name or formats.NONE),
            _state(row.state),
            _when(row.created_at, now),
        )
        for row in rows
    ]


def contacts(rows: Iterable[ContactRow], now: datetime) -> list[Cells]:
    """Name with e-mail, phone number, tags, since when."""
    return [
        (
            Cell(row.name or formats.phone(row.phone), row.email, is_name=True),
            Cell(formats.phone(row.phone)),
            Cell(", ".join(row.tags) or formats.NONE),
            _when(row.created_at, now),
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
            _when(row.created_at, now),
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
            _when(row.scheduled_at or row.created_at, now),
        )
        for row in rows
    ]


def _state(state: NumberState | ExtensionState | BroadcastState) -> Cell:
    kind, label = STATES[state]
    return Cell(label, badge=kind)


def _when(value: datetime, now: datetime) -> Cell:
    locale, timezone = formats.reader_locale(), formats.reader_timezone()
    exact = formats.minute(value, locale, timezone)
    if value > now:
        return Cell(formats.moment(value, now, locale, timezone), title=exact)
    return Cell(formats.ago(value, now, locale), title=exact)
