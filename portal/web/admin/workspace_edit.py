"""Editing a workspace: every field that may change, the others locked with the reason; and what to do when somebody
else saved it meanwhile."""

from __future__ import annotations

from collections.abc import Collection

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.operations.workspace_changes import FIELDS, GROUPS, Stale, change
from portal.queries import candidates, catalogue
from portal.queries.editing import Present, present
from portal.queries.usage_limits import one
from portal.rules.access import Permission
from portal.rules.lifecycle import Move, Status, legal_moves
from portal.rules.periods import local_day
from portal.rules.pricing import Cycle
from portal.web import formats
from portal.web.access import actor, may, needs, opens
from portal.web.admin import workspace_choices as choices
from portal.web.admin import workspace_facts
from portal.web.admin import workspace_picks as picks
from portal.web.admin import workspace_versions as versions
from portal.web.admin.blueprints import workspaces as bp
from portal.web.admin.conflicts import show_conflict
from portal.web.admin.workspace_form import LABELS, WorkspaceForm
from portal.web.countries import countries
from portal.web.pages import done, show, tell_saved
from portal.web.spend_words import is_touched, soon
from portal.web.versions import marks, touched
from portal.web.workspace_words import STATUSES

MOVES = {
    Move.ACTIVATE: "Activate…",
    Move.REACTIVATE: "Reactivate…",
    Move.SUSPEND: "Suspend…",
    Move.TRASH: "Move to trash…",
}
LIMITS = "admin_workspaces.limits_ask"


@bp.get("/<ws>/edit")
@needs(Permission.WORKSPACE_CHANGE)
def edit(ws: str) -> ResponseReturnValue:
    """The form of the workspace as it stands."""
    found = present(ws)
    return _page(found, WorkspaceForm(version=str(found.version), seen=marks(found.texts), **found.texts))


@bp.post("/<ws>/edit")
@needs(Permission.WORKSPACE_CHANGE)
def edit_save(ws: str) -> ResponseReturnValue:
    """Saves what was changed, unless somebody else saved the workspace since the form was opened."""
    form, found = WorkspaceForm(), present(ws)
    wanted = {name: value for name, value in form.given().items() if name in FIELDS}
    sent = form.version.data or ""
    version = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0
    if form.validate():
        try:
            with form.refusals():
                made = change(ws, wanted, actor(), may=_held(), version=version, wait=True)
                name = formats.isolated(present(ws).texts["name"])  # type: ignore[arg-type]
                tell_saved(f"{name} saved.", made.fields or made.owner, _soon(ws, made.fields))
                return done(url_for("admin_workspaces.detail", ws=ws))
        except Stale as stale:
            found = stale.theirs
            mine = touched(wanted, form.seen.data or "")
            return show_conflict(versions.compared(found, mine), _crumbs(found))
    return _page(found, form, 422)


def _soon(ws: str, changed: Collection[str]) -> str | None:
    """What follows from the cap that was just saved; worked out only where it was."""
    return soon(one(ws, clock.now()), changed) if is_touched(changed) else None


def _held() -> frozenset[Permission]:
    return frozenset(permission for permission in GROUPS if may(permission))


def _page(found: Present, form: WorkspaceForm, status: int = 200) -> Response:
    locale = formats.reader_locale()
    cycle = form.value("billing_cycle")
    known = Cycle(cycle) if cycle in set(Cycle) else Cycle.MONTHLY
    plans = catalogue.plan_choices(besides=found.plan_key)
    person = candidates.person(form.value("owner")) if form.value("owner") else None
    return show(
        "admin/workspaces/edit",
        status=status,
        form=form,
        ws=found,
        crumbs=_crumbs(found),
        may_profile=may(Permission.WORKSPACE_EDIT),
        may_plan=may(Permission.WORKSPACE_PLAN),
        may_owner=may(Permission.WORKSPACE_OWNER),
        choices=choices,
        options={"country": countries(locale), "timezone": choices.zones()},
        plans=choices.plans(plans, form.value("plan"), known, found.currency, locale),
        person=picks.person(person) if person else None,
        found={"kind": ""},
        created=formats.day(local_day(found.created_at, str(found.texts["timezone"])), locale),
        status_label=STATUSES[found.status],
        moves=_moves(found),
        limits_url=url_for(LIMITS, ws=found.public_id) if opens(LIMITS) else None,
        locked={name: versions.said(name, value, found) for name, value in found.texts.items()},
        labels=LABELS,
    )


def _moves(found: Present) -> list[tuple[str, str]]:
    """What can be done to the status, each with its own question."""
    endpoints = {move: f"admin_workspaces.{move.value}_ask" for move in legal_moves(found.status, found.stage)}
    return [
        (label, url_for(endpoints[move], ws=found.public_id))
        for move, label in MOVES.items()
        if move in endpoints and opens(endpoints[move])
    ]


def _crumbs(found: Present) -> list[tuple[str, str | None]]:
    name, page = str(found.texts["name"]), url_for("admin_workspaces.detail", ws=found.public_id)
    return [*workspace_facts.crumbs_to(found.status is Status.CANCELLED), (name, page), ("Edit", None)]
