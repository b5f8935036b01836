"""A whole database as one file, as of one instant, while others go on writing; and back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

IN_USE = "Portal is running on this database. Stop every `portal serve` first: what people do meanwhile would be lost."
NO_TABLES = "The database has no tables of Portal: run `portal init`."
VERSION = "SELECT version_num FROM alembic_version"

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What a file holds: the revision of its tables, and how many rows each has."""

    revision: str
    rows: Mapping[str, int]


class Database(Protocol):
    """One that can be saved to a file and loaded from it. `kind`: sqlite or postgresql."""

    kind: str

    def beside(self, instance: Path) -> Path:
        """The folder in which the file for `load` is to be made."""

    def save(self, file: Path, told: Progress) -> Saved:
        """The file, which is there and empty, holds everything as of one instant."""

    def load(self, file: Path, tables: Collection[str], told: Progress, *, whole: bool = False) -> None:
        """The database is what the file holds; these tables, and those of the file, are replaced, all or none; `whole`:
        and no other is left, such as one of a later version. The file may be gone afterwards; it was made in the folder
        `beside`. Raises Conflict while Portal runs on it."""

    def rows(self, tables: Collection[str]) -> dict[str, int]:
        """How many rows these tables hold."""
