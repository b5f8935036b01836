"""The mail that brings an invoice to an organization's billing address: what it comes to, and where it is."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.base import site
from portal.models import Invoice, Organization
from portal.operations import outbox
from portal.queries.domains import house_of
from portal.queries.principals import platform
from portal.rules.actors import Actor
from portal.rules.money import written


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
