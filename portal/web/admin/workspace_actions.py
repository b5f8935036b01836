"""What this person may do to a workspace now: the buttons at its head, the menu beside them, and those of a row."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from flask import url_for

from portal.queries.detail import Profile
from portal.rules.access import Permission
from portal.rules.lifecycle import Move, Status, legal_moves, may_lift
from portal.web.access import opened, opens, permissions
from portal.web.admin.workspace_addresses import HOME

EDIT, MANAGE, IMPERSONATE = "admin_workspaces.edit", "admin_workspaces.manage", "admin_workspaces.impersonate"
PRIMARY, QUIET, RISK = "primary", "", "risk"


class How(StrEnum):
    """What a click does: opens a page, asks by a dialog, or does it at once."""

    PAGE = "page"
    DIALOG = "dialog"
    POST = "post"


class Action(NamedTuple):
    """One thing to do. `kind`: PRIMARY for the one that stands out, RISK for the one that is not undone easily."""

    label: str
    url: str
    icon: str
    how: How = How.DIALOG
    kind: str = QUIET


class Actions(NamedTuple):
    """Buttons, in their order, and the rare ones, which stand in a menu."""

    buttons: tuple[Action, ...]
    menu: tuple[Action, ...]

    @property
    def at_once(self) -> bool:
        """Whether one of them is done by a click."""
        return any(action.how is How.POST for action in (*self.buttons, *self.menu))


def of(profile: Profile) -> Actions:
    """Of the workspace's page, by its status: at most one of them stands out."""
    held = permissions()
    moves = {move for move, needed in legal_moves(profile.status, profile.stage).items() if needed in held}
    if not any(may_lift(each.kind, held) for each in profile.holds):
        moves.discard(Move.REACTIVATE)
    return _actions(profile.public_id, profile.status, profile.is_primary, frozenset(moves), held)


@lru_cache(maxsize=1_000)
def _actions(ws: str, status: Status, is_primary: bool, moves: frozenset[Move], held: frozenset[Permission]) -> Actions:
    """These follow from what is given alone: `held` is what `opens` goes by."""
    every = dict(_every(ws, status, is_primary, moves))
    first = {
        Status.TRIAL: ("edit", "activate", "impersonate"),
        Status.ACTIVE: ("edit", "suspend", "impersonate"),
        Status.SUSPENDED: ("edit", "reactivate"),
        Status.CANCELLED: ("restore",),
    }[status]
    buttons = tuple(every[name] for name in first if name in every)
    return Actions(buttons, tuple(action for name, action in every.items() if name not in first))


def _every(ws: str, status: Status, is_primary: bool, moves: frozenset[Move]) -> Iterator[tuple[str, Action]]:
    """All that is open to this person, the rarest and the riskiest last."""
    closed = status is Status.CANCELLED
    if opens(EDIT) and not closed:
        yield "edit", Action("Edit", url_for(EDIT, ws=ws), "pencil", How.PAGE)
    if opens(IMPERSONATE):
        kind = QUIET if status in (Status.SUSPENDED, Status.CANCELLED) else PRIMARY
        yield "impersonate", Action("Impersonate…", url_for(IMPERSONATE, ws=ws), "login", kind=kind)
    if opens(MANAGE):
        yield "manage", Action("Manage", url_for(MANAGE, ws=ws), "adjustments", How.POST)
    if Move.ACTIVATE in moves:
        yield "activate", Action("Activate…", _url("activate", ws), "bolt")
    if Move.REACTIVATE in moves:
        yield "reactivate", Action("Reactivate…", _url("reactivate", ws), "refresh")
    if Move.SUSPEND in moves:
        label = "Open another hold…" if status is Status.SUSPENDED else "Suspend…"
        yield "suspend", Action(label, _url("suspend", ws), "ban")
    if opens("admin_workspaces.past_due_ask") and not closed:
        yield "past_due", Action("Mark past due…", _url("past_due", ws), "coins")
    if opens("admin_workspaces.primary_ask") and not is_primary and not closed:
        yield "primary", Action("Make primary…", _url("primary", ws), "star")
    if opens("admin_workspaces.transfer_ask") and not closed:
        yield "transfer", Action("Transfer…", _url("transfer", ws), "building", How.PAGE)
    if Move.RESTORE in moves:
        yield "restore", Action("Restore…", _url("restore", ws), "restore", kind=PRIMARY)
    if Move.TRASH in moves:
        yield "trash", Action("Move to trash…", _url("trash", ws), "trash", kind=RISK)


def _url(name: str, ws: str) -> str:
    return url_for(f"admin_workspaces.{name}_ask", ws=ws)


class RowAction(NamedTuple):
    """One of a row of the list: `path` is added to the workspace's address, `name` stands before its name."""

    name: str
    path: str
    icon: str
    how: How


ROW = (
    ("Edit", EDIT, "pencil", How.PAGE),
    ("Manage", MANAGE, "adjustments", How.POST),
    ("Delete", "admin_workspaces.trash_move", "trash", How.DIALOG),
)


def of_rows() -> tuple[RowAction, ...]:
    """What this person may do to every workspace of the list."""
    return _of_rows(opened())


@lru_cache(maxsize=50)
def _of_rows(allowed: frozenset[str]) -> tuple[RowAction, ...]:
    return tuple(
        RowAction(name, _path(endpoint), icon, how) for name, endpoint, icon, how in ROW if endpoint in allowed
    )


class BulkAction(NamedTuple):
    """What can be done to many workspaces at once; `dialog`: it asks by one first."""

    label: str
    url: str
    icon: str
    dialog: bool = True


BULK = (
    ("Change plan", "admin_workspaces.bulk_plan_ask", "credit-card", True),
    ("Notify", "admin_workspaces.bulk_notify_ask", "send", True),
    ("Suspend", "admin_workspaces.bulk_suspend_ask", "ban", True),
    ("Reactivate", "admin_workspaces.bulk_reactivate_ask", "refresh", True),
    ("Export", "admin_workspaces.export", "download", False),
)


def of_many() -> tuple[BulkAction, ...]:
    """What this person may do to the ticked workspaces of the list."""
    return _of_many(opened())


@lru_cache(maxsize=50)
def _of_many(allowed: frozenset[str]) -> tuple[BulkAction, ...]:
    known = (each for each in BULK if each[1] in allowed)
    return tuple(BulkAction(label, url_for(endpoint), icon, dialog) for label, endpoint, icon, dialog in known)


def _path(endpoint: str) -> str:
    return url_for(endpoint, ws="-").removeprefix(HOME + "-")
