"""What an organization's invoices are made out to today, and what it has with the platform."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import CreditEntry, Organization, RateCard
from portal.queries.invoices import BillTo
from portal.rules.rate_cards import PAYMENT_DAYS


@dataclass(frozen=True, slots=True)
class Details:
    """`credit` in minor units of the organization's currency, None where none was ever booked; `payment_days`: from the
    issue of an invoice."""

    name: str
    to: BillTo
    version: int
    payment_days: int
    credit: int | None


def details(organization: int) -> Details:
    """Those of the organization (its integer key)."""
    booked = select(func.count(CreditEntry.id)).where(CreditEntry.organization_id == organization).scalar_subquery()
    of, days, entries = db.session.execute(
        select(Organization, RateCard.payment_days, booked)
        .outerjoin(RateCard, RateCard.id == Organization.rate_card_id)
        .where(Organization.id == organization)
    ).one()
    to = BillTo(of.company_name or of.name, of.address, of.country, of.tax_id, of.billing_email)
    credit = of.credit_minor if entries else None
    return Details(of.company_name, to, of.version, PAYMENT_DAYS if days is None else days, credit)
