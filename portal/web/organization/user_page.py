"""One person of an organization: what they may do there, and in which of its workspaces they are."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, g, url_for

from portal.queries import account_users
from portal.queries.account_users import Person, Room
from portal.rules.access import Permission, WorkspaceRole, outranks
from portal.rules.errors import NotFound
from portal.rules.lifecycle import Status
from portal.rules.text import initials
from portal.web import formats, organizations
from portal.web.access import may, needs
from portal.web.organization.users import HERE, bp, seen, state
from portal.web.pages import show
from portal.web.reader import Reader, reader
from portal.web.role_words import ORGANIZATION_ROLES, WORKSPACE_ROLES, may_do


@dataclass(frozen=True, slots=True)
class Line:
    """A workspace of theirs; addresses are None where that cannot be done, or not by the reader. `note`: what keeps it
    from being done."""

    name: str
    is_primary: bool
    role: str
    may_do: str
    note: str
    role_url: str | None
    owner_url: str | None
    remove_url: str | None


@bp.get("/users/<user>")
@needs(Permission.ACCOUNT_USER_VIEW)
def person(user: str) -> Response:
    """All that the organization's admins arrange of somebody."""
    someone, here, by = known(user), organizations.organization(), reader()
    edits = may(Permission.ACCOUNT_USER_EDIT)
    changes = edits and outranks(g.held, someone.role)
    return show(
        "organization/user",
        person=someone,
        initials=initials(someone.name),
        is_you=someone.public_id == g.principal.public_id,
        badge=state(someone) or ("active", "Active"),
        role=(ORGANIZATION_ROLES[someone.role], may_do(someone.role)),
        role_url=url_for("organization_users.role", user=user) if changes else None,
        remove_url=url_for("organization_users.remove", user=user) if changes else None,
        add_url=url_for("organization_users.workspace_add", user=user) if edits else None,
        lines=[_line(someone, each) for each in account_users.rooms(here.key, someone.key)],
        about=_about(someone, by),
        crumbs=crumbs(someone),
    )


def known(user: str) -> Person:
    """The person of this organization with this public id. Raises NotFound."""
    found = account_users.person(organizations.organization().key, user)
    if found is None:
        raise NotFound()
    return found


def crumbs(someone: Person, *more: str) -> list[tuple[str, str | None]]:
    """The way to the person's page, or to a question about them."""
    own = url_for("organization_users.person", user=someone.public_id) if more else None
    return [("Users", url_for(HERE)), (someone.name, own), *((each, None) for each in more)]


def _line(someone: Person, room: Room) -> Line:
    owns, works = room.role is WorkspaceRole.OWNER, room.status not in (Status.CANCELLED, Status.SUSPENDED)
    edits = may(Permission.ACCOUNT_USER_EDIT) and not owns
    heir = not owns and room.status is not Status.CANCELLED and not (someone.invited or someone.suspended)
    usr, ws = someone.public_id, room.public_id
    return Line(
        name=room.name,
        is_primary=room.is_primary,
        role=WORKSPACE_ROLES[room.role],
        may_do=may_do(room.role),
        note=_note(room),
        role_url=url_for("organization_users.workspace_role", user=usr, workspace=ws) if edits and works else None,
        owner_url=url_for("organization_users.workspace_owner", user=usr, workspace=ws)
        if heir and may(Permission.ACCOUNT_WORKSPACE_OWNER)
        else None,
        remove_url=url_for("organization_users.workspace_remove", user=usr, workspace=ws) if edits else None,
    )


def _note(room: Room) -> str:
    if room.status is Status.CANCELLED:
        return "Closed."
    if room.role is WorkspaceRole.OWNER:
        return "Stays until ownership is handed over to somebody else of its team."
    return "Suspended: roles change again when it works." if room.status is Status.SUSPENDED else ""


def _about(someone: Person, by: Reader) -> list[tuple[str, str, str | None, str | None]]:
    text, title = seen(someone, by)
    since = formats.day(formats.day_of(someone.since, by.timezone), by.locale)
    return [("Member since", since, None, None), ("Last seen", text, title, None)]
