"""Suspending a whole organization, and reactivating it: the dialogs, as those of one workspace."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from portal.operations import holds
from portal.operations.holds import NewHold
from portal.queries import organization_detail as organizations
from portal.queries.organization_detail import Account
from portal.rules.access import Permission
from portal.rules.errors import Conflict
from portal.rules.lifecycle import HoldKind, may_lift, may_open
from portal.web import formats
from portal.web.access import actor, needs, permissions
from portal.web.admin.blueprints import organizations as bp
from portal.web.admin.organization_head import crumbs, open_workspace
from portal.web.admin.workspace_holds import KINDS, LiftForm, ReasonForm, SuspendForm, liftable
from portal.web.formats import counted
from portal.web.pages import ask, done


@bp.get("/<org>/suspend")
@needs(Permission.ORGANIZATION_SUSPEND)
def suspend_ask(org: str) -> ResponseReturnValue:
    """Why, and whom it will hit."""
    return _suspension(organizations.account(org), SuspendForm())


@bp.post("/<org>/suspend")
@needs(Permission.ORGANIZATION_SUSPEND)
def suspend(org: str) -> ResponseReturnValue:
    """Opens a hold on all of it."""
    form, found = SuspendForm(), organizations.account(org)
    if form.validate():
        with form.refusals():
            return _suspended(found, HoldKind(form.kind.data), form)
    return _suspension(found, form, 422)


@bp.get("/<org>/past-due")
@needs(Permission.HOLD_PAST_DUE)
def past_due_ask(org: str) -> ResponseReturnValue:
    """Whether it is to be suspended for what it owes."""
    return _past_due(organizations.account(org), ReasonForm())


@bp.post("/<org>/past-due")
@needs(Permission.HOLD_PAST_DUE)
def past_due(org: str) -> ResponseReturnValue:
    """Opens the hold of an unpaid invoice."""
    form, found = ReasonForm(), organizations.account(org)
    if form.validate():
        with form.refusals():
            return _suspended(found, HoldKind.PAST_DUE, form)
    return _past_due(found, form, 422)


@bp.get("/<org>/reactivate")
@needs(Permission.WORKSPACE_REACTIVATE)
def reactivate_ask(org: str) -> ResponseReturnValue:
    """Which of its open holds to lift."""
    found = organizations.account(org)
    if not found.holds:
        raise Conflict(f"{formats.isolated(found.name)} is not suspended: no hold on the whole of it is open.")
    named = request.args.get("hold", "")
    return _reactivation(found, LiftForm(), chosen=[named] if named else None)


@bp.post("/<org>/reactivate")
@needs(Permission.WORKSPACE_REACTIVATE)
def reactivate(org: str) -> ResponseReturnValue:
    """Lifts those that were chosen; where the form offered no choice (a script's), all that this person may lift."""
    form, found = LiftForm(), organizations.account(org)
    chosen = request.form.getlist("holds")
    if not chosen and "choose" not in request.form:
        chosen = [each.public_id for each in found.holds if may_lift(each.kind, permissions())]
    if form.validate():
        with form.refusals():
            changed = holds.lift(_by(found), chosen, actor(), permissions())
            lifted = counted(len(chosen), "hold")
            back = counted(changed.workspaces, "workspace works", "workspaces work")
            return _settled(found, f"{lifted} of {formats.isolated(found.name)} lifted: {back} again")
    return _reactivation(found, form, 422, chosen)


def _by(found: Account) -> str:
    """The workspace by which a hold of the whole is opened or lifted."""
    workspace = open_workspace(found)
    if workspace is None:
        raise Conflict(f"{formats.isolated(found.name)} has no open workspace: there is nothing to suspend.")
    return workspace


def _suspended(found: Account, kind: HoldKind, form: SuspendForm | ReasonForm) -> ResponseReturnValue:
    hold = NewHold(kind, True, form.note.data or "", form.public_reason.data or "")
    changed = holds.suspend(_by(found), hold, actor(), permissions())
    hit = counted(changed.workspaces, "workspace")
    words = f"{formats.isolated(found.name)} suspended: {hit}"
    return _settled(found, words if changed.workspaces else f"One more hold on {formats.isolated(found.name)}")


def _settled(found: Account, message: str) -> ResponseReturnValue:
    flash(message, "good")
    return done(url_for("admin_organizations.detail", org=found.public_id))


def _question(page: str, found: Account, crumb: str, status: int, **context: Any) -> ResponseReturnValue:
    """One of the dialogs of a workspace, about the organization."""
    given = {"action": request.path, "back_url": url_for("admin_organizations.detail", org=found.public_id)}
    return ask(f"admin/workspaces/{page}", status, ws=found, crumbs=crumbs(found, crumb), **given, **context)


def _suspension(found: Account, form: SuspendForm, status: int = 200) -> ResponseReturnValue:
    _by(found)
    kinds = [(kind.value, label, more) for kind, label, more in KINDS if may_open(kind, permissions())]
    return _question(
        "suspend",
        found,
        "Suspend",
        status,
        form=form,
        kinds=kinds if len(kinds) > 1 else [],
        extents=[],
        hit=f"{counted(found.workspaces, 'workspace is', 'workspaces are')} affected, all that it has.",
        already=bool(found.holds),
    )


def _past_due(found: Account, form: ReasonForm, status: int = 200) -> ResponseReturnValue:
    _by(found)
    count = counted(found.workspaces, "workspace")
    return _question("past_due", found, "Past due", status, form=form, count=count, name=found.name)


def _reactivation(
    found: Account, form: LiftForm, status: int = 200, chosen: Collection[str] | None = None
) -> ResponseReturnValue:
    mine = [each.public_id for each in found.holds if may_lift(each.kind, permissions())]
    ticked = mine if chosen is None else chosen
    return _question(
        "reactivate",
        found,
        "Reactivate",
        status,
        form=form,
        holds=[liftable(each, ticked) for each in found.holds],
        shared=counted(found.workspaces, "workspace"),
        any_mine=bool(mine),
    )
