"""One organization: its page, its people, and its log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from flask import Response, request, url_for

from portal.operations.audit_events import EVENTS
from portal.queries import audit as log
from portal.queries import organization_detail as organizations
from portal.queries import requests as asked
from portal.queries.listing import PAGE
from portal.queries.listing import Filters as ListFilters
from portal.queries.organization_detail import SHOWN, Account, Person, Tenant
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.rules.text import initials
from portal.web import audit_words, formats, paging, role_words
from portal.web.access import may, needs, opens
from portal.web.admin import organization_domains, organization_head, requests, user_list
from portal.web.admin.audit_filters import Filters
from portal.web.admin.blueprints import organizations as bp
from portal.web.admin.workspace_addresses import Address
from portal.web.figures import Figure, Tile
from portal.web.pages import show
from portal.web.reader import Reader, reader
from portal.web.workspace_words import STATUSES

EVENTS_SHOWN = 4
OF_ONE = {
    "organization",
    "workspace",
    "hold",
    "request",
    "invitation",
    "user",
    "member",
    "invoice",
    "order",
    "credit",
}  # groups of its own log


class TenantRow(NamedTuple):
    """A workspace of it, ready to show."""

    url: str
    name: str
    address: str
    tag: str
    status: str
    status_label: str
    plan: str | None
    plan_colour: str
    mrr_text: str
    mrr_code: str
    mrr_value: int
    users: str
    contacts: str
    primary_url: str | None


@bp.get("/<org>")
@needs(Permission.ORGANIZATION_VIEW)
def detail(org: str) -> Response:
    """All that staff want to know of one organization."""
    found, by = organizations.account(org), reader()
    events = log.events_page(log.Wanted(organization_id=found.key), 1)
    return show(
        "admin/organizations/detail",
        org=organization_head.head(found, "overview", by),
        tiles=_tiles(found, by.locale),
        workspaces=[_tenant(each, found, by.locale) for each in organizations.workspaces(found.key)],
        all_url=_all_workspaces(found) if found.workspaces > SHOWN else None,
        closed=formats.number(found.closed, by.locale) if found.closed else "",
        requests=_requests(found.key, by) if may(Permission.REQUEST_VIEW) else [],
        requests_url=url_for(requests.LISTING, organization=org),
        orders=_orders(found, by) if may(Permission.ORDER_VIEW) else [],
        books=_books(org),
        domains=organization_domains.rows(found),
        about=organization_head.about(found, by),
        entries=[audit_words.entry(event, by.now) for event in events.events[:EVENTS_SHOWN]],
        audit_url=url_for("admin_organizations.audit", org=org) if may(Permission.AUDIT_VIEW) else None,
    )


def _requests(key: int, by: Reader) -> list[requests.Row]:
    """Those without an answer, and the latest; all of them stand in their list."""
    return [requests.row(each, by) for each in asked.latest_of(key, SHOWN)]


def _books(org: str) -> list[tuple[str, str]]:
    """Where all of its money stands: label and address of what the reader may open."""
    pages = (
        ("All orders", "admin_orders.listing", "organization"),
        ("Invoices", "admin_invoices.listing", "organization"),
        ("Credit", "admin_credit.page", "org"),
    )
    found: list[tuple[str, str]] = []
    for label, endpoint, name in pages:
        if opens(endpoint):
            values: dict[str, Any] = {name: org}
            found.append((label, url_for(endpoint, **values)))
    return found


@bp.get("/<org>/people")
@needs(Permission.ORGANIZATION_VIEW)
def people(org: str) -> Response:
    """Everybody of it, with the roles they have."""
    found, by = organizations.account(org), reader()
    page = paging.asked(request.args.get("page"), found.people, PAGE)
    turn = paging.turning("admin_organizations.people", org=org)
    return show(
        "admin/organizations/people",
        org=organization_head.head(found, "people", by),
        rows=[_person(each, by) for each in organizations.people(found.key, page)],
        invite_url=url_for("admin_users.invite", organization=found.slug) if may(Permission.USER_EDIT) else None,
        pager=paging.pager(page, PAGE, found.people, turn, by.locale),
    )


@bp.get("/<org>/audit")
@needs(Permission.AUDIT_VIEW)
def audit(org: str) -> Response:
    """What was done to it and its workspaces, and by whom."""
    found, by = organizations.account(org), reader()
    filters = Filters.of(request.args, by.timezone)
    wanted = replace(filters.wanted, organization_id=found.key)
    events = log.events_page(wanted, paging.number(request.args.get("page")))
    if events.page > 1 and not events.events:
        raise NotFound()
    turn = paging.turning("admin_organizations.audit", org=org, **filters.values)
    return show(
        "admin/organizations/audit",
        org=organization_head.head(found, "audit", by),
        entries=[audit_words.entry(event, by.now) for event in events.events],
        filters=filters,
        with_workspace=True,
        actions=audit_words.grouped(action for action in EVENTS if action.partition(".")[0] in OF_ONE),
        clear_url=url_for("admin_organizations.audit", org=org),
        pager=paging.pager(events.page, log.PER_PAGE, events.total, turn, by.locale, more=events.more_than_counted),
    )


def _tiles(found: Account, locale: str) -> tuple[Tile, ...]:
    code, text = formats.amount(found.mrr_minor, found.currency, locale, whole=True)
    mrr = Figure("mrr", "MRR", text, str(found.mrr_minor), found.currency, code)
    trash = f"{formats.number(found.closed, locale)} more in the trash" if found.closed else ""
    return (
        Tile(mrr, "of all its workspaces"),
        Tile(_count("workspaces", "Workspaces", found.workspaces, locale), trash),
        Tile(_count("people", "People", found.people, locale), ""),
    )


def _count(name: str, label: str, value: int, locale: str) -> Figure:
    return Figure(name, label, formats.number(value, locale), str(value))


def _all_workspaces(found: Account) -> str | None:
    """The list of its workspaces."""
    if not may(Permission.WORKSPACE_LIST):
        return None
    return Address(ListFilters(organization=found.public_id)).with_()


def _tenant(each: Tenant, found: Account, locale: str) -> TenantRow:
    code, text = formats.amount(each.mrr_minor, found.currency, locale, whole=True)
    makes = not each.is_primary and opens("admin_workspaces.primary_ask")
    return TenantRow(
        url=url_for("admin_workspaces.detail", ws=each.public_id),
        name=each.name,
        address=each.web_address,
        tag="Primary" if each.is_primary else "",
        status=each.status.value,
        status_label=STATUSES[each.status],
        plan=each.plan,
        plan_colour=each.plan_colour.value if each.plan_colour else "",
        mrr_text=text,
        mrr_code=code,
        mrr_value=each.mrr_minor,
        users=formats.number(each.users, locale),
        contacts=formats.number(each.contacts, locale),
        primary_url=url_for("admin_workspaces.primary_ask", ws=each.public_id) if makes else None,
    )


def _person(each: Person, by: Reader) -> dict[str, Any]:
    badge = user_list.badge_of(trashed=False, suspended=each.suspended, invited=each.invited)
    return {
        "url": url_for("admin_users.detail", usr=each.public_id) if may(Permission.USER_VIEW) else None,
        "name": each.name,
        "email": each.email,
        "initials": initials(each.name),
        "role": role_words.label(each.role),
        "badge": badge,
        "seen": user_list.seen(each, by),
        "workspaces": [
            (url_for("admin_workspaces.detail", ws=place.public_id), place.name, role_words.label(place.role).lower())
            for place in each.workspaces
        ],
    }


def _orders(found: Account, by: Reader) -> list[dict[str, Any]]:
    return [
        {
            "when": formats.day(formats.day_of(row.at, by.timezone), by.locale),
            "title": formats.minute(row.at, by.locale, by.timezone),
            "workspace": workspace,
            "for_": formats.dated(row.description, by.locale, by.timezone),
            "text": formats.money(row.amount_minor, row.currency, by.locale),
            "value": row.amount_minor,
            "currency": row.currency,
        }
        for workspace, row in organizations.orders(found.key)
    ]
