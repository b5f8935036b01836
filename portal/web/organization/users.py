"""The people of an organization, and who is invited. What is done to them is in `user_roles` and `user_invite`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, g, request, url_for

from portal.models import OutboxState
from portal.queries import account_users
from portal.queries.account_users import Choices, Pending, Person, Wanted
from portal.queries.users import Places
from portal.rules.access import OrganizationRole, Permission, WorkspaceRole, may_grant, outranks
from portal.rules.text import initials
from portal.web import formats, organizations, paging, role_words
from portal.web.access import may, needs
from portal.web.organization.side import page
from portal.web.pages import show, wants_part
from portal.web.paging import Pager, Turn
from portal.web.reader import Reader, reader, words
from portal.web.role_words import ORGANIZATION_ROLES, WORKSPACE_ROLES

bp = page("users")

HERE = "organization_users.listing"
LONGEST_ERROR = 80
SORTS = (("In the organization", OrganizationRole), ("In a workspace", WorkspaceRole))


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody of the organization, ready to show. `state`: look and word of a badge that stands in place of `seen`,
    the text and title of when they were last here. `role_url`, `remove_url`: None where it is not for the reader."""

    id: str
    url: str
    name: str
    email: str
    initials: str
    is_you: bool
    role: str
    workspaces: tuple[tuple[str, str], ...]
    more: str
    state: tuple[str, str] | None
    seen: tuple[str, str]
    role_url: str | None
    remove_url: str | None


@dataclass(frozen=True, slots=True)
class Guest:
    """A pending invitation, ready to show. `state`: look and word of its badge, and what to know of it."""

    id: str
    email: str
    invited: str
    role: str
    workspace: str
    workspace_role: str
    state: tuple[str, str, str]
    resend_url: str | None
    revoke_url: str | None


@bp.get("/users")
@needs(Permission.ACCOUNT_USER_VIEW)
def listing() -> Response:
    """A page of them, narrowed as the address says."""
    here, by, rooms = organizations.organization(), reader(), account_users.all_rooms(organizations.organization().key)
    room = account_users.room(here.key, words("workspace"))
    wanted = _wanted(room[0] if room else "")
    asked, asked_guests = (paging.number(request.args.get(name)) for name in ("page", "pending"))
    found = account_users.people(here.key, wanted, asked, asked_guests)
    turn = paging.turning(HERE, **_said(wanted), pending=paging.said(found.pending_page))
    turn_guests = paging.turning(HERE, "pending", **_said(wanted), page=paging.said(found.page))
    response = show(
        "organization/users",
        "_users",
        people=[_row(each, found.workspaces[each.key], by) for each in found.people],
        guests=[_guest(each, by) for each in found.pending],
        guests_pager=_pager(found.pending_page, account_users.PENDING, found.pending_total, turn_guests, by),
        totals=(formats.number(found.total, by.locale), formats.number(found.pending_total, by.locale)),
        counted=(here.people, here.workspaces),
        pager=_pager(found.page, account_users.PER_PAGE, found.total, turn, by),
        roles=[(sort, role_words.cards(of)) for sort, of in SORTS],
        invite_url=url_for("organization_users.invite") if may(Permission.ACCOUNT_USER_EDIT) else None,
        **_filters(wanted, rooms),
    )
    if wants_part():
        response.headers["HX-Push-Url"] = turn(found.page)
    return response


def _pager(page: int, per_page: int, total: int, turn: Turn, by: Reader) -> Pager | None:
    return paging.pager(page, per_page, total, turn, by.locale) if total else None


def _wanted(workspace: str) -> Wanted:
    role = words("role")
    return Wanted(
        q=words(),
        role=OrganizationRole(role) if role in map(str, OrganizationRole) else None,
        workspace=workspace,
    )


def _said(wanted: Wanted) -> dict[str, str | None]:
    """As the list's address says it."""
    return {"q": wanted.q or None, "role": wanted.role or None, "workspace": wanted.workspace or None}


def _filters(wanted: Wanted, rooms: Choices) -> dict[str, Any]:
    roles = [("", "Any"), *((role.value, label) for role, label in ORGANIZATION_ROLES.items())]
    return {
        "q": wanted.q,
        "home": url_for(HERE),
        "options": {
            "role": [(value, label, value == (wanted.role or "")) for value, label in roles],
            "workspace": [(value, name, value == wanted.workspace) for value, name in [("", "Any"), *rooms.listed]],
        },
        "typed": words("workspace") if rooms.more else None,
        "clear_url": url_for(HERE) if wanted.narrow else None,
    }


def _row(person: Person, places: Places, by: Reader) -> Row:
    changes = may(Permission.ACCOUNT_USER_EDIT) and outranks(g.held, person.role)
    usr = person.public_id
    left = places.count - len(places.first)
    return Row(
        id=usr,
        url=url_for("organization_users.person", user=usr),
        name=person.name,
        email=person.email,
        initials=initials(person.name),
        is_you=usr == g.principal.public_id,
        role=ORGANIZATION_ROLES[person.role],
        workspaces=tuple((place.name, role_words.label(place.role).lower()) for place in places.first),
        more=f"+{formats.number(left, by.locale)}" if left > 0 else "",
        state=state(person),
        seen=seen(person, by),
        role_url=url_for("organization_users.role", user=usr) if changes else None,
        remove_url=url_for("organization_users.remove", user=usr) if changes else None,
    )


def state(person: Person) -> tuple[str, str] | None:
    """Look and word of the badge of somebody who is not simply there."""
    if person.suspended:
        return "suspended", "Suspended"
    return ("pending", "Invited") if person.invited else None


def seen(person: Person, by: Reader) -> tuple[str, str]:
    """When somebody was in one of the organization's workspaces last, and the instant."""
    if person.last_seen_at is None:
        return "Never active", "Was in none of the workspaces so far"
    title = formats.minute(person.last_seen_at, by.locale, by.timezone)
    return formats.ago(person.last_seen_at, by.now, by.locale), title


def _guest(pending: Pending, by: Reader) -> Guest:
    gives = may(Permission.ACCOUNT_USER_EDIT) and outranks(g.held, pending.role)
    if pending.workspace_role:
        gives = gives and may_grant(g.held, pending.workspace_role)
    revokes = gives and pending.workspace_role is not WorkspaceRole.OWNER
    sent = formats.short_day(formats.day_of(pending.created_at, by.timezone), by.locale)
    who = f"by {formats.isolated(pending.invited_by)}, " if pending.invited_by else ""
    return Guest(
        id=pending.public_id,
        email=pending.email,
        invited=f"Invited {who}{sent}",
        role=ORGANIZATION_ROLES[pending.role],
        workspace=pending.workspace or "",
        workspace_role=WORKSPACE_ROLES[pending.workspace_role].lower() if pending.workspace_role else "",
        state=_progress(pending, by),
        resend_url=url_for("organization_users.resend", invitation=pending.public_id) if gives else None,
        revoke_url=url_for("organization_users.revoke", invitation=pending.public_id) if revokes else None,
    )


def _progress(pending: Pending, by: Reader) -> tuple[str, str, str]:
    """How far an invitation is."""
    ended = formats.day_of(pending.expires_at, by.timezone)
    if pending.expires_at <= by.now:
        return "draft", "Expired", f"on {formats.short_day(ended, by.locale)}"
    if pending.mail is OutboxState.BOUNCED:
        return "failed", "Bounced", pending.error[:LONGEST_ERROR] or "the mail was refused"
    if pending.mail is OutboxState.SENT:
        days = (ended - formats.day_of(by.now, by.timezone)).days
        return "pending", "Sent", f"expires in {days} d" if days else "expires today"
    waits = pending.mail is not None
    return (
        ("pending", "Waiting", "the mail has not gone out yet") if waits else ("draft", "Not sent", "nobody was told")
    )
