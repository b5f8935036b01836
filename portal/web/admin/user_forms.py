"""Forms about people: invite somebody, change an account, change a role in an organization or a workspace."""

from __future__ import annotations

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

from portal.base.languages import locales, timezones
from portal.gateways.mail import gateway
from portal.operations import members, users
from portal.operations.members import Newcomer
from portal.operations.users import Details
from portal.queries import user_detail
from portal.rules.access import OrganizationRole, Permission, WorkspaceRole
from portal.rules.errors import NotFound
from portal.web import role_words
from portal.web.access import actor, needs
from portal.web.admin.blueprints import users as bp
from portal.web.admin.user_actions import QUEUED
from portal.web.admin.user_page import crumbs
from portal.web.forms import Form, listed
from portal.web.pages import ask, done, show

ORGANIZATION = [(role.value, label) for role, label in role_words.ORGANIZATION_ROLES.items()]
WORKSPACE = [(role.value, role_words.label(role)) for role in WorkspaceRole if role is not WorkspaceRole.OWNER]


class InviteForm(Form):
    """Whom, and where to."""

    email = StringField(validators=[InputRequired("Enter an e-mail address.")])
    name = StringField()
    organization = StringField(validators=[InputRequired("Say which organization it is.")])
    organization_role = listed(ORGANIZATION, OrganizationRole.MEMBER.value)
    workspace = StringField()
    workspace_role = listed(WORKSPACE, WorkspaceRole.AGENT.value)


class EditForm(Form):
    """An account; `seen_…` is what it said when the form was drawn."""

    name = StringField(validators=[InputRequired("Enter a name.")])
    email = StringField(validators=[InputRequired("Enter an e-mail address.")])
    locale = StringField()
    timezone = StringField()
    seen_name = HiddenField()
    seen_email = HiddenField()
    seen_locale = HiddenField()
    seen_timezone = HiddenField()


class OrganizationRoleForm(Form):
    """A role in an organization."""

    role = listed(ORGANIZATION)


class WorkspaceRoleForm(Form):
    """A role in a workspace."""

    role = listed(WORKSPACE)


@bp.route("/invite", methods=["GET", "POST"])
@needs(Permission.USER_EDIT)
def invite() -> ResponseReturnValue:
    """Somebody is invited into an organization, and perhaps into a workspace of it."""
    form = InviteForm()
    if form.validate_on_submit():
        with form.refusals():
            newcomer = Newcomer(
                form.email.data,
                form.name.data or "",
                form.organization.data,
                OrganizationRole(form.organization_role.data),
                form.workspace.data or "",
                WorkspaceRole(form.workspace_role.data),
            )
            members.invite(newcomer, actor())
            flash(f"Invitation for {form.email.data} is on its way." + ("" if gateway().ready else QUEUED), "good")
            return done(url_for("admin_users.listing", q=form.email.data))
    return show(
        "admin/users/invite",
        status=422 if form.is_submitted() else 200,
        form=form,
        organization_roles=ORGANIZATION,
        workspace_roles=WORKSPACE,
    )


@bp.route("/<usr>/edit", methods=["GET", "POST"])
@needs(Permission.USER_EDIT)
def edit(usr: str) -> ResponseReturnValue:
    """The account says something else; what somebody changed meanwhile is not overwritten."""
    person = user_detail.account(usr)
    present = {"name": person.name, "email": person.email, "locale": person.locale, "timezone": person.timezone}
    form = EditForm(**present, **{f"seen_{key}": value for key, value in present.items()})
    if form.validate_on_submit():
        with form.refusals():
            wanted = Details(form.name.data, form.email.data, form.locale.data, form.timezone.data)
            seen = Details(form.seen_name.data, form.seen_email.data, form.seen_locale.data, form.seen_timezone.data)
            changed = users.change(usr, wanted, seen, actor())
            flash("Saved." if changed else "Nothing was changed.", "good")
            return done(url_for("admin_users.detail", usr=usr))
    return show(
        "admin/users/edit",
        status=422 if form.is_submitted() else 200,
        form=form,
        person=person,
        crumbs=crumbs(person, "Edit"),
        options={
            "locale": list(locales().items()),
            "timezone": [(each, each.replace("_", " ")) for each in timezones()],
        },
    )


@bp.route("/<usr>/organizations/<organization>/role", methods=["GET", "POST"])
@needs(Permission.USER_EDIT)
def organization_role(usr: str, organization: str) -> ResponseReturnValue:
    """Another role in an organization."""
    person = user_detail.account(usr)
    place = next((each for each in user_detail.places(person.id) if each.public_id == organization), None)
    if place is None:
        raise NotFound()
    form = OrganizationRoleForm(role=place.role.value)
    if form.validate_on_submit():
        with form.refusals():
            members.change_organization_role(usr, organization, OrganizationRole(form.role.data), actor())
            return _changed(usr)
    url = url_for("admin_users.organization_role", usr=usr, organization=organization)
    return _ask_role(person, place.name, form, url)


@bp.route("/<usr>/workspaces/<workspace>/role", methods=["GET", "POST"])
@needs(Permission.USER_EDIT)
def workspace_role(usr: str, workspace: str) -> ResponseReturnValue:
    """Another role in a workspace."""
    person = user_detail.account(usr)
    inside = [each for place in user_detail.places(person.id) for each in place.workspaces]
    place = next((each for each in inside if each.public_id == workspace), None)
    if place is None:
        raise NotFound()
    form = WorkspaceRoleForm(role=place.role.value)
    if form.validate_on_submit():
        with form.refusals():
            members.change_workspace_role(usr, workspace, WorkspaceRole(form.role.data), actor())
            return _changed(usr)
    url = url_for("admin_users.workspace_role", usr=usr, workspace=workspace)
    return _ask_role(person, place.name, form, url)


def _changed(usr: str) -> ResponseReturnValue:
    flash("Role changed. It counts from the next request.", "good")
    return done(url_for("admin_users.detail", usr=usr, _anchor="places"))


def _ask_role(person: user_detail.Account, place: str, form: Form, url: str) -> ResponseReturnValue:
    return ask(
        "admin/users/role",
        status=422 if form.is_submitted() else 200,
        form=form,
        person=person,
        place=place,
        roles=WORKSPACE if isinstance(form, WorkspaceRoleForm) else ORGANIZATION,
        action=url,
        back_url=url_for("admin_users.detail", usr=person.public_id),
        crumbs=crumbs(person, "Change the role"),
    )
