"""An organization's workspaces: each with its people and contacts; and a new one, where its plan is for several."""

from __future__ import annotations

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue

from portal.base.languages import timezones
from portal.operations import children
from portal.queries import account_workspaces, fees
from portal.queries.requests import open_of
from portal.rules.access import Permission
from portal.rules.requests import RequestKind
from portal.web import formats, organizations, paging
from portal.web.access import actor, may, needs
from portal.web.organization import requests, workspace_rows
from portal.web.organization.forms import NewWorkspaceForm
from portal.web.organization.side import page
from portal.web.pages import ask, done, show
from portal.web.reader import words

bp = page("workspaces")

MULTI = RequestKind.MULTI_WORKSPACE
HERE = "organization_workspaces.listing"


@bp.get("/workspaces")
@needs(Permission.ACCOUNT_WORKSPACE_VIEW)
def listing() -> Response:
    """A page of them, the primary first."""
    here, locale, q = organizations.organization(), formats.reader_locale(), words()
    asked = paging.number(request.args.get("page"))
    found = account_workspaces.workspaces(here.key, g.principal.user_id, q, asked)
    turn = paging.turning(HERE, q=q or None)
    return show(
        "organization/workspaces",
        q=q,
        rows=[workspace_rows.row(each, locale) for each in found.rows],
        is_multi=here.is_multi,
        consolidation=requests.way(RequestKind.CONSOLIDATION),
        new_url=url_for("organization_workspaces.new") if may(Permission.ACCOUNT_WORKSPACE_CREATE) else None,
        pager=paging.pager(found.page, account_workspaces.PER_PAGE, found.total, turn, locale) if found.total else None,
    )


@bp.route("/workspaces/new", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_WORKSPACE_CREATE)
def new() -> ResponseReturnValue:
    """Makes one more; a name is enough. Where the plan is for one workspace alone, says so and what to do."""
    here = organizations.organization()
    form = NewWorkspaceForm(timezone=here.timezone)
    if here.is_multi and form.validate_on_submit():
        with form.refusals():
            name, address, zone = form.name.data or "", form.web_address.data or "", form.timezone.data or ""
            made = children.add(here.key, name, address, zone, actor())
            flash(f"{name.strip()} is there, at /w/{made.web_address}/. You own it.", "good")
            return done(url_for(HERE))
    has_asked = not here.is_multi and MULTI in open_of(here.key)
    asks = may(Permission.ACCOUNT_REQUEST) and not has_asked
    return ask(
        "organization/new_workspace" if here.is_multi else "organization/single",
        422 if form.is_submitted() else 200,
        form=form,
        name=here.name,
        has_asked=has_asked,
        request_url=url_for("organization_requests.new", kind=MULTI.value) if asks else None,
        fee=_fee(here.key) if here.is_multi and may(Permission.ACCOUNT_BILLING_VIEW) else None,
        timezones=[(name, name.replace("_", " ")) for name in timezones()],
        back_url=url_for(HERE),
        crumbs=(("Workspaces", url_for(HERE)), ("New", None)),
        **({"action": url_for("organization_workspaces.new")} if here.is_multi else {}),
    )


def _fee(organization: int) -> str:
    """What one more workspace costs a month."""
    found = fees.fees(organization)
    return formats.money(found.child_fee, found.currency, formats.reader_locale())
