"""What is done to a number of the inventory: assigned, released, ported out."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.operations import numbers
from portal.queries import candidates
from portal.queries.numbers import Listed
from portal.rules.access import Permission
from portal.rules.numbers import Act, check_act
from portal.web import formats
from portal.web.access import actor, needs
from portal.web.admin import workspace_picks as picks
from portal.web.admin.number_lines import LABELS
from portal.web.admin.numbers import HOME, bp, number
from portal.web.forms import Form
from portal.web.pages import ask, done, show, wants_part
from portal.web.reader import words


class AssignForm(Form):
    """Which workspace gets it."""

    workspace = StringField()


@bp.route("/<num>/assign", methods=["GET", "POST"])
@needs(Permission.NUMBER_EDIT)
def assign(num: str) -> ResponseReturnValue:
    """Connects it to a workspace."""
    found, form = _number(num, Act.ASSIGN), AssignForm(workspace=words("workspace"))
    sought = request.form.get("find") == "workspace"
    if form.validate_on_submit() and not sought:
        room = candidates.room(form.workspace.data or "")
        if room is None:
            form.add_error("workspace", "Choose the workspace that gets it.")
        else:
            with form.refusals():
                numbers.assign(num, room.public_id, actor())
                flash(f"{formats.phone(found.e164)} connected to {formats.isolated(room.name)}.", "good")
                return done(url_for("admin_numbers.page", num=num))
    typed = form.workspace.data or ""
    room = candidates.room(typed) if typed and not sought else None
    back = url_for("admin_numbers.page", num=num)
    return show(
        "admin/numbers/assign",
        status=422 if form.is_submitted() and not sought else 200,
        form=form,
        text=formats.phone(found.e164),
        country=formats.country(found.country, formats.reader_locale()),
        last=found.last_name,
        room=picks.room(room) if room else None,
        found=[picks.room(each) for each in candidates.rooms(typed)] if sought else None,
        back_url=back,
        crumbs=_crumbs(found, back, "Assign"),
    )


@bp.get("/workspaces")
@needs(Permission.NUMBER_EDIT)
def choose() -> ResponseReturnValue:
    """Workspaces that match, for the picker."""
    if not wants_part():
        return redirect(url_for(HOME), 303)
    q = words("workspace")
    found = [picks.room(each) for each in candidates.rooms(q)]
    return show("admin/workspaces/new", "_options", kind="workspace", q=q, picks=found)


@bp.route("/<num>/release", methods=["GET", "POST"])
@needs(Permission.NUMBER_EDIT)
def release(num: str) -> ResponseReturnValue:
    """Takes it from its workspace, for anybody else."""
    found = _number(num, Act.RELEASE)
    if request.method == "GET":
        return _ask(found, Act.RELEASE)
    numbers.release(num, actor())
    return _done(found, "is free again")


@bp.route("/<num>/port-out", methods=["GET", "POST"])
@needs(Permission.NUMBER_EDIT)
def port_out(num: str) -> ResponseReturnValue:
    """Another carrier is taking it over."""
    found = _number(num, Act.PORT_OUT)
    if request.method == "GET":
        return _ask(found, Act.PORT_OUT)
    numbers.port_out(num, actor())
    return _done(found, "is being ported out. It works until that is done")


@bp.route("/<num>/keep", methods=["GET", "POST"])
@needs(Permission.NUMBER_EDIT)
def keep(num: str) -> ResponseReturnValue:
    """It is not ported out after all."""
    found = _number(num, Act.KEEP)
    if request.method == "GET":
        return _ask(found, Act.KEEP)
    numbers.keep(num, actor())
    return _done(found, "stays here")


@bp.route("/<num>/ported", methods=["GET", "POST"])
@needs(Permission.NUMBER_EDIT)
def ported(num: str) -> ResponseReturnValue:
    """Another carrier has it now."""
    found = _number(num, Act.PORTED)
    if request.method == "GET":
        return _ask(found, Act.PORTED)
    numbers.ported(num, actor())
    flash(f"{formats.phone(found.e164)} is ported out and gone from the inventory.", "good")
    return done(url_for(HOME))


def _number(num: str, act: Act) -> Listed:
    found = number(num)
    check_act(found.state, act)
    return found


def _done(found: Listed, words: str) -> ResponseReturnValue:
    flash(f"{formats.phone(found.e164)} {words}.", "good")
    return done(url_for("admin_numbers.page", num=found.public_id))


def _ask(found: Listed, act: Act) -> ResponseReturnValue:
    back = url_for("admin_numbers.page", num=found.public_id)
    return ask(
        "admin/numbers/act",
        act=act.value,
        it=found,
        text=formats.phone(found.e164),
        action=request.path,
        back_url=back,
        crumbs=_crumbs(found, back, LABELS[act].removesuffix("…")),
    )


def _crumbs(found: Listed, back: str, here: str) -> tuple[tuple[str, Any], ...]:
    return ("Numbers", url_for(HOME)), (formats.phone(found.e164), back), (here, None)
