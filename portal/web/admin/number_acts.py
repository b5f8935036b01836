"""What is done to a number of the inventory: assigned, released, ported out, removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.operations import numbers
from portal.queries import candidates
from portal.queries import numbers as reads
from portal.queries.numbers import Listed
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.numbers import MOVES, Act, check_act
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


class Asked(NamedTuple):
    """An act that is asked for by a dialog: the end of its address, what does it, and what is said then."""

    path: str
    do: Callable[[str, Actor], str]
    said: str


ASKED = {
    Act.RELEASE: Asked("release", numbers.release, "is free again"),
    Act.PORT_OUT: Asked("port-out", numbers.port_out, "is being ported out. It works until that is done"),
    Act.KEEP: Asked("keep", numbers.keep, "stays here"),
    Act.PORTED: Asked("ported", numbers.ported, "is ported out and gone from the inventory"),
    Act.REMOVE: Asked("remove", numbers.remove, "is gone from the inventory"),
}


def _view(act: Act) -> Callable[[str], ResponseReturnValue]:
    """Asks whether to do it to a number, and does it."""
    _, do, said = ASKED[act]

    def view(num: str) -> ResponseReturnValue:
        found = _number(num, act)
        if request.method == "GET":
            return _ask(found, act)
        do(num, actor())
        flash(f"{formats.phone(found.e164)} {said}.", "good")
        return done(url_for(HOME) if MOVES[act][1] is None else url_for("admin_numbers.page", num=num))

    view.__name__, view.__doc__ = act.value, f"{LABELS[act].removesuffix('…')}: the dialog, and the act."
    return needs(Permission.NUMBER_EDIT)(view)


for _act, _asked in ASKED.items():
    bp.add_url_rule(f"/<num>/{_asked.path}", _act.value, _view(_act), methods=["GET", "POST"])


def _number(num: str, act: Act) -> Listed:
    found = number(num)
    check_act(found.state, act)
    return found


def _ask(found: Listed, act: Act) -> ResponseReturnValue:
    back = url_for("admin_numbers.page", num=found.public_id)
    return ask(
        "admin/numbers/act",
        act=act.value,
        it=found,
        text=formats.phone(found.e164),
        awaited=reads.awaited_by(found.e164) if act is Act.REMOVE else None,
        action=request.path,
        back_url=back,
        crumbs=_crumbs(found, back, LABELS[act].removesuffix("…")),
    )


def _crumbs(found: Listed, back: str, here: str) -> tuple[tuple[str, Any], ...]:
    return ("Numbers", url_for(HOME)), (formats.phone(found.e164), back), (here, None)
