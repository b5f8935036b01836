"""Batches: each of up to 1,000 items is read by itself, so that one that cannot be used keeps no other back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from portal.api.problems import MOST_FAULTS, Fault, Problem, faults_of, of_content
from portal.rules.usage_events import MOST

Item = TypeVar("Item", bound=BaseModel)
FAULTS = 20 * MOST_FAULTS  # of all items together


class Batch(NamedTuple, Generic[Item]):
    """The items as they were sent; what each is, or None; and what is wrong with it."""

    sent: Sequence[Any]
    items: Sequence[Item | None]
    faults: Sequence[str]


def several(shape: type[Item]) -> TypeAdapter[list[Item]]:
    """What reads a batch of these. It counts before it looks into them: what is wrong with a million items of two bytes
    would fill the memory."""
    return TypeAdapter(Annotated[list[shape], Field(max_length=MOST)])  # type: ignore[valid-type, arg-type]


def read(body: bytes, shape: TypeAdapter[list[Item]], one: str, many: str) -> Batch[Item]:
    """The batch in this body, by what `several` gave; `one`, `many`: what its items are called. Raises Problem where it
    is no JSON array, has none or too many, or too much of it cannot be used."""
    try:
        items = shape.validate_json(body)
    except ValidationError as error:
        return _some(body, shape, error, one, many)
    _check_number(len(items), many)
    return Batch(items, items, [""] * len(items))


def _some(body: bytes, shape: TypeAdapter[list[Item]], error: ValidationError, one: str, many: str) -> Batch[Item]:
    """The same where something in it cannot be used."""
    found = faults_of(error, FAULTS)
    if found[0]["type"] == "too_long" and not found[0]["loc"]:
        _check_number(len(from_json(body)), many)
    if not found[0]["loc"]:  # no JSON, or no array
        raise of_content(error)
    sent = from_json(body)
    _check_number(len(sent), many)
    faults = [""] * len(sent)
    for each in reversed(found):
        number, *path = each["loc"]
        faults[int(number)] = f"{'.'.join(map(str, path)) or f'The {one}'}: {each['msg']}."
    good = iter(shape.validate_json(to_json([item for item, fault in zip(sent, faults, strict=True) if not fault])))
    return Batch(sent, [None if fault else next(good) for fault in faults], faults)


def _check_number(count: int, many: str) -> None:
    if not 0 < count <= MOST:
        raise Problem("invalid", f"A batch has 1 to {MOST:,} {many}; this has {count:,}.", [Fault("pointer", "", "")])


def named(item: Any, *names: str) -> tuple[str, ...]:
    """The texts that an item has by these names, as far as they can be read."""
    if isinstance(item, BaseModel):
        return tuple(getattr(item, name) for name in names)
    known = item if isinstance(item, dict) else {}
    return tuple(str(known[name])[:500] if isinstance(known.get(name), str) else "" for name in names)
