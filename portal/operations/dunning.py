"""Dunning: an organization with an invoice that is overdue for longer than the days of grace is suspended until nothing
of it is overdue. A hold that somebody lifted meanwhile comes back for an invoice that runs out of grace after that, not
for those they knew of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import Hold, Invoice, scope
from portal.operations.audit import record
from portal.operations.invoice_mail import post_past_due
from portal.operations.locks import locked_house, organization_key
from portal.operations.statuses import following
from portal.operations.unit import unit
from portal.queries.invoices import is_late
from portal.queries.principals import platform
from portal.rules.actors import Actor
from portal.rules.invoicing import latest_due
from portal.rules.lifecycle import HoldKind
from portal.rules.periods import utc_day

PUBLIC_REASON = "An invoice is overdue. Once it is paid, service goes on by itself."


def suspend(organization: str, by: Actor) -> bool:
    """The organization (public id) has a hold past due, with what is owed as its note, and its people read why. False
    where it has already, or nothing calls for it any more."""
    latest, key = latest_due(by.at, platform().grace_days), organization_key(organization)
    with scope.platform(), unit() as session:
        house = locked_house(session, key)
        found = _owed(session, key, latest, by)
        if not found:
            return False
        note = ", ".join(f"{row.number} was due on {row.due_on.isoformat()}" for row in found)
        facts: dict[str, Any] = {"kind": HoldKind.PAST_DUE, "note": note, "public_reason": PUBLIC_REASON}
        row = Hold(organization_id=key, opened_at=by.at, opened_by=by.label, **facts)
        with following(session, house.workspaces, by, row):
            session.add(row)
        said: dict[str, Any] = {"hold": row.kind.value, "public_reason": PUBLIC_REASON, "whole_organization": True}
        record("hold.opened", by, organization=house.organization, reason=note, **said)
        post_past_due(session, house.organization, _overdue(session, key, by), by)
        return True


def _overdue(session: Session, organization: int, by: Actor) -> Sequence[Invoice]:
    """All that is to be paid before the hold goes by itself, also what has days of grace left."""
    rows = select(Invoice).where(Invoice.organization_id == organization, is_late(utc_day(by.at)))
    return session.scalars(rows.order_by(Invoice.due_on, Invoice.id)).all()


def _owed(session: Session, organization: int, latest: date, by: Actor) -> list[Invoice]:
    """What the hold is about; nothing where one is open."""
    mine = (Hold.organization_id == organization, Hold.kind == HoldKind.PAST_DUE)
    if session.scalar(select(Hold.id).where(*mine, Hold.lifted_at.is_(None)).limit(1)) is not None:
        return []
    lifted = session.scalar(select(func.max(Hold.lifted_at)).where(*mine))
    rows = [row for row in _overdue(session, organization, by) if row.due_on <= latest]
    grace = utc_day(by.at) - latest
    over = [row for row in rows if lifted is None or _midnight(row.due_on + grace) > lifted]
    return rows if over else []


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
