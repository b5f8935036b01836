"""What a program with an API key may do: the scopes, one table.

The checks, the screen on which keys are made, and the API's own description are drawn from it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from portal.rules.access import Permission, Worded


class ApiScope(Worded):
    """`resource:action`, with its words for the screen."""

    ENTITLEMENTS_READ = "entitlements:read", "Read what a workspace may do: status, limits, what is used"
    LIMITS_TAKE = "limits:take", "Take messages and minutes from a workspace’s limits before they are sent"
    USAGE_WRITE = "usage:write", "Report messages and calls, and what became of messages"
    RECORDINGS_WRITE = "recordings:write", "Report recordings of calls and voicemails, with their transcripts"
    CHANGES_READ = "changes:read", "Read what changed: the feed for whoever missed a webhook"
    WORKSPACES_READ = "workspaces:read", "List and read workspaces, with their holds and overrides"
    WORKSPACES_WRITE = "workspaces:write", "Create workspaces and change their fields"
    WORKSPACES_LIFECYCLE = "workspaces:lifecycle", "Activate, suspend, reactivate, close and restore workspaces"
    OVERRIDES_WRITE = "overrides:write", "Set and remove a workspace’s own limits"

    @property
    def reads(self) -> bool:
        """Whether it only reads."""
        return self.value.endswith(":read")


P = Permission
GIVES: Mapping[ApiScope, frozenset[Permission]] = {
    ApiScope.WORKSPACES_WRITE: frozenset(
        {P.WORKSPACE_CREATE, P.WORKSPACE_CHANGE, P.WORKSPACE_EDIT, P.WORKSPACE_PLAN, P.WORKSPACE_OWNER}
    ),
    ApiScope.WORKSPACES_LIFECYCLE: frozenset(
        {
            P.WORKSPACE_ACTIVATE,
            P.WORKSPACE_SUSPEND,
            P.WORKSPACE_REACTIVATE,
            P.WORKSPACE_CLOSE,
            P.WORKSPACE_RESTORE,
            P.HOLD_AUTOMATIC,
            P.HOLD_ABUSE,
            P.HOLD_PAST_DUE,
            P.ORGANIZATION_SUSPEND,
        }
    ),
    ApiScope.OVERRIDES_WRITE: frozenset({P.WORKSPACE_LIMITS}),
}
"""What operations that ask for permissions are told that the program has; scopes that are not here give none."""

BEYOND = frozenset(
    {
        P.WORKSPACE_CREATE,
        P.HOLD_ABUSE,
        P.HOLD_PAST_DUE,
        P.ORGANIZATION_SUSPEND,
        P.WORKSPACE_OWNER,
        P.WORKSPACE_PLAN,
    }
)
"""What reaches beyond one workspace: a key for one has none of it. The owner may be anybody who has an account, and
that of a primary workspace is an admin of its whole organization; what it pays, and whether it is abused, is not for
its own program to say, and the plan of a primary prices all of them."""


def permissions_of(scopes: Collection[ApiScope], *, one_workspace: bool) -> frozenset[Permission]:
    """What a key with these scopes may do; `one_workspace`: it is for one alone."""
    given = frozenset[Permission]().union(*(GIVES.get(scope, frozenset()) for scope in scopes))
    return given - BEYOND if one_workspace else given
