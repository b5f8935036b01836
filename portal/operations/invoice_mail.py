"""Mails about invoices: the one that brings it to an organization's billing address, and the one that says that nothing
works until the overdue ones are paid."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from portal.base import site
from portal.models import Invoice, Organization
from portal.operations import outbox
from portal.operations.recipients import and_bills, members_with
from portal.queries.domains import house_of
from portal.queries.principals import platform
from portal.rules.access import OrganizationRole, Permission, permissions_of
from portal.rules.actors import Actor
from portal.rules.money import written

PAYERS = [role for role in OrganizationRole if Permission.ACCOUNT_BILLING_VIEW in permissions_of(role)]


def post_invoice(session: Session, invoice: Invoice, organization: Organization, by: Actor, again: bool = False) -> str:
    """In the open unit: the mail is on its way. Answers the address, blank where the organization has none.

    It goes to the address of today where it is sent again, which may have been corrected meanwhile."""
    to = organization.billing_email or invoice.bill_email
    if not to:
        return ""
    brand = platform().brand or site.settings().brand
    outbox.post(
        session,
        "invoice",
        to,
        f"Invoice {invoice.number} from {brand}",
        now=by.at,
        hasten=again,
        house=house_of(organization.id),
        name=invoice.bill_name,
        number=invoice.number,
        month=f"{invoice.month:%B %Y}",
        total=written(invoice.total_minor, invoice.currency),
        due_on=f"{invoice.due_on.day} {invoice.due_on:%B %Y}",
        link=site.external(f"/o/{organization.slug}/billing/invoices/{invoice.public_id}"),
    )
    return to


def post_past_due(session: Session, organization: Organization, overdue: Sequence[Invoice], by: Actor) -> None:
    """In the open unit: whoever sees to the organization's bills reads that all of it is suspended for these invoices:
    its billing address, and those whose role shows them."""
    people = and_bills(members_with(session, organization.id, PAYERS), organization.billing_email, organization)
    total = sum(row.total_minor for row in overdue)
    for address, name, user in people:
        outbox.post(
            session,
            "past_due",
            address,
            f"{organization.name} is suspended: {'an invoice is' if len(overdue) == 1 else 'invoices are'} overdue",
            now=by.at,
            user=user,
            hasten=False,
            house=house_of(organization.id),
            name=name,
            organization=organization.name,
            invoices=[
                (row.number, written(row.total_minor, row.currency), f"{row.due_on.day} {row.due_on:%B %Y}")
                for row in overdue
            ],
            total=written(total, organization.currency),
            link=site.external(f"/o/{organization.slug}/billing"),
        )
