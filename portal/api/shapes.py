"""What the bodies of requests and answers are made of."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from portal.rules.money import LARGEST_MINOR

HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
PAGE = 20
MOST = 100  # entries of a list


class Shape(BaseModel):
    """A JSON object without members that nobody knows."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class Told(BaseModel):
    """A JSON object of an answer, which may have more members some day."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Asked(BaseModel):
    """The parameters of an address, which are texts."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Pages(Asked):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = PAGE
    """How many entries at most."""
    starting_after: Annotated[str, StringConstraints(max_length=40)] = ""
    """The `id` of the last entry that you have; blank for the first page."""


def legible(text: str) -> str:
    """The text itself; ValueError where something in it cannot be seen."""
    if HIDDEN.search(text):
        raise ValueError("There is a control character in it.")
    return text


Text = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(legible)]
LongText = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(legible)]
Amount = Annotated[int, Field(ge=0, le=LARGEST_MINOR)]
"""Minor units of the workspace's currency."""
Instant = datetime
"""RFC 3339, in UTC."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""What a program calls something of its own."""
WorkspaceId = Annotated[str, StringConstraints(min_length=1, max_length=40)]

T = TypeVar("T")


class Page(Told, Generic[T]):
    """A part of a list."""

    data: list[T]
    has_more: bool
    """Whether there are more behind the last of these."""


class ErrorPlace(Told):
    """One thing at fault: `pointer` into the body, or `parameter` of the address, or `header`."""

    pointer: str | SkipJsonSchema[None] = None
    parameter: str | SkipJsonSchema[None] = None
    header: str | SkipJsonSchema[None] = None
    detail: str


class ProblemBody(Told):
    """What went wrong (RFC 9457)."""

    type: str
    """Its kind, as an address at which it is explained."""
    title: str
    status: int
    detail: str
    request_id: str
    """Quote it to whoever runs Portal."""
    errors: list[ErrorPlace] | SkipJsonSchema[None] = None
