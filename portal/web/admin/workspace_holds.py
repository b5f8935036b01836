"""Suspending, reactivating and activating a workspace: the dialogs, and what they ask for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField

from portal.base import clock
from portal.operations import holds
from portal.operations.holds import Changed, NewHold
from portal.queries import detail, prospects
from portal.queries.closing import effects_of
from portal.queries.detail import OpenHold, Profile
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.rules.lifecycle import HoldKind, Move, Status, check_move, may_lift, may_open
from portal.web import formats
from portal.web.access import actor, needs, permissions
from portal.web.admin.blueprints import workspaces as bp
from portal.web.admin.workspace_dialogs import named, question, settled
from portal.web.formats import counted
from portal.web.forms import Form
from portal.web.workspace_words import CYCLES, HOLDS

KINDS = (
    (HoldKind.MANUAL, "By staff", "Support can lift it again."),
    (HoldKind.ABUSE, "Abuse", "Only owners of the platform lift it."),
)
WORKSPACE, ORGANIZATION = "workspace", "organization"


class SuspendForm(Form):
    """Why, and how far it reaches."""

    kind = RadioField(choices=[kind.value for kind, _, _ in KINDS], default=HoldKind.MANUAL.value)
    extent = RadioField(choices=[WORKSPACE, ORGANIZATION], default=WORKSPACE)
    public_reason = StringField()
    note = StringField()


class ReasonForm(Form):
    """Why."""

    public_reason = StringField()
    note = StringField()


class LiftForm(Form):
    """Which of the open holds."""


@dataclass(frozen=True, slots=True)
class Liftable:
    """An open hold to be chosen; `why_not` says who may lift it where this person may not."""

    id: str
    label: str
    text: str
    why_not: str
    chosen: bool


@bp.get("/<ws>/suspend")
@needs(Permission.WORKSPACE_SUSPEND)
def suspend_ask(ws: str) -> ResponseReturnValue:
    """Why, how far, and whom it will hit."""
    return _suspension(_movable(ws, Move.SUSPEND), SuspendForm())


@bp.post("/<ws>/suspend")
@needs(Permission.WORKSPACE_SUSPEND)
def suspend(ws: str) -> ResponseReturnValue:
    """Opens a hold."""
    form = SuspendForm()
    profile = detail.profile(ws)
    if form.validate():
        with form.refusals():
            whole = form.extent.data == ORGANIZATION
            hold = NewHold(HoldKind(form.kind.data), whole, form.note.data or "", form.public_reason.data or "")
            changed = holds.suspend(ws, hold, actor(), permissions())
            return settled(ws, _suspended(profile, whole, changed))
    return _suspension(profile, form, 422)


@bp.get("/<ws>/past-due")
@needs(Permission.HOLD_PAST_DUE)
def past_due_ask(ws: str) -> ResponseReturnValue:
    """Whether the whole organization is to be suspended for what it owes."""
    return _past_due(_movable(ws, Move.SUSPEND), ReasonForm())


@bp.post("/<ws>/past-due")
@needs(Permission.HOLD_PAST_DUE)
def past_due(ws: str) -> ResponseReturnValue:
    """Opens the hold of an unpaid invoice."""
    form = ReasonForm()
    profile = detail.profile(ws)
    if form.validate():
        with form.refusals():
            hold = NewHold(HoldKind.PAST_DUE, True, form.note.data or "", form.public_reason.data or "")
            changed = holds.suspend(ws, hold, actor(), permissions())
            return settled(ws, _suspended(profile, True, changed))
    return _past_due(profile, form, 422)


@bp.get("/<ws>/reactivate")
@needs(Permission.WORKSPACE_REACTIVATE)
def reactivate_ask(ws: str) -> ResponseReturnValue:
    """Which of the open holds to lift."""
    return _reactivation(_movable(ws, Move.REACTIVATE), LiftForm())


@bp.post("/<ws>/reactivate")
@needs(Permission.WORKSPACE_REACTIVATE)
def reactivate(ws: str) -> ResponseReturnValue:
    """Lifts those that were chosen; where the form offered no choice (a script's), all that this person may lift."""
    form = LiftForm()
    profile = _movable(ws, Move.REACTIVATE)
    chosen = request.form.getlist("holds")
    if not chosen and "choose" not in request.form:
        chosen = [each.public_id for each in profile.holds if may_lift(each.kind, permissions())]
    if form.validate():
        with form.refusals():
            return settled(ws, _lifted(profile, holds.lift(ws, chosen, actor(), permissions()), len(chosen)))
    return _reactivation(profile, form, 422, chosen)


@bp.get("/<ws>/holds/<hold>/lift")
@needs(Permission.WORKSPACE_REACTIVATE)
def lift_ask(ws: str, hold: str) -> ResponseReturnValue:
    """Whether to lift this one."""
    profile = detail.profile(ws)
    found = next((each for each in profile.holds if each.public_id == hold), None)
    if found is None:
        raise NotFound("There is no such open hold. It may have been lifted already.")
    check_move(profile.status, profile.stage, Move.REACTIVATE)
    others = len(profile.holds) - 1
    return question(
        "lift",
        profile,
        "Lift a hold",
        hold=liftable(found, ()),
        shared=counted(profile.organization.workspaces, "workspace") if found.of_organization else None,
        others=counted(others, "other hold") if others else None,
    )


@bp.post("/<ws>/holds/<hold>/lift")
@needs(Permission.WORKSPACE_REACTIVATE)
def lift(ws: str, hold: str) -> ResponseReturnValue:
    """Lifts it."""
    profile = detail.profile(ws)
    return settled(ws, _lifted(profile, holds.lift(ws, [hold], actor(), permissions()), 1))


@bp.get("/<ws>/activate")
@needs(Permission.WORKSPACE_ACTIVATE)
def activate_ask(ws: str) -> ResponseReturnValue:
    """What the customer will pay from now on."""
    profile = _movable(ws, Move.ACTIVATE)
    mrr = prospects.mrr_once_active(profile.key)
    locale = formats.reader_locale()
    others = [HOLDS[each.kind].lower() for each in profile.holds if each.kind is not HoldKind.TRIAL_ENDED]
    return question(
        "activate",
        profile,
        "Activate",
        effects=(("coins", "MRR from now on", "mrr", mrr, _money(mrr, profile, locale), profile.currency),),
        cycle=CYCLES[profile.billing_cycle],
        others=", ".join(others),
        ends_trial=any(each.kind is HoldKind.TRIAL_ENDED for each in profile.holds),
        pays=mrr > 0,
    )


@bp.post("/<ws>/activate")
@needs(Permission.WORKSPACE_ACTIVATE)
def activate(ws: str) -> ResponseReturnValue:
    """Turns a trial into a paying customer."""
    profile = detail.profile(ws)
    changed = holds.activate(ws, actor())
    still = "; it stays suspended by its open holds" if changed.status is Status.SUSPENDED else ""
    return settled(ws, f"{named(profile)} activated{still}")


# ---------------------------------------------------------------- the dialogs


def _movable(ws: str, move: Move) -> Profile:
    """The workspace, if the move is legal for it."""
    profile = detail.profile(ws)
    check_move(profile.status, profile.stage, move)
    return profile


def _suspension(profile: Profile, form: SuspendForm, status: int = 200) -> ResponseReturnValue:
    kinds = [(kind.value, label, more) for kind, label, more in KINDS if may_open(kind, permissions())]
    others = profile.organization.workspaces
    extents = [(WORKSPACE, "This workspace", "The others go on.")]
    if others > 1 and Permission.ORGANIZATION_SUSPEND in permissions():
        whole = f"All {formats.number(others, formats.reader_locale())} workspaces of {_of(profile)}."
        extents.append((ORGANIZATION, "The whole organization", whole))
    return question(
        "suspend",
        profile,
        "Suspend",
        status,
        form=form,
        kinds=kinds if len(kinds) > 1 else [],
        extents=extents if len(extents) > 1 else [],
        hit=_hit(profile),
        already=profile.status is Status.SUSPENDED,
    )


def _past_due(profile: Profile, form: ReasonForm, status: int = 200) -> ResponseReturnValue:
    count = counted(profile.organization.workspaces, "workspace")
    return question("past_due", profile, "Past due", status, form=form, count=count, name=profile.organization.name)


def _reactivation(
    profile: Profile, form: LiftForm, status: int = 200, chosen: Collection[str] | None = None
) -> ResponseReturnValue:
    mine = [each.public_id for each in profile.holds if may_lift(each.kind, permissions())]
    ticked = mine if chosen is None else chosen
    shared = profile.organization.workspaces > 1 and any(each.of_organization for each in profile.holds)
    return question(
        "reactivate",
        profile,
        "Reactivate",
        status,
        form=form,
        holds=[liftable(each, ticked) for each in profile.holds],
        shared=counted(profile.organization.workspaces, "workspace") if shared else None,
        any_mine=bool(mine),
    )


def liftable(hold: OpenHold, ticked: Collection[str]) -> Liftable:
    """The hold as a reactivation offers it."""
    locale = formats.reader_locale()
    when = formats.moment(hold.opened_at, clock.now(), locale, formats.reader_timezone())
    parts = [f"“{formats.isolated(hold.public_reason)}”" if hold.public_reason else ""]
    parts.append("On the whole organization." if hold.of_organization else "")
    parts.append(f"Opened by {formats.isolated(hold.opened_by)}, {when}.")
    mine = may_lift(hold.kind, permissions())
    return Liftable(
        hold.public_id,
        HOLDS[hold.kind],
        " ".join(filter(None, parts)),
        "" if mine else "Your role does not lift this one.",
        mine and hold.public_id in ticked,
    )


# ---------------------------------------------------------------- words


def _hit(profile: Profile) -> str:
    """Whom suspending hits now."""
    sending = effects_of(profile.key).sending
    people = counted(profile.team, "person is", "people are")
    stopped = f" {counted(sending, 'broadcast is', 'broadcasts are')} being sent." if sending else ""
    return f"{people} affected.{stopped}"


def _suspended(profile: Profile, whole: bool, changed: Changed) -> str:
    if not whole:
        return f"{named(profile)} suspended" if changed.workspaces else f"One more hold on {named(profile)}"
    return f"{_of(profile)} suspended: {counted(changed.workspaces, 'workspace')}"


def _lifted(profile: Profile, changed: Changed, lifted: int) -> str:
    if changed.status is Status.SUSPENDED:
        return f"{counted(lifted, 'hold')} lifted. {named(profile)} stays suspended by what is still open"
    others = changed.workspaces - 1
    return f"{named(profile)} reactivated" + (f", and {counted(others, 'other workspace')}" if others > 0 else "")


def _of(profile: Profile) -> str:
    return formats.isolated(profile.organization.name)


def _money(minor: int, profile: Profile, locale: str) -> str:
    return formats.money(minor, profile.currency, locale, whole=True)
