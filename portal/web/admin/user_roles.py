"""Giving somebody another role in an organization or a workspace, and removing them from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from portal.operations import members, team
from portal.queries import user_detail
from portal.queries.user_detail import Account, InOrganization, InWorkspace
from portal.rules.access import OrganizationRole, Permission, WorkspaceRole
from portal.rules.errors import NotFound
from portal.web import formats, role_words
from portal.web.access import actor, needs, permissions
from portal.web.admin.blueprints import users as bp
from portal.web.admin.user_page import crumbs
from portal.web.formats import counted
from portal.web.forms import Form, listed
from portal.web.fresh import fresh
from portal.web.pages import ask, done

Place = TypeVar("Place", InOrganization, InWorkspace)
IN_NONE = "They are in no workspace of it. Open invitations into it are taken back."
ORGANIZATION = role_words.cards(OrganizationRole)
WORKSPACE = [each for each in role_words.cards(WorkspaceRole) if each[0] != WorkspaceRole.OWNER.value]


class OrganizationRoleForm(Form):
    """A role in an organization."""

    role = listed((value, label) for value, label, _ in ORGANIZATION)


class WorkspaceRoleForm(Form):
    """A role in a workspace."""

    role = listed((value, label) for value, label, _ in WORKSPACE)


@bp.route("/<usr>/organizations/<organization>/role", methods=["GET", "POST"])
@needs(Permission.USER_EDIT)
@fresh("admin_users.detail", "usr")
def organization_role(usr: str, organization: str) -> ResponseReturnValue:
    """Another role in an organization."""
    person = user_detail.account(usr)
    place = _organization(person, organization)
    form = OrganizationRoleForm(role=place.role.value)
    if form.validate_on_submit():
        with form.refusals():
            members.change_organization_role(usr, organization, OrganizationRole(form.role.data), actor())
            return _changed(person, place.name, form)
    url = url_for("admin_users.organization_role", usr=usr, organization=organization)
    return _ask(person, place.name, form, url)


@bp.route("/<usr>/organizations/<organization>/remove", methods=["GET", "POST"])
@needs(Permission.USER_EDIT)
def organization_remove(usr: str, organization: str) -> ResponseReturnValue:
    """Out of an organization, and of every workspace of it."""
    person = user_detail.account(usr)
    place = _organization(person, organization)
    count = len(place.workspaces)
    lead = f"They lose {counted(count, 'workspace')} of it too, and open invitations into it." if count else IN_NONE
    url = url_for("admin_users.organization_remove", usr=usr, organization=organization)
    return _remove(person, place.name, lead, url, lambda: members.remove(usr, organization, actor()))


@bp.route("/<usr>/workspaces/<workspace>/remove", methods=["GET", "POST"])
@needs(Permission.USER_EDIT)
def workspace_remove(usr: str, workspace: str) -> ResponseReturnValue:
    """Out of a workspace; a member of its organization still."""
    person = user_detail.account(usr)
    place = _workspace(person, workspace)
    url = url_for("admin_users.workspace_remove", usr=usr, workspace=workspace)
    act = partial(team.remove, workspace, usr, actor(), permissions())
    return _remove(person, place.name, "They stay in its organization.", url, act)


@bp.route("/<usr>/workspaces/<workspace>/role", methods=["GET", "POST"])
@needs(Permission.USER_EDIT)
def workspace_role(usr: str, workspace: str) -> ResponseReturnValue:
    """Another role in a workspace."""
    person = user_detail.account(usr)
    place = _workspace(person, workspace)
    form = WorkspaceRoleForm(role=place.role.value)
    if form.validate_on_submit():
        with form.refusals():
            team.change_role(workspace, usr, WorkspaceRole(form.role.data), actor(), permissions())
            return _changed(person, place.name, form)
    url = url_for("admin_users.workspace_role", usr=usr, workspace=workspace)
    return _ask(person, place.name, form, url)


def _organization(person: Account, organization: str) -> InOrganization:
    return _of(user_detail.places(person.id), organization)


def _workspace(person: Account, workspace: str) -> InWorkspace:
    return _of((each for place in user_detail.places(person.id) for each in place.workspaces), workspace)


def _of(places: Iterable[Place], public_id: str) -> Place:
    place = next((each for each in places if each.public_id == public_id), None)
    if place is None:
        raise NotFound()
    return place


def _remove(person: Account, place: str, lead: str, url: str, act: Callable[[], object]) -> ResponseReturnValue:
    """Ask whether they are to be removed, or do it; what is refused is said in the question."""
    form, back = Form(), url_for("admin_users.detail", usr=person.public_id)
    if form.validate_on_submit():
        with form.refusals():
            act()
            flash(f"{formats.isolated(person.name)} removed from {formats.isolated(place)}.", "good")
            return done(back)
    return ask(
        "admin/users/remove",
        status=422 if form.is_submitted() else 200,
        form=form,
        person=person,
        place=place,
        lead=lead,
        action=url,
        back_url=back,
        crumbs=crumbs(person, "Remove"),
    )


def _changed(person: Account, place: str, form: Form) -> ResponseReturnValue:
    words = next(label for value, label, _ in _roles(form) if value == form["role"].data)
    flash(f"{formats.isolated(person.name)} is {words.lower()} in {formats.isolated(place)} now.", "good")
    return done(url_for("admin_users.detail", usr=person.public_id))


def _roles(form: Form) -> list[tuple[str, str, str]]:
    return WORKSPACE if isinstance(form, WorkspaceRoleForm) else ORGANIZATION


def _ask(person: Account, place: str, form: Form, url: str) -> ResponseReturnValue:
    return ask(
        "admin/users/role",
        status=422 if form.is_submitted() else 200,
        form=form,
        person=person,
        place=place,
        roles=_roles(form),
        action=url,
        back_url=url_for("admin_users.detail", usr=person.public_id),
        crumbs=crumbs(person, "Change the role"),
    )
