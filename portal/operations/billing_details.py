"""Whom an organization's invoices are made out to, and where they are sent, as its own people change it. Issued ones
stay as they are."""

from __future__ import annotations

from collections.abc import Mapping

from portal.operations import organization_changes
from portal.operations.powers import check_held, kept
from portal.operations.unit import exclusively, unit
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.editing import Value

FIELDS = ("company_name", "address", "country", "tax_id", "billing_email")


def change(organization: str, wanted: Mapping[str, Value], by: Actor, version: int) -> None:
    """Those of the organization's `FIELDS` that are in `wanted` read so (text, blank for none; `country`: its name or
    code), and nothing else of it is changed. `version` is the one that the person has seen.

    Raises NotFound, Forbidden for whoever may not any more, Invalid with a message for every bad field, and
    `organization_changes.Stale` where somebody saved meanwhile."""
    if unknown := set(wanted) - set(FIELDS):
        raise ValueError(f"no billing details: {', '.join(sorted(unknown))}")
    with unit() as session:
        exclusively(session, "workspaces")  # as a change of the organization does, before its lock
        check_held(session, kept(session, organization), Permission.ACCOUNT_BILLING_EDIT, by)
        may = {Permission.ORGANIZATION_EDIT}
        organization_changes.change(organization, wanted, by, may=may, version=version)
