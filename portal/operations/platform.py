"""Setting up the platform: what must stand before the first workspace can be created."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base.countries import currency_code
from portal.models import Plan, PlanColour, PlanLimit, PlatformSettings, Workspace
from portal.operations.audit import record
from portal.operations.unit import exclusively, unit
from portal.queries.principals import platform
from portal.rules.actors import Actor
from portal.rules.errors import Conflict
from portal.rules.limits import Limit
from portal.rules.periods import zone
from portal.rules.platform import Platform
from portal.rules.text import sort_key

FREE_PLAN = "Free"
FREE_LIMITS = {
    Limit.MONTHLY_MESSAGES: 1_000,
    Limit.DAILY_MESSAGES: 100,
    Limit.NUMBERS: 1,
    Limit.USERS: 3,
    Limit.CONTACTS: 1_000,
    Limit.CAMPAIGNS: 3,
    Limit.BROADCASTS: 10,
    Limit.EXTENSIONS: 3,
    Limit.MONTHLY_MINUTES: 100,
}


def initialise(by: Actor, *, currency: str | None = None, timezone: str | None = None) -> None:
    """The free plan stands, with modest limits where it was missing; safe to repeat.

    `currency` (ISO 4217) and `timezone`, where given, become the platform's own and what new workspaces start with:
    Refused if there is no such, Conflict if workspaces are counted in another currency already."""
    with unit() as session:
        exclusively(session, "platform")
        if session.scalar(select(func.count()).select_from(Plan).where(Plan.is_free)) == 0:
            _make_free_plan(session, by)
            record("platform.initialised", by)
        _set_home(session, by, currency, timezone)


def _make_free_plan(session: Session, by: Actor) -> None:
    plan = Plan(name=FREE_PLAN, name_key=sort_key(FREE_PLAN), colour=PlanColour.SLATE, is_free=True, created_at=by.at)
    session.add(plan)
    session.flush()
    session.add_all(PlanLimit(plan_id=plan.id, name=name, value=value) for name, value in FREE_LIMITS.items())


def _set_home(session: Session, by: Actor, currency: str | None, timezone: str | None) -> None:
    before = platform()
    after = before
    if currency:
        code = currency_code(currency, None)
        if code != before.reporting_currency and session.scalar(select(Workspace.id).limit(1)):
            raise Conflict(f"Workspaces are counted in {before.reporting_currency} already: the currency stays.")
        after = replace(after, reporting_currency=code, default_currency=code)
    if timezone:
        zone(timezone)
        after = replace(after, timezone=timezone, default_timezone=timezone)
    if after == before:
        return
    put(session, after, by.at)
    names = ("reporting_currency", "timezone")
    changes: dict[str, Any] = {name: (getattr(before, name), getattr(after, name)) for name in names}
    record("platform.settings_changed", by, **{name: pair for name, pair in changes.items() if pair[0] != pair[1]})


def put(session: Session, settings: Platform, now: datetime) -> None:
    """In the open unit: these are the settings."""
    row = session.scalars(select(PlatformSettings).with_for_update()).one_or_none()
    if row is None:
        session.add(PlatformSettings(id=1, settings=settings.stored(), updated_at=now))
    else:
        row.settings, row.updated_at, row.version = settings.stored(), now, row.version + 1
    session.flush()
