"""What billing stores twice: where the two differ. Each statement answers what it is, what is stored, what is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from portal.models import ActiveContact, ContactMonth, CreditEntry, Invoice, InvoiceLine, Organization, Workspace
from portal.queries.purges import UNDER_WAY

_ledger = (
    select(func.coalesce(func.sum(CreditEntry.amount_minor), 0))
    .where(CreditEntry.organization_id == Organization.id)
    .correlate(Organization)
    .scalar_subquery()
)
_lines = (
    select(InvoiceLine.invoice_id, func.sum(InvoiceLine.amount_minor).label("total"))
    .group_by(InvoiceLine.invoice_id)
    .subquery()
)
_active = (
    select(ActiveContact.workspace_id, ActiveContact.month, func.count().label("contacts"))
    .group_by(ActiveContact.workspace_id, ActiveContact.month)
    .subquery()
)
_found = func.coalesce(_active.c.contacts, 0)

WRONG_BILLING: Mapping[str, Any] = {
    "Credit of": select(Organization.public_id, Organization.credit_minor, _ledger).where(
        Organization.credit_minor != _ledger
    ),
    "Invoice": select(Invoice.number, Invoice.total_minor, _lines.c.total)
    .join(_lines, _lines.c.invoice_id == Invoice.id)
    .where(Invoice.total_minor != _lines.c.total),
    "Contacts of": select(Workspace.public_id, ContactMonth.contacts, _found)
    .join(Workspace, Workspace.id == ContactMonth.workspace_id)
    .outerjoin(_active, (_active.c.workspace_id == ContactMonth.workspace_id) & (_active.c.month == ContactMonth.month))
    .where(ContactMonth.contacts != _found, ~UNDER_WAY),
}
