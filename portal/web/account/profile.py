"""The profile: name, language, time zone, look, keys; with the sessions and the second factor on the same page."""

from __future__ import annotations

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.operations.accounts import Profile, change_profile
from portal.queries.accounts import second_factor
from portal.queries.principals import Principal
from portal.queries.sessions import open_sessions
from portal.rules.access import Permission
from portal.web import formats
from portal.web.access import actor, needs
from portal.web.account.blueprint import bp
from portal.web.account.forms import ProfileForm, profile_options
from portal.web.account.words import browser
from portal.web.pages import show


@bp.get("/me")
@needs(Permission.SELF)
def profile() -> ResponseReturnValue:
    """Everything about oneself on one page."""
    person: Principal = g.principal
    form = ProfileForm(
        name=person.name,
        locale=person.locale,
        timezone=person.timezone,
        theme=person.theme,
        shortcuts=person.shortcuts,
    )
    return _show(form)


@bp.post("/me")
@needs(Permission.SELF)
def profile_save() -> ResponseReturnValue:
    """Saves the profile."""
    form = ProfileForm()
    if form.validate():
        with form.refusals():
            values = Profile(form.name.data, form.locale.data, form.timezone.data, form.theme.data, form.shortcuts.data)
            change_profile(g.principal.public_id, values, actor())
            flash("Profile saved.", "good")
            return redirect(url_for("account.profile"), 303)
    return _show(form, 422)


def _show(form: ProfileForm, status: int = 200) -> ResponseReturnValue:
    now, person = clock.now(), g.principal
    rows = [
        {
            "id": each.public_id,
            "browser": browser(each.agent),
            "agent": each.agent,
            "address": each.address,
            "seen": formats.ago(each.seen_at, now, person.locale),
            "seen_at": each.seen_at,
            "created_at": each.created_at,
            "is_this": each.public_id == person.session,
        }
        for each in open_sessions(person.user_id, now)
    ]
    factor = second_factor(person.user_id)
    options = profile_options()
    return show("account/profile", status=status, form=form, options=options, sessions=rows, factor=factor)
