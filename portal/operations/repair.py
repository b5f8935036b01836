"""Stored columns, totals and search are made true again here, whatever they held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from portal.models import User, Workspace, scope
from portal.operations.audit import record
from portal.operations.tally import recount
from portal.operations.unit import exclusively, unit
from portal.queries.health import plan_limits
from portal.queries.plan_limits import PlanLimits
from portal.queries.principals import platform
from portal.queries.truth import (
    account_differences,
    chunks_of_workspaces,
    derived_of,
    differences,
    health_of,
    owners_and_counts,
    workspace_total,
)
from portal.rules.actors import Actor
from portal.rules.platform import Platform

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""
INDEXES = ("workspace_search", "user_search")
REBUILD = "INSERT INTO {index}({index}) VALUES ('rebuild')"
TIDY = "INSERT INTO {index}({index}) VALUES ('optimize')"

_TABLE = Workspace.__table__
_PEOPLE = User.__table__
_OWNER = update(_TABLE).where(_TABLE.c.id == bindparam("key")).values(owner_id=bindparam("owner_id"))


@dataclass(frozen=True, slots=True)
class Repaired:
    """How many workspaces were rewritten."""

    workspaces: int


def repair(now: datetime, progress: Progress = lambda label, done, total: None) -> Repaired:
    """Every stored column, the totals and the search follow from the truth; health of what was wrong is as of `now`.
    In units of some hundred workspaces, so that people can go on working; may be run again at any time."""
    wrong = done = 0
    total = workspace_total()
    with scope.platform():
        settings, plans = platform(), plan_limits()
        for keys in chunks_of_workspaces():
            with unit() as session:
                session.execute(select(Workspace.id).where(Workspace.id.in_(keys)).with_for_update())
                found = sorted({each.key for each in differences(keys, settings, plans)})
                if found:
                    rewrite(session, found, now, settings, plans)
                    wrong += len(found)
            done += len(keys)
            progress("Repairing", done, total)
        with unit() as session:
            exclusively(session, "repair")
            rewrite_accounts(session)
            recount(session)
            rebuild_search(session)
            record("platform.derived_repaired", Actor.command("doctor", now), workspaces=wrong)
    return Repaired(wrong)


def rewrite(session: Session, keys: Sequence[int], now: datetime, settings: Platform, plans: PlanLimits) -> None:
    """All stored columns of these workspaces (integer keys) are true, in the open unit and within the platform's scope.
    The totals must be counted anew afterwards."""
    counted = owners_and_counts(keys)
    stored: dict[int, int | None] = dict(
        session.execute(select(Workspace.id, Workspace.owner_id).where(Workspace.id.in_(keys))).all()
    )
    owners = {key: columns.pop("owner_id") for key, columns in counted.items() if "owner_id" in columns}
    moved = [{"key": key, "owner_id": owner} for key, owner in owners.items() if stored[key] != owner]
    if moved:
        session.execute(_OWNER, moved)
    derived = derived_of(keys, settings)
    health = health_of(keys, now, settings, plans, {key: columns["status"] for key, columns in derived.items()})
    rows = [
        {"key": key, **derived[key], **counted[key], **health[key], "health_at": now if health[key]["health"] else None}
        for key in keys
    ]
    # One statement for all columns: each would rewrite the row's many index entries again.
    written: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "key"}
    session.execute(update(_TABLE).where(_TABLE.c.id == bindparam("key")).values(written), rows)
    session.expire_all()


def rewrite_accounts(session: Session) -> None:
    """Sort key and search text of every account follow from its name and address, in the open unit."""
    wrong = [{"key": each.key, each.column: each.true} for each in account_differences()]
    for column in ("name_key", "search_text"):
        rows = [row for row in wrong if column in row]
        if rows:
            found = update(_PEOPLE).where(_PEOPLE.c.id == bindparam("key")).values({column: bindparam(column)})
            session.execute(found, rows)


def rebuild_search(session: Session) -> None:
    """The search finds what `search_text` says. PostgreSQL's index cannot differ from its column."""
    if session.get_bind().dialect.name == "sqlite":
        for index in INDEXES:
            session.execute(text(REBUILD.format(index=index)))
        tidy_search(session)


def tidy_search(session: Session) -> None:
    """SQLite's search indexes are in one piece each. Many rows at once leave one in a dozen, each of which a search for
    a rare word looks into: thrice the time."""
    if session.get_bind().dialect.name == "sqlite":
        for index in INDEXES:
            session.execute(text(TIDY.format(index=index)))
