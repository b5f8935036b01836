"""What is left to do once a workspace was created: its owner's invitation, its domain's records, its sample data."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, site
from portal.gateways.mail import gateway
from portal.models import OutboxState
from portal.operations import sample_data
from portal.operations.invitations import invite_owner
from portal.queries import detail
from portal.queries.detail import Profile
from portal.queries.domains import own_domain
from portal.queries.invitations import OwnerInvitation, State, owner_invitation
from portal.rules import domains
from portal.rules.access import Permission
from portal.rules.errors import Forbidden, NotFound
from portal.rules.lifecycle import Status
from portal.rules.periods import local_day
from portal.web import formats
from portal.web.access import actor, may, needs
from portal.web.admin import workspace_facts
from portal.web.admin.blueprints import workspaces as bp
from portal.web.domain_words import STATES
from portal.web.pages import done, show


class Notice(NamedTuple):
    """How the owner's invitation stands, in words; `kind` is the callout's; `acts`: value and label of each act."""

    kind: str
    title: str
    text: str
    acts: tuple[tuple[str, str], ...]


@bp.post("/<ws>/invitation")
@needs(Permission.WORKSPACE_INVITE)
def invitation(ws: str) -> ResponseReturnValue:
    """Sends the owner's invitation again, or (`act` link) makes a new link that is shown this once."""
    if request.form.get("act") == "link":
        if not may(Permission.INVITATION_LINK):
            raise Forbidden("The link itself is for owners of the platform. Send the invitation instead.")
        made = invite_owner(ws, actor(), mail=False)
        profile = detail.profile(ws)
        return _link_page(profile, made.link)
    invite_owner(ws, actor(), wait=True)
    profile = detail.profile(ws)
    stands = owner_invitation(profile.key, clock.now())
    if stands and stands.mail is OutboxState.SENT:
        flash(f"Invitation sent to {stands.email}.", "good")
    elif stands:
        flash("The invitation could not be sent. Its page says why.", "error")
    return done(url_for("admin_workspaces.detail", ws=ws))


def _link_page(profile: Profile, link: str) -> Response:
    if profile.owner is None:
        raise NotFound()
    email, place = profile.owner.email, formats.isolated(profile.name)
    return show(
        "admin/link",
        name=profile.owner.name,
        lead=f"Whoever opens it chooses the password of {email} and owns {place}.",
        link=link,
        crumbs=_crumbs(profile, "Invitation link"),
        back_url=url_for("admin_workspaces.detail", ws=profile.public_id),
    )


@bp.get("/<ws>/domain")
@needs(Permission.WORKSPACE_VIEW)
def domain(ws: str) -> Response:
    """The workspace's own domain: the records to set, and how far its verification is."""
    profile, now, locale = detail.profile(ws), clock.now(), formats.reader_locale()
    found = own_domain(profile.key)
    state, words = STATES[found.state] if found else ("", "")
    return show(
        "admin/workspaces/domain",
        ws=profile,
        crumbs=_crumbs(profile, "Domain"),
        domain=found,
        state=state,
        state_label=words,
        checked=formats.ago(found.last_checked_at, now, locale) if found and found.last_checked_at else None,
        records=domains.records(found.host, found.token, site.host()) if found else (),
    )


@bp.post("/<ws>/sample-data/remove")
@needs(Permission.WORKSPACE_EDIT)
def remove_samples(ws: str) -> ResponseReturnValue:
    """Takes the sample data out again."""
    gone = sample_data.remove(ws, actor())
    flash(f"Sample data removed: {gone} contacts." if gone else "There was no sample data any more.", "good")
    return done(url_for("admin_workspaces.detail", ws=ws))


def notice(profile: Profile, now: datetime, locale: str) -> Notice | None:
    """What to say of the owner's invitation on the workspace's page; None once it was accepted."""
    if not profile.owner or not profile.owner.invited or profile.status is Status.CANCELLED:
        return None
    found = owner_invitation(profile.key, now)
    if found is None:
        return None
    send = (("send", "Send again" if found.mail else "Send the invitation"),) if gateway().ready else ()
    link = (("link", "New link"),) if may(Permission.INVITATION_LINK) else ()
    acts = (*send, *link) if may(Permission.WORKSPACE_INVITE) else ()
    return Notice(*_said(found, profile, locale), acts)


def _said(found: OwnerInvitation, profile: Profile, locale: str) -> tuple[str, str, str]:
    who = f"{formats.isolated(found.name)} ({found.email})"
    if found.state is State.EXPIRED:
        return "watch", "The owner’s invitation has expired.", f"{who} can no longer use its link. Make a new one."
    if found.state is not State.OPEN or found.expires_at is None:
        return "watch", "The owner has no open invitation.", f"{who} cannot log in yet."
    until = formats.day(local_day(found.expires_at, profile.timezone), locale)
    if found.mail is OutboxState.SENT:
        return "info", "The owner is invited.", f"{who} has a link that works once, until {until}."
    if found.mail is OutboxState.BOUNCED:
        return "watch", "The workspace is there, but its owner’s invitation bounced.", f"{who}: {found.error}"
    if found.mail is OutboxState.FAILED:
        return "watch", "The workspace is there, but its owner’s invitation was not sent.", f"{who}: {found.error}"
    if found.mail is None:
        return "watch", "The owner was not written to yet.", f"{who} is waiting for an invitation."
    if not gateway().ready:
        text = f"Mail is not set up on this server. Copy the link and hand it to {who}."
        return "watch", "The owner’s invitation was not sent.", text
    return "info", "The owner’s invitation is on its way.", f"{who}, until {until}."


def _crumbs(profile: Profile, here: str) -> list[tuple[str, str | None]]:
    above = workspace_facts.crumbs_to(profile.status is Status.CANCELLED)
    page = url_for("admin_workspaces.detail", ws=profile.public_id)
    return [*above, (profile.name, page), (here, None)]
