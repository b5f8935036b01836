"""Operations of the API: each declares its address, scope, and the shapes of what it takes and answers. Its route, the
checks before it and its description are drawn from that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

from portal.rules.api_scopes import ApiScope

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One of them. `path` below /api/v1, its parameters in braces; `once`: it takes an `Idempotency-Key`; `takes`: the
    kinds of content that the body may be; `shapes`: that of each, where the operation looks into the body itself (it is
    `bytes`); `refuses`: kinds of
    problems beside those that every operation may answer with; `headers` of the request, with what they are for;
    `sample`: a body to show; `places`: see `Places`."""

    name: str
    method: str
    path: str
    scope: ApiScope
    summary: str
    about: str
    answer: Any
    status: int = 200
    query: type[BaseModel] | None = None
    body: Any = None
    takes: Sequence[str] = (JSON,)
    shapes: Mapping[str, Any] = field(default_factory=dict)
    once: bool = False
    refuses: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    sample: Any = None
    places: Mapping[str, str] = field(default_factory=dict)


View = TypeVar("View", bound=Callable[..., Any])


def described(view: Callable[..., Any]) -> tuple[str, str]:
    """Summary and further words: the first line of its description, and the rest."""
    first, _, rest = (view.__doc__ or "").partition("\n")
    return first.strip().removesuffix("."), " ".join(rest.split())
