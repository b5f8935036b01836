"""Whether the database holds an example platform, real data, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import Organization, User, Workspace
from portal.queries.principals import platform


@dataclass(frozen=True, slots=True)
class Contents:
    """How much there is. `is_example`: marked as example data; `is_unfinished`: its loading or removal did not end."""

    users: int
    organizations: int
    workspaces: int
    is_example: bool
    is_unfinished: bool

    @property
    def is_empty(self) -> bool:
        """Nobody and nothing is here."""
        return not (self.users or self.organizations or self.workspaces)

    def words(self) -> str:
        """For a message."""
        if self.is_empty:
            return "it is empty"
        counts = (("user", self.users), ("organization", self.organizations), ("workspace", self.workspaces))
        return ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for noun, count in counts)


def contents() -> Contents:
    """Counted now."""
    mark = platform()
    users, organizations, workspaces = (
        db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (User, Organization, Workspace)
    )
    return Contents(users, organizations, workspaces, mark.is_example, mark.example_loading)
