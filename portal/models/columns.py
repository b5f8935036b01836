"""Kinds of columns and mixins that the tables share."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, ForeignKey, Integer, MetaData, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from portal.base import ids

NAME = 200  # characters of a name; longer input is refused at its field, not cut
KEY = 240  # characters of a folded name that a list sorts by: folding may lengthen


def choice(kind: type[StrEnum], name: str) -> Enum:
    """A column that holds the values of a StrEnum, checked by the database."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


def public_id(prefix: str) -> Mapped[str]:
    """The random id by which people and machines know the row."""
    return mapped_column(String(24), unique=True, default=lambda: ids.new(prefix))


def sort_key(**options: Any) -> Mapped[Any]:
    """A folded text to sort by, compared byte by byte on both databases."""
    return mapped_column(String(KEY).with_variant(String(KEY, collation="C"), "postgresql"), **options)


class Row:
    """An integer key that stays inside the program and, on SQLite, is never used twice."""

    metadata: MetaData

    id: Mapped[int] = mapped_column(Integer, primary_key=True)

    @declared_attr.directive
    def __table_args__(cls) -> Any:
        """AUTOINCREMENT, and the table's own `constraints`."""
        return (*getattr(cls, "constraints", ()), {"sqlite_autoincrement": True})


class OfWorkspace:
    """A row that belongs to one workspace: read only inside a scope (see `portal.models.scope`)."""

    @declared_attr
    def workspace_id(cls) -> Mapped[int]:
        """The workspace it belongs to; goes with it."""
        return mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), index=True)
