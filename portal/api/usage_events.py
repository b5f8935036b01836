"""Usage events: CloudEvents, one or a batch, each counted exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from flask import request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from portal.api.calling import Call, operation
from portal.api.operations import JSON
from portal.api.problems import Fault, Problem, of_content
from portal.api.shapes import Told
from portal.operations import usage_events
from portal.operations.usage_events import Happened, Outcome, Result
from portal.rules.api_scopes import ApiScope
from portal.rules.usage_events import MOST, MOST_AT_ONCE, EventType

ONE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
NAME = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Data(BaseModel):
    """How much, and with whom."""

    model_config = ConfigDict(strict=True, frozen=True, use_attribute_docstrings=True)

    count: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1
    """Messages; of call.ended the begun minutes."""
    contact: Annotated[str, StringConstraints(max_length=128, pattern=r"^[^\x00-\x1f]*$")] = ""
    """Whatever key you know the contact by; whoever is sent a message is an active contact of the month."""


class Event(BaseModel):
    """A CloudEvent (1.0, structured). Further attributes are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, use_attribute_docstrings=True)

    specversion: Literal["1.0"]
    id: NAME
    """Unique for its source: the same source and id again is the same event."""
    source: NAME
    """Who reports it, for example /gateways/mumbai-1."""
    type: EventType
    subject: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    """The `id` of the workspace."""
    time: AwareDatetime
    """When it happened (RFC 3339), at most 35 days ago; it counts on that day of the workspace's time zone."""
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


_EVENT, _EVENTS = TypeAdapter(Event), TypeAdapter(list[Event])
_SAMPLE = {
    "specversion": "1.0",
    "id": "msg-8891-sent",
    "source": "/gateways/mumbai-1",
    "type": "message.sent",
    "subject": "ws_…",
    "time": "2026-11-21T11:00:00Z",
    "data": {"count": 1, "contact": "+918047182200"},
}


@operation(
    "POST",
    "/usage/events",
    ApiScope.USAGE_WRITE,
    body=bytes,
    takes=(ONE, BATCH),
    answer=Results,
    sample=_SAMPLE,
)
def report(call: Call) -> Results:
    """Report messages and calls.

    One event as application/cloudevents+json, or up to 1,000 as application/cloudevents-batch+json. An event counts
    exactly once by its `source` and `id`: after an error or a time-out send the same again. A batch is counted whole
    or, where the answer is an error, not at all; events in it that cannot be used are refused one by one and do not
    keep the others from being counted. `message.delivered` and `message.read` count on top of `message.sent`."""
    if request.mimetype == ONE:
        return _one(call)
    items, events, faults = _batch(call.body)
    taken = iter(usage_events.take([_happened(each) for each in events if each], call.now, call.only))
    results = [
        next(taken) if event else Result(Outcome.REFUSED, fault) for event, fault in zip(events, faults, strict=True)
    ]
    return _told([_named(each) for each in items], results)


def _one(call: Call) -> Results:
    try:
        event = _EVENT.validate_json(call.body)
    except ValidationError as error:
        raise of_content(error) from None
    result = usage_events.take([_happened(event)], call.now, call.only)[0]
    if result.outcome is Outcome.REFUSED:
        raise Problem("invalid", result.why, [Fault("pointer", "", result.why)])
    return _told([(event.id, event.source)], [result])


def _batch(body: bytes) -> tuple[Sequence[Any], list[Event | None], list[str]]:
    """The items as they were sent; the event that each is, or None; and what is wrong with it."""
    try:
        events = _EVENTS.validate_json(body)
    except ValidationError as error:
        return _some(body, error)
    _check_number(len(events))
    return events, list(events), [""] * len(events)


def _some(body: bytes, error: ValidationError) -> tuple[Sequence[Any], list[Event | None], list[str]]:
    """The same of a batch in which something cannot be used."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if not found[0]["loc"]:  # no JSON, or no array
        raise of_content(error)
    items = from_json(body)
    _check_number(len(items))
    faults = [""] * len(items)
    for each in reversed(found):
        number, *path = each["loc"]
        faults[int(number)] = f"{'.'.join(map(str, path)) or 'The event'}: {each['msg']}."
    good = iter(_EVENTS.validate_json(to_json([item for item, fault in zip(items, faults, strict=True) if not fault])))
    return items, [None if fault else next(good) for fault in faults], faults


def _check_number(count: int) -> None:
    if not 0 < count <= MOST:
        raise Problem("invalid", f"A batch has 1 to {MOST:,} events; this has {count:,}.", [Fault("pointer", "", "")])


def _happened(event: Event) -> Happened:
    data = event.data
    return Happened(event.source, event.id, event.type, event.subject, event.time, data.count, data.contact)


def _named(item: Any) -> tuple[str, str]:
    """Id and source, as far as they can be read."""
    if isinstance(item, Event):
        return item.id, item.source
    known = item if isinstance(item, dict) else {}
    return tuple(str(known[name])[:500] if isinstance(known.get(name), str) else "" for name in ("id", "source"))  # type: ignore[return-value]


def _told(names: Sequence[tuple[str, str]], results: Sequence[Result]) -> Results:
    sums = Counter(each.outcome for each in results)
    data = [
        ItemResult(id=event_id, source=source, result=each.outcome, detail=each.why)
        for (event_id, source), each in zip(names, results, strict=True)
    ]
    return Results(
        counted=sums[Outcome.COUNTED], duplicates=sums[Outcome.DUPLICATE], refused=sums[Outcome.REFUSED], data=data
    )


SHAPES = {ONE: Event, BATCH: list[Event], JSON: Event}
