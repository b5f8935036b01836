"""What a workspace may do now: its status, and its limits with what is used of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.models import Workspace, scope
from portal.queries import detail
from portal.queries.detail import Profile
from portal.queries.limits import LimitState
from portal.queries.spend import spends_of
from portal.rules.entitlements import Inbound, Outbound, inbound_of, outbound_of
from portal.rules.lifecycle import Status
from portal.rules.spending import blocks


@dataclass(frozen=True, slots=True)
class Entitlements:
    """As of the instant asked for. `limits` are all nine, in the catalogue's order."""

    workspace: str
    status: Status
    inbound: Inbound
    outbound: Outbound
    limits: tuple[LimitState, ...]


def entitlements(workspace: str, now: datetime) -> Entitlements:
    """Those of the workspace with this public id; raises NotFound."""
    with scope.platform():
        stands = detail.standing(workspace, now)
        found = stands.profile
        return Entitlements(
            found.public_id,
            found.status,
            inbound_of(found.status),
            outbound_of(found.status, spent_out=_spent_out(found, now)),
            stands.limits,
        )


def _spent_out(found: Profile, now: datetime) -> bool:
    """Whether the spend of the running month has reached a cap that blocks."""

    def spend() -> int:
        return spends_of(Workspace.id == found.key, now).get(found.key, 0)

    return blocks(found.status, found.suspension_behaviour, found.spend_cap, spend)
