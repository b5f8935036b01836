"""A person's page: who they are, where they belong, where they are logged in, and what was done."""

from __future__ import annotations

from typing import Any

from flask import Response, g, url_for

from portal.base.languages import locales
from portal.queries import user_detail
from portal.queries.sessions import open_sessions
from portal.queries.user_detail import Account
from portal.rules.access import Permission
from portal.rules.text import initials
from portal.web import audit_words, formats, role_words
from portal.web.access import may, needs
from portal.web.account.words import browser
from portal.web.admin import user_list
from portal.web.admin.blueprints import users as bp
from portal.web.pages import show
from portal.web.reader import Reader, reader


@bp.get("/<usr>")
@needs(Permission.USER_VIEW)
def detail(usr: str) -> Response:
    """All that staff want to know of one person."""
    person, by = user_detail.account(usr), reader()
    events = user_detail.events(person)
    may_read = may(Permission.AUDIT_VIEW)
    return show(
        "admin/users/detail",
        person=person,
        initials=initials(person.name),
        badge=badge(person),
        role=role_words.STAFF_ROLES[person.staff_role] if person.staff_role else "",
        crumbs=crumbs(person),
        homes=user_detail.places(person.id),
        label=role_words.label,
        sessions=[_session(each, by) for each in open_sessions(person.id, by.now)],
        invitations=[(each, _until(each.expires_at, by)) for each in user_detail.invitations(person.id)],
        link=_until(person.link_until, by) if person.link_until else "",
        about=_about(person, by),
        entries=[audit_words.entry(event, by.now) for event in events],
        audit_url=url_for("admin_audit.listing", actor=usr) if may_read and user_detail.has_acted(person.id) else None,
        powers=powers(person),
        invite_url=_invite_url(person),
    )


def badge(person: Account) -> tuple[str, str]:
    """Look and word of how the account stands."""
    trashed, suspended = bool(person.trashed_at), bool(person.suspended_at)
    return user_list.badge_of(trashed=trashed, suspended=suspended, invited=not person.has_password)


def crumbs(person: Account, *more: str) -> list[tuple[str, str | None]]:
    """The way to the person's page, or to a question about them."""
    way: list[tuple[str, str | None]] = [("Users", url_for("admin_users.listing"))]
    if person.trashed_at:
        way.append(("Trash", url_for("admin_users.trash")))
    own = url_for("admin_users.detail", usr=person.public_id) if more else None
    return [*way, (person.name, own), *((text, None) for text in more)]


def powers(person: Account) -> dict[str, bool]:
    """Which actions are offered to the reader."""
    here, edits = not person.trashed_at, may(Permission.USER_EDIT)
    other = person.public_id != g.principal.public_id  # nobody shuts themself out
    suspends, closes = may(Permission.USER_SUSPEND), may(Permission.USER_CLOSE)
    return {
        "edit": here and edits,
        "verify": here and edits and not person.email_verified_at,
        "reset": here and edits and person.has_password and not person.suspended_at,
        "suspend": here and other and suspends and not person.suspended_at,
        "let_in": here and suspends and bool(person.suspended_at),
        "log_out": here and may(Permission.USER_LOGOUT),
        "trash": here and other and closes,
        "restore": not here and closes,
        "invite": here and may(Permission.USER_INVITE),
        "link": here and may(Permission.INVITATION_LINK),
    }


def _invite_url(person: Account) -> str | None:
    """Where somebody is invited into one more place. Staff belong to none."""
    if person.staff_role or person.trashed_at or not may(Permission.USER_EDIT):
        return None
    return url_for("admin_users.invite", email=person.email)


def _session(each: Any, by: Reader) -> dict[str, Any]:
    return {
        "id": each.public_id,
        "browser": browser(each.agent),
        "agent": each.agent,
        "address": each.address,
        "seen": formats.ago(each.seen_at, by.now, by.locale),
        "seen_at": each.seen_at,
        "created_at": each.created_at,
    }


def _until(instant: Any, by: Reader) -> str:
    when = formats.minute(instant, by.locale, by.timezone)
    return f"ran out {when}" if instant <= by.now else f"open until {when}"


def _about(person: Account, by: Reader) -> list[tuple[str, str, str | None, str | None]]:
    def when(instant: Any, otherwise: str) -> str:
        return formats.minute(instant, by.locale, by.timezone) if instant else otherwise

    verified = when(person.email_verified_at, "")
    return [
        ("E-mail", f"Verified {verified}" if verified else "Not verified", None, None),
        ("Two-factor", "On" if person.totp_enabled_at else "Off", None, None),
        ("Language", locales().get(person.locale, person.locale), None, None),
        ("Time zone", person.timezone, None, None),
        ("Last seen", user_list.seen(person, by).text, None, None),
        ("Created", when(person.created_at, formats.NONE), None, None),
        ("Id", person.public_id, None, None),
    ]
