"""Two versions of one thing: what somebody else saved meanwhile, and what was typed over an older one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that reads otherwise in both versions: what each says, and as the form sends it."""

    name: str
    label: str
    theirs: str
    mine: str
    theirs_value: str
    mine_value: str
