"""What a workspace uses of its limits, and of its last 30 days."""

from __future__ import annotations

from flask import Response

from portal.rules.access import Permission
from portal.web import formats, usage_chart
from portal.web.access import needs
from portal.web.pages import show
from portal.web.platform import platform
from portal.web.workspace import spending, usage_words
from portal.web.workspace.side import own_standing
from portal.web.workspace.spending import bp


@bp.get("/usage", endpoint="page")
@needs(Permission.TENANT_USAGE_VIEW)
def usage() -> Response:
    """All limits, and the chart."""
    locale, found = formats.reader_locale(), own_standing()
    spend = spending.of(found.profile, locale)
    account = next((state.account for state in found.limits if state.account), None)
    return show(
        "workspace/usage",
        figures=usage_words.tiles(found, locale),
        chart=usage_chart.drawn(found.usage, found.profile.timezone, locale),
        bars=usage_words.bars(found, platform().thresholds, locale),
        plan=found.profile.plan,
        pooled=found.profile.organization.name if account else "",
        timezone=found.profile.timezone,
        spend=spend,
        cap_url=spending.cap_url(spend),
    )
