"""What an organization uses in a month: active contacts, pooled over its workspaces; messages and minutes too."""

from __future__ import annotations

from flask import Response

from portal.base import clock
from portal.queries.account_usage import account_usage
from portal.rules.access import Permission
from portal.rules.requests import RequestKind
from portal.web import formats, organizations
from portal.web.access import needs
from portal.web.organization import requests, usage_words
from portal.web.organization.side import page
from portal.web.pages import show

bp = page("usage")


@bp.get("/usage", endpoint="page")
@needs(Permission.ACCOUNT_USAGE_VIEW)
def usage() -> Response:
    """The running month."""
    here, locale, now = organizations.organization(), formats.reader_locale(), clock.now()
    found = account_usage(here.key, now)
    return show(
        "organization/usage",
        found=found,
        tiles=usage_words.tiles(found, locale),
        period=usage_words.period(found, locale),
        pool=usage_words.pool(found, locale),
        standing=usage_words.standing(found, locale),
        rows=usage_words.rows(found, locale),
        apart=usage_words.apart(found, locale),
        chart=usage_words.course(found, here.timezone, locale),
        timezone=here.timezone,
        ask=None if found.discount_approved else requests.way(RequestKind.VOLUME_DISCOUNT),
    )
