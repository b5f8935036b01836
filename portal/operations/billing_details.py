"""Whom an organization's invoices are made out to, and where they are sent, as its own people change it. Issued ones
stay as they are."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from portal.operations import organization_changes
from portal.operations.organization_changes import Stale
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.errors import Refused


@dataclass(frozen=True, slots=True)
class BillingDetails:
    """As a form gives them: text, blank for none. `country`: its name or code."""

    company_name: str = ""
    address: str = ""
    country: str = ""
    tax_id: str = ""
    billing_email: str = ""


def change(organization: str, wanted: BillingDetails, by: Actor, version: int) -> None:
    """The organization's details read so, and nothing else of it is changed. `version` is the one that the person has
    seen. That the person administers its billing is for whoever calls to know.

    Raises NotFound, Invalid with a message for every bad field, Refused where somebody saved meanwhile."""
    may = {Permission.ORGANIZATION_EDIT}
    try:
        organization_changes.change(organization, asdict(wanted), by, may=may, version=version)
    except Stale:
        raise Refused(
            "Somebody else changed the organization after you opened these details. Compare, then save again."
        ) from None
