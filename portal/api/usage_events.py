"""Usage events: CloudEvents, one or a batch, each counted exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal

from flask import request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from portal.api import batches
from portal.api.calling import Call, operation
from portal.api.problems import Fault, Problem, of_content
from portal.api.shapes import Name, Told, WorkspaceId
from portal.operations import usage_events
from portal.operations.usage_events import Happened, Outcome, Result
from portal.rules.api_scopes import ApiScope
from portal.rules.usage_events import MOST_AT_ONCE, EventType

ONE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"


class Data(BaseModel):
    """How much, and with whom."""

    model_config = ConfigDict(strict=True, frozen=True, use_attribute_docstrings=True)

    count: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1
    """Messages; of call.ended the begun minutes."""
    contact: Annotated[str, StringConstraints(max_length=128, pattern=r"^[^\x00-\x1f]*$")] = ""
    """Whatever key you know the contact by; whoever is sent a message is an active contact of the month."""
    message: Annotated[str, StringConstraints(max_length=500)] = ""
    """Of message.sent, and of one message: your own id of it, by which receipts tell what became of it."""


class Event(BaseModel):
    """A CloudEvent (1.0, structured). Further attributes are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, use_attribute_docstrings=True)

    specversion: Literal["1.0"]
    id: Name
    """Unique for its source: the same source and id again is the same event."""
    source: Name
    """Who reports it, for example /gateways/mumbai-1."""
    type: EventType
    subject: WorkspaceId
    """The `id` of the workspace."""
    time: AwareDatetime
    """When it happened (RFC 3339), at most 35 days ago, and at most 10 minutes ahead of Portal's clock; it counts on
    that day of the workspace's time zone."""
    data: Data = Data()


class ItemResult(Told):
    """What became of an event."""

    id: str
    source: str
    result: Outcome
    detail: str
    """Why it was refused; else blank."""


class Results(Told):
    """What became of each, in the order in which they were sent."""

    counted: int
    duplicates: int
    refused: int
    data: list[ItemResult]


_EVENT, _EVENTS = TypeAdapter(Event), batches.several(Event)
_SAMPLE = {
    "specversion": "1.0",
    "id": "msg-8891-sent",
    "source": "/gateways/mumbai-1",
    "type": "message.sent",
    "subject": "ws_…",
    "time": "2026-11-21T11:00:00Z",
    "data": {"count": 1, "contact": "+918047182200", "message": "msg-8891"},
}


@operation(
    "POST",
    "/usage/events",
    ApiScope.USAGE_WRITE,
    body=bytes,
    takes=(ONE, BATCH),
    shapes={ONE: Event, BATCH: list[Event]},
    answer=Results,
    sample=_SAMPLE,
)
def report(call: Call) -> Results:
    """Report messages and calls.

    One event as application/cloudevents+json, or up to 1,000 as application/cloudevents-batch+json. An event counts
    exactly once by its `source` and `id`: after an error or a time-out send the same again. A batch is counted whole
    or, where the answer is an error, not at all; events in it that cannot be used are refused one by one and do not
    keep the others from being counted. `message.delivered` and `message.read` count on top of `message.sent`; where the
    event names its message, report that by receipts instead."""
    if request.mimetype == ONE:
        return _one(call)
    batch = batches.read(call.body, _EVENTS, "event", "events")
    taken = iter(usage_events.take([_happened(each) for each in batch.items if each], call.now, call.only))
    results = [
        next(taken) if event else Result(Outcome.REFUSED, fault)
        for event, fault in zip(batch.items, batch.faults, strict=True)
    ]
    return _told([batches.named(each, "id", "source") for each in batch.sent], results)


def _one(call: Call) -> Results:
    try:
        event = _EVENT.validate_json(call.body)
    except ValidationError as error:
        raise of_content(error) from None
    result = usage_events.take([_happened(event)], call.now, call.only)[0]
    if result.outcome is Outcome.REFUSED:
        raise Problem("invalid", result.why, [Fault("pointer", "", result.why)])
    return _told([(event.id, event.source)], [result])


def _happened(event: Event) -> Happened:
    data = event.data
    return Happened(
        event.source, event.id, event.type, event.subject, event.time, data.count, data.contact, data.message
    )


def _told(names: Sequence[tuple[str, ...]], results: Sequence[Result]) -> Results:
    sums = Counter(each.outcome for each in results)
    data = [
        ItemResult(id=event_id, source=source, result=each.outcome, detail=each.why)
        for (event_id, source), each in zip(names, results, strict=True)
    ]
    return Results(
        counted=sums[Outcome.COUNTED], duplicates=sums[Outcome.DUPLICATE], refused=sums[Outcome.REFUSED], data=data
    )
