"""Addresses on the example platform, and who opens them there."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import exists, func, select

from portal.models import (
    ApiKey,
    CreditEntry,
    DeliveryState,
    Domain,
    Extension,
    ExtensionState,
    Hold,
    Invoice,
    Membership,
    Number,
    NumberState,
    Order,
    OrderState,
    Organization,
    OrganizationMember,
    Plan,
    RateCard,
    Recording,
    Request,
    User,
    Webhook,
    WebhookDelivery,
    WebhookState,
    Workspace,
    scope,
)
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.lifecycle import Status
from portal.rules.requests import RequestState
from tests.support.examples import Example
from tests.support.ledgers import HOME


def of_organization(rule: str) -> Callable[[Example], str]:
    """The address of a page of Nilgiri Retail's organization."""

    def path(example: Example) -> str:
        query = select(Organization.slug).join(Workspace, Workspace.organization_id == Organization.id)
        with example.open() as session:
            slug = session.scalars(query.where(Workspace.web_address == "nilgiri-retail")).one()
        return rule.replace("<slug>", slug)

    return path


def of_domain(rest: str = "", *, staff: bool = False) -> Callable[[Example], str]:
    """The address of the page of Nilgiri Retail's domain, or below it; of its staff's page."""

    def path(example: Example) -> str:
        slug = Organization.slug == "nilgiri-retail"
        query = select(Domain.public_id).join(Organization, Organization.id == Domain.organization_id).where(slug)
        own = select(Organization.public_id).where(slug)
        with example.open() as session:
            above = f"/admin/organizations/{session.scalars(own).one()}" if staff else "/o/nilgiri-retail/branding"
            return f"{above}/domains/{session.scalars(query.limit(1)).one()}{rest}"

    return path


def of_workspace(*where: Any, rest: str = "", longest: bool = False) -> Callable[[Example], str]:
    """The address of a page of the first workspace of which this is true."""
    return lambda example: HOME + example.workspace(*where, longest=longest) + rest


def customers(rest: str = "", *where: Any) -> dict[str, Any]:
    """A page of the first such workspace, and its owner."""
    return {
        "where": lambda example: f"/w/{example.of_customers(*where)[0]}/{rest}",
        "who": lambda example: example.of_customers(*where)[1],
    }


def of_single(rest: str) -> dict[str, Any]:
    """A page of an organization whose plan is for one workspace, and its admin."""

    def found(example: Example) -> tuple[str, str]:
        many = exists().where(Plan.id == Workspace.plan_id, Plan.multi_workspace)
        query = (
            select(Organization.slug, User.email_key)
            .join(OrganizationMember, OrganizationMember.organization_id == Organization.id)
            .join(User, User.id == OrganizationMember.user_id)
            .join(Workspace, Workspace.organization_id == Organization.id)
            .where(OrganizationMember.role == OrganizationRole.ADMIN, User.password_hash.is_not(None), ~many)
        )
        with example.open() as session:
            slug, email = session.execute(query.order_by(Organization.id, User.id).limit(1)).one()
        return slug, email

    return {"where": lambda example: f"/o/{found(example)[0]}/{rest}", "who": lambda example: found(example)[1]}


def of_own_workspace(*where: Any, rest: str) -> Callable[[Example], str]:
    """A question about an open workspace of Nilgiri Retail, for its organization's people."""

    def path(example: Example) -> str:
        query = select(Workspace.public_id).join(Organization, Organization.id == Workspace.organization_id)
        query = query.where(Organization.slug == "nilgiri-retail", Workspace.cancelled_at.is_(None), *where)
        with example.open() as session:
            return f"/o/nilgiri-retail/workspaces/{session.scalars(query.order_by(Workspace.id)).first()}{rest}"

    return path


def of_agent(rest: str) -> Callable[[Example], str]:
    """A page about an agent of Nilgiri Retail."""

    def path(example: Example) -> str:
        agent = example.of_customers(Workspace.web_address == "nilgiri-retail", role=WorkspaceRole.AGENT)[2]
        return f"/w/nilgiri-retail/team/{agent}/{rest}"

    return path


def of_person(
    rest: str = "", question: str = "", role: WorkspaceRole = WorkspaceRole.AGENT
) -> Callable[[Example], str]:
    """A page of Nilgiri Retail about somebody of its first workspace; `question`: about them in that workspace."""

    def path(example: Example) -> str:
        user = example.of_customers(Workspace.web_address == "nilgiri-retail", role=role)[2]
        with example.open() as session:
            query = select(Workspace.public_id).where(Workspace.web_address == "nilgiri-retail")
            workspace = session.scalars(query).one()
        inside = f"/workspaces/{workspace}/{question}" if question else ""
        return of_organization(f"/o/<slug>/users/{user}{rest}{inside}")(example)

    return path


def of_user(email: str, rest: str = "") -> Callable[[Example], str]:
    """The address of this person's page, or of a question about them."""

    def path(example: Example) -> str:
        with example.open() as session:
            return "/admin/users/" + session.scalars(select(User.public_id).where(User.email_key == email)).one() + rest

    return path


def of_hold(example: Example) -> str:
    """The question whether to lift an open hold of a workspace's own."""
    with example.open() as session:
        query = select(Workspace.public_id, Hold.public_id).join(Hold, Hold.workspace_id == Workspace.id)
        ws, hold = session.execute(query.where(Hold.lifted_at.is_(None)).order_by(Hold.id).limit(1)).one()
    return f"{HOME}{ws}/holds/{hold}/lift"


def of_plan(name: str, rest: str = "") -> Callable[[Example], str]:
    """The address of a page of this plan."""

    def path(example: Example) -> str:
        with example.open() as session:
            return f"/admin/plans/{session.scalars(select(Plan.public_id).where(Plan.name == name)).one()}{rest}"

    return path


def of_card(name: str, rest: str = "") -> Callable[[Example], str]:
    """The address of a page of this rate card."""

    def path(example: Example) -> str:
        query = select(RateCard.public_id).where(RateCard.name == name)
        with example.open() as session:
            return f"/admin/rate-cards/{session.scalars(query).one()}{rest}"

    return path


def of_limits(example: Example) -> str:
    """The form of a workspace's usage limits."""
    return f"/admin/usage-limits/{example.workspace(Workspace.spend_cap.is_not(None))}/edit"


def with_domain() -> Any:
    """That a workspace has a domain of its own."""
    return exists().where(Domain.workspace_id == Workspace.id)


def of_place(model: Any, question: str = "role") -> Callable[[Example], str]:
    """The address of a question about somebody's role in a place."""

    def path(example: Example) -> str:
        table: Any = OrganizationMember if model is Organization else Membership
        key = table.organization_id if model is Organization else table.workspace_id
        query = select(User.public_id, model.public_id).join(table, table.user_id == User.id)
        with example.open() as session:
            user, place = session.execute(query.join(model, model.id == key).limit(1)).one()
        return f"/admin/users/{user}/{model.__tablename__}s/{place}/{question}"

    return path


def of_account(slug: str = "", rest: str = "", *, held: bool = False) -> Callable[[Example], str]:
    """The address of the staff's page of this organization; else of the one with the longest name, or of one on which
    a hold is open."""

    def path(example: Example) -> str:
        query = select(Organization.public_id).order_by(func.length(Organization.name).desc(), Organization.id)
        if slug:
            query = query.where(Organization.slug == slug)
        if held:
            query = query.join(Hold, Hold.organization_id == Organization.id).where(Hold.lifted_at.is_(None))
        with example.open() as session:
            return f"/admin/organizations/{session.scalars(query.limit(1)).one()}{rest}"

    return path


def of_request(state: RequestState, rest: str = "") -> Callable[[Example], str]:
    """The address of a page of a request in this state."""

    def path(example: Example) -> str:
        query = select(Request.public_id).where(Request.state == state).order_by(Request.id)
        with example.open() as session:
            return f"/admin/requests/{session.scalars(query.limit(1)).one()}{rest}"

    return path


def of_key(example: Example) -> str:
    """The page that asks whether a key is to be revoked."""
    with example.open() as session:
        key = session.scalars(select(ApiKey.public_id).where(ApiKey.revoked_at.is_(None)).order_by(ApiKey.id)).first()
        return f"/admin/api-keys/{key}/revoke"


def of_hook(rest: str = "") -> Callable[[Example], str]:
    """The address of a page of the webhook that was stopped."""

    def path(example: Example) -> str:
        with example.open() as session:
            query = select(Webhook.public_id).where(Webhook.state == WebhookState.STOPPED)
            return f"/admin/webhooks/{session.scalars(query).one()}{rest}"

    return path


def of_delivery(example: Example) -> str:
    """The page of a delivery that failed."""
    query = select(Webhook.public_id, WebhookDelivery.public_id).join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
    with example.open() as session:
        rows = session.execute(query.where(WebhookDelivery.state == DeliveryState.FAILED).order_by(WebhookDelivery.id))
        hook, delivery = rows.all()[0]
        return f"/admin/webhooks/{hook}/deliveries/{delivery}"


def of_transfer(example: Example) -> str:
    """The page that asks whether a workspace of Nilgiri Retail is to go to another multi organization."""
    child = example.workspace(Workspace.name.startswith("Nilgiri Retail"), ~Workspace.is_primary)
    query = (
        select(Organization.public_id)
        .join(Workspace, (Workspace.organization_id == Organization.id) & Workspace.is_primary)
        .join(Plan, Plan.id == Workspace.plan_id)
        .where(Plan.multi_workspace, Organization.currency == "INR", Organization.slug != "nilgiri-retail")
    )
    with example.open() as session:
        to = session.scalars(query.where(Workspace.cancelled_at.is_(None)).order_by(Organization.id).limit(1)).one()
    return f"{HOME}{child}/transfer?organization={to}"


def of_invoice(rest: str = "", *where: Any) -> Callable[[Example], str]:
    """The address of a page of the latest such invoice, for the staff."""

    def path(example: Example) -> str:
        with example.open() as session:
            query = select(Invoice.public_id).where(*where).order_by(Invoice.id.desc()).limit(1)
            return f"/admin/invoices/{session.scalars(query).one()}{rest}"

    return path


def of_own_invoice(*where: Any) -> Callable[[Example], str]:
    """The address of the latest such invoice of Nilgiri Retail, for its people."""

    def path(example: Example) -> str:
        with example.open() as session:
            query = select(Invoice.public_id).join(Organization, Organization.id == Invoice.organization_id)
            query = query.where(Organization.slug == "nilgiri-retail", *where).order_by(Invoice.month.desc()).limit(1)
            return f"/o/nilgiri-retail/billing/invoices/{session.scalars(query).one()}"

    return path


def of_order(state: OrderState, rest: str) -> Callable[[Example], str]:
    """The question about an order in this state, which is no invoice's share."""

    def path(example: Example) -> str:
        with example.open() as session:
            query = select(Order.public_id).where(Order.state == state, Order.invoice_id.is_(None)).limit(1)
            return f"/admin/orders/{session.scalars(query).one()}{rest}"

    return path


def of_credit(rest: str = "", *where: Any) -> Callable[[Example], str]:
    """The ledger of the first such organization that has one."""

    def path(example: Example) -> str:
        with example.open() as session:
            has = exists().where(CreditEntry.organization_id == Organization.id)
            query = select(Organization.public_id).where(has, *where).order_by(Organization.id).limit(1)
            return f"/admin/credit/{session.scalars(query).one()}{rest}"

    return path


def of_number(state: NumberState, rest: str = "") -> Callable[[Example], str]:
    """A page of the inventory about the first number in this state."""

    def path(example: Example) -> str:
        query = select(Number.public_id).where(Number.state == state).order_by(Number.id).limit(1)
        with example.open() as session:
            return f"/admin/numbers/{session.scalars(query).one()}{rest}"

    return path


def of_own_telephony(rest: str, state: ExtensionState | None = None) -> dict[str, Any]:
    """A question about the first number of a customer's or, with a state, about the first extension in it; and the
    owner of its workspace."""
    if state is None:
        return _of_own(Number, "numbers", Number.state == NumberState.ASSIGNED, rest="/" + rest)
    return _of_own(Extension, "extensions", Extension.state == state, rest="/" + rest)


def of_recording(*where: Any) -> dict[str, Any]:
    """The page of the first such recording of a customer's; and the owner of its workspace."""
    return _of_own(Recording, "recordings", *where)


def _of_own(row: Any, noun: str, *where: Any, rest: str = "") -> dict[str, Any]:
    def found(example: Example) -> tuple[str, str, str]:
        query = (
            select(row.public_id, Workspace.web_address, User.email)
            .join(Workspace, Workspace.id == row.workspace_id)
            .join(User, User.id == Workspace.owner_id)
            .where(*where, Workspace.status == Status.ACTIVE, User.password_hash.is_not(None))
        )
        with example.open() as session, scope.platform():
            public_id, slug, email = session.execute(query.order_by(Workspace.id, row.id).limit(1)).one()
        return public_id, slug, email

    return {
        "where": lambda example: f"/w/{found(example)[1]}/{noun}/{found(example)[0]}{rest}",
        "who": lambda example: found(example)[2],
    }
