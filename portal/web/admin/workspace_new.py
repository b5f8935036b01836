"""A new workspace: its form, what it would come to while it is filled in, and whom and what can be chosen for it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.operations import workspaces
from portal.operations.previews import Preview, preview
from portal.queries import candidates, catalogue
from portal.queries.catalogue import PlanChoice
from portal.rules.access import Permission
from portal.rules.errors import Conflict
from portal.rules.pricing import Cycle
from portal.rules.text import MOST_CHARACTERS, clean_line
from portal.web import formats
from portal.web.access import actor, needs, opens
from portal.web.admin import workspace_choices as choices
from portal.web.admin import workspace_picks as picks
from portal.web.admin import workspace_summary as summary
from portal.web.admin.blueprints import workspaces as bp
from portal.web.admin.workspace_form import WorkspaceForm
from portal.web.countries import countries
from portal.web.pages import show, wants_part
from portal.web.platform import platform
from portal.web.reader import words

THRESHOLD = "80"
DEFAULTS = "admin_defaults.page"


@bp.get("/new")
@needs(Permission.WORKSPACE_CREATE)
def new() -> Response:
    """The form of a new workspace, with the platform's defaults."""
    defaults = platform()
    form = WorkspaceForm(
        owner_mode="invite",
        plan=defaults.default_plan,
        status="trial",
        billing_cycle=Cycle.MONTHLY.value,
        timezone=defaults.default_timezone,
        suspension_behaviour=defaults.default_suspension_behaviour,
        alert_threshold=THRESHOLD,
    )
    return _page(form)


@bp.post("/new")
@needs(Permission.WORKSPACE_CREATE)
def create() -> ResponseReturnValue:
    """Creates it, and tries the owner's invitation at once: whatever becomes of the mail, the workspace is there."""
    form = WorkspaceForm()
    sought = request.form.get("find", "")
    if sought in ("owner", "organization"):  # without script, a picker's search is a button of the form
        return _page(form, found=_found(sought, form.value(sought)))
    status = 422
    if form.validate():
        try:
            with form.refusals():
                made = workspaces.create(form.draft(), actor(), wait=True)
                flash(f"{clean_line(form.value('name'))} created.", "good")
                endpoint = "admin_workspaces." + ("domain" if form.value("custom_domain").strip() else "detail")
                return redirect(url_for(endpoint, ws=made.workspace), 303)
        except Conflict as busy:
            form.add_error(None, busy.message)
            status = 409
    return _page(form, status)


@bp.get("/new/summary")
@needs(Permission.WORKSPACE_CREATE)
def new_summary() -> ResponseReturnValue:
    """What the form would make as it stands, for the rail; with it, what else of the form follows from that."""
    if not wants_part():
        return redirect(url_for("admin_workspaces.new"), 303)
    form = WorkspaceForm(request.args, meta={"csrf": False})
    return show("admin/workspaces/new", "_live", **_told(form))


@bp.get("/choose/owner")
@needs(Permission.USER_LIST)
def choose_owner() -> ResponseReturnValue:
    """People who match, for the picker."""
    return _options("owner")


@bp.get("/choose/organization")
@needs(Permission.ORGANIZATION_LIST)
def choose_organization() -> ResponseReturnValue:
    """Organizations that match, for the picker."""
    return _options("organization")


def _options(kind: str) -> ResponseReturnValue:
    if not wants_part():
        return redirect(url_for("admin_workspaces.listing"), 303)
    q = words(kind)
    return show("admin/workspaces/new", "_options", kind=kind, q=q, picks=_matching(kind, q))


def _matching(kind: str, q: str) -> list[picks.Pick]:
    if kind == "owner":
        return [picks.person(each) for each in candidates.people(q)]
    return [picks.house(each, formats.reader_locale()) for each in candidates.houses(q)]


def _found(kind: str, typed: str) -> dict[str, Any]:
    q = clean_line(typed)[:MOST_CHARACTERS]
    return {"kind": kind, "q": q, "picks": _matching(kind, q)}


def _page(form: WorkspaceForm, status: int = 200, found: dict[str, Any] | None = None) -> Response:
    locale = formats.reader_locale()
    defaults = platform()
    house = candidates.house(form.value("organization")) if form.value("organization") else None
    person = candidates.person(form.value("owner")) if form.value("owner") else None
    return show(
        "admin/workspaces/new",
        status=status,
        form=form,
        found=found or {"kind": ""},
        house=picks.house(house, locale) if house else None,
        house_note=summary.house_note(house, locale) if house else "",
        person=picks.person(person) if person else None,
        choices=choices,
        options={
            "currency": choices.currencies(defaults.default_currency, locale),
            "rate_card": choices.rate_cards(catalogue.card_choices(), defaults.default_rate_card),
            "country": countries(locale),
            "timezone": choices.zones(),
        },
        defaults=defaults,
        defaults_url=url_for(DEFAULTS) if opens(DEFAULTS) else None,
        **_told(form),
    )


def _told(form: WorkspaceForm) -> dict[str, Any]:
    """What follows from the form as it stands: the summary, the line below the address, plans with prices, caps."""
    now, locale = clock.now(), formats.reader_locale()
    seen = preview(form.draft(), now)
    found: tuple[PlanChoice, ...] = catalogue.plan_choices()
    cycle, currency = _terms(seen)
    return {
        "summary": summary.rows(seen, now, locale),
        "address_line": summary.address_line(seen, form.value("web_address")),
        "plans": choices.plans(found, form.value("plan"), cycle, currency, locale),
        "caps": choices.caps(found, form.value("plan"), locale),
    }


def _terms(seen: Preview) -> tuple[Cycle, str]:
    if seen.examined is None:
        return Cycle.MONTHLY, platform().default_currency
    return seen.examined.billing.columns["billing_cycle"], seen.examined.billing.currency
