"""What jobs find to do: workspaces and organizations about which something is due at an instant, by public id or key.

Each reads all that is due before the job begins, so that nothing is looked at twice in a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, literal_column, or_, select

from portal.base.db import db
from portal.models import (
    Hold,
    Invitation,
    LimitOverride,
    Notice,
    NoticeKind,
    Organization,
    SuspensionBehaviour,
    User,
    Workspace,
    scope,
)
from portal.rules.lifecycle import TRIAL_WARNING, HoldKind, Stage, Status
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


def capped() -> Sequence[int]:
    """Organizations (integer keys) with a paying workspace that has a spend cap, or is held for one."""
    told = exists().where(Notice.workspace_id == Workspace.id, Notice.kind == NoticeKind.SPEND_CAP)
    mine = Workspace.organization_id == Organization.id
    some = exists().where(
        mine,
        Workspace.cancelled_at.is_(None),
        Workspace.activated_on.is_not(None),
        or_(Workspace.spend_cap.is_not(None), _HELD, told),
    )
    with scope.platform():
        return db.session.scalars(select(Organization.id).where(some).order_by(Organization.id)).all()


@dataclass(frozen=True, slots=True)
class Capped:
    """A workspace of an organization with spend caps. `held`: whether it is suspended for its cap; `told`: what its
    people were told of, by kind and occasion."""

    public_id: str
    cap: int | None
    threshold: int
    behaviour: SuspensionBehaviour
    held: bool
    told: frozenset[tuple[NoticeKind, str]]

    def is_due(self, spend: int, month: date) -> bool:
        """Whether something follows from so much spent in the month: see `operations.spend_caps`."""
        if self.cap is not None and reached(spend, self.cap):
            return (NoticeKind.SPEND_CAP, cap_occasion(month, self.cap, self.behaviour.value)) not in self.told
        alerted = (NoticeKind.SPEND_ALERT, alert_occasion(month)) in self.told
        acted = self.held or any(kind is NoticeKind.SPEND_CAP for kind, _ in self.told)
        return acted or (near(spend, self.cap, self.threshold) and not alerted)


def capped_workspaces(organization: int) -> dict[int, Capped]:
    """The workspaces of such an organization that are not closed, by integer key. Within the platform's scope."""
    mine = (Workspace.organization_id == organization, Workspace.cancelled_at.is_(None))
    kinds = (NoticeKind.SPEND_CAP, NoticeKind.SPEND_ALERT)
    notices = select(Notice.workspace_id, Notice.kind, Notice.occasion)
    notices = notices.join(Workspace, Workspace.id == Notice.workspace_id).where(*mine, Notice.kind.in_(kinds))
    told: dict[int, set[tuple[NoticeKind, str]]] = {}
    for workspace, kind, occasion in db.session.execute(notices):
        told.setdefault(workspace, set()).add((kind, occasion))
    caps = (Workspace.spend_cap, Workspace.alert_threshold, Workspace.suspension_behaviour, _HELD.label("held"))
    rows = db.session.execute(select(Workspace.id, Workspace.public_id, *caps).where(*mine))
    return {
        row.id: Capped(
            row.public_id,
            row.spend_cap,
            row.alert_threshold,
            row.suspension_behaviour,
            row.held,
            frozenset(told.get(row.id, ())),
        )
        for row in rows
    }


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
    welcomed = _told(NoticeKind.WELCOME).where(
        Notice.sent_at <= now - FIRST_STEPS_AFTER, Notice.sent_at > now - FIRST_STEPS_WITHIN
    )
    with scope.platform():
        return _workspaces(*_written_to(), welcomed, ~_told(NoticeKind.FIRST_STEPS))


def _written_to() -> tuple[Any, ...]:
    return Workspace.status.in_((Status.TRIAL, Status.ACTIVE)), Workspace.skip_onboarding_email.is_(False)


def _told(kind: NoticeKind) -> Any:
    return exists().where(Notice.workspace_id == Workspace.id, Notice.kind == kind)


def _workspaces(*where: Any) -> Sequence[str]:
    return db.session.scalars(select(Workspace.public_id).where(*where).order_by(Workspace.id)).all()
