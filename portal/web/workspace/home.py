"""A workspace's first page, and the one in its place while it is suspended."""

from __future__ import annotations

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.queries import tenant_lists
from portal.rules.access import Permission
from portal.rules.lifecycle import Status
from portal.web import formats, tenancy, usage_chart
from portal.web.access import may, needs
from portal.web.pages import show
from portal.web.platform import brand, platform
from portal.web.workspace import attention, list_words, spending, suspension, usage_words
from portal.web.workspace.side import own_profile, own_standing, page

bp = page("home")

LATEST = 5  # broadcasts shown


@bp.get("/", endpoint="page")
@needs(Permission.TENANT_VIEW)
def home() -> Response:
    """Usage against limits, the last 30 days, what needs attention."""
    locale, found = formats.reader_locale(), own_standing()
    bars = usage_words.bars(found, platform().thresholds, locale)
    spend = spending.of(found.profile, locale) if found.profile.spend_cap is not None else None
    latest = tenant_lists.broadcasts("", 1, LATEST) if may(Permission.TENANT_BROADCAST_VIEW) else None
    return show(
        "workspace/home",
        figures=usage_words.tiles(found, locale),
        chart=usage_chart.drawn(found.usage, found.profile.timezone, locale),
        bars=[bar for bar in bars if bar.percent is not None],
        attention=attention.entries(found, bars, spending.entry(spend), clock.now(), locale),
        latest=list_words.broadcasts(latest.rows, clock.now()) if latest else None,
    )


@bp.get("/suspended")
@needs(Permission.TENANT_VIEW)
def suspended() -> ResponseReturnValue:
    """Why the service is suspended, and what to do."""
    here = tenancy.tenant()
    if here.status is not Status.SUSPENDED:
        return redirect(url_for("workspace_home.page"), 303)
    profile, locale = own_profile(), formats.reader_locale()
    told = suspension.context(profile, here.organization_slug, brand(), locale)
    return show("workspace/suspended", spend=spending.of(profile, locale), **told)
