"""A workspace's status, the moves between statuses, holds, and the purge."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.rules.access import Permission
from portal.rules.errors import Conflict
from portal.rules.periods import utc

PURGE_AFTER = timedelta(hours=90 * 24)
"""From cancelling to the purge: 90 × 24 h, not 90 calendar days."""
TRIAL_WARNING = timedelta(days=3)
"""So long before a trial ends its owner is told."""


class Stage(StrEnum):
    """How far the customer is, whatever holds are open."""

    TRIAL = "trial"
    ACTIVE = "active"


class Status(StrEnum):
    """What follows from stage, cancellation and holds."""

    TRIAL = "trial"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


class HoldKind(StrEnum):
    """Why a workspace, or a whole organization, is suspended."""

    MANUAL = "manual"
    PAST_DUE = "past_due"
    SPEND_CAP = "spend_cap"
    TRIAL_ENDED = "trial_ended"
    ABUSE = "abuse"

    @property
    def for_customers(self) -> HoldKind:
        """What programs of the workspace alone are told: that the staff suspended it, not what they think of it."""
        return HoldKind.MANUAL if self is HoldKind.ABUSE else self


class Move(StrEnum):
    """What a person can do to a status; each has its own dialog."""

    ACTIVATE = "activate"
    SUSPEND = "suspend"
    REACTIVATE = "reactivate"
    TRASH = "trash"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class HoldRule:
    """Who may open and lift a hold of a kind. None: no person may, only a job.
    `organization`, `workspace`: what it may be a hold of."""

    open: Permission | None
    lift: Permission | None
    organization: bool
    workspace: bool


HOLDS: Mapping[HoldKind, HoldRule] = {
    HoldKind.MANUAL: HoldRule(
        Permission.WORKSPACE_SUSPEND, Permission.WORKSPACE_SUSPEND, organization=True, workspace=True
    ),
    HoldKind.PAST_DUE: HoldRule(Permission.HOLD_PAST_DUE, Permission.HOLD_PAST_DUE, organization=True, workspace=False),
    HoldKind.SPEND_CAP: HoldRule(None, Permission.HOLD_AUTOMATIC, organization=False, workspace=True),
    HoldKind.TRIAL_ENDED: HoldRule(None, Permission.HOLD_AUTOMATIC, organization=False, workspace=True),
    HoldKind.ABUSE: HoldRule(Permission.HOLD_ABUSE, Permission.HOLD_ABUSE, organization=True, workspace=True),
}

LIFTED_BY_ACTIVATION = frozenset({HoldKind.TRIAL_ENDED})

CREATABLE = (Status.TRIAL, Status.ACTIVE, Status.SUSPENDED)
"""What a new workspace may be; suspended opens a manual hold."""

MOVES: Mapping[Status, Mapping[Move, Permission]] = {
    Status.TRIAL: {
        Move.ACTIVATE: Permission.WORKSPACE_ACTIVATE,
        Move.SUSPEND: Permission.WORKSPACE_SUSPEND,
        Move.TRASH: Permission.WORKSPACE_CLOSE,
    },
    Status.ACTIVE: {
        Move.SUSPEND: Permission.WORKSPACE_SUSPEND,
        Move.TRASH: Permission.WORKSPACE_CLOSE,
    },
    Status.SUSPENDED: {
        Move.REACTIVATE: Permission.WORKSPACE_REACTIVATE,
        Move.ACTIVATE: Permission.WORKSPACE_ACTIVATE,  # while its stage is trial
        Move.SUSPEND: Permission.WORKSPACE_SUSPEND,  # a manual hold beside the others
        Move.TRASH: Permission.WORKSPACE_CLOSE,
    },
    Status.CANCELLED: {Move.RESTORE: Permission.WORKSPACE_RESTORE},
}
"""Every legal move of staff from a status, and the permission for it; all else is refused."""

_REFUSALS: Mapping[Move, str] = {
    Move.ACTIVATE: "Only a workspace on trial can be activated.",
    Move.SUSPEND: "A closed workspace cannot be suspended. Restore it first.",
    Move.REACTIVATE: "Only a suspended workspace can be reactivated: no hold is open.",
    Move.TRASH: "This workspace is in the trash already.",
    Move.RESTORE: "Only a workspace in the trash can be restored.",
}


def status_of(stage: Stage, cancelled_at: datetime | None, open_holds: int) -> Status:
    """The status. `open_holds` counts the workspace's own and its organization's."""
    if cancelled_at is not None:
        return Status.CANCELLED
    if open_holds > 0:
        return Status.SUSPENDED
    return Status.TRIAL if stage is Stage.TRIAL else Status.ACTIVE


def legal_moves(status: Status, stage: Stage) -> dict[Move, Permission]:
    """The moves that status and stage allow, with the permission each needs, in the order
    in which they are offered."""
    moves = dict(MOVES[status])
    if stage is Stage.ACTIVE:
        moves.pop(Move.ACTIVATE, None)
    return moves


def check_move(status: Status, stage: Stage, move: Move) -> None:
    """Conflict, with the reason, unless the move is legal."""
    if move not in legal_moves(status, stage):
        raise Conflict(_REFUSALS[move])


def may_open(kind: HoldKind, permissions: Collection[Permission]) -> bool:
    """Whether a person with these permissions may open a hold of the kind."""
    return HOLDS[kind].open in permissions


def may_lift(kind: HoldKind, permissions: Collection[Permission]) -> bool:
    """Whether a person with these permissions may lift a hold of the kind."""
    return HOLDS[kind].lift in permissions


def purge_at(cancelled_at: datetime) -> datetime:
    """The instant, in UTC, before which the workspace is never purged."""
    return utc(cancelled_at) + PURGE_AFTER


def purge_due(cancelled_at: datetime | None, now: datetime) -> bool:
    """Whether 90 × 24 h have passed since it was cancelled. Never for one not cancelled."""
    return cancelled_at is not None and utc(now) >= purge_at(cancelled_at)


def days_left(cancelled_at: datetime, now: datetime) -> int:
    """Days of 24 h until the purge, a begun one counting whole: 90 at first, 1 on the last
    day, 0 when due. Never above 90, even where the clock went back."""
    left = purge_at(cancelled_at) - utc(now)
    return max(0, min(90, math.ceil(left / timedelta(days=1))))
