"""Whom mails about an organization go to: people by their role in it, and where bills go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Organization, OrganizationMember, User
from portal.rules.access import OrganizationRole

Recipient = tuple[str, str, User | None]
"""An address, a name, and the account, where it is one's."""


def members_with(session: Session, organization: int, roles: Collection[OrganizationRole]) -> Sequence[User]:
    """Those who have one of these roles in the organization (its integer key), and whose accounts are not barred."""
    query = select(User).join(OrganizationMember, OrganizationMember.user_id == User.id)
    theirs = query.where(OrganizationMember.organization_id == organization, OrganizationMember.role.in_(roles))
    return session.scalars(theirs.where(User.barred_at.is_(None)).order_by(User.id)).all()


def and_bills(people: Iterable[User], to: str, of: Organization) -> list[Recipient]:
    """These people, and the address that bills go to, unless it is blank or one of theirs."""
    found: list[Recipient] = [(each.email, each.name, each) for each in people]
    if to and to.casefold() not in {address.casefold() for address, *_ in found}:
        found.append((to, of.company_name or of.name, None))
    return found
