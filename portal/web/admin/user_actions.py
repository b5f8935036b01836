"""What staff do to a person: each a question, a page of its own or a dialog over the person's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import Length

from portal.gateways.mail import gateway
from portal.operations import passwords, users
from portal.queries import user_detail
from portal.queries.letters import has_gone
from portal.rules.access import Permission
from portal.web import formats
from portal.web.access import actor, needs
from portal.web.admin.blueprints import users as bp
from portal.web.admin.user_addresses import HOME, TRASH
from portal.web.admin.user_page import crumbs
from portal.web.forms import Form
from portal.web.pages import ask, done
from portal.web.targets import came_from

LONGEST_REASON = 500
LISTS = (HOME, TRASH)
NEW_LINK = "Make a new link on their page, or in the list of staff, and hand it over."


class Question(Form):
    """Nothing but yes."""


class SuspendForm(Form):
    """Why, for the audit log."""

    reason = StringField(validators=[Length(max=LONGEST_REASON, message=f"At most {LONGEST_REASON} characters.")])


@bp.route("/<usr>/suspend", methods=["GET", "POST"])
@needs(Permission.USER_SUSPEND)
def suspend(usr: str) -> ResponseReturnValue:
    """Out at once, and kept out."""
    form = SuspendForm()
    return _answer(usr, "suspend", form, lambda: users.suspend(usr, form.reason.data or "", actor()), "{} suspended.")


@bp.route("/<usr>/let-in", methods=["GET", "POST"])
@needs(Permission.USER_SUSPEND)
def let_in(usr: str) -> ResponseReturnValue:
    """May log in again."""
    return _answer(usr, "let_in", Question(), lambda: users.let_in(usr, actor()), "{} may log in again.")


@bp.route("/<usr>/verify", methods=["GET", "POST"])
@needs(Permission.USER_EDIT)
def verify(usr: str) -> ResponseReturnValue:
    """The address counts as verified."""
    return _answer(usr, "verify", Question(), lambda: users.verify(usr, actor()), "E-mail of {} marked as verified.")


@bp.route("/<usr>/log-out", methods=["GET", "POST"])
@needs(Permission.USER_LOGOUT)
def log_out(usr: str) -> ResponseReturnValue:
    """Every session ends."""
    return _answer(usr, "log_out", Question(), lambda: users.log_out(usr, actor()), "{} is logged out everywhere.")


@bp.post("/<usr>/sessions/<session>/end")
@needs(Permission.USER_LOGOUT)
def session_end(usr: str, session: str) -> ResponseReturnValue:
    """One session ends."""
    users.log_out(usr, actor(), session)
    flash("Session ended.", "good")
    return done(url_for("admin_users.detail", usr=usr))


@bp.route("/<usr>/password-reset", methods=["GET", "POST"])
@needs(Permission.USER_EDIT)
def password_reset(usr: str) -> ResponseReturnValue:
    """A link to set a new password, by mail."""
    return _answer(usr, "password_reset", Question(), lambda: _send_link(usr))


def _send_link(usr: str) -> None:
    mail = passwords.send_reset(usr, actor(), wait=True)
    email = user_detail.account(usr).email
    say_sent(mail, email, f"A link to set a new password was sent to {email}.")


@bp.route("/<usr>/trash", methods=["GET", "POST"])
@needs(Permission.USER_CLOSE)
def trash_user(usr: str) -> ResponseReturnValue:
    """Into the trash."""
    return _answer(usr, "trash_user", Question(), lambda: users.trash(usr, actor()), "{} moved to the trash.")


@bp.route("/<usr>/restore", methods=["GET", "POST"])
@needs(Permission.USER_CLOSE)
def restore(usr: str) -> ResponseReturnValue:
    """Out of the trash."""
    return _answer(usr, "restore", Question(), lambda: users.restore(usr, actor()), "{} restored.")


def say_sent(mail: str | None, email: str, words: str, instead: str = "") -> None:
    """Tell whether the mail with this public id went out to this address; `instead`: what to do where none does."""
    if has_gone(mail):
        flash(words, "good")
    elif not gateway().ready:
        flash(f"Mail is not set up on this server: nothing was sent to {email}. {instead}", "watch")
    else:
        flash(f"The mail to {email} has not gone out yet: it waits, and is tried again by itself.", "watch")


def _answer(usr: str, question: str, form: Form, act: Callable[[], Any], said: str = "") -> ResponseReturnValue:
    """Ask, or do what was asked for and go to the person's page; what is refused is said in the question."""
    person = user_detail.account(usr)
    back = url_for("admin_users.detail", usr=usr)
    if form.validate_on_submit():
        with form.refusals():
            act()
            if said:
                flash(said.format(formats.isolated(person.name)), "good")
            return done(_onward(back))
    words = QUESTIONS[question]
    return ask(
        "admin/users/question",
        status=422 if form.is_submitted() else 200,
        form=form,
        person=person,
        words=words,
        asks_reason=isinstance(form, SuspendForm),
        action=url_for(f"admin_users.{question}", usr=usr),
        back_url=back,
        crumbs=crumbs(person, words[1]),
    )


def _onward(otherwise: str) -> str:
    """Back to the list where it was asked from there, else to the person's page."""
    came = came_from()
    return came if urlsplit(came).path in LISTS else otherwise


# The question around the person's name, the button, its look and icon, and what will happen.
QUESTIONS: dict[str, tuple[str, str, str, str, str]] = {
    "suspend": (
        "Suspend {}?",
        "Suspend",
        "danger",
        "ban",
        "Every session ends at once, and no log-in works until somebody lets them in again. Roles and places stay.",
    ),
    "let_in": ("Let {} in again?", "Let in again", "primary", "restore", "Logging in works again at once."),
    "verify": (
        "Mark the e-mail of {} as verified?",
        "Mark as verified",
        "primary",
        "check",
        "Do so when you know by other means that the address is theirs.",
    ),
    "log_out": (
        "Log {} out everywhere?",
        "End all sessions",
        "danger",
        "logout",
        "Every browser has to log in again. Nothing else changes.",
    ),
    "password_reset": (
        "Send {} a link to set a new password?",
        "Send the link",
        "primary",
        "mail",
        "It works once, within an hour. The present password works until then.",
    ),
    "trash_user": (
        "Move {} to the trash?",
        "Move to trash",
        "danger",
        "trash",
        "Every session ends, open invitations are taken back, and the person stands in no list. "
        "The address stays taken; restoring brings back every place and role.",
    ),
    "restore": (
        "Restore {}?",
        "Restore",
        "primary",
        "restore",
        "Logging in works again, with the places and roles from before. Invitations have to be sent anew.",
    ),
}
