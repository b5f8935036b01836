"""What is done to a team: invite, send again, revoke, change a role, remove."""

from __future__ import annotations

from typing import Any

from flask import flash, g, request, url_for
from flask.typing import ResponseReturnValue

from portal.operations import ownership, team
from portal.operations.invitations import Sent
from portal.queries import team as members
from portal.queries.letters import has_gone
from portal.queries.team import Member
from portal.rules.access import Permission, WorkspaceRole
from portal.rules.errors import NotFound, Refused, TooMany
from portal.web import formats, tenancy
from portal.web.access import actor, may, needs
from portal.web.forms import Form
from portal.web.fresh import fresh
from portal.web.pages import ask, done
from portal.web.role_words import WORKSPACE_ROLES
from portal.web.workspace.forms import InviteForm, RoleForm, chosen, role_options
from portal.web.workspace.team import bp, seats

HERE = "workspace_team.listing"


@bp.route("/team/invite", methods=["GET", "POST"])
@needs(Permission.TENANT_TEAM_EDIT)
def invite() -> ResponseReturnValue:
    """Invites somebody by mail."""
    form = InviteForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with form.refusals():
                role = chosen(form.role.data) or refuse_role()
                name = form.name.data or ""
                sent = team.invite(_workspace(), form.email.data, name, role, actor(), g.held, wait=True)
                _say(sent, f"The invitation to {form.email.data.strip()} is on its way.")
                return done(url_for(HERE))
        except TooMany as error:
            form.add_error("email", error.message)
            status = 429
    return _ask("invite", "Invite", status, form=form, roles=role_options(), seats=seats(formats.reader_locale()))


@bp.post("/team/invitations/<invitation>/resend")
@needs(Permission.TENANT_TEAM_EDIT)
def resend(invitation: str) -> ResponseReturnValue:
    """A new link, which kills the old one."""
    try:
        sent = team.resend(_workspace(), invitation, actor(), g.held, wait=True)
        _say(sent, "The invitation was sent again; the old link is dead.")
    except (Refused, TooMany) as refused:
        flash(f"Not sent: {refused.message}", "risk")
    return done(url_for(HERE))


@bp.post("/team/invitations/<invitation>/revoke")
@needs(Permission.TENANT_TEAM_EDIT)
def revoke(invitation: str) -> ResponseReturnValue:
    """The link is dead."""
    try:
        email = team.revoke(_workspace(), invitation, actor(), g.held)
        flash(f"The invitation to {email} was revoked.", "good")
    except Refused as refused:
        flash(f"Not revoked: {refused.message}", "risk")
    return done(url_for(HERE))


@bp.route("/team/<user>/role", methods=["GET", "POST"])
@needs(Permission.TENANT_TEAM_EDIT)
def role(user: str) -> ResponseReturnValue:
    """Gives a member another role."""
    person = _member(user)
    form = RoleForm(role=person.role.value)
    if form.validate_on_submit():
        with form.refusals():
            wanted = chosen(form.role.data) or refuse_role()
            team.change_role(_workspace(), user, wanted, actor(), g.held)
            flash(f"{person.name} is {WORKSPACE_ROLES[wanted].lower()} now.", "good")
            return done(url_for(HERE))
    status = 422 if form.is_submitted() else 200
    gives = may(Permission.TENANT_OWNER) and person.role is not WorkspaceRole.OWNER
    owner_url = url_for("workspace_team.owner", user=user) if gives else None
    return _ask("role", "Role", status, form=form, person=person, roles=role_options(), owner_url=owner_url)


@bp.route("/team/<user>/remove", methods=["GET", "POST"])
@needs(Permission.TENANT_TEAM_EDIT)
def remove(user: str) -> ResponseReturnValue:
    """Removes a member from the workspace."""
    person, form = _member(user), RoleForm()
    is_you = user == g.principal.public_id
    if form.is_submitted():
        with form.refusals():
            team.remove(_workspace(), user, actor(), g.held)
            flash(f"{person.name} is no member any more.", "good")
            return done("/" if is_you else url_for(HERE))
    status = 422 if form.is_submitted() else 200
    is_owner = person.role is WorkspaceRole.OWNER
    word = WORKSPACE_ROLES[person.role].lower()
    given = {"form": form, "person": person, "role": word, "is_you": is_you, "is_owner": is_owner}
    return _ask("remove", "Remove", status, asks=not is_owner, **given)


@bp.route("/team/<user>/owner", methods=["GET", "POST"])
@needs(Permission.TENANT_OWNER)
@fresh(HERE)
def owner(user: str) -> ResponseReturnValue:
    """The owner hands the workspace over to somebody of the team, and is a manager from then on."""
    person, form = _member(user), Form()
    if form.validate_on_submit():
        with form.refusals():
            ownership.give(_workspace(), user, actor())
            flash(f"{formats.isolated(person.name)} owns the workspace now. You are a manager.", "good")
            return done(url_for(HERE))
    status = 422 if form.is_submitted() else 200
    return _ask("owner", "Hand over", status, form=form, person=person)


def _ask(page: str, crumb: str, status: int, *, asks: bool = True, **context: Any) -> ResponseReturnValue:
    """The dialog about somebody of the team. `asks`: whether there is something to be answered."""
    back = url_for(HERE)
    given: dict[str, Any] = {"back_url": back, "crumbs": (("Team", back), (crumb, None))} | context
    if asks:
        given["action"] = request.path
    return ask(f"workspace/{page}", status, tenant_name=tenancy.tenant().name, **given)


def _say(sent: Sent, words: str) -> None:
    if has_gone(sent.mail):
        flash(words, "good")
    else:
        flash("The invitation stands, and its mail has not gone out yet: it is tried again by itself.", "watch")


def refuse_role() -> WorkspaceRole:
    """There is no such role."""
    raise Refused("Choose one of the roles.", "role")


def _workspace() -> str:
    return tenancy.tenant().public_id


def _member(user: str) -> Member:
    person = members.member(user)
    if person is None:
        raise NotFound()
    return person
