"""What a workspace may do: asked by the gateway before it lets anything through."""

from __future__ import annotations

import hashlib

from portal.api.calling import Answer, Call, operation
from portal.api.shapes import Told
from portal.queries import entitlements as queries
from portal.rules.api_scopes import ApiScope
from portal.rules.entitlements import Inbound, Outbound
from portal.rules.lifecycle import Status


class LimitNow(Told):
    """A limit as it is in force now."""

    effective: int
    """The figure in force: -1 unlimited, 0 none allowed."""
    source: str
    """Where it comes from: override, plan, free plan, not set."""
    used: int
    """For messages and minutes the greater of what was taken and what was reported, in the workspace's running month
    or day; for the others what there is."""


class Entitlements(Told):
    """What a workspace may do now."""

    workspace: str
    status: Status
    inbound: Inbound
    """normal; interrupted: answer "service interrupted"; closed: as if there was no such number."""
    outbound: Outbound
    """Whether it may send and call."""
    limits: dict[str, LimitNow]
    """All of them by name, such as monthly_messages."""


@operation(
    "GET",
    "/workspaces/{workspace}/entitlements",
    ApiScope.ENTITLEMENTS_READ,
    answer=Entitlements,
    headers={"If-None-Match": "The ETag that you have: 304 without a body where nothing is new."},
    answer_headers={"ETag": "Send it back in `If-None-Match`."},
)
def read(call: Call, workspace: str) -> Answer:
    """Read what a workspace may do.

    Ask again when a change of the workspace was announced, or every minute or so with `If-None-Match`."""
    found = queries.entitlements(workspace, call.now)
    limits = {
        each.limit.value: LimitNow(effective=each.effective.value, source=each.effective.source.value, used=each.used)
        for each in found.limits
    }
    told = Entitlements(
        workspace=found.workspace, status=found.status, inbound=found.inbound, outbound=found.outbound, limits=limits
    )
    return Answer(told, hashlib.sha256(told.model_dump_json().encode()).hexdigest()[:32])
