"""Every route × every role: each is let in or turned away exactly as the table in `portal.rules.access` says.

The routes are the app's own and the roles the table's, so that a new one of either is asked here by itself. Methods
that change something are sent without the form's token: whoever may do it is told so (400), and nothing is done."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.base.db import db
from portal.models import (
    AuditEvent,
    Membership,
    Organization,
    OutboxMessage,
    Task,
    TaskKind,
    TaskState,
    User,
    Workspace,
)
from portal.operations import extensions, rate_cards, requests
from portal.operations.unit import unit
from portal.rules.access import ROLES, OrganizationRole, Permission, Role, Scope, StaffRole, WorkspaceRole, allows
from portal.rules.requests import RequestKind
from portal.web.sides import ORGANIZATION
from tests import factories
from tests.support import telephony
from tests.support.clocks import NOW
from tests.support.creation import count
from tests.support.hooks import made
from tests.support.mails import Mailbox
from tests.support.people import log_in
from tests.support.programs import program
from tests.support.routes import Route, routes

ACCOUNT = "beta-logistics"  # slug of the organization that its people are of
SCOPES = {StaffRole: Scope.PLATFORM, OrganizationRole: Scope.ORGANIZATION, WorkspaceRole: Scope.WORKSPACE}

# What a GET answers whoever is let in, where that is not a page.
ANSWERS: dict[str, set[int]] = {
    "account.home": {200, 303},  # staff go on to their first page
    "account.search": {200, 303},  # so do they here
    "account.log_in": {200, 303},  # so does who is logged in already
    "account.second_factor": {303},  # nobody here owes a code
    "admin_workspaces.health": {303},  # a part, which without htmx is on the workspace's page
    "workspace_home.suspended": {303},  # it is not
    "admin_workspaces.new_summary": {303},  # so are these
    "admin_workspaces.choose_owner": {303},
    "admin_workspaces.choose_organization": {303},
    "admin_users.choose_organization": {303},
    "admin_workspaces.transfer_organizations": {303},
    "admin_users.choose_workspace": {303},
    "admin_orders.choose": {303},
    "admin_usage_limits.row": {303},
    "admin_invoices.page": {404},  # there is no such invoice …
    "admin_invoices.pdf": {404},
    "organization_billing.invoice": {404},
    "organization_billing.pdf": {404},
    "admin_invoices.pay": {404},
    "admin_invoices.void": {404},
    "admin_orders.settle": {404},  # … and no such order
    "admin_orders.refund": {404},
    "admin_webhooks.delivery": {404},
    "account.invitation": {404},  # there is no such invitation …
    "account.password_reset": {410},  # … and no such link
    "admin_workspaces.reactivate_ask": {409},  # the example is on trial, and its own primary
    "admin_workspaces.restore_ask": {409},
    "admin_workspaces.primary_ask": {409},
    "admin_organizations.domain_remove": {404},  # the domain is another one's
    "admin_organizations.reactivate_ask": {409},  # nor is its organization suspended
    "admin_workspaces.lift_ask": {404},
    "admin_numbers.choose": {303},
    "admin_numbers.assign": {409},  # the number is assigned, and not being ported out
    "admin_numbers.keep": {409},
    "admin_numbers.ported": {409},
    "admin_numbers.remove": {409},
    "account.email_confirm": {410},
    "probes.readyz": {503},  # no clockwork here
    "branding.file": {404},  # there is no such brand …
    "organization_branding.draft_logo": {404},  # … and no logo yet
}


@dataclass(frozen=True)
class Person:
    """Somebody with one role, by their browser; without a role, somebody who is not logged in."""

    role: Role | None
    browser: FlaskClient

    def __str__(self) -> str:
        return f"the {SCOPES[type(self.role)]}'s {self.role}" if self.role else "nobody"


@pytest.fixture
def examples(app: Flask, mailbox: Mailbox) -> dict[str, str]:
    """What stands in an address, by the name it has there."""
    task = Task(kind=TaskKind.IMPORT, title="rows.csv", state=TaskState.DONE, total=0, options={}, created_at=NOW)
    letter = OutboxMessage(template="notice", recipient="dana@example.test", subject="Hello", body="", created_at=NOW)
    with unit() as session:
        session.add_all([task, letter])
    workspace = factories.workspace()
    owner = db.session.get_one(User, workspace.owner_id)
    organization = db.session.get_one(Organization, workspace.organization_id)
    request = requests.ask(organization.id, RequestKind.BRANDING, "", factories.acting(owner))
    return {
        "req": request,
        "org": organization.public_id,
        "ws": workspace.public_id,
        "workspace": workspace.public_id,
        "organization": organization.public_id,
        "usr": owner.public_id,
        "task": task.public_id,
        "job": "overrides",
        "mail": letter.public_id,
        "name": "no-such-file",
        "token": "no-such-token",
        "domain": "no-such-domain",
        "hold": "no-such-hold",
        "kind": "volume_discount",
        "request": "no-such-request",
        "inv": "no-such-invoice",
        "order": "no-such-order",
        "card": rate_cards.create({"name": "Volume", "currency": "USD", "payment_days": "14"}, factories.acting(owner)),
        "session": "no-such-session",
        "invitation": "no-such-invitation",
        "plan": factories.plan("Growth", is_free=False).public_id,
        "key": program(app).key,
        "hook": made().public_id,
        "delivery": "no-such-delivery",
    }


@pytest.fixture
def people(app: Flask, examples: dict[str, str]) -> list[Person]:
    """One of every role, those of customers in one organization and its workspace; and nobody."""
    workspace = factories.workspace("Beta Logistics")
    organization = db.session.scalars(select(Organization).where(Organization.id == workspace.organization_id)).one()
    found = [Person(None, app.test_client())]
    for number, role in enumerate(ROLES):
        staff = role if isinstance(role, StaffRole) else None
        user = factories.user(f"person{number}@example.test", staff_role=staff)
        if isinstance(role, OrganizationRole):
            factories.member(organization, user, role)
        elif role is WorkspaceRole.OWNER:
            workspace = factories.workspace("Gamma Logistics", user)
        elif isinstance(role, WorkspaceRole):
            with unit() as session:
                session.add(Membership(workspace_id=workspace.id, user_id=user.id, role=role, created_at=NOW))
        found.append(Person(role, app.test_client()))
        log_in(found[-1].browser, user)
    examples["domain"] = factories.domain(organization).public_id
    examples |= {"slug": workspace.web_address, "user": user.public_id, "invitation": "ivt_0000000000000000"}
    examples["num"] = telephony.assigned(workspace)
    examples["rec"] = telephony.recording(workspace)
    examples["ext"] = extensions.create(workspace.public_id, "101", "", factories.command()).extension
    add_agent_of(organization)
    return found


def add_agent_of(organization: Organization) -> None:
    """In the organization there is somebody who is in a workspace of it."""
    agent = factories.user("agent@example.test")
    factories.member(organization, agent)
    workspace = db.session.scalars(select(Workspace).where(Workspace.organization_id == organization.id)).one()
    with unit() as session:
        values = {"workspace_id": workspace.id, "user_id": agent.id, "role": WorkspaceRole.AGENT}
        session.add(Membership(**values, created_at=NOW))


def of_account() -> dict[str, str]:
    """What stands in the addresses of the organization's pages."""
    workspace = db.session.scalars(select(Workspace.public_id).where(Workspace.web_address == ACCOUNT)).one()
    user = db.session.scalars(select(User.public_id).where(User.email_key == "agent@example.test")).one()
    return {"slug": ACCOUNT, "workspace": workspace, "user": user}


def wrong(route: Route, person: Person, answer: TestResponse) -> str | None:
    """What is wrong with this answer; None where it is the one that the table of roles asks for."""
    status, location = answer.status_code, answer.headers.get("Location", "")
    if allows(person.role, route.permission):
        expected = ANSWERS.get(route.endpoint, {200}) if route.method == "GET" else {400}
        right = status in expected and not location.startswith("/login?")
    elif person.role is None:
        expected = {303}
        right = status in expected and location.startswith("/login")
    else:  # whoever has no role there at all does not learn that there is something
        expected = {403 if route.permission.scope is SCOPES[type(person.role)] else 404}
        right = status in expected
    return None if right else f"{route} for {person}: {status} {location}, not {expected}"


def asked(route: Route, person: Person, values: dict[str, str]) -> TestResponse:
    if route.endpoint.startswith(ORGANIZATION):
        values = values | of_account()
    return person.browser.open(route.path(**values), method=route.method, buffered=True)


def test_every_route_answers_every_role_as_the_table_says(people: list[Person], examples: dict[str, str]) -> None:
    assert len(people) == len(ROLES) + 1
    names = {name for route in routes() for name in route.names}
    assert names == set(examples), "an example for each name in an address, and no other"
    events = count(AuditEvent)
    found = [wrong(route, person, asked(route, person, examples)) for route in routes() for person in people]
    assert not [each for each in found if each], "\n".join(each for each in found if each)
    assert len(found) > 400
    # Workspaces and users are exported by the same people.
    exports = (
        *(Permission.WORKSPACE_EXPORT, Permission.WORKSPACE_EXPORT),
        *(Permission.TENANT_CONTACT_EXPORT, Permission.TENANT_EXPORT, Permission.NUMBER_VIEW),
    )
    exported = sum(allows(role, permission) for role in ROLES for permission in exports)
    assert count(AuditEvent) == events + exported, "what was turned away, or had no token, did nothing"


def test_htmx_is_sent_to_the_log_in_by_its_own_header(app: Flask) -> None:
    client = app.test_client()
    for route in routes():
        if route.method == "GET" and route.permission is not Permission.PUBLIC:
            answer = client.get(route.path(**dict.fromkeys(route.names, "x")), headers={"HX-Request": "true"})
            assert answer.status_code == 204 and answer.headers["HX-Redirect"].startswith("/login"), str(route)


def test_what_is_not_there_is_not_found(people: list[Person]) -> None:
    there = [
        route for route in routes() if route.names and route.permission not in (Permission.PUBLIC, Permission.SELF)
    ]
    for route in there:
        for person in people:
            if route.method == "GET" and allows(person.role, route.permission):
                for value in ("x", "ws_0000000000000000", "0", "-1", "%00", "a'b", "№", "x" * 2000):
                    path = route.path(**dict.fromkeys(route.names, value))
                    answer = person.browser.get(path, headers={"HX-Request": "true"})
                    expected = 400 if value == "%00" else 404
                    assert answer.status_code == expected, (
                        f"{route} for {person} with {value[:20]}: {answer.status_code}"
                    )


def test_what_a_route_needs_fits_where_it_is_and_what_it_does() -> None:
    for route in routes():
        admin = route.rule.startswith("/admin/")
        assert admin == (route.permission.scope is Scope.PLATFORM), f"{route} needs {route.permission}"
        if route.method != "GET" and admin:
            assert not route.permission.reads, f"{route} changes something and needs only {route.permission}"
