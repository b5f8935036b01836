"""The two doors into a workspace: Impersonate, as its owner, and Manage, as oneself."""

from __future__ import annotations

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField
from wtforms.validators import Length

from portal.operations import access_sessions
from portal.operations.access_sessions import Visit
from portal.queries import detail as workspaces
from portal.queries.access_sessions import owner_of
from portal.queries.detail import Profile
from portal.rules.access import AccessMode, Permission
from portal.rules.access_sessions import LONGEST_REASON, LONGEST_TICKET, AccessKind, check_owner
from portal.rules.errors import Refused
from portal.rules.lifecycle import Status
from portal.web.access import actor, may, needs
from portal.web.admin.blueprints import workspaces as bp
from portal.web.entry import renewed
from portal.web.forms import Form
from portal.web.pages import ask
from portal.web.platform import platform

LOOK = ("look", "Look only", "See what they see, change and export nothing.")
ACT = (
    "act",
    "Act as owner",
    "Full access, as the customer. Passwords, roles of owners and admins, and closing stay locked.",
)


class ImpersonateForm(Form):
    """Why, and how."""

    reason = StringField(validators=[Length(max=LONGEST_REASON, message=f"At most {LONGEST_REASON} characters.")])
    ticket = StringField(validators=[Length(max=LONGEST_TICKET, message=f"At most {LONGEST_TICKET} characters.")])
    mode = RadioField(choices=[mode.value for mode in AccessMode], default=AccessMode.ACT.value, validate_choice=False)


@bp.route("/<ws>/impersonate", methods=["GET", "POST"])
@needs(Permission.WORKSPACE_IMPERSONATE)
def impersonate(ws: str) -> ResponseReturnValue:
    """Asks why and how; then the browser is inside as the owner."""
    profile = workspaces.profile(ws)
    closed = profile.status is Status.CANCELLED
    form = ImpersonateForm(mode="look" if closed else "act")
    if form.validate_on_submit():
        with form.refusals():
            mode = _mode(form.mode.data)
            visit = Visit(AccessKind.IMPERSONATE, mode, form.reason.data or "", form.ticket.data or "")
            return _enter(profile, visit)
    why_not, back_url = _why_not(ws), url_for("admin_workspaces.detail", ws=ws)
    return ask(
        "admin/workspaces/impersonate",
        status=422 if form.is_submitted() else 200,
        form=form,
        profile=profile,
        modes=(LOOK,) if closed else (ACT, LOOK),
        why_not=why_not,
        action=None if why_not else request.path,
        crumbs=[("Workspaces", url_for("admin_workspaces.listing")), (profile.name, back_url), ("Impersonate", None)],
        tells=platform().tell_impersonated_owner,
        manage_url=url_for("admin_workspaces.manage", ws=ws) if may(Permission.WORKSPACE_MANAGE) else None,
        back_url=back_url,
    )


@bp.post("/<ws>/manage")
@needs(Permission.WORKSPACE_MANAGE)
def manage(ws: str) -> ResponseReturnValue:
    """The browser is inside as oneself; a closed workspace is only looked at."""
    profile = workspaces.profile(ws)
    mode = _mode(request.form.get("mode", AccessMode.ACT.value))
    if profile.status is Status.CANCELLED:
        mode = AccessMode.LOOK
    reason, ticket = request.form.get("reason", ""), request.form.get("ticket", "")
    return _enter(profile, Visit(AccessKind.MANAGE, mode, reason, ticket))


def _mode(text: str | None) -> AccessMode:
    found = next((mode for mode in AccessMode if mode.value == text), None)
    if found is None:
        raise Refused("Choose to act or to look only.", "mode")
    return found


def _why_not(ws: str) -> str:
    try:
        check_owner(owner_of(ws, g.principal.user_id))
    except Refused as refused:
        return refused.message
    return ""


def _enter(profile: Profile, visit: Visit) -> ResponseReturnValue:
    token = access_sessions.start(profile.public_id, visit, g.principal.session, actor())
    onward = url_for("workspace_home.page", slug=profile.web_address)
    return renewed(token, onward)
