"""What an organization's admins do to one of its workspaces: close it."""

from __future__ import annotations

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from portal.models import scope
from portal.operations import closing
from portal.queries import detail
from portal.queries.detail import Profile
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.rules.lifecycle import Move, check_move
from portal.web import closing_words, formats, organizations
from portal.web.access import actor, needs
from portal.web.closing_words import CloseForm
from portal.web.fresh import fresh
from portal.web.organization.workspaces import HERE, bp
from portal.web.pages import done
from portal.web.platform import brand


@bp.route("/workspaces/<workspace>/close", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_WORKSPACE_CLOSE)
@fresh("organization_workspaces.close", "workspace")
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


def _own(workspace: str) -> Profile:
    """The workspace with this public id. Raises NotFound, also for another organization's."""
    with scope.platform():  # the statement names the workspace, and whose it is is looked at here
        profile = detail.profile(workspace)
    if profile.organization.key != organizations.organization().key:
        raise NotFound()
    return profile


def _crumbs(profile: Profile, what: str) -> tuple[tuple[str, str | None], ...]:
    return (("Workspaces", url_for(HERE)), (profile.name, None), (what, None))
