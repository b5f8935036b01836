"""An organization's first page: all of its workspaces together."""

from __future__ import annotations

from flask import Response, g, url_for

from portal.base import clock
from portal.queries import account_workspaces
from portal.queries.account_workspaces import Sums
from portal.queries.requests import latest_of
from portal.queries.usage import Usage, recent_usage_together
from portal.rules.access import Permission
from portal.rules.periods import local_day
from portal.rules.pricing import percent
from portal.web import figures, formats, organizations, usage_chart
from portal.web.access import may, needs
from portal.web.figures import Figure, Tile
from portal.web.organization import attention, requests, workspace_rows
from portal.web.organization.side import page
from portal.web.pages import show
from portal.web.role_words import ORGANIZATION_ROLES, may_do

bp = page("overview")

SHOWN = 5  # workspaces; the others are on their own page
LATEST = 4  # requests


@bp.get("/", endpoint="page")
@needs(Permission.ACCOUNT_VIEW)
def overview() -> Response:
    """What it has, what was sent in 30 days, what needs attention."""
    here, locale, now = organizations.organization(), formats.reader_locale(), clock.now()
    usage = recent_usage_together(here.key, local_day(now, here.timezone))
    found = account_workspaces.workspaces(here.key, g.principal.user_id, "", 1, SHOWN)
    still_open = [row for row in found.rows if row.cancelled_at is None]
    shows_asked = may(Permission.ACCOUNT_REQUEST)
    shows = may(Permission.ACCOUNT_WORKSPACE_VIEW)
    return show(
        "organization/overview",
        figures=tiles(account_workspaces.sums(here.key), usage, locale),
        chart=usage_chart.drawn(usage, here.timezone, locale),
        attention=attention.entries(here, now, locale),
        rows=[workspace_rows.row(each, locale) for each in still_open] if shows else None,
        more_url=url_for("organization_workspaces.listing") if shows and here.workspaces > SHOWN else None,
        role=ORGANIZATION_ROLES[here.role],
        may_do=may_do(here.role),
        asked=[requests.asked(each, now) for each in latest_of(here.key, LATEST)] if shows_asked else [],
        is_multi=here.is_multi,
        counted=(here.workspaces, here.people),
    )


def tiles(sums: Sums, usage: Usage, locale: str) -> tuple[Tile, ...]:
    """What was sent and delivered, contacts; and what the subscriptions cost a month, for whom bills are."""
    here, total, before = organizations.organization(), usage.total, usage.before
    delivered = percent(total.delivered, total.sent)
    sent = figures.change_of(total.sent, before.sent, usage.any_rows, locale)
    found = (
        Tile(figures.count("sent_30d", "Sent, 30 days", total.sent, locale), *sent),
        Tile(
            figures.rate("delivered_rate", "Delivered", delivered, "Nothing was sent", locale),
            f"{formats.number(total.delivered, locale)} delivered",
        ),
        Tile(figures.count("contacts", "Contacts stored", sums.contacts, locale), "in all workspaces"),
    )
    if not may(Permission.ACCOUNT_BILLING_VIEW):
        return found
    code, text = formats.amount(sums.mrr_minor, here.currency, locale)
    monthly = Figure("mrr", "Subscriptions, a month", text, str(sums.mrr_minor), here.currency, code)
    return (*found, Tile(monthly, "before usage, discount and tax"))
