"""What stands around every page: brand, navigation, and the addresses of files with their hash."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from flask import Flask, g, request, url_for
from flask.templating import Environment as FlaskEnvironment
from markupsafe import Markup

from portal.base import csrf
from portal.queries.own_organizations import OwnOrganization
from portal.queries.principals import Principal
from portal.queries.tenants import Tenant
from portal.rules.access import Permission
from portal.settings import Settings
from portal.web import compiled, formats, hosts, looks, pieces, static_files, surroundings
from portal.web.access import may, opened, opens
from portal.web.platform import brand, platform
from portal.web.surroundings import Around

WORKSPACES = "admin_workspaces.listing"
SEARCHES = ("admin_search.page", "account.search")  # the first that the person may open
HOLE = "\0"  # where the reader's belongs, in what is drawn for all; no text of anybody's holds a NUL
ACCOUNT_MENU = (("Your profile", "/me", "user"),)
Groups = tuple[tuple[str | None, tuple[tuple[str, str, str], ...]], ...]
NAVIGATION: Groups = (
    (
        None,
        (
            ("Dashboard", "admin_dashboard.page", "layout-dashboard"),
            ("Workspaces", WORKSPACES, "message-2"),
            ("Organizations", "admin_organizations.listing", "building"),
            ("Users", "admin_users.listing", "users"),
            ("Requests", "admin_requests.listing", "note"),
        ),
    ),
    (
        "Revenue",
        (
            ("Plans", "admin_plans.listing", "tag"),
            ("Rate cards", "admin_rate_cards.listing", "list"),
            ("Invoices", "admin_invoices.listing", "note"),
            ("Orders", "admin_orders.listing", "credit-card"),
            ("Credit", "admin_credit.listing", "coins"),
        ),
    ),
    (
        "Operations",
        (
            ("Numbers", "admin_numbers.listing", "phone"),
            ("Usage limits", "admin_usage_limits.listing", "chart-bar"),
            ("Import", "admin_imports.page", "upload"),
            ("Tasks", "admin_tasks.listing", "list"),
            ("Jobs", "admin_jobs.listing", "refresh"),
            ("Audit", "admin_audit.listing", "history"),
            ("Mail", "admin_mail.listing", "mail"),
        ),
    ),
    (
        "Platform",
        (
            ("Staff", "admin_staff.listing", "shield-lock"),
            ("Defaults", "admin_defaults.page", "adjustments"),
            ("API keys", "admin_api_keys.listing", "key"),
            ("Webhooks", "admin_webhooks.listing", "bolt"),
            ("Settings", "admin_settings.page", "settings"),
        ),
    ),
)
OWN_NAVIGATION: Groups = ((None, (("Your workspaces", "switch.search", "message-2"),)),)  # of customers outside of any
WORKSPACE_NAVIGATION: Groups = (
    (
        None,
        (
            ("Home", "workspace_home.page", "home"),
            ("Numbers", "workspace_numbers.listing", "phone"),
            ("Extensions", "workspace_extensions.listing", "device-landline-phone"),
            ("Recordings", "workspace_recordings.listing", "microphone"),
            ("Contacts", "workspace_contacts.listing", "address-book"),
        ),
    ),
    (
        "Messaging",
        (
            ("Campaigns", "workspace_campaigns.listing", "speakerphone"),
            ("Broadcasts", "workspace_broadcasts.listing", "broadcast"),
        ),
    ),
    (
        "Workspace",
        (
            ("Team", "workspace_team.listing", "users"),
            ("Usage", "workspace_usage.page", "chart-bar"),
            ("Activity", "workspace_activity.page", "activity"),
            ("Settings", "workspace_settings.page", "settings"),
        ),
    ),
)


ORGANIZATION_NAVIGATION: Groups = (
    (
        None,
        (
            ("Overview", "organization_overview.page", "layout-dashboard"),
            ("Workspaces", "organization_workspaces.listing", "message-2"),
            ("Users", "organization_users.listing", "users"),
            ("Usage", "organization_usage.page", "chart-bar"),
            ("Billing", "organization_billing.page", "credit-card"),
            ("Branding", "organization_branding.page", "palette"),
            ("Activity", "organization_activity.page", "activity"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the navigation."""

    label: str
    url: str
    icon: str
    current: bool
    count: str | None = None
    alert: str | None = None


def navigation() -> tuple[tuple[str | None, tuple[Item, ...]], ...]:
    """The groups and pages that exist on this side and that this person may open."""
    tenant: Tenant | None = g.get("tenant")
    organization: OwnOrganization | None = g.get("organization")
    if tenant:
        side, where, counts = WORKSPACE_NAVIGATION, tenant.web_address, _told(workspace_counts(tenant))
    elif organization:
        side, where, counts = ORGANIZATION_NAVIGATION, organization.slug, _told(organization_counts(organization))
    else:
        side, where = (NAVIGATION if g.principal.staff_role else OWN_NAVIGATION), ""
        counts = g.get("navigation_counts", {})
    return _groups(side, opened(), request.blueprint, tuple(counts.items()), where)


def workspace_counts(tenant: Tenant) -> dict[str, int]:
    """What stands behind the pages of a workspace in its navigation."""
    return {
        "workspace_numbers.listing": tenant.numbers,
        "workspace_extensions.listing": tenant.extensions,
        "workspace_contacts.listing": tenant.contacts,
        "workspace_campaigns.listing": tenant.campaigns,
        "workspace_team.listing": tenant.team,
    }


def organization_counts(organization: OwnOrganization) -> dict[str, int]:
    """The same for an organization's pages."""
    return {
        "organization_workspaces.listing": organization.workspaces,
        "organization_users.listing": organization.people,
    }


def _told(counts: dict[str, int]) -> dict[str, str]:
    locale = formats.reader_locale()
    return {endpoint: formats.number(count, locale) for endpoint, count in counts.items() if count}


@lru_cache(maxsize=500)
def _groups(
    side: Groups, opened: frozenset[str], blueprint: str | None, counts: tuple[tuple[str, str], ...], where: str
) -> tuple[tuple[str | None, tuple[Item, ...]], ...]:
    """`where` is the slug of the workspace or organization whose pages these are: their addresses depend on it."""
    shown = dict(counts)
    groups = (
        (
            heading,
            tuple(
                Item(label, url_for(endpoint), icon, endpoint.partition(".")[0] == blueprint, shown.get(endpoint))
                for label, endpoint, icon in entries
                if endpoint in opened
            ),
        )
        for heading, entries in side
    )
    return tuple((heading, items) for heading, items in groups if items)


def find() -> tuple[str, str]:
    """Where the search box of this side leads, and what it says: see `portal.web.palette`."""
    tenant: Tenant | None = g.get("tenant")
    if tenant:
        return url_for("workspace_search.search"), f"Search {tenant.name}"
    organization: OwnOrganization | None = g.get("organization")
    if organization:
        return url_for("organization_search.search"), f"Search {organization.name}"
    return _url(next(filter(opens, SEARCHES), SEARCHES[-1])), f"Search {brand()}"


@lru_cache(maxsize=10)
def _url(endpoint: str) -> str:
    return url_for(endpoint)


def sides(here: Around | None, found: tuple[str, str] | None) -> Markup:
    """What stands beside a page of whoever is logged in: switcher, search (`find`) and navigation. `here`: whose page
    it is. Drawn once for all who see the same."""
    person: Principal = g.principal
    look = looks.look() if here else None
    drawn = pieces.piece(
        "layouts/_sides.html",
        brand=here.name if here else brand(),
        name=here.who if here else person.name,
        initials=here.initials if here else person.initials,
        logo=look.mark if look else "",
        email=person.email,
        menu=ACCOUNT_MENU if may(Permission.SELF) and not hosts.domain() else (),
        places=surroundings.places(person),
        find=found,
        groups=navigation(),
        logout_url=_url("account.log_out"),
        token=HOLE,
    )
    return drawn.replace(HOLE, csrf.token())


def house() -> str:
    """Whose pages these are, to somebody who is not logged in: on a custom domain its organization's or workspace's."""
    domain = hosts.domain()
    return domain.name if domain else brand()


class Environment(FlaskEnvironment):
    """Flask's, whose templates hold the environment's own globals: Jinja's map over them slows every template down."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template."""
        return super().make_globals(d) if d else self.globals


def init_app(app: Flask, settings: Settings) -> None:
    """Make these known to the templates."""
    app.jinja_env.bytecode_cache = compiled.kept_in(settings.instance, "pages")
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    static_files.init_app(app)
    app.jinja_env.globals.update(may=may, Permission=Permission)
    app.jinja_env.filters.update(formats.FILTERS)
    pieces.init_app(app, compiled.kept_in(settings.instance, "pieces"), asset=static_files.asset)

    @app.context_processor
    def around() -> dict[str, Any]:
        person: Principal | None = g.get("principal")
        tenant = surroundings.workspace(person) if person else None
        organization = surroundings.organization(person) if person else None
        given = {
            "current_user": person,
            "csrf_token": csrf.token,
            "brand": brand(),
            "house": house(),
            "tenant": tenant,
            "organization": organization,
        }
        if g.get("is_part"):
            return given
        searched = find() if person else None
        return given | {
            "is_example": platform().is_example,
            "find": searched,
            "look": looks.look(),
            "sides": partial(sides, tenant or organization, searched),
            "visit": surroundings.visit(person) if person else None,
            "first_page": surroundings.first_page(person),
        }
