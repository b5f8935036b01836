"""The invitation of a workspace's owner: how it stands, sent again, or its link made anew and shown once."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.models import OutboxState
from portal.operations import invitations
from portal.queries import detail
from portal.queries.detail import Profile
from portal.queries.invitations import OwnersInvitation, owners_invitation
from portal.rules.access import Permission
from portal.rules.errors import Conflict
from portal.web import formats
from portal.web.access import actor, needs
from portal.web.admin.blueprints import workspaces as bp
from portal.web.admin.workspace_dialogs import question

MAILED = {
    OutboxState.WAITING: "The mail waits to be delivered.",
    OutboxState.SENT: "The mail was delivered {when}.",
    OutboxState.FAILED: "The mail could not be delivered yet and is tried again: {error}.",
    OutboxState.BOUNCED: "The mail bounced: {error}.",
}
ONLY_LINK = "link"


@bp.get("/<ws>/invitation")
@needs(Permission.WORKSPACE_INVITE)
def invitation_ask(ws: str) -> ResponseReturnValue:
    """How it stands, and what can be done."""
    profile = detail.profile(ws)
    found = owners_invitation(profile.key)
    if found is None:
        raise Conflict("Its owner has come in already and needs no invitation.")
    return question("invitation", profile, "Owner’s invitation", owner=found, state=_state(found))


@bp.post("/<ws>/invitation")
@needs(Permission.WORKSPACE_INVITE)
def invitation(ws: str) -> ResponseReturnValue:
    """A new link, by mail unless only the link was asked for; it is shown this once, and the old one is dead."""
    profile = detail.profile(ws)
    mail = request.form.get("how") != ONLY_LINK
    sent = invitations.resend_to_owner(ws, actor(), mail=mail, wait=True)
    found = owners_invitation(profile.key)
    return question(
        "invited",
        profile,
        "Owner’s invitation",
        action=None,
        link=sent.link,
        mailed=mail,
        owner=found,
        state=_state(found) if found and mail else "",
        failed=mail and found is not None and found.mail in (OutboxState.FAILED, OutboxState.BOUNCED),
    )


def warning(profile: Profile) -> str:
    """What is wrong with the mail to the owner who has not come in yet; blank where nothing is."""
    found = owners_invitation(profile.key) if profile.owner and profile.owner.invited else None
    if found is None or profile.cancelled_at is not None:
        return ""
    email = formats.isolated(found.email)
    if found.mail in (OutboxState.FAILED, OutboxState.BOUNCED):
        what = "bounced" if found.mail is OutboxState.BOUNCED else "could not be delivered yet"
        return f"The invitation to {email} {what}: {_error(found)}."
    if found.invitation is None or (found.expires_at and found.expires_at <= clock.now()):
        return f"The invitation to {email} is open no longer."
    return ""


def _state(found: OwnersInvitation) -> str:
    if found.mail is None or found.mailed_at is None:
        return "No mail was sent yet."
    when = formats.ago(found.mailed_at, clock.now(), formats.reader_locale())
    return MAILED[found.mail].format(when=when[:1].lower() + when[1:], error=_error(found))


def _error(found: OwnersInvitation) -> str:
    return found.error.rstrip(".") or "the mail server gave no reason"
