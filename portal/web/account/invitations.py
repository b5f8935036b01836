"""An invitation's page. Reading it uses nothing up; accepting is a POST."""

from __future__ import annotations

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.operations import invitations
from portal.queries.invitations import Invited, State, invitation_of
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.web.access import actor, needs
from portal.web.account.blueprint import bp
from portal.web.account.forms import AcceptForm
from portal.web.entry import enter
from portal.web.pages import show
from portal.web.role_words import ORGANIZATION_ROLES, WORKSPACE_ROLES
from portal.web.visits import visit


@bp.get("/invitations/<token>")
@needs(Permission.PUBLIC)
def invitation(token: str) -> ResponseReturnValue:
    """Who invites where, and what to do: choose a password, log in, or accept."""
    found = invitation_of(token, clock.now())
    if found is None or found.state is not State.OPEN:
        return _dead(found)
    if not found.has_password:
        return _show(found, AcceptForm(name=found.name), token)
    return _show(found, None, token)


@bp.post("/invitations/<token>")
@needs(Permission.PUBLIC)
def invitation_accept(token: str) -> ResponseReturnValue:
    """Accepts: as a new person with name and password, or as the person who is logged in."""
    found = invitation_of(token, clock.now())
    if found is None or found.state is not State.OPEN:
        return _dead(found)
    try:
        return _accept_as_known(token) if found.has_password else _accept_as_new(found, token)
    except NotFound:  # somebody was faster
        return _dead(invitation_of(token, clock.now()))


def _accept_as_known(token: str) -> ResponseReturnValue:
    if g.principal is None:
        return redirect(url_for("account.log_in", next=url_for("account.invitation", token=token)), 303)
    invitations.accept(token, actor())
    return redirect(url_for("account.home"), 303)


def _accept_as_new(found: Invited, token: str) -> ResponseReturnValue:
    form = AcceptForm()
    if form.validate():
        with form.refusals():
            return enter(invitations.accept_as_new(token, form.name.data, form.password.data, visit()))
    return _show(found, form, token, status=422)


def _show(found: Invited, form: AcceptForm | None, token: str, status: int = 200) -> ResponseReturnValue:
    roles = [(found.organization, ORGANIZATION_ROLES[found.organization_role])]
    if found.workspace and found.workspace_role:
        roles.append((found.workspace, WORKSPACE_ROLES[found.workspace_role]))
    mine = g.principal is not None and g.principal.user_id == found.user_id
    page = "account/invitation_new" if form else "account/invitation"
    return show(page, status=status, form=form, invited=found, roles=roles, mine=mine, token=token)


def _dead(found: Invited | None) -> ResponseReturnValue:
    return show("account/invitation_dead", status=410 if found else 404, invited=found)
