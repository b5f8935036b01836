"""Receipts: what became of messages that a gateway has sent."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import AwareDatetime

from portal.api import batches
from portal.api.calling import Call, operation
from portal.api.operations import JSON
from portal.api.shapes import Name, Shape, Told, WorkspaceId
from portal.operations import messages
from portal.operations.messages import Outcome, Receipt, Result
from portal.rules.api_scopes import ApiScope
from portal.rules.messages import MessageState


class ReceiptIn(Shape):
    """A receipt."""

    workspace: WorkspaceId
    """The `id` of the workspace."""
    source: Name
    """As the message.sent event said that named the message."""
    message: Name
    """Your own id of the message: `data.message` of that event."""
    state: Literal["delivered", "read", "failed"]
    """What was read was delivered, too."""
    time: AwareDatetime
    """When that happened (RFC 3339), at most 35 days ago, and at most 10 minutes ahead of Portal's clock."""


class ReceiptResult(Told):
    """What became of a receipt."""

    source: str
    message: str
    result: Outcome
    detail: str
    """Why it did not count, and what to do; blank where that is plain."""


class Receipts(Told):
    """What became of each, in the order in which they were sent."""

    counted: int
    duplicates: int
    unknown: int
    refused: int
    data: list[ReceiptResult]


_RECEIPTS = batches.several(ReceiptIn)
_SAMPLE = [
    {
        "workspace": "ws_…",
        "source": "/gateways/mumbai-1",
        "message": "msg-8891",
        "state": "delivered",
        "time": "2026-11-21T11:00:04Z",
    }
]


@operation(
    "POST",
    "/messages/receipts",
    ApiScope.USAGE_WRITE,
    body=bytes,
    shapes={JSON: list[ReceiptIn]},
    answer=Receipts,
    sample=_SAMPLE,
)
def report(call: Call) -> Receipts:
    """Report what became of messages.

    Up to 1,000 receipts for messages that a `message.sent` event has named in `data.message`. They may come in any
    order and twice: each state counts once, on the day on which the message was sent. `read` counts as delivered too;
    `delivered` after `read`, or `failed` after either, is a `duplicate` and changes nothing; a message that is
    delivered after all is no longer failed. `unknown` is a message that no event has named: report that first, then
    send the receipt again. A batch is counted whole or, where the answer is an error, not at all. Report a message by
    receipts or by `message.delivered`, `message.read` and `message.failed` events, not by both."""
    batch = batches.read(call.body, _RECEIPTS, "receipt", "receipts")
    taken = iter(messages.take([_receipt(each) for each in batch.items if each], call.now, call.only))
    results = [
        next(taken) if item else Result(Outcome.REFUSED, fault)
        for item, fault in zip(batch.items, batch.faults, strict=True)
    ]
    sums = Counter(each.outcome for each in results)
    told = []
    for item, each in zip(batch.sent, results, strict=True):
        source, message = batches.named(item, "source", "message")
        told.append(ReceiptResult(source=source, message=message, result=each.outcome, detail=each.why))
    return Receipts(
        counted=sums[Outcome.COUNTED],
        duplicates=sums[Outcome.DUPLICATE],
        unknown=sums[Outcome.UNKNOWN],
        refused=sums[Outcome.REFUSED],
        data=told,
    )


def _receipt(told: ReceiptIn) -> Receipt:
    return Receipt(told.workspace, told.source, told.message, MessageState(told.state), told.time)
