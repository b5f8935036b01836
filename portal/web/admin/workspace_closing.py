"""Moving a workspace to the trash, restoring it, and making it its organization's primary: the dialogs that ask."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.operations import closing
from portal.queries import closing as outlook
from portal.queries import detail, prospects
from portal.queries.detail import Profile
from portal.queries.listing import Filters
from portal.rules.access import Permission
from portal.rules.errors import Conflict
from portal.rules.lifecycle import Move, Status, check_move
from portal.web import closing_words, formats
from portal.web.access import actor, needs
from portal.web.admin.blueprints import workspaces as bp
from portal.web.admin.workspace_addresses import Address
from portal.web.admin.workspace_dialogs import named, question, settled
from portal.web.closing_words import CloseForm
from portal.web.formats import counted
from portal.web.fresh import fresh


@bp.get("/<ws>/trash")
@needs(Permission.WORKSPACE_CLOSE)
@fresh("admin_workspaces.trash_ask", "ws")
def trash_ask(ws: str) -> ResponseReturnValue:
    """What closing will do."""
    profile = detail.profile(ws)
    check_move(profile.status, profile.stage, Move.TRASH)
    return _closing(profile, CloseForm())


@bp.post("/<ws>/trash")
@needs(Permission.WORKSPACE_CLOSE)
@fresh("admin_workspaces.trash_ask", "ws")
def trash_move(ws: str) -> ResponseReturnValue:
    """Closes it, if the name is typed as it is."""
    form = CloseForm()
    profile = detail.profile(ws)
    if form.validate():
        with form.refusals():
            closing.close(ws, form.confirm_name.data or "", actor(), told=form.heard())
            return settled(ws, f"{named(profile)} moved to the trash. It can be restored for 90 days.")
    return _closing(profile, form, 422)


@bp.get("/<ws>/restore")
@needs(Permission.WORKSPACE_RESTORE)
def restore_ask(ws: str) -> ResponseReturnValue:
    """What will come back."""
    profile = detail.profile(ws)
    check_move(profile.status, profile.stage, Move.RESTORE)
    left = outlook.left_for(profile.key)
    return question(
        "restore",
        profile,
        "Restore",
        effects=closing_words.counts([("phone", "Numbers that come back", "numbers", left.free)]) if left.free else (),
        reassigned=closing_words.numbers(left.reassigned),
        several=len(left.reassigned) > 1,
        gone=closing_words.numbers(left.gone),
        several_gone=len(left.gone) > 1,
        held=bool(profile.holds),
        primary=outlook.primary_in_the_way(profile.organization.key) if not profile.is_primary else None,
    )


@bp.post("/<ws>/restore")
@needs(Permission.WORKSPACE_RESTORE)
def restore(ws: str) -> ResponseReturnValue:
    """Brings it back."""
    profile = detail.profile(ws)
    back = closing.restore(ws, actor())
    words = [f"{named(profile)} restored"]
    if back.returned:
        words.append(f"{counted(len(back.returned), 'number')} came back")
    if back.reassigned:
        have = "belongs" if len(back.reassigned) == 1 else "belong"
        words.append(f"{', '.join(map(formats.phone, back.reassigned))} {have} to somebody else now")
    if back.gone:
        words.append(f"{', '.join(map(formats.phone, back.gone))} left the inventory meanwhile")
    return settled(ws, ". ".join(words) + ".", "watch" if back.reassigned or back.gone else "good")


@bp.get("/<ws>/primary")
@needs(Permission.WORKSPACE_PRIMARY)
def primary_ask(ws: str) -> ResponseReturnValue:
    """What it means to be the primary."""
    profile = detail.profile(ws)
    if profile.is_primary:
        raise Conflict(f"{named(profile)} is the primary of {formats.isolated(profile.organization.name)} already.")
    if profile.status is Status.CANCELLED:
        raise Conflict("A closed workspace cannot be the primary. Restore it first.")
    others, fits = profile.organization.workspaces > 1, prospects.may_have_children(profile.key)
    found = prospects.as_primary(profile.key)
    return question(
        "primary",
        profile,
        "Make primary",
        effects=(
            closing_words.moved("coins", "MRR of the workspace", "own_mrr", found.own, profile),
            closing_words.moved("building", "MRR of the organization", "all_mrr", found.all, profile),
        ),
        instead_of=found.instead_of,
        action=None if others and not fits else request.path,
    )


@bp.post("/<ws>/primary")
@needs(Permission.WORKSPACE_PRIMARY)
def primary(ws: str) -> ResponseReturnValue:
    """Makes it so."""
    profile = detail.profile(ws)
    closing.make_primary(ws, actor())
    return settled(ws, f"{named(profile)} is the primary of {formats.isolated(profile.organization.name)}.")


def _closing(profile: Profile, form: CloseForm, status: int = 200) -> ResponseReturnValue:
    others = profile.organization.workspaces - 1
    if profile.is_primary and others:
        siblings = Address(Filters(organization=profile.organization.public_id), None).with_()
        count = counted(others, "other workspace")
        return question("trash_primary", profile, "Move to trash", status, action=None, count=count, siblings=siblings)
    about = closing_words.about(profile, clock.now(), "MRR lost")
    return question("trash_ask", profile, "Move to trash", status, form=form, **about)
