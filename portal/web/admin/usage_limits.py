"""The usage limits of all workspaces: this month's spend against the cap, and editing a row where it stands."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.models import SuspensionBehaviour, scope
from portal.operations import usage_limits
from portal.operations.usage_limits import StaleLimits
from portal.queries import usage_limits as reads
from portal.queries.usage_limits import Editable, Wanted
from portal.rules.access import Permission
from portal.rules.errors import Conflict, NotFound
from portal.rules.lifecycle import Status
from portal.rules.usage_limits import FIELDS, Standing
from portal.web import edited, formats, paging
from portal.web.access import actor, may, needs
from portal.web.admin import usage_limit_words as words
from portal.web.admin import workspace_choices as choices
from portal.web.edited import EditedForm
from portal.web.pages import show, tell_saved, wants_part
from portal.web.reader import words as typed
from portal.web.spend_words import soon

bp = Blueprint("admin_usage_limits", __name__, url_prefix="/admin/usage-limits")
HOME = "admin_usage_limits.listing"
CHIPS = (Standing.NEAR, Standing.OVER, Standing.FREE)


@bp.get("/")
@needs(Permission.USAGE_LIMITS_VIEW)
def listing() -> Response:
    """Every open workspace by name, 12 a page."""
    wanted, locale = _wanted(), formats.reader_locale()
    with scope.platform():
        found, total = reads.page_of(wanted, clock.now())
    if wanted.page > 1 and not found:
        raise NotFound()
    asked: dict[str, Any] = {"q": wanted.q or None, "behaviour": wanted.behaviour}
    return show(
        "admin/usage_limits/list",
        rows=[words.row(each, locale) for each in found],
        wanted=wanted,
        behaviours=[("", "Any", wanted.behaviour is None)]
        + [(value, label, value is wanted.behaviour) for value, label in choices.AT_CAP],
        chips=[("All", None, url_for(HOME, **asked), wanted.standing is None)]
        + [
            (words.STANDINGS[each], None, url_for(HOME, **asked, spend=each), each is wanted.standing) for each in CHIPS
        ],
        filtered=bool(wanted.q or wanted.behaviour or wanted.standing),
        may_edit=may(Permission.USAGE_LIMITS_EDIT),
        pager=paging.pager(
            wanted.page, reads.PAGE, total, paging.turning(HOME, **asked, spend=wanted.standing), locale
        ),
    )


@bp.get("/<ws>")
@needs(Permission.USAGE_LIMITS_VIEW)
def row(ws: str) -> ResponseReturnValue:
    """One row as it is listed: what editing it gives way to."""
    found = reads.one(ws, clock.now())
    if not wants_part():
        return redirect(url_for(HOME, q=found.web_address), 303)
    return _row(ws)


@bp.get("/<ws>/edit")
@needs(Permission.USAGE_LIMITS_EDIT)
def edit(ws: str) -> Response:
    """The fields of a row."""
    found = reads.editable(ws)
    if found.status is Status.CANCELLED:
        raise Conflict("This workspace is in the trash and cannot be changed. Restore it first.")
    return _form(found, _edited()(formdata=None, version=found.version, **found.texts))


@bp.post("/<ws>/edit")
@needs(Permission.USAGE_LIMITS_EDIT)
def edit_save(ws: str) -> ResponseReturnValue:
    """Saves them, unless somebody else did since the row was opened."""
    form = _edited()()
    if form.validate():
        try:
            with form.refusals():
                changed = usage_limits.change(ws, form.given(), actor(), version=form.version.data or "")
                if wants_part():
                    return _row(ws, changed)
                found = reads.one(ws, clock.now())
                tell_saved(f"Limits of {formats.isolated(found.name)} saved.", changed, soon(found, changed))
                return redirect(url_for(HOME, q=found.web_address), 303)
        except StaleLimits as stale:
            return _form(stale.theirs, form, 409, words.differing(stale.theirs, form))
    return _form(reads.editable(ws), form, 422)


def _edited() -> type[EditedForm]:
    return edited.form_of(FIELDS, frozenset(), words.LABELS.__getitem__)


def _wanted() -> Wanted:
    """What the address asks for; what names nothing is not asked."""
    spend, at_cap = request.args.get("spend", ""), request.args.get("behaviour", "")
    return Wanted(
        typed(),
        Standing(spend) if spend in set(CHIPS) else None,
        SuspensionBehaviour(at_cap) if at_cap in set(SuspensionBehaviour) else None,
        paging.number(request.args.get("page")),
    )


def _row(ws: str, changed: tuple[str, ...] = ()) -> Response:
    found = reads.one(ws, clock.now())
    return show(
        "admin/usage_limits/list",
        "_row",
        row=words.row(found, formats.reader_locale()),
        saved=bool(changed),
        soon=soon(found, changed),
        may_edit=may(Permission.USAGE_LIMITS_EDIT),
    )


def _form(found: Editable, form: EditedForm, status: int = 200, theirs: dict[str, str] | None = None) -> Response:
    """The form, with what it is decided by; with `theirs`, what stands there now beside what was typed, and the next
    save overwrites it."""
    now, locale = reads.one(found.public_id, clock.now()), formats.reader_locale()
    return show(
        "admin/usage_limits/edit",
        "_edit",
        status=status,
        form=form,
        faults=form.faults(),
        found=found,
        version=found.version if theirs is not None else form.version.data,
        theirs=theirs,
        labels=words.LABELS,
        spent=words.spent(now, locale),
        blanks=words.blanks(now, locale),
        at_cap=choices.kept(choices.AT_CAP, form.value("suspension_behaviour")),
        action=url_for("admin_usage_limits.edit_save", ws=found.public_id),
        row_url=url_for("admin_usage_limits.row", ws=found.public_id),
    )
