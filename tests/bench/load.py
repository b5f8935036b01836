"""Loads the rows of the peers' benchmark into Portal's own tables.

Every owner becomes a user and an organization; amounts are taken as USD. Stored columns hold the benchmark's own
figures, so that its row check can compare them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from portal.base.db import Base, db
from portal.base.hashing import hash_password
from portal.models import (
    DailyUsage,
    Membership,
    Organization,
    OrganizationMember,
    Plan,
    PlanLimit,
    PlanPrice,
    PlatformSettings,
    User,
    Workspace,
)
from portal.operations.repair import tidy_search
from portal.operations.tally import recount
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole, StaffRole, WorkspaceRole
from portal.rules.health import Level
from portal.rules.lifecycle import Stage, Status
from portal.rules.limits import Limit
from portal.rules.listing import HEALTH_RANK
from portal.rules.platform import Platform
from portal.rules.pricing import Cycle
from portal.rules.text import search_text, sort_key

COLOURS = ("slate", "sky", "moss", "violet", "ochre", "rose")
BATCH = 5_000
PASSWORD = "bench"


def numbered(prefix: str, key: int) -> str:
    """The public id that the benchmark's driver expects for a row."""
    return f"{prefix}_{key:016d}"


def load(plans: list[tuple[Any, ...]], accounts: Iterable[Any], workspaces: list[Any], usage: Iterable[Any]) -> None:
    """Fill an empty, migrated database; `plans`, `accounts`, `workspaces`, `usage` as the generator makes them."""
    created = datetime(2023, 1, 1, tzinfo=UTC)
    people = list(accounts)
    with unit() as session:
        connection = session.connection()
        _platform(connection, created)
        _plans(connection, plans, created)
        _people(connection, people, created)
        names = {key: (name, email) for key, name, email in people}
        plan_names = {plan[0]: plan[2] for plan in plans}
        _bulk(connection, Workspace, _workspaces(workspaces, names, plan_names))
        owners = ((row[0], row[3], WorkspaceRole.OWNER, created) for row in workspaces)
        _bulk(connection, Membership, _dicts("workspace_id user_id role created_at", owners))
        days = ((key, date.fromisoformat(day), *counts) for key, day, *counts in usage)
        _bulk(connection, DailyUsage, _dicts("workspace_id day sent delivered read", days))
        recount(session)
        tidy_search(session)
        _advance(connection)
    with db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if db.engine.dialect.name == "sqlite":
            connection.execute(text("ANALYZE"))
        else:
            _vacuum(connection)


def _vacuum(connection: Connection) -> None:
    """Until every page of the list is marked as visible to all. That takes a CHECKPOINT where the server commits
    asynchronously, and that nobody, such as autovacuum's ANALYZE, still looks at what was before: else every walk of an
    index would fetch each of its rows as well, which makes page 500 six times as slow."""
    marked = text("SELECT relallvisible >= relpages FROM pg_class WHERE oid = 'workspace'::regclass")
    for _ in range(60):
        connection.execute(text("CHECKPOINT"))
        connection.execute(text("VACUUM ANALYZE"))
        if connection.scalar(marked):
            return
        time.sleep(1)
    raise RuntimeError("the rows are not visible to all: who else is in this database?")


def _platform(connection: Connection, created: datetime) -> None:
    settings = Platform(is_example=True, reporting_currency="USD", default_currency="USD", timezone="UTC")
    connection.execute(insert(PlatformSettings).values(id=1, settings=settings.stored()))
    connection.execute(
        insert(User).values(
            id=10_000_000,
            public_id=numbered("usr", 10_000_000),
            name="Bench Admin",
            name_key="bench admin",
            email="admin@example.test",
            email_key="admin@example.test",
            password_hash=hash_password(PASSWORD),
            staff_role=StaffRole.OWNER,
            created_at=created,
        )
    )


def _plans(connection: Connection, plans: list[tuple[Any, ...]], created: datetime) -> None:
    for (key, _, name, _, price), colour in zip(plans, COLOURS, strict=True):
        connection.execute(
            insert(Plan).values(
                id=key,
                public_id=numbered("pln", key),
                name=name,
                name_key=sort_key(name),
                colour=colour,
                is_free=price == 0,
                created_at=created,
            )
        )
        for cycle, months in ((Cycle.MONTHLY, 1), (Cycle.QUARTERLY, 3), (Cycle.ANNUAL, 10)):
            values = {"plan_id": key, "cycle": cycle, "currency": "USD", "amount_minor": price * months}
            connection.execute(insert(PlanPrice).values(**values))
        for limit in Limit:
            connection.execute(insert(PlanLimit).values(plan_id=key, name=limit, value=key * 10_000))


def _people(connection: Connection, people: list[Any], created: datetime) -> None:
    password_hash = hash_password(PASSWORD)  # they are at work: nobody waits for an invitation
    _bulk(
        connection,
        User,
        (
            {
                "id": key,
                "public_id": numbered("usr", key),
                "name": name,
                "name_key": sort_key(name),
                "email": email,
                "email_key": email.casefold(),
                "password_hash": password_hash,
                "created_at": created,
            }
            for key, name, email in people
        ),
    )
    _bulk(
        connection,
        Organization,
        (
            {
                "id": key,
                "public_id": numbered("org", key),
                "name": name,
                "name_key": sort_key(name),
                "slug": f"org-{key}",
                "currency": "USD",
                "created_at": created,
            }
            for key, name, _ in people
        ),
    )
    members = ((key, key, OrganizationRole.ADMIN, created) for key, _, _ in people)
    _bulk(connection, OrganizationMember, _dicts("organization_id user_id role created_at", members))


def _workspaces(rows: Iterable[Any], names: dict[int, Any], plans: dict[int, str]) -> Iterator[dict[str, Any]]:
    primary_of: set[int] = set()
    for row in rows:
        owner = row[3]
        yield _workspace(row, *names[owner], plans[row[4]], is_primary=owner not in primary_of)
        primary_of.add(owner)


def _workspace(row: Any, owner: str, email: str, plan: str, *, is_primary: bool) -> dict[str, Any]:
    (key, name, slug, owner_id, plan_id, status, cycle, _, country, industry, timezone, _, note, created, seen) = row[
        :15
    ]
    return {
        "id": key,
        "public_id": numbered("ws", key),
        "organization_id": owner_id,
        "is_primary": is_primary,
        "name": name,
        "web_address": slug,
        "sip_prefix": f"s{key}",
        "plan_id": plan_id,
        "billing_cycle": Cycle(cycle),
        "country": country,
        "industry": industry,
        "timezone": timezone,
        "admin_note": note or "",
        "stage": Stage.TRIAL if status == "trial" else Stage.ACTIVE,
        "activated_on": None if status == "trial" else date.fromisoformat(created[:10]),
        "created_at": datetime.fromisoformat(created).replace(tzinfo=UTC),
        "last_seen_at": datetime.fromisoformat(seen).replace(tzinfo=UTC),
        "owner_id": owner_id,
        "name_key": sort_key(name),
        "owner_key": sort_key(owner),
        "organization_key": sort_key(owner),
        "plan_key": sort_key(plan),
        "search_text": search_text(name, slug, f"s{key}", owner, email, ""),
        **_figures(key, Status(status), row[15:21]),
    }


def _figures(key: int, status: Status, stored: tuple[int, ...]) -> dict[str, Any]:
    numbers, contacts, campaigns, broadcasts, members, mrr = stored
    level = None if status is Status.SUSPENDED else (Level.GOOD, Level.WATCH, Level.RISK)[key % 3]
    return {
        "status": status,
        "currency": "USD",
        "mrr_minor": mrr,
        "mrr_reporting": mrr,
        "health": level,
        "health_rank": HEALTH_RANK[level] if level else None,
        "user_count": members,
        "number_count": numbers,
        "contact_count": contacts,
        "campaign_count": campaigns,
        "broadcast_count": broadcasts,
    }


def _dicts(names: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    keys = names.split()
    return (dict(zip(keys, row, strict=True)) for row in rows)


def _bulk(connection: Connection, model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        connection.execute(insert(model), batch)


def _advance(connection: Connection) -> None:
    """Sequences of PostgreSQL go on behind the ids that were given."""
    if connection.dialect.name != "postgresql":
        return
    for model in (User, Organization, Plan, Workspace):
        name = model.__tablename__
        highest = connection.scalar(select(func.max(model.id)))
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), {highest})"))
