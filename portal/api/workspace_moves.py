"""What becomes of a workspace: activated, closed, restored. An illegal move is refused with the reason."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from portal.api.calling import Answer, Call, operation
from portal.api.shapes import Shape, Text, Told
from portal.api.workspace_shapes import Workspace
from portal.api.workspaces import told_now
from portal.operations import closing, holds
from portal.rules.api_scopes import ApiScope

MOST_NUMBERS = 10_000


class Confirmed(Shape):
    """What is closed, by its name."""

    confirm_name: Text
    """The workspace's name, exactly."""
    porting_out: Annotated[list[Text], Field(max_length=MOST_NUMBERS)] = []
    """Its numbers (E.164) that are being ported out. All have to be named: that goes on after closing."""


class Restored(Told):
    """What came back."""

    workspace: Workspace
    numbers_returned: list[str]
    """E.164."""
    numbers_reassigned: list[str]
    """Those that others have meanwhile."""
    numbers_gone: list[str]
    """Those that are in the inventory no longer."""


@operation(
    "POST",
    "/workspaces/{workspace}/activate",
    ApiScope.WORKSPACES_LIFECYCLE,
    answer=Workspace,
    once=True,
    refuses=("conflict",),
)
def activate(call: Call, workspace: str) -> Answer:
    """Turn a trial into a paying customer.

    A hold of an ended trial is lifted with it; other holds stay."""
    holds.activate(workspace, call.by)
    return told_now(call, workspace)


@operation(
    "POST",
    "/workspaces/{workspace}/cancel",
    ApiScope.WORKSPACES_LIFECYCLE,
    body=Confirmed,
    answer=Workspace,
    once=True,
    refuses=("conflict",),
    sample={"confirm_name": "Acme"},
)
def cancel(call: Call, workspace: str) -> Answer:
    """Close a workspace.

    Its numbers go back to the inventory, its extensions are unregistered, its broadcasts stopped. It can be
    restored for 90 days, and is purged then."""
    closing.close(workspace, call.body.confirm_name, call.by, told=call.body.porting_out)
    return told_now(call, workspace)


@operation(
    "POST",
    "/workspaces/{workspace}/restore",
    ApiScope.WORKSPACES_LIFECYCLE,
    answer=Restored,
    once=True,
    refuses=("conflict",),
)
def restore(call: Call, workspace: str) -> Restored:
    """Restore a closed workspace.

    With those of its numbers that are still free; the others are named."""
    back = closing.restore(workspace, call.by)
    found = told_now(call, workspace).content
    return Restored(
        workspace=found,  # type: ignore[arg-type]
        numbers_returned=list(back.returned),
        numbers_reassigned=list(back.reassigned),
        numbers_gone=list(back.gone),
    )
