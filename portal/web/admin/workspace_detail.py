"""One workspace: its page, and the tabs beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flask import Response, request, url_for

from portal.base import clock
from portal.operations.audit_events import EVENTS
from portal.queries import audit as log
from portal.queries import detail as workspaces
from portal.queries import orders as orders_of
from portal.queries.audit import Event, Wanted
from portal.queries.detail import Profile
from portal.queries.orders import OrderRow
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.web import audit_words, formats, paging, usage_chart
from portal.web.access import may, needs
from portal.web.admin import workspace_facts, workspace_figures, workspace_limits, workspace_setup
from portal.web.admin.audit_filters import Filters
from portal.web.admin.blueprints import workspaces as bp
from portal.web.pages import show

STATES = {"paid": "Paid", "pending": "Pending", "failed": "Failed", "refunded": "Refunded"}
OF_A_WORKSPACE = {"workspace", "hold", "invitation"}  # groups of events that its own log can be filtered by


@dataclass(frozen=True, slots=True)
class Order:
    """An order, ready to show; `value` in minor units."""

    when: str
    title: str
    for_: str
    method: str
    reference: str
    state: str
    state_label: str
    text: str
    value: int
    currency: str


@bp.get("/<ws>")
@needs(Permission.WORKSPACE_VIEW)
def detail(ws: str) -> Response:
    """All that staff want to know of one workspace."""
    now, locale = clock.now(), formats.reader_locale()
    found = workspaces.detail(ws, now)
    profile = found.profile
    return show(
        "admin/workspaces/detail",
        ws=workspace_facts.head(profile, "overview", now, locale),
        invitation=workspace_setup.notice(profile, now, locale),
        has_samples=profile.has_samples,
        domain_url=_domain(profile),
        figures=workspace_figures.tiles(found, now, locale),
        counts=workspace_figures.counts(profile, locale),
        chart=usage_chart.drawn(found.usage, profile.timezone, locale),
        limits=workspace_limits.drawn(found, locale),
        orders=tuple(_order(row, locale) for row in found.orders),
        orders_url=_all_orders(ws) if profile.orders else None,
        order_count=formats.number(profile.orders, locale),
        about=workspace_facts.about(profile, now, locale),
        admin_note=profile.admin_note,
        entries=_entries(found.events, now),
        audit_url=url_for("admin_workspaces.audit", ws=ws) if profile.events and may(Permission.AUDIT_VIEW) else None,
        event_count=formats.number(profile.events, locale),
    )


@bp.get("/<ws>/orders")
@needs(Permission.ORDER_VIEW)
def orders(ws: str) -> Response:
    """All orders of the workspace, whatever became of them."""
    now, locale = clock.now(), formats.reader_locale()
    profile = workspaces.profile(ws)
    page = paging.asked(request.args.get("page"), profile.orders, orders_of.PER_PAGE)
    rows = orders_of.orders_page(profile.key, page)
    turn = paging.turning("admin_workspaces.orders", ws=ws)
    return show(
        "admin/workspaces/orders",
        ws=workspace_facts.head(profile, "orders", now, locale),
        orders=[_order(row, locale) for row in rows],
        pager=paging.pager(page, orders_of.PER_PAGE, profile.orders, turn, locale),
    )


@bp.get("/<ws>/audit")
@needs(Permission.AUDIT_VIEW)
def audit(ws: str) -> Response:
    """What was done to the workspace, and by whom."""
    now, locale = clock.now(), formats.reader_locale()
    profile = workspaces.profile(ws)
    filters = Filters.of(request.args, formats.reader_timezone())
    wanted: Wanted = replace(filters.wanted, workspace_id=profile.key, workspace="")
    found = log.events_page(wanted, paging.number(request.args.get("page")))
    if found.page > 1 and not found.events:
        raise NotFound()
    turn = paging.turning("admin_workspaces.audit", ws=ws, **filters.values)
    return show(
        "admin/workspaces/audit",
        ws=workspace_facts.head(profile, "audit", now, locale),
        entries=_entries(found.events, now),
        filters=filters,
        actions=audit_words.grouped(action for action in EVENTS if action.partition(".")[0] in OF_A_WORKSPACE),
        clear_url=url_for("admin_workspaces.audit", ws=ws),
        pager=paging.pager(found.page, log.PER_PAGE, found.total, turn, locale, more=found.more_than_counted),
    )


def _all_orders(ws: str) -> str | None:
    return url_for("admin_workspaces.orders", ws=ws) if may(Permission.ORDER_VIEW) else None


def _domain(profile: Profile) -> str | None:
    own = profile.domain and not profile.domain.of_organization
    return url_for("admin_workspaces.domain", ws=profile.public_id) if own else None


def _entries(events: tuple[Event, ...], now: datetime) -> tuple[audit_words.Entry, ...]:
    return tuple(audit_words.entry(event, now) for event in events)


def _order(row: OrderRow, locale: str) -> Order:
    timezone = formats.reader_timezone()
    return Order(
        when=formats.day(formats.day_of(row.at, timezone), locale),
        title=formats.minute(row.at, locale, timezone),
        for_=formats.dated(row.description, locale, timezone),
        method=row.method or formats.NONE,
        reference=row.reference or row.public_id,
        state=row.state.value,
        state_label=STATES[row.state.value],
        text=formats.money(row.amount_minor, row.currency, locale),
        value=row.amount_minor,
        currency=row.currency,
    )
