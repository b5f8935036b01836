"""Whether all is well: the settings, the database, and every stored column against what it follows from."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, OperationalError

from portal.base.db import SQLITE_PRAGMAS, as_of_now, db
from portal.models import (
    CreditEntry,
    Invoice,
    Membership,
    Organization,
    PlatformSum,
    User,
    Workspace,
    WorkspaceBirths,
    WorkspaceTally,
    scope,
)
from portal.queries import audit, jobs
from portal.queries.billing_truth import WRONG_BILLING
from portal.queries.counts import COUNTS
from portal.queries.health import plan_limits
from portal.queries.platform_days import true_sums
from portal.queries.principals import platform
from portal.queries.purges import UNDER_WAY, under_way
from portal.queries.tally import true_births, true_tally
from portal.queries.truth import (
    HEALTH,
    Difference,
    account_differences,
    chunks_of_workspaces,
    differences,
    workspace_total,
)
from portal.rules.access import WorkspaceRole
from portal.settings import KEY_FILE, Settings

ASSESSES = "usage_rollup"  # the job
SHOWN = 5  # examples of what differs
OLDEST_POSTGRESQL = 13
LATER = "a later Portal was here: install that one, or put a backup back with `portal restore --replace`"
INTEGRITY = "INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)"
INDEXES = {"workspace_search": "workspaces", "user_search": "users"}

# Stored columns by what they are about.
SUBJECTS: dict[str, frozenset[str]] = {
    "Status": frozenset({"status"}),
    "Currency and MRR": frozenset({"currency", "mrr_minor", "mrr_reporting"}),
    "Sort keys and search text": frozenset({"name_key", "owner_key", "organization_key", "plan_key", "search_text"}),
    "Counts": frozenset(COUNTS),
    "Owners": frozenset({"owner_id"}),
    "Health": frozenset(HEALTH),
}

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `differing` is 0 where all is well, and `note` says what that is; else up to five examples."""

    name: str
    differing: int = 0
    examples: tuple[str, ...] = ()
    note: str = ""

    @property
    def is_well(self) -> bool:
        return self.differing == 0


@dataclass(slots=True)
class _Tally:
    """Examples and how many there are."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, example: str) -> None:
        self.count += 1
        if len(self.examples) < SHOWN:
            self.examples.append(example)

    def finding(self, name: str, note: str) -> Finding:
        return Finding(name, self.count, tuple(self.examples), "" if self.count else note)


def examine(
    settings: Settings, migrations: Path, progress: Progress = lambda label, done, total: None
) -> Iterator[Finding]:
    """Every check, one after the other; those that need the tables are left out where there are none. Changes nothing,
    and is not misled by changes that others make meanwhile."""
    yield secrecy(settings)
    try:
        with db.engine.connect() as connection:
            yield Finding("Database", note=f"reached, {version(connection)}")
            at_head = schema(connection, migrations)
            yield at_head
            yield setup(connection)
    except OperationalError as error:
        yield Finding("Database", 1, (f"cannot be reached: {error.orig}",))
        return
    if not at_head.is_well:
        return
    as_of_now()
    with scope.platform():
        yield from stored_columns(progress)
        yield totals()
        yield sums()
        yield billing()
        yield people()
        yield search()
        yield owners()
        yield primaries()
        yield chain()


def secrecy(settings: Settings) -> Finding:
    """The secret key is there, and nobody but this user can read it."""
    name, key = "Settings", settings.instance / KEY_FILE
    if settings.secret_key:
        return Finding(name, note="all readable; the secret key is in the environment")
    if not key.exists():
        return Finding(name, 1, (f"{key} is missing: run `portal init`",))
    mode = stat.S_IMODE(key.stat().st_mode)
    if mode & 0o077:
        return Finding(name, 1, (f"{key} can be read by others ({mode:04o}): chmod 600",))
    return Finding(name, note=f"all readable; {key} is this user's alone")


def version(connection: Connection) -> str:
    """The database's name and version."""
    if connection.dialect.name == "sqlite":
        return f"SQLite {connection.exec_driver_sql('SELECT sqlite_version()').scalar()}"
    return f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar()}"


@cache
def heads(migrations: Path) -> frozenset[str]:
    """The newest revisions in this folder."""
    return frozenset(ScriptDirectory(str(migrations)).get_heads())


@cache
def known(migrations: Path) -> frozenset[str]:
    """All revisions in this folder."""
    return frozenset(each.revision for each in ScriptDirectory(str(migrations)).walk_revisions())


def schema(connection: Connection, migrations: Path) -> Finding:
    """The tables are those of this version of Portal."""
    wanted = heads(migrations)
    found = set(MigrationContext.configure(connection).get_current_heads())
    if wanted == found:
        return Finding("Migrations", note=f"at {', '.join(sorted(found))}")
    there = ", ".join(sorted(found)) or "none"
    example = f"the database is at {there}, this version needs {', '.join(sorted(wanted))}: "
    return Finding("Migrations", 1, (example + ("run `portal init`" if found <= known(migrations) else LATER),))


def behind(migrations: Path) -> str:
    """Why this version of Portal cannot use the tables of the database, blank if it can. Raises OperationalError where
    it is not reached."""
    with db.engine.connect() as connection:
        return "".join(schema(connection, migrations).examples)


def setup(connection: Connection) -> Finding:
    """The database is set up as Portal needs it."""
    wrong = list(_sqlite(connection) if connection.dialect.name == "sqlite" else _postgresql(connection))
    return Finding("Database set-up", len(wrong), tuple(wrong), "" if wrong else "as Portal needs it")


def _sqlite(connection: Connection) -> Iterator[str]:
    words = {"WAL": "wal", "FULL": "2", "ON": "1"}
    for pragma in SQLITE_PRAGMAS:
        name, _, wanted = pragma.partition("=")
        found = str(connection.exec_driver_sql(f"PRAGMA {name}").scalar())
        if found != words.get(wanted, wanted):
            yield f"PRAGMA {name} is {found}, not {wanted}"
    if (damage := connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()) != "ok":
        yield f"the file is damaged: {damage}"


def _postgresql(connection: Connection) -> Iterator[str]:
    number = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
    if number < OLDEST_POSTGRESQL * 10_000:
        yield f"PostgreSQL is {number // 10_000}: {OLDEST_POSTGRESQL} or newer is needed"
    if not connection.exec_driver_sql("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'").scalar():
        yield "the extension pg_trgm is missing: CREATE EXTENSION pg_trgm"
    if (encoding := connection.exec_driver_sql("SHOW server_encoding").scalar()) != "UTF8":
        yield f"the database's encoding is {encoding}, not UTF8"


def stored_columns(progress: Progress) -> Iterator[Finding]:
    """Status, MRR, keys, search text, counts, owner and health of every workspace against the truth."""
    settings, plans, total, done = platform(), plan_limits(), workspace_total(), 0
    found = {subject: _Tally() for subject in SUBJECTS}
    for keys in chunks_of_workspaces():
        for each in differences(keys, settings, plans):
            subject = next(name for name, columns in SUBJECTS.items() if each.column in columns)
            found[subject].add(_sentence(each))
        done += len(keys)
        progress("Looking at every workspace", done, total)
    if jobs.under_way(ASSESSES):
        del found["Health"]
        yield Finding("Health", note=f"not compared: the job {ASSESSES}, which works it out anew, is under way")
    for subject, tally in found.items():
        yield tally.finding(subject, f"right for {total:,} workspaces")
    if going := under_way():
        yield Finding("Purges", note=f"{going:,} under way: what those workspaces hold is not compared")


def _sentence(each: Difference) -> str:
    return f"{each.public_id}: {each.column} is {_short(each.stored)}, not {_short(each.true)}"


def _short(value: Any) -> str:
    text = repr(getattr(value, "value", value))
    return text if len(text) <= 80 else text[:77] + "…"


def totals() -> Finding:
    """The small tables that the list's strip reads, against the workspaces."""
    cells = (WorkspaceTally.status, WorkspaceTally.plan_id, WorkspaceTally.currency, WorkspaceTally.health)
    sums = (WorkspaceTally.workspaces, WorkspaceTally.mrr_minor, WorkspaceTally.mrr_reporting)
    stored = _cells(db.session.execute(select(*cells, WorkspaceTally.rated, *sums)))
    true = _cells(db.session.execute(true_tally()))
    found = _Tally()
    for cell in sorted(stored.keys() | true.keys()):
        if stored.get(cell) != true.get(cell):
            found.add(f"{', '.join(map(str, cell))}: {stored.get(cell, 'nothing')}, not {true.get(cell, 'nothing')}")
    born = _births(select(WorkspaceBirths.day, WorkspaceBirths.workspaces)), _births(true_births())
    for day in sorted(born[0].keys() | born[1].keys()):
        stored_number, true_number = (days.get(day, 0) for days in born)
        if stored_number != true_number:
            found.add(f"made on {day}: {stored_number}, not {true_number}")
    return found.finding("Totals", f"{len(true)} cells and {len(born[1])} days add up")


def sums() -> Finding:
    """What the dashboard says of each day, against usage and orders."""
    columns = (PlatformSum.measure, PlatformSum.day, PlatformSum.currency, PlatformSum.amount)
    with scope.platform():
        stored, true = (
            {(str(measure), day, currency): int(amount) for measure, day, currency, amount in db.session.execute(rows)}
            for rows in (select(*columns), true_sums())
        )
    found = _Tally()
    for key in sorted(stored.keys() | true.keys()):
        if stored.get(key, 0) != true.get(key, 0):
            what = ", ".join(filter(None, map(str, key)))
            found.add(f"{what}: {stored.get(key, 'nothing')}, not {true.get(key, 'nothing')}")
    return found.finding("Sums of days", f"{len(true)} add up")


def _births(statement: Any) -> dict[date, int]:
    return {day: number for day, number in db.session.execute(statement) if number}


def _cells(rows: Iterable[Any]) -> dict[tuple[str, int, str, str, bool], tuple[int, ...]]:
    """Sums by cell; a cell that was emptied counts as none."""
    found = {}
    for status, plan, currency, health, rated, *sums in rows:
        numbers = tuple(int(number) for number in sums)
        if any(numbers):
            found[status, plan, currency, health, bool(rated)] = numbers
    return found


def billing() -> Finding:
    """Balances are what their ledgers come to, invoices what their lines do, months hold the contacts that they say."""
    tally, counted = _Tally(), 0
    for name, statement in WRONG_BILLING.items():
        for row in db.session.execute(statement):
            tally.add(f"{name} {row[0]}: {row[1]} is stored, {row[2]} is right")
    for table in (Invoice, CreditEntry):
        counted += db.session.scalar(select(func.count()).select_from(table)) or 0
    return tally.finding("Billing", f"{counted} invoices and bookings add up")


def people() -> Finding:
    """The sort key and the search text of every account against its name and address."""
    found, total = _Tally(), db.session.scalar(select(func.count()).select_from(User)) or 0
    for each in account_differences():
        found.add(_sentence(each))
    return found.finding("Accounts", f"sort keys and search text right for {total:,} users")


def search() -> Finding:
    """The search index against the search text. PostgreSQL's follows its column by itself."""
    if db.engine.dialect.name != "sqlite":
        return Finding("Search index", note="follows its column")
    found = _Tally()
    for index, whose in INDEXES.items():
        try:
            # The check is an INSERT that writes nothing; the connection is closed without a commit.
            with db.engine.connect().execution_options(write=True) as connection:
                connection.exec_driver_sql(INTEGRITY.format(index=index))
        except DatabaseError as error:
            found.add(f"does not hold what the {whose} say: {error.orig}")
    return found.finding("Search index", "holds what workspaces and users say")


def owners() -> Finding:
    """Every workspace has exactly one owner."""
    owned = select(Membership.workspace_id.label("key"), func.count().label("owners")).where(
        Membership.role == WorkspaceRole.OWNER
    )
    by_workspace = owned.group_by(Membership.workspace_id).subquery()
    count = func.coalesce(by_workspace.c.owners, 0)
    wrong = select(Workspace.public_id, count).outerjoin(by_workspace, by_workspace.c.key == Workspace.id)
    return _one_each(
        "One owner", wrong.where(count != 1, ~UNDER_WAY).order_by(Workspace.id), "owners", "every workspace has one"
    )


def primaries() -> Finding:
    """Every organization that has workspaces has exactly one primary."""
    count = func.count().filter(Workspace.is_primary)
    wrong = (
        select(Organization.public_id, count)
        .join(Workspace, Workspace.organization_id == Organization.id)
        .group_by(Organization.id, Organization.public_id)
        .having(count != 1)
        .order_by(Organization.id)
    )
    return _one_each("One primary", wrong, "primaries", "every organization with workspaces has one")


def _one_each(name: str, wrong: Any, noun: str, note: str) -> Finding:
    found = _Tally()
    for public_id, count in db.session.execute(wrong):
        found.add(f"{public_id} has {count or 'no'} {noun}")
    return found.finding(name, note)


def chain() -> Finding:
    """No event of the audit log was changed, taken away or slipped in."""
    verdict = audit.verify()
    if verdict.fault:
        return Finding("Audit log", 1, (f"event {verdict.sequence} {verdict.fault}",))
    return Finding("Audit log", note=f"{verdict.events:,} events in an unbroken chain")
