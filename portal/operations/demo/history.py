"""Example data: the audit log of three years, month by month, told from the rows that were written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from portal.base.db import db
from portal.models import Hold, Invitation, LimitOverride, Number, Organization, Plan, Request, User, Workspace
from portal.operations.audit import chain, event_row, payload_of
from portal.operations.audit_events import EVENTS
from portal.operations.demo.catalogue import STARTER
from portal.operations.demo.people import Person
from portal.operations.demo.sheet import random_id
from portal.operations.demo.tenants import World
from portal.rules.access import StaffRole
from portal.rules.actors import Actor, ActorKind
from portal.rules.lifecycle import Stage, Status
from portal.rules.periods import add_months

UPGRADED = 3  # every third workspace on a larger plan began on Starter
NIGHTS = 3  # of which backups are told
ROWS, BYTES = 380, 37  # of a workspace, and of a row, in a backup
MONTHS_SMALL = 5  # and stayed there for so long


@dataclass(frozen=True, slots=True)
class Window:
    """A month: from `since`, and before `until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Happened:
    """An event before it is chained."""

    action: str
    by: Actor
    facts: dict[str, Any]
    organization_id: int | None = None
    workspace_id: int | None = None
    workspace: str = ""
    reason: str = ""


Told = Iterator[Happened]


def windows(world: World) -> list[Window]:
    """The months since the platform began, the running one included."""
    first = world.opened_at.date().replace(day=1)
    starts = [datetime.combine(add_months(first, number), time(), UTC) for number in range(40)]
    until = [min(each, world.now) for each in starts[1:]]
    return [Window(since, end) for since, end in zip(starts, until, strict=False) if since < world.now]


def write_month(session: Session, world: World, window: Window) -> None:
    """All events of the month, in their order, go behind the chain's head; within the platform's scope."""
    told = [event for tell in STORIES for event in tell(world, window)]
    told.sort(key=lambda event: event.by.at)
    chain(session, [_row(world.sheet.rng, event) for event in told])


def _row(rng: Random, event: Happened) -> dict[str, Any]:
    unknown = set(event.facts) - EVENTS[event.action]
    if unknown:
        raise KeyError(f"{event.action} does not carry {', '.join(sorted(unknown))}")
    payload = payload_of(event.by, event.workspace, event.reason, event.facts)
    public_id, salt = random_id(rng, "evt"), f"{rng.getrandbits(128):032x}"
    return event_row(public_id, salt, event.action, event.by, event.organization_id, event.workspace_id, payload)


# ---------------------------------------------------------------- who did it


def _person(person: Person, at: datetime) -> Actor:
    return Actor(ActorKind.USER, person.name, at, person.id)


def _staff(world: World, key: int, at: datetime, *roles: StaffRole) -> Actor:
    people = [person for role in roles for person in world.staff[role]]
    return _person(people[key % len(people)], at)


def _named(world: World, label: str, at: datetime) -> Actor:
    """Whoever a row names: a job by its name, else one of the staff."""
    if label.startswith("job "):
        return Actor.job(label.removeprefix("job "), at)
    person = next(each for people in world.staff.values() for each in people if each.name == label)
    return _person(person, at)


# ---------------------------------------------------------------- what happened


def _founding(world: World, window: Window) -> Told:
    """The platform's own beginning."""
    opened = world.opened_at
    if not window.since <= opened < window.until:
        return
    owner = world.staff[StaffRole.OWNER][0]
    yield Happened("platform.initialised", Actor.command("init", opened), {})
    for name in db.session.scalars(select(Plan.name).order_by(Plan.position)):
        yield Happened("plan.created", _person(owner, opened), {"name": name})


def _backups(world: World, window: Window) -> Told:
    """Those of the last nights."""
    for back in range(NIGHTS):
        at = world.now.replace(hour=2, minute=0, second=0, microsecond=0) - timedelta(days=back)
        if window.since <= at < min(window.until, world.now):
            rows = ROWS * (world.singles + world.multis + world.children - back)
            facts = {"file": f"portal-{at:%F}.zip", "rows": rows, "size": rows * BYTES}
            yield Happened("platform.backed_up", Actor.command("backup", at), facts)


def _accounts(world: World, window: Window) -> Told:
    """The staff's accounts; the customers' came with their workspaces."""
    rows = select(User.public_id, User.name, User.email, User.staff_role, User.created_at).where(
        User.staff_role.is_not(None), *_within(User.created_at, window)
    )
    owner = world.staff[StaffRole.OWNER][0]
    for row in db.session.execute(rows):
        facts = {"user": row.public_id, "name": row.name, "email": row.email, "staff_role": row.staff_role.value}
        yield Happened("user.created", _person(owner, row.created_at), facts)


def _logins(world: World, window: Window) -> Told:
    """The staff at work, on the weekdays of the last two weeks."""
    columns = (User.public_id, User.id, User.name)
    for row in db.session.execute(select(*columns).where(User.staff_role.is_not(None)).order_by(User.id)):
        for back in range(14):
            at = world.now.replace(minute=row.id * 7, second=back, microsecond=0) - timedelta(
                days=back, hours=row.id % 3
            )
            if at.weekday() < 5 and (row.id + back) % 3 and window.since <= at < window.until:
                facts = {"user": row.public_id, "address": f"203.0.113.{row.id + 10}", "agent": "Firefox on Linux"}
                yield Happened("user.logged_in", _person(Person(row.id, row.name, ""), at), facts)


def _organizations(world: World, window: Window) -> Told:
    columns = (Organization.id, Organization.name, Organization.slug, Organization.currency, Organization.created_at)
    for row in db.session.execute(select(*columns).where(*_within(Organization.created_at, window))):
        by = _staff(world, row.id, row.created_at, StaffRole.OWNER)
        facts = {"name": row.name, "slug": row.slug, "currency": row.currency}
        yield Happened("organization.created", by, facts, row.id)


_WORKSPACES = select(
    Workspace.id,
    Workspace.organization_id,
    Workspace.name,
    Workspace.web_address,
    Workspace.sip_prefix,
    Workspace.billing_cycle,
    Workspace.stage,
    Workspace.status,
    Workspace.is_primary,
    Workspace.created_at,
    Workspace.activated_on,
    Workspace.cancelled_at,
    Workspace.owner_id,
    Plan.name.label("plan"),
    User.name.label("owner"),
    User.email.label("owner_email"),
).outerjoin(Plan, Plan.id == Workspace.plan_id).outerjoin(User, User.id == Workspace.owner_id)  # fmt: skip


def _creations(world: World, window: Window) -> Told:
    for row in db.session.execute(_WORKSPACES.where(*_within(Workspace.created_at, window))):
        began_small = upgraded_on(row, world.now) is not None
        status = Status.TRIAL if row.is_primary or row.stage is Stage.TRIAL else Status.ACTIVE
        facts = {
            "name": row.name,
            "web_address": row.web_address,
            "sip_prefix": row.sip_prefix,
            "plan": STARTER.name if began_small else row.plan or "",
            "owner": row.owner_email or "",
            "status": status.value,
            "billing_cycle": row.billing_cycle.value,
        }
        yield _of(row, "workspace.created", _staff(world, row.organization_id, row.created_at, StaffRole.OWNER), facts)


def _activations(world: World, window: Window) -> Told:
    since, until = window.since.date(), window.until.date()
    rows = _WORKSPACES.where(Workspace.is_primary, Workspace.activated_on >= since, Workspace.activated_on < until)
    for row in db.session.execute(rows):
        # The day is stored, not the hour; never before the workspace itself.
        at = max(datetime.combine(row.activated_on, time(11, row.id % 60), UTC), row.created_at)
        by = _staff(world, row.id, at, StaffRole.OWNER, StaffRole.FINANCE)
        stage = (Stage.TRIAL.value, Stage.ACTIVE.value)
        change = {"status": stage, "stage": stage, "activated_on": row.activated_on.isoformat()}
        yield _of(row, "workspace.activated", by, change, "First order paid")


def _upgrades(world: World, window: Window) -> Told:
    """A larger plan some months after the beginning."""
    ahead = _months_back(window, MONTHS_SMALL)
    for row in db.session.execute(_WORKSPACES.where(*_within(Workspace.created_at, ahead))):
        day = upgraded_on(row, world.now)
        at = datetime.combine(day, row.created_at.time(), UTC) if day else None
        if at and window.since <= at < window.until and (row.cancelled_at or at) >= at:
            change = {"plan": (STARTER.name, row.plan)}
            yield _of(row, "workspace.plan_changed", _staff(world, row.id, at, StaffRole.FINANCE), change)


def _closings(world: World, window: Window) -> Told:
    for row in db.session.execute(_WORKSPACES.where(*_within(Workspace.cancelled_at, window))):
        by = Actor(ActorKind.USER, row.owner or "", row.cancelled_at, row.owner_id)
        change = {"status": (Status.ACTIVE.value, Status.CANCELLED.value)}
        yield _of(row, "workspace.cancelled", by, change, "Closed by its owner")


def _holds(world: World, window: Window) -> Told:
    """Every workspace that a hold suspended, and lifting let go on; a hold of an organization is one of all its."""
    held = aliased(Hold)
    columns = (held.kind, held.public_reason, held.note, held.opened_by, held.opened_at, held.lifted_by, held.lifted_at)
    whole = held.organization_id.is_not(None).label("whole")
    joined = _WORKSPACES.add_columns(*columns, whole).join(
        held, (held.workspace_id == Workspace.id) | (held.organization_id == Workspace.organization_id)
    )
    suspended = Status.SUSPENDED.value
    for row in db.session.execute(joined.where(*_within(held.opened_at, window))):
        if row.created_at <= row.opened_at and (row.cancelled_at or row.opened_at) >= row.opened_at:
            facts = {"hold": row.kind.value, "public_reason": row.public_reason, "whole_organization": row.whole}
            facts |= {"status": (row.stage.value, suspended)}
            yield _of(row, "workspace.suspended", _named(world, row.opened_by, row.opened_at), facts, row.note)
    for row in db.session.execute(joined.where(*_within(held.lifted_at, window))):
        change = {"status": (suspended, row.stage.value)}
        yield _of(row, "workspace.reactivated", _named(world, row.lifted_by, row.lifted_at), change)


def _limits(world: World, window: Window) -> Told:
    own = LimitOverride
    columns = (
        own.name.label("limit"),
        own.value,
        own.reason,
        own.expires_at,
        own.created_at.label("at"),
        own.created_by,
    )
    joined = _WORKSPACES.add_columns(*columns).join(own, own.workspace_id == Workspace.id)
    for row in db.session.execute(joined.where(*_within(own.created_at, window))):
        until = row.expires_at.isoformat() if row.expires_at else ""
        facts = {"limit": row.limit.value, "value": (None, row.value), "expires_at": until}
        yield _of(row, "workspace.limit_overridden", _named(world, row.created_by, row.at), facts, row.reason)


def _invitations(world: World, window: Window) -> Told:
    sent = Invitation
    columns = (sent.email, sent.organization_role, sent.workspace_role, sent.created_at.label("at"), sent.revoked_at)
    joined = _WORKSPACES.add_columns(*columns).join(sent, sent.workspace_id == Workspace.id)
    owner = world.staff[StaffRole.OWNER][0]
    for row in db.session.execute(joined.where(*_within(sent.created_at, window))):
        roles = {"organization_role": row.organization_role.value, "workspace_role": row.workspace_role.value}
        yield _of(row, "invitation.sent", _person(owner, row.at), {"email": row.email, **roles})
    for row in db.session.execute(joined.where(*_within(sent.revoked_at, window))):
        yield _of(row, "invitation.revoked", _person(owner, row.revoked_at), {"email": row.email})


def _requests(world: World, window: Window) -> Told:
    """What organizations asked for, and what they were answered."""
    for row in db.session.scalars(select(Request).where(*_within(Request.asked_at, window))):
        by = Actor(ActorKind.USER, row.asked_by, row.asked_at, row.asked_by_id)
        facts = {"request": row.public_id, "kind": row.kind.value}
        yield Happened("request.asked", by, facts, row.organization_id, reason=row.words)
    for row in db.session.scalars(select(Request).where(*_within(Request.decided_at, window))):
        if row.decided_by and row.decided_at:
            facts = {"request": row.public_id, "kind": row.kind.value}
            by = _named(world, row.decided_by, row.decided_at)
            yield Happened(f"request.{row.state.value}", by, facts, row.organization_id, reason=row.word)


def _numbers(world: World, window: Window) -> Told:
    """Those that wait for somebody were added; each other came to its workspace when that began; some went back with
    its end, or are being ported out."""
    columns = (Number.e164, Number.created_at.label("at"), Number.released_at, Number.porting_at)
    whose = func.coalesce(Number.workspace_id, Number.last_workspace_id)
    joined = _WORKSPACES.add_columns(*columns).join(Number, whose == Workspace.id)
    owner = world.staff[StaffRole.OWNER][0]
    waiting = whose.is_(None), *_within(Number.created_at, window)
    for number in db.session.scalars(select(Number).where(*waiting).order_by(Number.id)):
        facts = {"number": number.e164, "country": number.country, "kind": number.kind.value}
        yield Happened("number.added", _person(owner, number.created_at), facts)
    for action, column in (
        ("number.assigned", Number.created_at),
        ("number.released", Number.released_at),
        ("number.port_out_begun", Number.porting_at),
    ):
        for row in db.session.execute(joined.where(*_within(column, window))):
            at = getattr(row, "at" if column is Number.created_at else column.key)
            yield _of(row, action, _person(owner, at), {"number": row.e164})


STORIES: tuple[Callable[[World, Window], Told], ...] = (
    _founding,
    _backups,
    _accounts,
    _logins,
    _organizations,
    _creations,
    _activations,
    _upgrades,
    _closings,
    _holds,
    _limits,
    _invitations,
    _requests,
    _numbers,
)


def _of(row: Any, action: str, by: Actor, facts: dict[str, Any], reason: str = "") -> Happened:
    return Happened(action, by, facts, row.organization_id, row.id, row.name, reason)


def _within(column: Any, window: Window) -> tuple[Any, ...]:
    return column >= window.since, column < window.until


def _months_back(window: Window, months: int) -> Window:
    """Wide enough for whatever is `months` before an instant of the window."""
    since = add_months(window.since.date(), -months)
    until = add_months(window.since.date(), 2 - months)
    return Window(datetime.combine(since, time(), UTC), datetime.combine(until, time(), UTC))


def upgraded_on(row: Any, now: datetime) -> date | None:
    """The day on which the workspace went from Starter to its larger plan, if it did. The row has integer key, primary,
    plan's name and creation."""
    if row.id % UPGRADED or not row.is_primary or row.plan not in ("Growth", "Business"):
        return None
    day = add_months(row.created_at.date(), MONTHS_SMALL)
    return day if day < now.date() else None
