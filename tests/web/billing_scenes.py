"""Examples of what staff change of invoices, orders and credit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from portal.base.db import db
from portal.models import Invoice, InvoiceState, Order, OrderState, Organization, Workspace
from portal.operations import rate_cards
from portal.operations.unit import unit
from portal.queries import rate_cards as reads
from portal.queries import usage_limits
from portal.rules.access import OrganizationRole
from tests import factories
from tests.factories import acting
from tests.support import accounts, tenants
from tests.support.clocks import NOW
from tests.support.scenes import Example, Fields, Scene


def invoice(scene: Scene) -> Fields:
    """An open invoice of an organization with two workspaces."""
    with unit() as session:
        of, _ = accounts.account(session, "Beta")
        row = Invoice(
            organization_id=of.id,
            number="INV-2026-00001",
            month=date(2026, 10, 1),
            currency="USD",
            total_minor=4000,
            state=InvoiceState.OPEN,
            issued_at=NOW,
            due_on=date(2026, 12, 1),
            bill_name="Acme",
        )
        session.add(row)
        session.flush()
        scene.values["inv"] = row.public_id
    return {"method": "Cash", "reason": "Sent twice"}


def order(state: OrderState) -> Callable[[Scene], Fields]:
    """An order in this state."""

    def act(scene: Scene) -> Fields:
        with unit() as session:
            _, rows = accounts.account(session)
            made: Order = tenants.order(session, rows[0], 2500, NOW, state=state)
            scene.values["order"] = made.public_id
        return {"state": "paid", "reason": "Twice"}

    return act


def new_order(scene: Scene) -> Fields:
    """A workspace to record one of."""
    with unit() as session:
        accounts.account(session)
    address = db.session.scalars(select(Workspace.web_address)).one()
    return {"workspace": address, "amount": "12.50", "description": "Setting up", "state": "paid"}


def account(scene: Scene) -> Fields:
    """An organization to give credit to."""
    with unit() as session:
        accounts.account(session)
    scene.values["org"] = db.session.scalars(select(Organization.public_id)).one()
    return {"amount": "100", "reason": "Promised in March"}


def details(scene: Scene) -> Fields:
    """Alice administers an organization, too."""
    with unit() as session:
        of, _ = accounts.account(session)
    factories.member(of, scene.alice, OrganizationRole.ADMIN)
    scene.values["slug"] = of.slug
    return {"company_name": "Acme Ltd", "version": "1"}


def card(scene: Scene) -> Fields:
    """A rate card that nobody starts with."""
    scene.values["card"] = rate_cards.create(
        {"name": "Volume", "currency": "USD", "payment_days": "30"}, acting(scene.alice)
    )
    return {"per_message": "0.005", "version": reads.card(scene.values["card"]).version}


def capped(scene: Scene) -> Fields:
    """A workspace that is to have a cap."""
    scene.values["ws"] = factories.workspace().public_id
    return {"spend_cap": "500", "version": usage_limits.editable(scene.values["ws"]).version}


def archived_card(scene: Scene) -> Fields:
    """The same in the archive."""
    card(scene)
    rate_cards.archive(scene.values["card"], acting(scene.alice))
    return {}


def new_card(scene: Scene) -> Fields:
    """A card, as its form sends it."""
    return {"name": "Volume", "currency": "USD", "payment_days": "30"}


BILLING: dict[str, Example] = {
    "admin_credit.adjust": Example(account, ("credit.adjusted",)),
    "admin_rate_cards.archive": Example(card, ("rate_card.archived",)),
    "admin_rate_cards.create": Example(new_card, ("rate_card.created",)),
    "admin_rate_cards.edit_save": Example(card, ("rate_card.changed",)),
    "admin_rate_cards.restore": Example(archived_card, ("rate_card.restored",)),
    "admin_usage_limits.edit_save": Example(capped, ("workspace.spend_cap_changed",)),
    "admin_invoices.pay": Example(invoice, ("invoice.paid",)),
    "admin_invoices.send": Example(invoice, ("invoice.sent",)),
    "admin_invoices.void": Example(invoice, ("invoice.voided",)),
    "admin_orders.new": Example(new_order, ("order.recorded",)),
    "admin_orders.refund": Example(order(OrderState.PAID), ("order.refunded",)),
    "organization_billing.details": Example(details, ("organization.changed",)),
    "admin_orders.settle": Example(order(OrderState.PENDING), ("order.settled",)),
}
