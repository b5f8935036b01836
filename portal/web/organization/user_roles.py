"""What is done to an organization's people: other roles, in and out of its workspaces, and out of it altogether."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import flash, g, request, url_for
from flask.typing import ResponseReturnValue

from portal.operations import account_users as acts
from portal.operations import members, ownership
from portal.queries import account_users
from portal.queries.account_users import Person, Room
from portal.rules.access import OrganizationRole, Permission, WorkspaceRole, may_grant, permissions_of
from portal.rules.errors import NotFound
from portal.web import formats, organizations, role_words
from portal.web.access import actor, may, needs
from portal.web.forms import Form
from portal.web.fresh import fresh, oneself
from portal.web.organization.user_forms import AddForm, OrganizationRoleForm, WorkspaceRoleForm, named
from portal.web.organization.user_page import crumbs, known
from portal.web.organization.users import HERE, bp
from portal.web.pages import ask, done
from portal.web.role_words import ORGANIZATION_ROLES, WORKSPACE_ROLES


@bp.route("/users/<user>/role", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_USER_EDIT)
@fresh("organization_users.person", "user")
def role(user: str) -> ResponseReturnValue:
    """Another role in the organization."""
    person, here = known(user), organizations.organization()
    form = OrganizationRoleForm(role=person.role.value)
    if form.validate_on_submit():
        with form.refusals():
            wanted = OrganizationRole(form.role.data)
            members.change_organization_role(user, here.public_id, wanted, actor())
            return _changed(person, "organization", here.name, ORGANIZATION_ROLES[wanted], _after(person, wanted))
    given = [each for each in role_words.cards(OrganizationRole) if may_grant(g.held, OrganizationRole(each[0]))]
    return _ask("role", person, "Role", form=form, sort="organization", place=here.name, roles=given)


@bp.route("/users/<user>/remove", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_USER_EDIT)
@fresh("organization_users.remove", "user")
def remove(user: str) -> ResponseReturnValue:
    """Out of the organization, and of every workspace of it."""
    person, here = known(user), organizations.organization()
    count = len(account_users.rooms(here.key, person.key))
    with_it = f"{formats.number(count, formats.reader_locale())} {'workspace' if count == 1 else 'workspaces'} of it"
    lead = f"Also from {with_it}, and open invitations are taken back." if count else "Open invitations are taken back."
    act = partial(members.remove, user, here.public_id, actor())
    return _remove(person, "organization", here.name, lead, act, url_for(HERE))


@bp.route("/users/<user>/workspaces/add", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_USER_EDIT)
@fresh("organization_users.workspace_add", "user", when=oneself)
def workspace_add(user: str) -> ResponseReturnValue:
    """Into one more workspace."""
    person, here, form = known(user), organizations.organization(), AddForm()
    rooms = account_users.choices(here.key, without=person.key)
    if form.validate_on_submit():
        with form.refusals():
            wanted = WorkspaceRole(form.role.data)
            place = named(here.key, form.workspace.data)
            acts.add(here.public_id, place, user, wanted, actor())
            found = account_users.room(here.key, place)
            return _changed(person, "workspace", found[1] if found else "", WORKSPACE_ROLES[wanted], _page(person))
    return _ask("add", person, "Add to a workspace", asks=bool(rooms), form=form, rooms=rooms, roles=GIVEN)


@bp.route("/users/<user>/workspaces/<workspace>/role", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_USER_EDIT)
@fresh("organization_users.workspace_role", "user", "workspace", when=oneself)
def workspace_role(user: str, workspace: str) -> ResponseReturnValue:
    """Another role in a workspace."""
    person, room = _inside(user, workspace)
    form = WorkspaceRoleForm(role=room.role.value)
    if form.validate_on_submit():
        with form.refusals():
            wanted = WorkspaceRole(form.role.data)
            acts.change_role(organizations.organization().public_id, workspace, user, wanted, actor())
            return _changed(person, "workspace", room.name, WORKSPACE_ROLES[wanted], _page(person))
    return _ask("role", person, "Role", form=form, sort="workspace", place=room.name, roles=GIVEN)


@bp.route("/users/<user>/workspaces/<workspace>/remove", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_USER_EDIT)
def workspace_remove(user: str, workspace: str) -> ResponseReturnValue:
    """Out of a workspace; of the organization still."""
    person, room = _inside(user, workspace)
    act = partial(acts.remove, organizations.organization().public_id, workspace, user, actor())
    return _remove(person, "workspace", room.name, "Of the organization still.", act, _page(person))


@bp.route("/users/<user>/workspaces/<workspace>/owner", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_WORKSPACE_OWNER)
@fresh(HERE)
def workspace_owner(user: str, workspace: str) -> ResponseReturnValue:
    """A workspace is handed over to somebody of its team."""
    person, room = _inside(user, workspace)
    form = Form()
    if form.validate_on_submit():
        with form.refusals():
            handed = ownership.give(workspace, user, actor())
            flash(f"{formats.isolated(person.name)} owns the workspace {formats.isolated(room.name)} now.", "good")
            return done(_page(person) if handed else url_for(HERE))
    return _ask("owner", person, "Hand over", form=form, place=room.name, is_primary=room.is_primary)


GIVEN = [each for each in role_words.cards(WorkspaceRole) if each[0] != WorkspaceRole.OWNER.value]


def _inside(user: str, workspace: str) -> tuple[Person, Room]:
    person = known(user)
    rooms = account_users.rooms(organizations.organization().key, person.key)
    room = next((each for each in rooms if each.public_id == workspace), None)
    if room is None:
        raise NotFound()
    return person, room


def _page(person: Person) -> str:
    return url_for("organization_users.person", user=person.public_id)


def _after(person: Person, role: OrganizationRole) -> str:
    """Where to go on: whoever took the role off themself may not be here any more."""
    stays = person.public_id != g.principal.public_id or Permission.ACCOUNT_USER_VIEW in permissions_of(role)
    return url_for(HERE) if stays else "/"


def _changed(person: Person, sort: str, place: str, role: str, back: str) -> ResponseReturnValue:
    flash(f"{formats.isolated(person.name)} is {role.lower()} in the {sort} {formats.isolated(place)} now.", "good")
    return done(back)


def _remove(
    person: Person, sort: str, place: str, lead: str, act: Callable[[], object], back: str
) -> ResponseReturnValue:
    form, is_you = Form(), person.public_id == g.principal.public_id
    if form.validate_on_submit():
        with form.refusals():
            act()
            flash(f"{formats.isolated(person.name)} removed from the {sort} {formats.isolated(place)}.", "good")
            return done("/" if is_you and back == url_for(HERE) else back)
    return _ask("remove", person, "Remove", form=form, sort=sort, place=place, lead=lead, is_you=is_you)


def _ask(
    page: str, person: Person, crumb: str, *, form: Form, asks: bool = True, **context: Any
) -> ResponseReturnValue:
    given: dict[str, Any] = {"action": request.path} if asks else {}
    return ask(
        f"organization/user_{page}",
        422 if form.is_submitted() else 200,
        form=form,
        person=person,
        crumbs=crumbs(person, crumb),
        back_url=_page(person) if may(Permission.ACCOUNT_USER_VIEW) else "/",
        **given,
        **context,
    )
