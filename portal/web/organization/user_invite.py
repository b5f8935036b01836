"""Inviting somebody into an organization and perhaps some of its workspaces; invitations sent again and revoked."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, g, request, url_for
from flask.typing import ResponseReturnValue

from portal.gateways.mail import gateway
from portal.operations import account_users as acts
from portal.operations.account_users import Seat
from portal.operations.invitations import Sent
from portal.queries import account_users
from portal.queries.letters import has_gone
from portal.rules.access import OrganizationRole, Permission, WorkspaceRole, may_grant
from portal.rules.errors import Refused, TooMany
from portal.web import organizations, role_words
from portal.web.access import actor, needs
from portal.web.fresh import check_power, is_fresh
from portal.web.organization.user_forms import MOST_SEATS, InviteForm, named
from portal.web.organization.user_roles import GIVEN
from portal.web.organization.users import HERE, bp
from portal.web.pages import ask, done


@bp.route("/users/invite", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_USER_EDIT)
def invite() -> ResponseReturnValue:
    """Invites somebody by mail; one more line for a workspace, where that was asked for."""
    form, more = InviteForm(), "more" in request.form
    if more:
        if len(form.seats) < MOST_SEATS:
            form.seats.append_entry()
    elif form.validate_on_submit() and check_power(form, OrganizationRole(form.organization_role.data)):
        try:
            with form.refusals():
                role, name = OrganizationRole(form.organization_role.data), form.name.data or ""
                email = form.email.data.strip()
                here = organizations.organization()
                sent = acts.invite(here.public_id, email, name, role, _seats(form, here.key), actor(), wait=True)
                _say(sent, f"The invitation to {email} is on its way.")
                return done(url_for(HERE))
        except TooMany as error:
            form.add_error("email", error.message)
            return _show(form, 429)
    return _show(form, 422 if form.is_submitted() and not more else 200)


@bp.post("/users/invitations/<invitation>/resend")
@needs(Permission.ACCOUNT_USER_EDIT)
def resend(invitation: str) -> ResponseReturnValue:
    """A new link, which kills the old one."""
    try:
        sent = acts.resend(organizations.organization().public_id, invitation, actor(), wait=True)
        _say([sent], "The invitation was sent again; the old link is dead.")
    except (Refused, TooMany) as refused:
        flash(f"Not sent: {refused.message}", "risk")
    return done(url_for(HERE))


@bp.post("/users/invitations/<invitation>/revoke")
@needs(Permission.ACCOUNT_USER_EDIT)
def revoke(invitation: str) -> ResponseReturnValue:
    """The link is dead."""
    try:
        email = acts.revoke(organizations.organization().public_id, invitation, actor())
        flash(f"The invitation to {email} was revoked.", "good")
    except Refused as refused:
        flash(f"Not revoked: {refused.message}", "risk")
    return done(url_for(HERE))


def _seats(form: InviteForm, organization: int) -> list[Seat]:
    """Where to, line by line; a line without a workspace says nothing."""
    chosen = [line.form for line in form.seats if line.form.workspace.data]
    return [Seat(named(organization, each.workspace.data), WorkspaceRole(each.role.data)) for each in chosen]


def _show(form: InviteForm, status: int) -> ResponseReturnValue:
    here = organizations.organization()
    back = url_for(HERE)
    return ask(
        "organization/user_invite",
        status,
        form=form,
        name=here.name,
        roles=[each for each in role_words.cards(OrganizationRole) if may_grant(g.held, OrganizationRole(each[0]))],
        rooms=account_users.choices(here.key),
        room_roles=[(value, label) for value, label, _ in GIVEN],
        confirm_url=None if is_fresh() else url_for("account.confirm", next=back),
        most=len(form.seats) >= MOST_SEATS,
        action=request.path,
        back_url=back,
        crumbs=(("Users", back), ("Invite", None)),
    )


def _say(sent: Sequence[Sent], words: str) -> None:
    if all(has_gone(each.mail) for each in sent):
        flash(words, "good")
    elif not gateway().ready:
        flash("The invitation stands. Its mail waits until mail is set up on this server, and goes out then.", "watch")
    else:
        flash("The invitation stands, and its mail has not gone out yet: it is tried again by itself.", "watch")
