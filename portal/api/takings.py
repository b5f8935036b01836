"""Taking from limits: what the gateway does before it sends."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from portal.api.calling import Call, operation
from portal.api.shapes import Shape, Told
from portal.operations import takings
from portal.rules.api_scopes import ApiScope
from portal.rules.limits import Limit
from portal.rules.usage_events import MOST_AT_ONCE


class Taking(Shape):
    """What is about to be sent."""

    limit: Literal["monthly_messages", "daily_messages", "monthly_minutes"] = "monthly_messages"
    """A message is one of the day and of the month, whichever of the two is named: it is taken from both."""
    count: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1
    """Messages, or minutes: all of them or none."""


class Left(Told):
    """A limit that it was taken from."""

    limit: Limit
    effective: int
    """The figure in force: -1 unlimited."""
    used: int


class Taken(Told):
    """It was taken."""

    count: int
    limits: list[Left]


@operation(
    "POST",
    "/workspaces/{workspace}/limits/take",
    ApiScope.LIMITS_TAKE,
    body=Taking,
    answer=Taken,
    once=True,
    refuses=("limit-reached", "conflict"),
    sample={"limit": "monthly_messages", "count": 1},
)
def take(call: Call, workspace: str) -> Taken:
    """Take from a limit before sending.

    Of many who want the last one, exactly one has it. What was taken is not given back by a failure: failures count.
    `conflict` where the workspace may not send at all, `limit-reached` where it does not fit; then nothing is taken.
    Report what was sent as usage events all the same: what is used is the greater of the two."""
    left = takings.take(workspace, Limit(call.body.limit), call.body.count, call.by)
    return Taken(
        count=call.body.count,
        limits=[Left(limit=each.limit, effective=each.effective, used=each.used) for each in left],
    )
