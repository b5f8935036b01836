"""What the stored columns of workspaces and accounts should hold, and where they hold something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import User, Workspace
from portal.queries.counts import COUNTS, counts_of, owners_of
from portal.queries.health import facts_of
from portal.queries.plan_limits import PlanLimits
from portal.queries.purges import UNDER_WAY
from portal.queries.sources import sources_of
from portal.rules.health import Assessment, assess
from portal.rules.lifecycle import Status
from portal.rules.listing import HEALTH_RANK, Derived, derive
from portal.rules.platform import Platform
from portal.rules.text import search_text, sort_key

CHUNK = 500  # workspaces at a time
DERIVED = tuple(Derived.__dataclass_fields__)
HEALTH = ("health", "health_rank", "health_reasons", "near_cap")

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A column of a workspace, or of an account, that does not hold what it should: integer key and public id."""

    key: int
    public_id: str
    column: str
    stored: Any
    true: Any


def chunks_of_workspaces(size: int = CHUNK) -> Iterator[list[int]]:
    """The integer keys of all workspaces but those that are being purged, in order, so many at a time."""
    last = 0
    query = select(Workspace.id).where(~UNDER_WAY).order_by(Workspace.id).limit(size)
    while True:
        keys = list(db.session.scalars(query.where(Workspace.id > last)))
        if not keys:
            return
        yield keys
        last = keys[-1]


def workspace_total() -> int:
    """How many workspaces there are, those in the trash included, but not those that are being purged."""
    return db.session.scalar(select(func.count()).select_from(Workspace).where(~UNDER_WAY)) or 0


def owners_and_counts(workspaces: Sequence[int]) -> dict[int, Columns]:
    """The owner and the counts of these workspaces; where there is no owner, or several, the column is left out."""
    owners = owners_of(workspaces)
    found: dict[int, Columns] = {}
    for key, counts in counts_of(workspaces).items():
        owner = owners.get(key, [])
        found[key] = {**counts, **({"owner_id": owner[0]} if len(owner) == 1 else {})}
    return found


def derived_of(workspaces: Sequence[int], settings: Platform) -> dict[int, Columns]:
    """Status, MRR, keys and search text, from the plan, the holds and the owner as they are stored."""
    sources = sources_of(workspaces)
    return {key: asdict(derive(each, settings.reporting_currency, settings.rates)) for key, each in sources.items()}


def health_of(
    workspaces: Sequence[int],
    at: Mapping[int, datetime] | datetime,
    settings: Platform,
    plans: PlanLimits,
    statuses: Mapping[int, Status] | None = None,
) -> dict[int, Columns]:
    """The health columns at an instant, or at one of each workspace's own. `statuses`: as in `facts_of`."""
    facts = facts_of(workspaces, at, plans, statuses)
    return {
        key: health_columns(assess(each, settings.thresholds, at if isinstance(at, datetime) else at[key]))
        for key, each in facts.items()
    }


def health_columns(assessment: Assessment) -> Columns:
    """An assessment as it is stored, without its instant."""
    level = assessment.level
    return {
        "health": level,
        "health_rank": HEALTH_RANK[level] if level else None,
        "health_reasons": [reason.as_json() for reason in assessment.reasons],
        "near_cap": assessment.near_cap,
    }


_STORED = select(
    Workspace.id,
    Workspace.public_id,
    Workspace.health_at,
    Workspace.last_seen_at,
    *(getattr(Workspace, name) for name in (*DERIVED, *COUNTS, "owner_id", *HEALTH)),
)


def differences(workspaces: Sequence[int], settings: Platform, plans: PlanLimits) -> list[Difference]:
    """Every stored column of these workspaces that differs from the truth.

    Health is compared as of the instant at which it was assessed. Somebody seen since then changes it rightly, and the
    next assessment will say so: such a workspace is passed over, like one that was never assessed."""
    rows = {row["id"]: row for row in db.session.execute(_STORED.where(Workspace.id.in_(workspaces))).mappings()}
    true = derived_of(workspaces, settings)
    for key, columns in owners_and_counts(workspaces).items():
        true[key].update(columns)
    assessed = {key: row["health_at"] for key, row in rows.items() if _comparable(row)}
    for key, columns in health_of(list(assessed), assessed, settings, plans).items():
        true[key].update(columns)
    return [
        Difference(key, rows[key]["public_id"], name, rows[key][name], value)
        for key, columns in sorted(true.items())
        for name, value in columns.items()
        if rows[key][name] != value
    ]


def account_differences() -> Iterator[Difference]:
    """Every stored column of an account that does not follow from its name and address."""
    query = select(User.id, User.public_id, User.name, User.email, User.name_key, User.search_text).order_by(User.id)
    for key, public_id, name, email, name_key, text in db.session.execute(
        query, execution_options={"yield_per": CHUNK}
    ):
        true = (("name_key", name_key, sort_key(name)), ("search_text", text, search_text(name, email)))
        yield from (Difference(key, public_id, column, there, right) for column, there, right in true if there != right)


def _comparable(row: Any) -> bool:
    at, seen = row["health_at"], row["last_seen_at"]
    return at is not None and (seen is None or seen <= at)
