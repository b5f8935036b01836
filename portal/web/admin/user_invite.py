"""Inviting somebody into an organization and perhaps a workspace of it; invitations sent again and taken back."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, ValidationError

from portal.operations import members
from portal.operations.members import Newcomer
from portal.queries import candidates, user_detail
from portal.rules.access import OrganizationRole, Permission, WorkspaceRole
from portal.rules.errors import Refused
from portal.rules.text import MOST_CHARACTERS, clean_line
from portal.web import formats, role_words
from portal.web.access import actor, needs
from portal.web.admin import workspace_picks as picks
from portal.web.admin.blueprints import users as bp
from portal.web.admin.user_actions import NEW_LINK, say_sent
from portal.web.admin.user_page import crumbs
from portal.web.forms import Form, listed
from portal.web.fresh import check_power, fresh, is_fresh
from portal.web.pages import done, show, wants_part

ORGANIZATION_ROLES = [(role.value, label) for role, label in role_words.ORGANIZATION_ROLES.items()]
WORKSPACE_ROLES = [(role.value, role_words.label(role)) for role in WorkspaceRole if role is not WorkspaceRole.OWNER]
SOUGHT = ("organization", "workspace")


class InviteForm(Form):
    """Whom, and where to."""

    email = StringField(validators=[InputRequired("Enter an e-mail address.")])
    name = StringField()
    organization = StringField()
    organization_role = listed(ORGANIZATION_ROLES, OrganizationRole.MEMBER.value)
    workspace = StringField()
    workspace_role = listed(WORKSPACE_ROLES, WorkspaceRole.AGENT.value)

    def validate_organization(self, field: StringField) -> None:
        """It has to lead somewhere."""
        if not (field.data or "").strip() and not (self.workspace.data or "").strip():
            raise ValidationError("Say where to: choose an organization, or a workspace.")

    def newcomer(self) -> Newcomer:
        """The person as the operation is told of them."""
        return Newcomer(
            self.email.data,
            self.name.data or "",
            self.organization.data or "",
            OrganizationRole(self.organization_role.data),
            self.workspace.data or "",
            WorkspaceRole(self.workspace_role.data),
        )


@bp.route("/invite", methods=["GET", "POST"])
@needs(Permission.USER_EDIT)
def invite() -> ResponseReturnValue:
    """Somebody is invited into an organization, and perhaps into a workspace of it."""
    form = InviteForm(email=clean_line(request.args.get("email", ""))[:MOST_CHARACTERS])
    sought = request.form.get("find", "")
    if sought in SOUGHT:  # without script, a picker's search is a button of the form
        return _page(form, 200, {"kind": sought, "picks": _matching(sought, form[sought].data or "", _beside(form))})
    if form.validate_on_submit() and check_power(form, OrganizationRole(form.organization_role.data)):
        with form.refusals():
            sent = members.invite(form.newcomer(), actor(), wait=True)
            email = form.email.data.strip()
            say_sent(sent.mail, email, f"Invitation sent to {email}.", NEW_LINK)
            return done(url_for("admin_users.listing", q=email))
    return _page(form, 422 if form.is_submitted() else 200)


@bp.get("/choose/organization")
@needs(Permission.USER_EDIT)
def choose_organization() -> ResponseReturnValue:
    """Organizations that match, for the picker."""
    return _options("organization")


@bp.get("/choose/workspace")
@needs(Permission.USER_EDIT)
def choose_workspace() -> ResponseReturnValue:
    """Workspaces that match, for the picker; of the organization that stands beside it."""
    return _options("workspace")


@bp.post("/<usr>/invitations/<invitation>/resend")
@needs(Permission.USER_INVITE)
def invitation_resend(usr: str, invitation: str) -> ResponseReturnValue:
    """A new link; the old one is dead."""
    person = user_detail.account(usr)
    try:
        sent = members.resend(usr, invitation, actor(), wait=True)
        say_sent(sent.mail, person.email, f"Invitation sent again to {person.email}. The old link is dead.", NEW_LINK)
    except Refused as refused:
        flash(f"Not sent: {refused.message}", "risk")
    return done(url_for("admin_users.detail", usr=usr))


@bp.post("/<usr>/invitations/<invitation>/link")
@needs(Permission.INVITATION_LINK)
@fresh("admin_users.listing")
def invitation_link(usr: str, invitation: str) -> ResponseReturnValue:
    """A new link, shown this once; the old one is dead."""
    person, back = user_detail.account(usr), url_for("admin_users.detail", usr=usr)
    try:
        made = members.resend(usr, invitation, actor(), mail=False)
    except Refused as refused:
        flash(f"No link was made: {refused.message}", "risk")
        return done(back)
    lets = "accepts it as" if person.has_password else "chooses the password of"
    return show(
        "admin/link",
        name=person.name,
        lead=f"Whoever opens it {lets} {person.email}.",
        link=made.link,
        crumbs=crumbs(person, "Invitation link"),
        back_url=back,
    )


@bp.post("/<usr>/invitations/<invitation>/revoke")
@needs(Permission.USER_EDIT)
def invitation_revoke(usr: str, invitation: str) -> ResponseReturnValue:
    """The link is dead."""
    person = user_detail.account(usr)
    try:
        members.revoke(usr, invitation, actor())
        flash(f"The invitation to {person.email} was taken back.", "good")
    except Refused as refused:
        flash(f"Not taken back: {refused.message}", "risk")
    return done(url_for("admin_users.detail", usr=usr))


def _options(kind: str) -> ResponseReturnValue:
    if not wants_part():
        return redirect(url_for("admin_users.invite"), 303)
    q, beside = request.args.get(kind, ""), request.args.get("organization", "") if kind == "workspace" else ""
    found = _matching(kind, q, beside)
    return show("admin/workspaces/new", "_options", kind=kind, q=clean_line(q)[:MOST_CHARACTERS], picks=found)


def _matching(kind: str, typed: str, organization: str) -> list[picks.Pick]:
    q, locale = clean_line(typed)[:MOST_CHARACTERS], formats.reader_locale()
    if kind == "organization":
        return [picks.place(each, locale) for each in candidates.houses(q)]
    return [picks.room(each) for each in candidates.rooms(q, organization)]


def _beside(form: InviteForm) -> str:
    """The organization that is chosen, if it is one: what was half typed narrows nothing."""
    typed = form.organization.data or ""
    return typed if typed and candidates.house(typed) else ""


def _page(form: InviteForm, status: int, found: dict[str, Any] | None = None) -> Response:
    house = candidates.house(form.organization.data) if form.organization.data else None
    room = candidates.room(form.workspace.data) if form.workspace.data else None
    return show(
        "admin/users/invite",
        status=status,
        form=form,
        found=found or {"kind": ""},
        house=picks.place(house, formats.reader_locale()) if house else None,
        room=picks.room(room) if room else None,
        organization_roles=ORGANIZATION_ROLES,
        confirm_url=None if is_fresh() else url_for("account.confirm", next=url_for("admin_users.invite")),
        workspace_roles=WORKSPACE_ROLES,
    )
