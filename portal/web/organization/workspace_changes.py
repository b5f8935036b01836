"""What an organization's admins do to one of its workspaces: close it, and make it the primary."""

from __future__ import annotations

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from portal.models import scope
from portal.operations import closing
from portal.queries import detail, prospects
from portal.queries.detail import Profile
from portal.rules.access import Permission
from portal.rules.errors import Conflict, NotFound
from portal.rules.lifecycle import Move, Status, check_move
from portal.web import closing_words, formats, organizations
from portal.web.access import actor, needs
from portal.web.closing_words import CloseForm
from portal.web.forms import Form
from portal.web.organization.workspaces import HERE, bp
from portal.web.pages import ask, done
from portal.web.platform import brand


@bp.route("/workspaces/<workspace>/close", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_WORKSPACE_CLOSE)
def close(workspace: str) -> ResponseReturnValue:
    """Closes it, if the name is typed as it is."""
    profile, form = _own(workspace), CloseForm()
    check_move(profile.status, profile.stage, Move.TRASH)
    if form.validate_on_submit():
        with form.refusals():
            name, needs = form.confirm_name.data or "", Permission.ACCOUNT_WORKSPACE_CLOSE
            closing.close(workspace, name, actor(), needs, told=form.heard())
            name = formats.isolated(profile.name)
            flash(f"{name} is closed. For 90 days the staff of {brand()} can restore it.", "good")
            return done(url_for(HERE))
    with scope.platform():  # of this workspace alone, which is one of theirs
        return closing_words.customers_ask(profile, form, url_for(HERE), _crumbs(profile, "Close"))


@bp.route("/workspaces/<workspace>/primary", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_WORKSPACE_PRIMARY)
def primary(workspace: str) -> ResponseReturnValue:
    """Makes it the one whose plan the others pay by."""
    profile, form = _own(workspace), Form()
    if profile.is_primary:
        raise Conflict(f"{formats.isolated(profile.name)} is the primary workspace already.")
    if profile.status is Status.CANCELLED:
        raise Conflict("A closed workspace cannot be the primary.")
    if form.validate_on_submit():
        with form.refusals():
            closing.make_primary(workspace, actor(), Permission.ACCOUNT_WORKSPACE_PRIMARY)
            flash(f"{formats.isolated(profile.name)} is the primary workspace.", "good")
            return done(url_for(HERE))
    with scope.platform():
        found, fits = prospects.as_primary(profile.key), prospects.may_have_children(profile.key)
    return ask(
        "organization/primary",
        422 if form.is_submitted() else 200,
        ws=profile,
        form=form,
        effects=(
            closing_words.moved("coins", "Its subscription, a month", "own_mrr", found.own, profile),
            closing_words.moved("building", "All subscriptions, a month", "all_mrr", found.all, profile),
        ),
        instead_of=found.instead_of,
        action=request.path if fits or profile.organization.workspaces == 1 else None,
        back_url=url_for(HERE),
        crumbs=_crumbs(profile, "Make primary"),
    )


def _own(workspace: str) -> Profile:
    """The workspace with this public id. Raises NotFound, also for another organization's."""
    with scope.platform():  # the statement names the workspace, and whose it is is looked at here
        profile = detail.profile(workspace)
    if profile.organization.key != organizations.organization().key:
        raise NotFound()
    return profile


def _crumbs(profile: Profile, what: str) -> tuple[tuple[str, str | None], ...]:
    return (("Workspaces", url_for(HERE)), (profile.name, None), (what, None))
