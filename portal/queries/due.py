"""What jobs find to do: workspaces and organizations about which something is due at an instant, by public id or key.

Each reads all that is due before the job begins, so that nothing is looked at twice in a run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, literal_column, or_, select

from portal.base.db import db
from portal.models import (
    BilledMonth,
    Hold,
    Invitation,
    Invoice,
    InvoiceState,
    LimitOverride,
    Notice,
    NoticeKind,
    Organization,
    SubscriptionCycle,
    User,
    Workspace,
    scope,
)
from portal.models.invoices import UNPAID
from portal.queries.principals import platform
from portal.queries.spend import Spend, monthly
from portal.rules.invoicing import last_issuable, latest_due
from portal.rules.lifecycle import TRIAL_WARNING, HoldKind, Stage, Status
from portal.rules.periods import month_end, utc_day
from portal.rules.spending import alert_occasion, cap_occasion, near, reached

WELCOME_WITHIN = timedelta(days=30)  # a workspace that is older is not welcomed any more
FIRST_STEPS_AFTER = timedelta(days=3)
FIRST_STEPS_WITHIN = timedelta(days=14)


def trials_ending(now: datetime) -> Sequence[str]:
    """Workspaces whose trial ends soon; those that were told of it are among them."""
    on_trial = Workspace.status == literal_column("'trial'")
    soon = (Workspace.trial_ends_at > now, Workspace.trial_ends_at <= now + TRIAL_WARNING)
    return _workspaces(on_trial, *soon)


def trials_over(now: datetime) -> Sequence[str]:
    """Workspaces whose trial is over, and that no hold of a trial has held at its end or since."""
    ours = (Hold.workspace_id == Workspace.id, Hold.kind == HoldKind.TRIAL_ENDED)
    ends = Workspace.trial_ends_at
    held = exists().where(*ours, or_(Hold.lifted_at.is_(None), Hold.lifted_at >= ends, Hold.opened_at >= ends))
    over = (Workspace.stage == Stage.TRIAL, Workspace.trial_ends_at <= now, Workspace.cancelled_at.is_(None))
    return _workspaces(*over, ~held)


def trials_extended(now: datetime) -> Sequence[str]:
    """Workspaces that an ended trial holds, and whose trial ends later by now."""
    ours = (Hold.workspace_id == Workspace.id, Hold.kind == HoldKind.TRIAL_ENDED, Hold.lifted_at.is_(None))
    earlier = Hold.opened_at < Workspace.trial_ends_at  # not for this end, before which the clock was put back
    held = exists().where(*ours, earlier)
    return _workspaces(Workspace.trial_ends_at > now, Workspace.cancelled_at.is_(None), held)


def overrides_expired(now: datetime) -> Sequence[str]:
    """Workspaces with an override whose time is over. Those of closed ones stay as they are."""
    expired = exists().where(LimitOverride.workspace_id == Workspace.id, LimitOverride.expires_at <= now)
    with scope.platform():
        return _workspaces(Workspace.cancelled_at.is_(None), expired)


_HELD = exists().where(Hold.workspace_id == Workspace.id, Hold.kind == HoldKind.SPEND_CAP, Hold.lifted_at.is_(None))


def capped() -> Sequence[str]:
    """Paying workspaces that have a spend cap, or are held for one, or whose people were told that it was reached."""
    told = exists().where(Notice.workspace_id == Workspace.id, Notice.kind == NoticeKind.SPEND_CAP)
    paying = (Workspace.cancelled_at.is_(None), Workspace.activated_on.is_not(None))
    with scope.platform():
        return _workspaces(*paying, or_(Workspace.spend_cap.is_not(None), _HELD, told))


@dataclass(frozen=True, slots=True)
class Spent:
    """A workspace about whose cap something is due: what it has spent of its currency, in minor units, in the month
    that runs (its first day)."""

    public_id: str
    spend: int
    month: date


def spent(workspaces: Sequence[str], now: datetime) -> list[Spent]:
    """Those of these workspaces about whose caps something is due (see `operations.spend_caps`), in as many queries
    however many there are."""
    with scope.platform():
        found = monthly(Workspace.public_id.in_(workspaces), now)
        told = _told_of_caps(found)
        rows = db.session.execute(_CAPS.where(Workspace.id.in_(found)).order_by(Workspace.id)).all()
    spents = [(row, found[row.id]) for row in rows]
    return [
        Spent(row.public_id, spend.amount, spend.month)
        for row, spend in spents
        if _is_due(row, spend, told.get(row.id, frozenset()))
    ]


_CAPS = select(
    Workspace.id,
    Workspace.public_id,
    Workspace.spend_cap,
    Workspace.alert_threshold,
    Workspace.suspension_behaviour,
    _HELD.label("held"),
)


def _told_of_caps(workspaces: Collection[int]) -> dict[int, set[tuple[NoticeKind, str]]]:
    """What the people of these workspaces (integer keys) were told of, by kind and occasion."""
    kinds = (NoticeKind.SPEND_CAP, NoticeKind.SPEND_ALERT)
    rows = select(Notice.workspace_id, Notice.kind, Notice.occasion)
    found: dict[int, set[tuple[NoticeKind, str]]] = {}
    for key, kind, occasion in db.session.execute(
        rows.where(Notice.workspace_id.in_(workspaces), Notice.kind.in_(kinds))
    ):
        found.setdefault(key, set()).add((kind, occasion))
    return found


def _is_due(row: Any, spend: Spend, told: Collection[tuple[NoticeKind, str]]) -> bool:
    if row.spend_cap is not None and reached(spend.amount, row.spend_cap):
        occasion = cap_occasion(spend.month, row.spend_cap, row.suspension_behaviour.value)
        return (NoticeKind.SPEND_CAP, occasion) not in told
    alerted = (NoticeKind.SPEND_ALERT, alert_occasion(spend.month)) in told
    acted = row.held or any(kind is NoticeKind.SPEND_CAP for kind, _ in told)
    return acted or (near(spend.amount, row.spend_cap, row.alert_threshold) and not alerted)


def unwelcomed(now: datetime) -> Sequence[str]:
    """New workspaces whose owner has come in, and was not welcomed yet."""
    pending = exists().where(
        Invitation.workspace_id == Workspace.id, Invitation.user_id == Workspace.owner_id, Invitation.is_pending
    )
    has_come = exists().where(User.id == Workspace.owner_id, User.password_hash.is_not(None), User.barred_at.is_(None))
    with scope.platform():
        return _workspaces(
            Workspace.created_at > now - WELCOME_WITHIN, *_written_to(), has_come, ~pending, ~_told(NoticeKind.WELCOME)
        )


def without_first_steps(now: datetime) -> Sequence[str]:
    """Workspaces that were welcomed some days ago, and were not told of first steps yet."""
    span = (Notice.sent_at <= now - FIRST_STEPS_AFTER, Notice.sent_at > now - FIRST_STEPS_WITHIN)
    welcomed = select(Notice.workspace_id).where(Notice.kind == NoticeKind.WELCOME, *span)  # looked for once
    with scope.platform():
        return _workspaces(Workspace.id.in_(welcomed), *_written_to(), ~_told(NoticeKind.FIRST_STEPS))


def _written_to() -> tuple[Any, ...]:
    return Workspace.status.in_((Status.TRIAL, Status.ACTIVE)), Workspace.skip_onboarding_email.is_(False)


def _told(kind: NoticeKind) -> Any:
    return exists().where(Notice.workspace_id == Workspace.id, Notice.kind == kind)


def _workspaces(*where: Any) -> Sequence[str]:
    return db.session.scalars(select(Workspace.public_id).where(*where).order_by(Workspace.id)).all()


# ---------------------------------------------------------------- money


def cycles(now: datetime) -> Sequence[str]:
    """Active workspaces whose running cycle ends by tomorrow (their days may be ahead of UTC's), or that have none."""
    latest = func.max(SubscriptionCycle.ends_on)
    ends = select(latest).where(SubscriptionCycle.workspace_id == Workspace.id).correlate(Workspace).scalar_subquery()
    tomorrow = utc_day(now) + timedelta(days=1)
    active = (Workspace.status == Status.ACTIVE, Workspace.activated_on.is_not(None))
    with scope.platform():
        return _workspaces(*active, or_(ends.is_(None), ends <= tomorrow))


def unbilled(now: datetime) -> Sequence[str]:
    """Organizations with months that are due to be billed."""
    last, billed = last_issuable(now), func.max(BilledMonth.month)
    paying = exists().where(Workspace.organization_id == Organization.id, Workspace.activated_on <= month_end(last))
    rows = select(Organization.public_id).outerjoin(BilledMonth, BilledMonth.organization_id == Organization.id)
    rows = rows.where(paying).group_by(Organization.id).having(func.coalesce(billed, date.min) < last)
    with scope.platform():
        return db.session.scalars(rows.order_by(Organization.id)).all()


def not_paid_in_time(now: datetime) -> Sequence[str]:
    """Organizations with an unpaid invoice whose day of payment is over, and which does not say so yet."""
    return _owing(Invoice.state == InvoiceState.OPEN, Invoice.due_on < utc_day(now))


def beyond_grace(now: datetime) -> Sequence[str]:
    """Organizations that owe an invoice whose days of grace are over, and have no hold past due."""
    held = exists().where(
        Hold.organization_id == Organization.id, Hold.kind == HoldKind.PAST_DUE, Hold.lifted_at.is_(None)
    )
    latest = latest_due(now, platform().grace_days)
    return _owing(Invoice.state.in_(UNPAID), Invoice.due_on <= latest, ~held)


def _owing(*where: Any) -> Sequence[str]:
    rows = select(Organization.public_id).join(Invoice, Invoice.organization_id == Organization.id).where(*where)
    return db.session.scalars(rows.group_by(Organization.id).order_by(Organization.id)).all()
