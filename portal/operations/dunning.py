"""Dunning: an organization with an invoice that is overdue for longer than the days of grace is suspended until nothing
of it is overdue. A hold that somebody lifted meanwhile comes back for an invoice that runs out of grace after that, not
for those they knew of."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.models import Hold, Invoice, scope
from portal.models.invoices import UNPAID
from portal.operations import payments
from portal.operations.audit import record
from portal.operations.locks import locked_house
from portal.operations.statuses import following
from portal.operations.unit import turn, unit
from portal.queries.principals import platform
from portal.rules.actors import Actor
from portal.rules.lifecycle import HoldKind

log = structlog.get_logger(__name__)
PUBLIC_REASON = "An invoice is overdue. Once it is paid, service goes on by itself."


def run(now: datetime) -> dict[str, int]:
    """Invoices whose day of payment is over say so, and organizations whose grace is over are suspended: how many of
    each, and how many failed. One unit for each; safe to repeat. The days are UTC."""
    counts = {"overdue": payments.mark_overdue(now), "suspended": 0, "failed": 0}
    latest = latest_due(now, platform().grace_days)
    for organization in _late(latest):
        try:
            with turn():
                counts["suspended"] += _suspend(organization, latest, Actor.job("dunning", now))
        except Exception:
            log.exception("dunning_failed", organization=organization)
            counts["failed"] += 1
    return counts


def latest_due(now: datetime, grace_days: int) -> date:
    """Invoices that were due up to this day are overdue for longer than so many days of grace."""
    return now.astimezone(UTC).date() - timedelta(days=grace_days + 1)


def _late(latest: date) -> list[int]:
    """Organizations (integer keys) that owe an invoice whose grace is over, and have no hold past due."""
    held = select(Hold.organization_id).where(
        Hold.kind == HoldKind.PAST_DUE, Hold.lifted_at.is_(None), Hold.organization_id.is_not(None)
    )
    owing = select(Invoice.organization_id).where(Invoice.state.in_(UNPAID), Invoice.due_on <= latest)
    rows = owing.where(Invoice.organization_id.not_in(held)).distinct().order_by(Invoice.organization_id)
    return list(db.session.scalars(rows))


def _suspend(organization: int, latest: date, by: Actor) -> bool:
    """The hold past due is open, with what is owed as its note. False where it is already, or nothing calls for it any
    more."""
    with scope.platform(), unit() as session:
        house = locked_house(session, organization)
        found = _owed(session, organization, latest, by)
        if not found:
            return False
        note = ", ".join(f"{row.number} was due on {row.due_on.isoformat()}" for row in found)
        facts: dict[str, Any] = {"kind": HoldKind.PAST_DUE, "note": note, "public_reason": PUBLIC_REASON}
        row = Hold(organization_id=organization, opened_at=by.at, opened_by=by.label, **facts)
        with following(session, house.workspaces, by, row):
            session.add(row)
        said: dict[str, Any] = {"hold": row.kind.value, "public_reason": PUBLIC_REASON, "whole_organization": True}
        record("hold.opened", by, organization=house.organization, reason=note, **said)
        return True


def _owed(session: Session, organization: int, latest: date, by: Actor) -> list[Invoice]:
    """What the hold is about; nothing where one is open."""
    mine = (Hold.organization_id == organization, Hold.kind == HoldKind.PAST_DUE)
    if session.scalar(select(Hold.id).where(*mine, Hold.lifted_at.is_(None)).limit(1)) is not None:
        return []
    lifted = session.scalar(select(func.max(Hold.lifted_at)).where(*mine))
    owing = (Invoice.organization_id == organization, Invoice.state.in_(UNPAID), Invoice.due_on <= latest)
    rows = session.scalars(select(Invoice).where(*owing).order_by(Invoice.due_on, Invoice.id)).all()
    grace = by.at.astimezone(UTC).date() - latest
    over = [row for row in rows if lifted is None or _midnight(row.due_on + grace) > lifted]
    return list(rows) if over else []


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
