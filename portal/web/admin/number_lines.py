"""The inventory's numbers, ready to show: a row of the list, what stands beside one, and what may be done to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from flask import url_for

from portal.models import NumberState
from portal.queries.numbers import Listed
from portal.rules.access import Permission
from portal.rules.numbers import TAKES_NONE, Act, acts_in
from portal.web import formats
from portal.web.access import may
from portal.web.number_words import KINDS, STATES
from portal.web.reader import Reader

LABELS = {
    Act.REMOVE: "Remove…",
    Act.ASSIGN: "Assign…",
    Act.RELEASE: "Release…",
    Act.PORT_OUT: "Port out…",
    Act.KEEP: "Cancel the port-out…",
    Act.PORTED: "Port-out done…",
}
IN_ROWS = (Act.ASSIGN, Act.RELEASE, Act.PORTED)
Fact = tuple[str, str, str | None, None, str | None]


class Door(NamedTuple):
    """What may be done: `asks` where it is a question that opens over the page."""

    label: str
    url: str
    act: Act
    asks: bool


class Line(NamedTuple):
    """A row of the list. `whose`: the workspace that has it, else the one that had it, as `note` then says."""

    id: str
    url: str
    e164: str
    text: str
    country: str
    kind: str
    badge: str
    state: str
    whose: str
    whose_url: str | None
    note: str
    when: str
    title: str
    doors: tuple[Door, ...]


def line(it: Listed, reader: Reader) -> Line:
    """The number in the list."""
    badge, state = STATES[it.state]
    whose, workspace = (it.workspace_name, it.workspace) if it.workspace else (it.last_name, it.last)
    at = _since(it)
    return Line(
        id=it.public_id,
        url=url_for("admin_numbers.page", num=it.public_id),
        e164=it.e164,
        text=formats.phone(it.e164),
        country=formats.country(it.country, reader.locale),
        kind=KINDS[it.kind],
        badge=badge,
        state=state,
        whose=whose or "",
        whose_url=url_for("admin_workspaces.detail", ws=workspace) if workspace else None,
        note="had it before" if workspace and not it.workspace else "",
        when=formats.ago(at, reader.now, reader.locale),
        title=formats.minute(at, reader.locale, reader.timezone),
        doors=tuple(door for door in doors(it) if door.act in IN_ROWS),
    )


def doors(it: Listed) -> tuple[Door, ...]:
    """What this person may do to the number."""
    if not may(Permission.NUMBER_EDIT):
        return ()
    return tuple(
        Door(LABELS[act], url_for(f"admin_numbers.{act.value}", num=it.public_id), act, act is not Act.ASSIGN)
        for act in acts_in(it.state)
    )


def facts(it: Listed, reader: Reader) -> Sequence[Fact]:
    """What stands beside a number."""
    found: list[Fact] = [
        ("Country", formats.country(it.country, reader.locale), None, None, None),
        ("Kind", KINDS[it.kind], None, None, None),
    ]
    if it.workspace:
        closed = "Closed, or suspended" if it.workspace_status in TAKES_NONE else None
        url = url_for("admin_workspaces.detail", ws=it.workspace)
        found.append(("Workspace", it.workspace_name or "", closed, None, url))
    if it.porting_at:
        found.append(_dated("Porting out since", it.porting_at, reader))
    if it.last:
        url = url_for("admin_workspaces.detail", ws=it.last)
        found.append(("Last held by", it.last_name or "", None, None, url))
    if it.released_at and it.state is NumberState.AVAILABLE:
        found.append(_dated("Free since", it.released_at, reader))
    return [*found, _dated("Added", it.created_at, reader)]


def _dated(label: str, at: datetime, reader: Reader) -> Fact:
    return label, formats.minute(at, reader.locale, reader.timezone), None, None, None


def _since(it: Listed) -> datetime:
    """When it came to be what it is, as far as that is known."""
    return it.porting_at or it.released_at or it.created_at
