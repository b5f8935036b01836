"""The team: members with their roles, and who is invited. What is done to them is in `team_changes`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Response, g, request, url_for

from portal.base import clock
from portal.queries import team
from portal.queries.team import Member, Pending
from portal.rules.access import Permission, outranks
from portal.rules.limits import Limit
from portal.rules.text import initials
from portal.web import formats, paging, tenancy
from portal.web.access import may, needs
from portal.web.limit_bars import Bar
from portal.web.pages import show
from portal.web.reader import words
from portal.web.role_words import WORKSPACE_ROLES
from portal.web.workspace.side import own_limit, page

bp = page("team")
HERE = "workspace_team.listing"


@dataclass(frozen=True, slots=True)
class Person:
    """A member, ready to show. `state`: the badge's look and words; `role_url` and `remove_url` where it may be
    changed, `why_not` else."""

    name: str
    initials: str
    email: str
    role: str
    state: tuple[str, str] | None
    seen: str
    is_you: bool
    role_url: str | None
    remove_url: str | None
    why_not: str


@dataclass(frozen=True, slots=True)
class Guest:
    """A pending invitation, ready to show."""

    email: str
    role: str
    invited: str
    expires: str
    expired: bool
    resend_url: str | None
    revoke_url: str | None


@bp.get("/team")
@needs(Permission.TENANT_TEAM_VIEW)
def listing() -> Response:
    """A page of the team."""
    now, locale, q = clock.now(), formats.reader_locale(), words()
    asked, asked_guests = (paging.number(request.args.get(name)) for name in ("page", "pending"))
    found = team.team(tenancy.tenant().key, q, asked, asked_guests)
    turn = paging.turning(HERE, q=q or None, pending=paging.said(found.pending_page))
    turn_guests = paging.turning(HERE, "pending", q=q or None, page=paging.said(found.page))
    return show(
        "workspace/team",
        q=q,
        people=[_person(member, now, locale) for member in found.members],
        guests=[] if q else [_guest(pending, now, locale) for pending in found.pending],
        guests_total=formats.number(found.pending_total, locale),
        guests_pager=paging.pager(found.pending_page, team.PENDING, found.pending_total, turn_guests, locale),
        total=formats.number(found.total, locale),
        seats=seats(locale),
        pager=paging.pager(found.page, team.PER_PAGE, found.total, turn, locale) if found.total else None,
    )


def seats(locale: str) -> Bar:
    """Members and pending invitations, of how many there may be."""
    return own_limit(Limit.USERS, locale)


def _person(member: Member, now: datetime, locale: str) -> Person:
    changes = may(Permission.TENANT_TEAM_EDIT)
    open_to_me = changes and outranks(g.held, member.role)
    return Person(
        name=member.name,
        initials=initials(member.name),
        email=member.email,
        role=WORKSPACE_ROLES[member.role],
        state=_state(member),
        seen=_seen(member.last_seen_at, now, locale),
        is_you=member.public_id == g.principal.public_id,
        role_url=url_for("workspace_team.role", user=member.public_id) if open_to_me else None,
        remove_url=url_for("workspace_team.remove", user=member.public_id) if open_to_me else None,
        why_not="The owner stays until ownership is handed over." if changes and not open_to_me else "",
    )


def _state(member: Member) -> tuple[str, str] | None:
    if member.trashed:
        return "cancelled", "Account closed"
    if member.suspended:
        return "suspended", "Suspended"
    return ("pending", "Invited") if member.invited else None


def _guest(pending: Pending, now: datetime, locale: str) -> Guest:
    expired = pending.expires_at <= now
    changes = may(Permission.TENANT_TEAM_EDIT) and outranks(g.held, pending.role)
    sent = formats.day(formats.day_of(pending.created_at, formats.reader_timezone()), locale)
    days = -((now - pending.expires_at).days)
    return Guest(
        email=pending.email,
        role=WORKSPACE_ROLES[pending.role],
        invited=f"Invited by {formats.isolated(pending.invited_by)}, {sent}"
        if pending.invited_by
        else f"Invited {sent}",
        expires="expired, takes no seat" if expired else f"expires in {days} {'day' if days == 1 else 'days'}",
        expired=expired,
        resend_url=url_for("workspace_team.resend", invitation=pending.public_id) if changes else None,
        revoke_url=url_for("workspace_team.revoke", invitation=pending.public_id) if changes else None,
    )


def _seen(at: datetime | None, now: datetime, locale: str) -> str:
    if at is None:
        return "Not seen here yet"
    ago = formats.ago(at, now, locale)
    return f"Seen {ago[0].lower()}{ago[1:]}"
