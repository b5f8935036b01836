"""Staff and roles: who runs the platform, what each role may do, and giving and taking roles."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal.operations import staff as operations
from portal.queries import staff as queries
from portal.queries import user_detail
from portal.rules.access import (
    ROLES,
    OrganizationRole,
    Permission,
    Role,
    Scope,
    StaffRole,
    WorkspaceRole,
    allows,
    describe,
)
from portal.web import formats, role_words
from portal.web.access import actor, may, needs
from portal.web.admin import user_list
from portal.web.admin.user_actions import LONGEST_REASON, NEW_LINK, say_sent
from portal.web.forms import Form, listed
from portal.web.fresh import fresh
from portal.web.pages import ask, done, show
from portal.web.reader import reader

bp = Blueprint("admin_staff", __name__, url_prefix="/admin/staff")

LISTING = "admin_staff.listing"
NO_ROLE = "none"
STAFF = role_words.cards(StaffRole)
WITH_NONE = [*STAFF, (NO_ROLE, "None", "No longer staff.")]
TABLES: tuple[tuple[Scope, str, str, type[Role]], ...] = (
    (Scope.PLATFORM, "The platform’s staff", "who run this installation", StaffRole),
    (Scope.ORGANIZATION, "In an organization", "customers’ people, in their billing account", OrganizationRole),
    (Scope.WORKSPACE, "In a workspace", "customers’ people, in one workspace", WorkspaceRole),
)


class InviteForm(Form):
    """Who is to help, and as what."""

    email = StringField(validators=[InputRequired("Enter an e-mail address.")])
    name = StringField(validators=[InputRequired("Enter a name.")])
    role = listed(((value, label) for value, label, _ in STAFF), StaffRole.AUDITOR.value)


class RoleForm(Form):
    """Another role, or none, and why."""

    role = listed((value, label) for value, label, _ in WITH_NONE)
    reason = StringField(
        validators=[
            InputRequired("Say why: the audit log keeps it."),
            Length(max=LONGEST_REASON, message=f"At most {LONGEST_REASON} characters."),
        ]
    )


@bp.get("/")
@needs(Permission.STAFF_VIEW)
def listing() -> Response:
    """The people who run the platform."""
    by = reader()
    rows = [
        {
            "person": each,
            "role": role_words.STAFF_ROLES[each.role],
            "badge": _badge(each),
            "may": role_words.may_do(each.role),
            "seen": user_list.seen(each, by),
            "is_you": each.public_id == g.principal.public_id,
        }
        for each in queries.staff()
    ]
    return show("admin/staff/list", rows=rows, may_manage=may(Permission.STAFF_MANAGE), tabs_given=_tabs(0))


@bp.get("/roles")
@needs(Permission.STAFF_VIEW)
def roles() -> Response:
    """What each role may do, of staff and of customers."""
    return show("admin/staff/roles", tables=matrix(), tabs_given=_tabs(1))


def _tabs(current: int) -> list[tuple[str, str, bool]]:
    pages = (("People", LISTING), ("Roles", "admin_staff.roles"))
    return [(label, url_for(endpoint), number == current) for number, (label, endpoint) in enumerate(pages)]


@bp.route("/invite", methods=["GET", "POST"])
@needs(Permission.STAFF_MANAGE)
@fresh(LISTING)
def invite() -> ResponseReturnValue:
    """Somebody joins the staff."""
    form = InviteForm()
    if form.validate_on_submit():
        with form.refusals():
            email, role = form.email.data.strip(), StaffRole(form.role.data)
            joined = operations.invite(email, form.name.data, role, actor(), wait=True)
            if joined.mail:
                say_sent(joined.mail, email, f"Invitation sent to {email}.", NEW_LINK)
            else:
                flash(f"{email} is of the staff now, with the password they have.", "good")
            return done(url_for(LISTING))
    return ask(
        "admin/staff/invite",
        status=422 if form.is_submitted() else 200,
        form=form,
        roles=STAFF,
        action=url_for("admin_staff.invite"),
        back_url=url_for(LISTING),
        crumbs=[("Staff", url_for(LISTING)), ("Invite", None)],
    )


@bp.post("/<usr>/invite-again")
@needs(Permission.STAFF_MANAGE)
@fresh(LISTING)
def invite_again(usr: str) -> ResponseReturnValue:
    """A new link; the old one is dead."""
    email = user_detail.account(usr).email
    say_sent(operations.invite_again(usr, actor(), wait=True), email, f"Invitation sent again to {email}.", NEW_LINK)
    return done(url_for(LISTING))


@bp.post("/<usr>/link")
@needs(Permission.STAFF_MANAGE)
@fresh(LISTING)
def link(usr: str) -> Response:
    """A new link, shown this once; the old one is dead."""
    person = user_detail.account(usr)
    return show(
        "admin/link",
        name=person.name,
        lead=f"Whoever opens it chooses the password of {person.email} and is of the platform’s staff.",
        link=operations.make_link(usr, actor()),
        crumbs=[("Staff", url_for(LISTING)), (person.name, None)],
        back_url=url_for(LISTING),
    )


@bp.route("/<usr>/role", methods=["GET", "POST"])
@needs(Permission.STAFF_MANAGE)
@fresh(LISTING)
def role(usr: str) -> ResponseReturnValue:
    """Another role, or none."""
    person = user_detail.account(usr)
    form = RoleForm(role=person.staff_role.value if person.staff_role else NO_ROLE)
    if form.validate_on_submit():
        with form.refusals():
            wanted = None if form.role.data == NO_ROLE else StaffRole(form.role.data)
            operations.change_role(usr, wanted, form.reason.data, actor())
            flash(f"{formats.isolated(person.name)}: {_said(wanted)}.", "good")
            return done(url_for(LISTING))
    return ask(
        "admin/staff/role",
        status=422 if form.is_submitted() else 200,
        form=form,
        person=person,
        roles=WITH_NONE,
        action=url_for("admin_staff.role", usr=usr),
        back_url=url_for(LISTING),
        crumbs=[("Staff", url_for(LISTING)), (person.name, None)],
    )


def _said(role: StaffRole | None) -> str:
    return f"{role_words.STAFF_ROLES[role].lower()} of the platform now" if role else "no longer of the staff"


def matrix() -> list[dict[str, object]]:
    """Roles × permissions, drawn from the table that every check asks."""
    found: list[dict[str, object]] = []
    for scope, title, note, sort in TABLES:
        roles = [each for each in ROLES if isinstance(each, sort)]
        groups: dict[str, list[tuple[str, list[bool]]]] = {}
        for permission in Permission:
            if permission.scope is scope:
                group = permission.value.split(":")[1].replace("_", " ").capitalize()
                row = (describe(permission), [allows(each, permission) for each in roles])
                groups.setdefault(group, []).append(row)
        heads = [(role_words.label(each), role_words.may_do(each)) for each in roles]
        found.append({"id": scope.value, "title": title, "note": note, "roles": heads, "groups": groups})
    return found


def _badge(member: queries.Member) -> tuple[str, str]:
    return user_list.badge_of(trashed=False, suspended=bool(member.suspended_at), invited=not member.has_password)
