"""Two versions of a thing that is edited: what somebody else saved meanwhile, and what was typed over an older one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.rules.editing import Value


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that reads otherwise in both versions: what each says, and as the form sends it."""

    name: str
    label: str
    theirs: str
    mine: str
    theirs_value: str
    mine_value: str


def marks(texts: Mapping[str, Value]) -> str:
    """A short mark of each field as it stands, which the form brings back: so it is known later what was touched."""
    return " ".join(f"{name}:{_mark(value)}" for name, value in texts.items())


def touched(wanted: Mapping[str, Value], seen: str) -> dict[str, Value]:
    """Those fields that read otherwise than when these marks were made; all, where a field has none."""
    known = dict(each.partition(":")[::2] for each in seen.split())
    return {name: value for name, value in wanted.items() if known.get(name) != _mark(value)}


def differing(
    theirs: Mapping[str, Value],
    mine: Mapping[str, Value],
    label: Callable[[str], str],
    said: Callable[[str, Value], str],
) -> list[Difference]:
    """The fields of `mine` that read otherwise in `theirs`; `said`: a field's value as people read it."""
    return [
        Difference(
            name,
            label(name),
            said(name, theirs.get(name, "")),
            said(name, value),
            sent(theirs.get(name, "")),
            sent(value),
        )
        for name, value in mine.items()
        if sent(theirs.get(name, "")).strip() != sent(value).strip()
    ]


def sent(value: Value) -> str:
    """A field's value as the form sends it."""
    return ("1" if value else "0") if isinstance(value, bool) else value


def _mark(value: Value) -> str:
    text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else str(value)
    return hashlib.sha256(text.encode()).hexdigest()[:10]
