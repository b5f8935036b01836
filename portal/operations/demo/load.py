"""Loading the example platform: several units one after the other, marked as unfinished until the last of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.models import Plan, PlatformSettings, RateCard, scope
from portal.operations.audit import record
from portal.operations.demo import (
    api_keys,
    billing,
    branding,
    customers,
    days,
    history,
    jobs,
    ledger,
    lives,
    logins,
    messaging,
    purges,
    recordings,
    requests,
    telephony,
    usage,
    webhooks,
    workspaces,
)
from portal.operations.demo.catalogue import DEFAULT_CARD, Catalogue, settings, write_catalogue
from portal.operations.demo.customers import Size
from portal.operations.demo.dice import Dice
from portal.operations.demo.people import write_staff
from portal.operations.demo.sheet import Sheet, set_sequences
from portal.operations.demo.tenants import World, depth_for
from portal.operations.repair import rewrite, tidy_search
from portal.operations.tally import recount
from portal.operations.unit import exclusively, unit
from portal.queries.example import Contents, contents
from portal.queries.health import plan_limits
from portal.queries.principals import platform
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Refused

WORKSPACES = 214
SEED = 2026
CHUNK = 250  # workspaces in a unit, about
SETTINGS_ID = 1

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""
HashPassword = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What example platform: how many workspaces, which chance, how many days of usage (None: as befits the size)."""

    workspaces: int = WORKSPACES
    seed: int = SEED
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What there is now."""

    workspaces: int
    organizations: int


def load(wanted: Wanted, now: datetime, hash_password: HashPassword, progress: Progress) -> Loaded:
    """The database holds the example platform: the same for the same seed and `now`, passwords' salts aside.

    Refused where anything real is there, or an example platform already. Killed half-way it leaves one that is marked
    as unfinished, for `wipe` to remove."""
    if wanted.workspaces < customers.LEAST:
        raise Refused(f"An example platform has at least {customers.LEAST} workspaces.")
    dice = Dice(wanted.seed)
    depth = depth_for(wanted.workspaces, wanted.days)
    world = World(dice, now, depth, Sheet(dice.of("ids")), Catalogue({}, {}), {}, logins.hashes(hash_password))
    sizes = customers.sizes(dice, wanted.workspaces)
    with scope.platform():
        _begin(world)
        _customers(world, sizes, wanted.workspaces, progress)
        _inventory(world, wanted.workspaces, len(sizes))
        _history(world, progress)
        _finish(world, wanted, len(sizes))
    return Loaded(wanted.workspaces, len(sizes))


def _begin(world: World) -> None:
    """The mark comes first, so that nothing is ever there without it."""
    with unit() as session:
        exclusively(session, "example")
        _refuse(contents())
        session.execute(delete(PlatformSettings))
        session.execute(delete(Plan))  # the free plan of `portal init`: the example's own takes its place
        session.execute(
            insert(PlatformSettings).values(id=SETTINGS_ID, settings=settings(loading=True), updated_at=world.now)
        )
        world.catalogue = write_catalogue(world.sheet, world.opened_at, world.now)
        world.staff = write_staff(world.sheet, world.opened_at, world.now, world.hashes)
        world.sheet.write(session)


def _refuse(found: Contents) -> None:
    if found.is_example:
        raise Conflict("There is an example platform already. `portal demo --wipe` removes it.")
    if not found.is_empty:
        raise Conflict(
            f"This database is in use ({found.words()}): example data is never mixed with real data. "
            "Set PORTAL_INSTANCE or PORTAL_DATABASE_URL to another one."
        )


def _customers(world: World, sizes: list[Size], total: int, progress: Progress) -> None:
    chosen, limits, done = platform(), plan_limits(), 0
    for chunk in _chunks(sizes):
        with unit() as session:
            keys = [key for size in chunk for key in _customer(world, size)]
            world.sheet.write(session)
            rewrite(session, keys, world.now, chosen, limits)
        done += len(keys)
        progress("Customers and their usage", done, total)


def _chunks(sizes: list[Size]) -> Iterator[list[Size]]:
    chunk: list[Size] = []
    for size in sizes:
        chunk.append(size)
        if sum(each.workspaces for each in chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _customer(world: World, size: Size) -> list[int]:
    """An organization with all that belongs to it; the integer keys of its workspaces."""
    lives_led = customers.stories(world, size)
    customer = customers.write_organization(world, size, lives_led)
    for number, story in enumerate(lives_led):
        tenant = workspaces.write_workspace(world, customer, number, story)
        days.note_monthly(world, tenant)
        lives.write_life(world, tenant, usage.write_usage(world, tenant))
        ledger.write_contacts(world, tenant)
        lines = telephony.write_telephony(world, tenant)
        contacts = messaging.write_messaging(world, tenant)
        recordings.write_recordings(world, tenant, lines, contacts)
    customers.write_people(world, customer)
    lives.write_invitations(world, customer)
    lives.write_domains(world, customer)
    branding.write_branding(world, customer)
    billing.write_billing(world, customer)
    requests.write_requests(world, customer)
    return [tenant.id for tenant in customer.tenants]


def _inventory(world: World, total: int, organizations: int) -> None:
    with unit() as session:
        purges.write_receipts(world, organizations)
        telephony.write_inventory(world, total)
        api_keys.write_keys(world)
        jobs.write_runs(session, world)
        world.sheet.write(session)


def _history(world: World, progress: Progress) -> None:
    months = history.windows(world)
    for done, window in enumerate(months, 1):
        with unit() as session:
            history.write_month(session, world, window)
        progress("The audit log, month by month", done, len(months))


def _finish(world: World, wanted: Wanted, organizations: int) -> None:
    with unit() as session:
        webhooks.write_webhooks(session, world)
        set_sequences(session)
        ledger.settle(session)
        jobs.write_notices(session, world.now)
        recount(session)
        days.write_past(session, world, wanted.workspaces)
        tidy_search(session)
        card = session.scalars(select(RateCard.public_id).where(RateCard.name == DEFAULT_CARD)).one()
        session.execute(update(PlatformSettings).values(settings=settings(loading=False, card=card)))
        by = Actor.command("demo", world.now)
        record(
            "platform.example_loaded", by, workspaces=wanted.workspaces, organizations=organizations, seed=wanted.seed
        )


def wipe(now: datetime, progress: Progress) -> int:
    """Nothing of the example platform is left, whole or unfinished; answers how many workspaces it had.

    Refused (Conflict) where the database holds no example platform."""
    with unit() as session:
        exclusively(session, "example")
        found = contents()
        if not found.is_example:
            raise Conflict(f"There is no example platform here ({found.words()}): nothing was removed.")
        session.execute(update(PlatformSettings).values(settings=settings(loading=True), updated_at=now))
    tables = [table for table in reversed(db.metadata.sorted_tables) if table is not PlatformSettings.__table__]
    for done, table in enumerate(tables, 1):
        with unit() as session:
            session.execute(delete(table))
        progress("Removing the example platform", done, len(tables) + 1)
    with unit() as session:
        session.execute(delete(PlatformSettings))
        _start_counting_anew(session)
    progress("Removing the example platform", len(tables) + 1, len(tables) + 1)
    return found.workspaces


def _start_counting_anew(session: Session) -> None:
    """The next rows are numbered from 1, as in a fresh database."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DELETE FROM sqlite_sequence")
        return
    for name in connection.exec_driver_sql("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"):
        connection.exec_driver_sql(f'ALTER SEQUENCE "{name[0]}" RESTART')
