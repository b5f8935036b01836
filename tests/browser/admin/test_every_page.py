"""Every page there is, light and dark, wide and narrow: axe finds nothing, nothing scrolls sideways or is cut without
a title, nothing weighs too much. A new route is in by itself, or asks for an example. One database will do."""

import gzip

import pytest
from playwright.sync_api import Page, Response, expect
from sqlalchemy import and_

from portal.models import Invoice, InvoiceState, OrderState, Organization, Workspace
from portal.rules.access import AccessMode
from portal.rules.health import Level
from portal.rules.lifecycle import Status
from portal.rules.requests import RequestState
from portal.web.sides import ORGANIZATION
from tests.support.addresses import (
    customers,
    of_account,
    of_agent,
    of_card,
    of_credit,
    of_delivery,
    of_domain,
    of_hold,
    of_hook,
    of_invoice,
    of_key,
    of_limits,
    of_order,
    of_organization,
    of_own_invoice,
    of_own_workspace,
    of_place,
    of_plan,
    of_request,
    of_single,
    of_transfer,
    of_user,
    of_workspace,
    with_domain,
)
from tests.support.browsers import axe, fits, looks_right
from tests.support.examples import Example
from tests.support.ledgers import HOME
from tests.support.routes import FILES, PARTS, Route, routes
from tests.support.shown import OTHERS, OWNER, TENANT, Shown

AUDITOR, MEMBER = "auditor@portal.example", "member@nilgiri-retail.example"
ADMIN, BILLING = "admin@nilgiri-retail.example", "billing@nilgiri-retail.example"
MANAGER = "manager@nilgiri-retail.example"
AGENT = "agent@nilgiri-retail.example"
ORGANIZATIONS = "/admin/organizations/"
FINANCE, SUPPORT = "finance@portal.example", "support@portal.example"
NOBODY, HALF_WAY = "", "half-way"
MOST_BYTES = 30 * 1024
VENDORED = ("/static/vendor/", "/static/img/icons.svg")  # the icons are Tabler's, put into one file


CHILD = and_(Workspace.is_primary.is_(False), Workspace.status == Status.ACTIVE)
HAS_CHILDREN = and_(Workspace.is_primary, Workspace.web_address == "nilgiri-retail")
COVERED = ("target-size",)  # what lies half below an open menu is small and close to it, until the menu is closed
# By endpoint, or "endpoint: what is special".
PAGES = OTHERS | {
    "account.home": Shown("/", MEMBER),
    "organization_overview.page: billing": Shown(of_organization("/o/<slug>/"), BILLING),
    "organization_requests.new": Shown(of_organization("/o/<slug>/requests/volume_discount"), ADMIN),
    "organization_branding.domain": Shown(of_domain(), ADMIN),
    "organization_branding.domain_remove": Shown(of_domain("/remove"), ADMIN),
    "organization_branding.page: not live": Shown(**of_single("branding")),
    "organization_workspaces.listing: nothing": Shown(of_organization("/o/<slug>/workspaces?q=zzz"), ADMIN),
    "organization_workspaces.listing: one": Shown(**of_single("workspaces")),
    "organization_workspaces.close": Shown(of_own_workspace(~Workspace.is_primary, rest="/close"), ADMIN),
    "organization_workspaces.close: not before the others": Shown(
        of_own_workspace(Workspace.is_primary, rest="/close"), ADMIN
    ),
    "workspace_usage.cap": Shown(**customers("usage/cap", CHILD)),
    "workspace_settings.close": Shown(**customers("settings/close", CHILD)),
    "organization_workspaces.new: one": Shown(**of_single("workspaces/new")),
    "workspace_home.page: from elsewhere": Shown(Example.from_elsewhere, TENANT),
    "account.log_in": Shown("/login", NOBODY),
    "account.second_factor": Shown("/login/second-factor", HALF_WAY),
    "account.password_forgot": Shown("/password/forgot", NOBODY),
    "account.password_reset": Shown(Example.reset_link, NOBODY),
    "account.password_reset: dead": Shown("/password/reset/x", NOBODY, 410),
    "account.password_change": Shown("/password/change"),
    "account.invitation": Shown(Example.invitation, NOBODY),
    "account.invitation: dead": Shown("/invitations/x", NOBODY, 404),
    "account.profile": Shown("/me"),
    "account.email_change": Shown("/me/email"),
    "account.email_confirm": Shown(Example.email_link),
    "account.email_confirm: dead": Shown("/me/email/x", OWNER, 410),
    "account.factor": Shown("/me/second-factor"),
    "account.confirm": Shown("/me/confirm"),
    "admin_dashboard.page": Shown("/admin/"),
    "admin_dashboard.page: a year": Shown("/admin/?window=1y"),
    "admin_dashboard.page: a day and one kind": Shown("/admin/?window=24h&kind=risk&page=2"),
    "admin_dashboard.page: nothing of a kind": Shown("/admin/?kind=bounced"),
    "admin_dashboard.page: by an auditor": Shown("/admin/", AUDITOR),
    "admin_workspaces.listing": Shown(HOME),
    "admin_workspaces.listing: a last page": Shown(HOME + "?sort=name&page=5"),
    "admin_workspaces.listing: all filters": Shown(HOME + "?status=active&health=risk&sort=-name&q=a"),
    "admin_workspaces.listing: nothing": Shown(HOME + "?q=brihgt&status=trial&plan=pln_nothing"),
    "admin_workspaces.listing: by an auditor": Shown(HOME, AUDITOR),
    "admin_workspaces.purged": Shown(HOME + "purged"),
    "admin_workspaces.trash": Shown(HOME + "trash"),
    "admin_workspaces.trash: nothing": Shown(HOME + "trash?q=brihgt"),
    "admin_workspaces.organizations": Shown(HOME + "organizations"),
    "admin_workspaces.organizations: nothing": Shown(HOME + "organizations?q=brihgt"),
    "admin_workspaces.health": Shown(of_workspace(Workspace.health == Level.WATCH, rest="/health")),
    "admin_workspaces.detail": Shown(of_workspace(Workspace.status == Status.ACTIVE)),
    "admin_workspaces.detail: at risk": Shown(of_workspace(Workspace.health == Level.RISK)),
    "admin_workspaces.detail: suspended": Shown(of_workspace(Workspace.status == Status.SUSPENDED)),
    "admin_workspaces.detail: closed": Shown(of_workspace(Workspace.status == Status.CANCELLED)),
    "admin_workspaces.detail: of the first day": Shown(of_workspace(Workspace.name == "Escuela Técnica del Sur")),
    "admin_workspaces.detail: dinars": Shown(of_workspace(Workspace.currency == "KWD")),
    "admin_workspaces.detail: longest name": Shown(of_workspace(longest=True)),
    "admin_workspaces.detail: child": Shown(of_workspace(Workspace.is_primary.is_(False), longest=True)),
    "admin_workspaces.orders": Shown(of_workspace(Workspace.currency == "KWD", rest="/orders")),
    "admin_workspaces.orders: none": Shown(of_workspace(Workspace.name == "Northwind Trading", rest="/orders")),
    "admin_workspaces.audit": Shown(of_workspace(Workspace.status == Status.SUSPENDED, rest="/audit")),
    "admin_workspaces.edit": Shown(of_workspace(Workspace.status == Status.TRIAL, rest="/edit", longest=True)),
    "admin_workspaces.edit: by finance": Shown(of_workspace(Workspace.status == Status.TRIAL, rest="/edit"), FINANCE),
    "admin_workspaces.suspend_ask": Shown(of_workspace(Workspace.status == Status.ACTIVE, rest="/suspend")),
    "admin_workspaces.past_due_ask": Shown(of_workspace(Workspace.status == Status.ACTIVE, rest="/past-due")),
    "admin_workspaces.reactivate_ask": Shown(of_workspace(Workspace.status == Status.SUSPENDED, rest="/reactivate")),
    "admin_workspaces.lift_ask": Shown(of_hold),
    "admin_workspaces.activate_ask": Shown(of_workspace(Workspace.status == Status.TRIAL, rest="/activate")),
    "admin_workspaces.limits_ask": Shown(of_workspace(Workspace.currency == "KWD", rest="/limits")),
    "admin_workspaces.primary_ask": Shown(of_workspace(CHILD, rest="/primary")),
    "admin_workspaces.transfer_ask": Shown(of_workspace(CHILD, rest="/transfer", longest=True)),
    "admin_workspaces.transfer_ask: found": Shown(
        of_workspace(CHILD, rest="/transfer?organization=n&find=organization")
    ),
    "admin_workspaces.transfer_ask: what it does": Shown(of_transfer),
    "admin_workspaces.transfer_ask: not there": Shown(
        of_workspace(CHILD, rest="/transfer?organization=nowhere"), OWNER, 422
    ),
    "admin_organizations.listing": Shown(ORGANIZATIONS),
    "admin_organizations.listing: all filters": Shown(ORGANIZATIONS + "?status=active&type=multi&sort=-mrr&q=a"),
    "admin_organizations.listing: nothing": Shown(ORGANIZATIONS + "?q=brihgt&plan=pln_nothing"),
    "admin_organizations.detail": Shown(of_account("nilgiri-retail")),
    "admin_organizations.detail: suspended": Shown(of_account(held=True)),
    "admin_organizations.detail: longest name": Shown(of_account()),
    "admin_organizations.people": Shown(of_account("nilgiri-retail", "/people")),
    "admin_organizations.audit": Shown(of_account("nilgiri-retail", "/audit")),
    "admin_organizations.edit": Shown(of_account("nilgiri-retail", "/edit")),
    "admin_organizations.edit: by finance": Shown(of_account("nilgiri-retail", "/edit"), FINANCE),
    "admin_organizations.domain_remove": Shown(of_domain("/remove", staff=True)),
    "admin_organizations.suspend_ask": Shown(of_account("nilgiri-retail", "/suspend")),
    "admin_organizations.past_due_ask": Shown(of_account("nilgiri-retail", "/past-due"), FINANCE),
    "admin_organizations.reactivate_ask": Shown(of_account(rest="/reactivate", held=True)),
    "admin_requests.listing": Shown("/admin/requests/"),
    "admin_requests.listing: nothing": Shown("/admin/requests/?kind=consolidation&state=withdrawn"),
    "admin_requests.page": Shown(of_request(RequestState.GRANTED)),
    "admin_requests.page: open": Shown(of_request(RequestState.OPEN)),
    "admin_requests.page: by an auditor": Shown(of_request(RequestState.OPEN), AUDITOR),
    "admin_requests.grant": Shown(of_request(RequestState.OPEN, "/grant")),
    "admin_requests.decline": Shown(of_request(RequestState.OPEN, "/decline")),
    "admin_workspaces.trash_ask": Shown(of_workspace(CHILD, rest="/trash", longest=True)),
    "admin_workspaces.trash_ask: not before the others": Shown(of_workspace(HAS_CHILDREN, rest="/trash")),
    "admin_workspaces.restore_ask": Shown(of_workspace(Workspace.status == Status.CANCELLED, rest="/restore")),
    "admin_workspaces.domain": Shown(of_workspace(with_domain(), rest="/domain")),
    "admin_workspaces.domain: none": Shown(of_workspace(~with_domain(), rest="/domain")),
    "admin_search.page": Shown("/admin/search"),
    "admin_search.page: found": Shown("/admin/search?q=n"),
    "admin_search.page: nothing": Shown("/admin/search?q=brihgt"),
    "account.search": Shown("/search", MEMBER),
    "workspace_search.search": Shown("/w/nilgiri-retail/search?q=n", TENANT),
    "admin_audit.listing": Shown("/admin/audit/"),
    "admin_audit.listing: nothing": Shown("/admin/audit/?actor=nobody-at-all"),
    "admin_users.listing": Shown("/admin/users/"),
    "admin_users.listing: all filters": Shown("/admin/users/?state=verified&role=workspace.owner&sort=-name&q=a"),
    "admin_users.listing: nothing": Shown("/admin/users/?q=brihgt"),
    "admin_users.trash": Shown("/admin/users/trash"),
    "admin_users.workspaces": Shown("/admin/users/workspaces"),
    "admin_users.invite": Shown("/admin/users/invite"),
    "admin_users.detail": Shown(of_user(MEMBER)),
    "admin_users.detail: of the staff": Shown(of_user(OWNER)),
    "admin_users.edit": Shown(of_user(MEMBER, "/edit")),
    "admin_users.suspend": Shown(of_user(MEMBER, "/suspend")),
    "admin_users.let_in": Shown(of_user(MEMBER, "/let-in")),
    "admin_users.verify": Shown(of_user(MEMBER, "/verify")),
    "admin_users.log_out": Shown(of_user(MEMBER, "/log-out")),
    "admin_users.password_reset": Shown(of_user(MEMBER, "/password-reset")),
    "admin_users.trash_user": Shown(of_user(MEMBER, "/trash")),
    "admin_users.restore": Shown(of_user(MEMBER, "/restore")),
    "admin_users.organization_role": Shown(of_place(Organization)),
    "admin_users.organization_remove": Shown(of_place(Organization, "remove")),
    "admin_users.workspace_role": Shown(of_place(Workspace)),
    "admin_users.workspace_remove": Shown(of_place(Workspace, "remove")),
    "admin_staff.listing": Shown("/admin/staff/"),
    "admin_api_keys.listing: by an auditor": Shown("/admin/api-keys/", AUDITOR),
    "admin_api_keys.revoke": Shown(of_key),
    "admin_webhooks.listing": Shown("/admin/webhooks/"),
    "admin_webhooks.new": Shown("/admin/webhooks/new"),
    "admin_webhooks.page": Shown(of_hook()),
    "admin_webhooks.page: by an auditor": Shown(of_hook("?state=failed"), AUDITOR),
    "admin_webhooks.edit": Shown(of_hook("/edit")),
    "admin_webhooks.rotate": Shown(of_hook("/secret")),
    "admin_webhooks.replay_failed": Shown(of_hook("/replay")),
    "admin_webhooks.remove": Shown(of_hook("/remove")),
    "admin_webhooks.delivery": Shown(of_delivery),
    "api.page": Shown("/api/v1/", NOBODY),
    "admin_staff.invite": Shown("/admin/staff/invite"),
    "admin_staff.role": Shown(lambda example: of_user(AUDITOR, "/role")(example).replace("/users/", "/staff/")),
    "admin_audit.verify": Shown("/admin/audit/verify"),
    "admin_imports.page": Shown("/admin/import/"),
    "admin_workspaces.bulk_suspend_ask": Shown(HOME + "bulk/suspend?all=1"),
    "admin_workspaces.bulk_suspend_ask: nothing chosen": Shown(HOME + "bulk/suspend"),
    "admin_workspaces.bulk_reactivate_ask": Shown(HOME + "bulk/reactivate?all=1"),
    "admin_workspaces.bulk_reactivate_ask: nothing to do": Shown(HOME + "bulk/reactivate?all=1&status=trial"),
    "admin_workspaces.bulk_plan_ask": Shown(HOME + "bulk/plan?all=1&q=a"),
    "admin_workspaces.bulk_notify_ask": Shown(HOME + "bulk/notify?all=1"),
    "admin_mail.listing": Shown(lambda example: "/admin/mail/" if example.letters() else ""),
    "admin_mail.listing: nothing": Shown("/admin/mail/?q=brihgt&state=failed"),
    "admin_mail.page": Shown(lambda example: "/admin/mail/" + example.letters()[0]),
    "admin_mail.page: without text": Shown(lambda example: "/admin/mail/" + example.letters()[1]),
    "admin_tasks.page: of a bulk action": Shown(lambda example: "/admin/tasks/" + example.bulk()),
    "admin_plans.page": Shown(of_plan("Group")),
    "admin_plans.page: the free one": Shown(of_plan("Free"), AUDITOR),
    "admin_plans.page: archived": Shown(of_plan("Launch 2024")),
    "admin_plans.edit": Shown(of_plan("Group", "/edit"), FINANCE),
    "admin_rate_cards.page": Shown(of_card("India standard"), FINANCE),
    "admin_rate_cards.page: archived": Shown(of_card("India 2024"), AUDITOR),
    "admin_rate_cards.edit": Shown(of_card("India standard", "/edit"), FINANCE),
    "admin_rate_cards.archive_ask": Shown(of_card("India volume", "/archive"), FINANCE),
    "admin_usage_limits.listing: near": Shown("/admin/usage-limits/?spend=near", SUPPORT),
    "admin_usage_limits.listing: nothing": Shown("/admin/usage-limits/?q=brihgt", AUDITOR),
    "admin_usage_limits.edit": Shown(of_limits, SUPPORT),
    "admin_invoices.listing": Shown("/admin/invoices/", FINANCE),
    "admin_invoices.listing: overdue": Shown("/admin/invoices/?state=overdue", AUDITOR),
    "admin_invoices.listing: nothing": Shown("/admin/invoices/?q=brihgt"),
    "admin_invoices.page": Shown(of_invoice(), FINANCE),
    "admin_invoices.page: dinars": Shown(of_invoice("", Invoice.currency == "KWD"), FINANCE),
    "admin_invoices.page: overdue": Shown(of_invoice("", Invoice.state == InvoiceState.OVERDUE), FINANCE),
    "admin_invoices.page: by an auditor": Shown(of_invoice("", Invoice.state == InvoiceState.OPEN), AUDITOR),
    "admin_invoices.pay": Shown(of_invoice("/pay", Invoice.state == InvoiceState.OVERDUE), FINANCE),
    "admin_invoices.void": Shown(of_invoice("/void", Invoice.state == InvoiceState.OPEN), FINANCE),
    "admin_orders.listing: pending": Shown("/admin/orders/?state=pending", FINANCE),
    "admin_orders.listing: nothing": Shown("/admin/orders/?q=brihgt", AUDITOR),
    "admin_orders.settle": Shown(of_order(OrderState.PENDING, "/settle"), FINANCE),
    "admin_orders.refund": Shown(of_order(OrderState.PAID, "/refund"), FINANCE),
    "admin_credit.listing: below zero": Shown("/admin/credit/?below=1", FINANCE),
    "admin_credit.page": Shown(of_credit(), FINANCE),
    "admin_credit.page: by an auditor": Shown(of_credit(), AUDITOR),
    "admin_credit.adjust": Shown(of_credit("/adjust"), FINANCE),
    "organization_billing.page: one": Shown(**of_single("billing")),
    "organization_billing.invoice": Shown(of_own_invoice(), BILLING),
    "admin_plans.archive_ask": Shown(of_plan("Growth", "/archive")),
    "admin_settings.page: to look": Shown("/admin/settings/", SUPPORT),
    "admin_defaults.page: to look": Shown("/admin/defaults/", SUPPORT),
    "admin_jobs.listing": Shown("/admin/jobs/", AUDITOR),
    "admin_jobs.page": Shown("/admin/jobs/trials"),
    "admin_jobs.page: failed": Shown("/admin/jobs/domains"),
    "admin_jobs.page: quiet": Shown("/admin/jobs/outbox", SUPPORT),
    "admin_tasks.listing": Shown("/admin/tasks/"),
    "admin_tasks.page": Shown(lambda example: "/admin/tasks/" + example.task()),
    "admin_workspaces.impersonate": Shown(of_workspace(Workspace.web_address == "nilgiri-retail", rest="/impersonate")),
    "admin_workspaces.impersonate: not possible": Shown(
        of_workspace(Workspace.name == "Northwind Trading", rest="/impersonate")
    ),
    "switch.search": Shown("/switch", TENANT),
    "switch.search: nothing": Shown("/switch?q=brihgt", TENANT),
    "workspace_home.page: by an agent": Shown("/w/nilgiri-retail/", AGENT),
    "workspace_home.page: closed": Shown(**customers("", Workspace.status == Status.CANCELLED)),
    "workspace_home.page: at risk": Shown(**customers("", Workspace.health == Level.RISK)),
    "workspace_home.suspended": Shown(**customers("suspended", Workspace.status == Status.SUSPENDED)),
    "workspace_contacts.listing: nothing": Shown("/w/nilgiri-retail/contacts?q=brihgt", TENANT),
    "workspace_team.role": Shown(of_agent("role"), TENANT),
    "workspace_team.owner": Shown(of_agent("owner"), TENANT),
    "workspace_settings.page: by a manager": Shown("/w/nilgiri-retail/settings", MANAGER),
    "workspace_team.remove": Shown(of_agent("remove"), TENANT),
    "error 403": Shown("/admin/import/", AUDITOR, 403),
    "error 404": Shown("/nothing/here", OWNER, 404),
    "error 404: nobody": Shown("/nothing/here", NOBODY, 404),
    "error 405": Shown("/logout", OWNER, 405),
}


def of_side(route: Route) -> Shown:
    """The page of Nilgiri Retail."""
    if route.endpoint.startswith(ORGANIZATION):
        return Shown(of_organization(route.rule), ADMIN)
    return Shown(route.path(slug="nilgiri-retail"), TENANT)


SHOWING = [route for route in routes() if route.method == "GET" and route.endpoint not in FILES | PARTS]
# A page that is not named above and needs no example is looked at as the platform's owner sees it; that of a workspace
# as its owner does, and that of an organization as its admin.
PAGES |= {
    route.endpoint: of_side(route) for route in SHOWING if route.names == ("slug",) and route.endpoint not in PAGES
}
PAGES |= {route.endpoint: Shown(route.rule) for route in SHOWING if not route.names and route.endpoint not in PAGES}


@pytest.fixture
def who() -> str:
    return NOBODY


def opened(page: Page, example: Example, shown: Shown) -> Response:
    """The page is open in this tab, of the person whom it is for."""
    who, path = shown.who if isinstance(shown.who, str) else shown.who(example), shown.path(example)
    if who:
        workspace = path.split("/")[2] if path.startswith("/w/") else ""  # a browser is in one of them
        cookie = example.half_way() if who == HALF_WAY else example.cookie(who, workspace)
        page.context.add_cookies([cookie])  # type: ignore[list-item]
    answer = page.goto(path)
    assert answer and answer.status == shown.status
    return answer


def test_every_route_that_shows_something_is_here() -> None:
    here = {name.partition(":")[0] for name in PAGES if not name.startswith("error")}
    assert {route.endpoint for route in SHOWING} == here
    assert {route.endpoint for route in routes()} >= FILES | PARTS


@pytest.mark.parametrize("name", PAGES)
def test_page(page: Page, example: Example, name: str) -> None:
    opened(page, example, PAGES[name])
    assert page.title()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    looks_right(page)


@pytest.mark.parametrize("mode", AccessMode)
def test_inside_a_workspace(page: Page, example: Example, mode: AccessMode) -> None:
    cookie, path = example.inside(mode)
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    for each, status in ((path, 200), (path + "team", 200), ("/admin/", 404)):
        answer = page.goto(each)
        assert answer and answer.status == status
        expect(page.get_by_role("complementary", name="Access session")).to_be_visible()
        looks_right(page)


def unfold(page: Page, *selectors: str) -> None:
    """Opens by a click what these are the door to."""
    for selector in selectors:
        page.locator(selector).filter(visible=True).first.click()


@pytest.mark.parametrize(
    ("name", "width", "doors"),
    [
        ("admin_workspaces.listing", 1280, [".switcher > summary"]),
        ("workspace_home.page", 1280, [".switcher > summary"]),
        ("workspace_home.page", 390, [".topbar .switcher > summary"]),
        ("admin_workspaces.listing", 1280, ["#columns > summary"]),
        ("admin_workspaces.listing", 1280, [".choose > summary"]),
        ("admin_workspaces.listing", 1280, ["button.health"]),
        ("admin_workspaces.listing", 1280, ["td.c-pick input"]),
        ("admin_workspaces.listing", 834, ["td.c-pick input"]),
        ("admin_workspaces.listing", 390, ["#picking", "td.c-pick input"]),
        ("admin_workspaces.listing", 390, ["summary[aria-label=Menu]"]),
        ("admin_workspaces.detail", 1280, [".side [data-find]"]),
        ("admin_workspaces.detail", 390, ["summary[data-palette]"]),
        ("workspace_home.page", 390, ["summary[data-palette]"]),
        ("admin_workspaces.listing", 390, ["#more-filters > summary", ".choose > summary"]),
        ("admin_dashboard.page", 1280, [".chart-table > summary"]),
        ("admin_dashboard.page", 390, [".chart-table > summary"]),
        ("admin_workspaces.detail", 1280, [".chart-table > summary", "[popovertarget=why]"]),
        ("admin_workspaces.detail", 390, [".chart-table > summary", "[popovertarget=why]"]),
        ("admin_audit.listing", 390, [".log li:nth-child(1) summary", ".log li:nth-child(3) summary"]),
    ],
)
def test_what_opens(page: Page, example: Example, name: str, width: int, doors: list[str]) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, example, PAGES[name])
    unfold(page, *doors)
    page.wait_for_load_state("networkidle")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        axe(page, without=COVERED)
    fits(page, width)


def test_the_list_of_keys(page: Page, example: Example) -> None:
    opened(page, example, PAGES["admin_workspaces.listing"])
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    axe(page)


def test_a_form_that_has_expired(page: Page) -> None:
    page.goto("/login")
    page.evaluate("document.querySelector('[name=csrf_token]').value = 'long ago'")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("The form has expired")).to_be_visible()
    looks_right(page)


@pytest.mark.parametrize(
    "name", ["admin_workspaces.listing", "admin_workspaces.detail: dinars", "admin_workspaces.detail: at risk"]
)
def test_weight(page: Page, example: Example, name: str) -> None:
    """Everything that is fetched, compressed as a server in front of Portal does it, but for vendored files."""
    answers: list[Response] = []
    vendored = tuple(example.server.url + path for path in VENDORED)
    page.on("response", lambda answer: answers.append(answer))
    opened(page, example, PAGES[name])
    page.wait_for_load_state("networkidle")
    own = {answer.url.partition("?")[0]: answer for answer in answers if not answer.url.startswith(vendored)}
    sizes = {url: len(gzip.compress(answer.body())) for url, answer in own.items()}
    assert {url.rpartition("/")[2] for url in sizes} >= {"portal.css", "portal.js"}
    assert sum(sizes.values()) < MOST_BYTES, sizes
