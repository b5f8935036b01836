"""What needs attention on a page of customers: one thing each, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

SOON = timedelta(days=3)
RANK = ("risk", "watch", "info")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing: `level` risk, watch or info; `action`: label and address, where the person may open it."""

    level: str
    title: str
    text: str
    action: tuple[str, str] | None


def ranked(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The most urgent first, else as they come."""
    return tuple(sorted(entries, key=lambda entry: RANK.index(entry.level)))
