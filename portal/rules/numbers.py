"""The life of a phone number in the platform's inventory: its states, and what may be done in each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.rules.errors import Conflict
from portal.rules.imports import Table
from portal.rules.lifecycle import Status


class NumberKind(StrEnum):
    """What sort of number it is."""

    LOCAL = "local"
    MOBILE = "mobile"
    TOLL_FREE = "toll_free"


class NumberState(StrEnum):
    """Where it is in its life."""

    AVAILABLE = "available"
    ASSIGNED = "assigned"
    PORTING_OUT = "porting_out"


class Act(StrEnum):
    """What is done to a number."""

    ASSIGN = "assign"
    RELEASE = "release"
    PORT_OUT = "port_out"
    KEEP = "keep"
    PORTED = "ported"
    REMOVE = "remove"


MOVES: Mapping[Act, tuple[NumberState, NumberState | None]] = {
    Act.REMOVE: (NumberState.AVAILABLE, None),
    Act.ASSIGN: (NumberState.AVAILABLE, NumberState.ASSIGNED),
    Act.RELEASE: (NumberState.ASSIGNED, NumberState.AVAILABLE),
    Act.PORT_OUT: (NumberState.ASSIGNED, NumberState.PORTING_OUT),
    Act.KEEP: (NumberState.PORTING_OUT, NumberState.ASSIGNED),
    Act.PORTED: (NumberState.PORTING_OUT, None),
}
"""From which state each act leads, and where to; None: out of the inventory. All else is refused."""

_WHY: Mapping[tuple[Act, NumberState], str] = {
    (Act.ASSIGN, NumberState.ASSIGNED): "This number is taken: somebody was faster. Choose another one.",
    (Act.ASSIGN, NumberState.PORTING_OUT): "This number is being ported out and cannot be assigned.",
    (Act.RELEASE, NumberState.AVAILABLE): "This number is free already.",
    (Act.RELEASE, NumberState.PORTING_OUT): (
        "This number is being ported out: it goes when that is done. To keep it here, cancel the port-out first."
    ),
    (Act.PORT_OUT, NumberState.AVAILABLE): "This number belongs to nobody, so there is nobody to port it for.",
    (Act.PORT_OUT, NumberState.PORTING_OUT): "This number is being ported out already.",
    (Act.REMOVE, NumberState.ASSIGNED): "This number belongs to a workspace: release it first, then it can be removed.",
    (Act.REMOVE, NumberState.PORTING_OUT): (
        "This number is being ported out: it leaves the inventory when that is done. Say so there, or cancel it first."
    ),
}
_NOT_PORTING = "This number is not being ported out."

TAKES_NONE: Mapping[Status, str] = {
    Status.SUSPENDED: "is suspended: it takes no new numbers and extensions until it is reactivated.",
    Status.CANCELLED: "is closed: it takes no numbers and extensions.",
}
"""Why a workspace of this status gets nothing new, behind its name."""


def acts_in(state: NumberState) -> tuple[Act, ...]:
    """What may be done to a number in this state, in the order in which it is offered."""
    return tuple(act for act, (begins, _) in MOVES.items() if begins is state)


def check_act(state: NumberState, act: Act) -> NumberState | None:
    """The state that follows; None where the number leaves the inventory. Raises Conflict, with the reason, unless the
    act is one of this state."""
    begins, ends = MOVES[act]
    if state is not begins:
        raise Conflict(_WHY.get((act, state), _NOT_PORTING))
    return ends


def check_takes(name: str, status: Status) -> None:
    """Conflict, with the reason, where a workspace of this name and status gets no new numbers and extensions."""
    if status in TAKES_NONE:
        raise Conflict(f"{name} {TAKES_NONE[status]}")


IMPORTED = Table(
    columns={
        "e164": "The whole number with + and its country code, such as +918047182200; spaces do not matter",
        "country": "Two letters, such as IN. Left empty: the country of its numbering plan",
        "kind": "local, mobile or toll_free. Left empty: what its numbering plan says",
    },
    required=("e164",),
    synonyms={
        "number": "e164",
        "phone": "e164",
        "phone_number": "e164",
        "did": "e164",
        "msisdn": "e164",
        "region": "country",
        "country_code": "country",
        "type": "kind",
        "number_type": "kind",
    },
    examples=(
        {"e164": "+918047182200", "country": "IN", "kind": "local"},
        {"e164": "+442079460018"},
    ),
    passed_over=(
        *("id", "state", "workspace", "workspace_name", "last_workspace", "last_workspace_name"),
        *("released_at", "porting_at", "created_at"),
    ),
)
"""What a file of numbers may hold: what is exported can be imported as it is."""
