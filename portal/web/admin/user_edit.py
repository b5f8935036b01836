"""Changing an account, and what to do when somebody else changed it meanwhile."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

from portal.base.languages import locales, timezones
from portal.operations import users
from portal.operations.users import Details, Stale
from portal.queries import saves, user_detail
from portal.queries.user_detail import Account
from portal.rules.access import Permission
from portal.rules.editing import Value
from portal.web import formats
from portal.web.access import actor, needs
from portal.web.admin.blueprints import users as bp
from portal.web.admin.conflicts import TwoVersions, show_conflict
from portal.web.admin.user_page import crumbs
from portal.web.forms import Form
from portal.web.fresh import fresh
from portal.web.pages import done, show, tell_saved
from portal.web.versions import differing

LABELS = {"name": "Name", "email": "E-mail", "locale": "Numbers and dates", "timezone": "Time zone"}


class EditForm(Form):
    """An account; `seen_…` is what it said when the form was drawn."""

    name = StringField(validators=[InputRequired("Enter a name.")])
    email = StringField(validators=[InputRequired("Enter an e-mail address.")])
    locale = StringField()
    timezone = StringField()
    seen_name = HiddenField()
    seen_email = HiddenField()
    seen_locale = HiddenField()
    seen_timezone = HiddenField()

    def details(self, before: str = "") -> Details:
        """What was entered; with `seen_`, what stood there."""
        return Details(**{name: self._fields[before + name].data or "" for name in LABELS})


@bp.route("/<usr>/edit", methods=["GET", "POST"])
@needs(Permission.USER_EDIT)
@fresh("admin_users.listing")
def edit(usr: str) -> ResponseReturnValue:
    """The account says something else; what somebody changed meanwhile is not overwritten."""
    person = user_detail.account(usr)
    present = asdict(Details(person.name, person.email, person.locale, person.timezone))
    form = EditForm(**present, **{f"seen_{key}": value for key, value in present.items()})
    if form.validate_on_submit():
        try:
            with form.refusals():
                changed = users.change(usr, form.details(), form.details("seen_"), actor())
                name = formats.isolated(form.name.data.strip())
                tell_saved(f"{name} saved.", changed)
                return done(url_for("admin_users.detail", usr=usr))
        except Stale as stale:
            return _versions(person, form, stale.theirs)
    return show(
        "admin/users/edit",
        status=422 if form.is_submitted() else 200,
        form=form,
        person=person,
        crumbs=crumbs(person, "Edit"),
        options={
            "locale": list(locales().items()),
            "timezone": [(each, each.replace("_", " ")) for each in timezones()],
        },
    )


def _versions(person: Account, form: EditForm, theirs: Details) -> Response:
    """Both versions; what the person did not touch stays as it is now."""
    there, mine, seen = asdict(theirs), asdict(form.details()), asdict(form.details("seen_"))
    touched = {name: value for name, value in mine.items() if value != seen[name]}
    rows = differing(there, touched, LABELS.__getitem__, _said)
    chosen = {row.name for row in rows}
    kept = {name: value for name, value in there.items() if name not in chosen}
    conflict = TwoVersions(
        title=theirs.name,
        thing="this account",
        saved=saves.account_saved(person.public_id),
        rows=rows,
        kept={**kept, **{f"seen_{name}": value for name, value in there.items()}},
        action=url_for("admin_users.edit", usr=person.public_id),
        theirs_url=url_for("admin_users.edit", usr=person.public_id),
    )
    return show_conflict(conflict, crumbs(person, "Edit"))


def _said(name: str, value: Value) -> str:
    text = str(value)
    return locales().get(text, text) if name == "locale" else text
