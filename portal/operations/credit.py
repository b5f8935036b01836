"""Platform credit: the ledger is only ever added to. A balance may go below zero; the attention queue shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.models import CreditEntry, CreditKind, Organization, Workspace, scope
from portal.operations.audit import record
from portal.operations.draft_fields import line
from portal.operations.locks import locked_house, organization_key
from portal.operations.unit import unit
from portal.rules.actors import Actor
from portal.rules.errors import NotFound, Refused
from portal.rules.invoice_lines import Line, LineKind
from portal.rules.money import LARGEST_MINOR, to_minor, written

LONGEST = 500  # characters of a reason


def adjust(organization: str, amount: str, reason: str, by: Actor, workspace: str = "") -> int:
    """The organization's credit has so much more (major units; less with a minus sign), perhaps for one of its
    workspaces (public id). Answers the balance in minor units.

    Raises NotFound, and Refused for an unusable amount or without a reason."""
    why = line(reason, "reason", "why the credit is changed", LONGEST, required=True)
    with scope.platform(), unit() as session:
        house = locked_house(session, organization_key(organization))
        of = next((each for each in house.workspaces if each.public_id == workspace), None)
        if workspace and of is None:
            raise NotFound()
        minor = to_minor(amount, house.organization.currency, "amount")
        if not minor:
            raise Refused("Enter how much is added, or with a minus sign how much is taken off.", "amount")
        if abs(house.organization.credit_minor + minor) > LARGEST_MINOR:
            raise Refused("The balance would be too large.", "amount")
        _book(session, house.organization, CreditKind.ADJUSTMENT, minor, by, workspace=of, detail=why)
        balance, currency = house.organization.credit_minor, house.organization.currency
        told: dict[str, Any] = {"amount": written(minor, currency), "balance": written(balance, currency)}
        record("credit.adjusted", by, organization=house.organization, workspace=of, reason=why, **told)
        return balance


def charge(
    session: Session,
    organization: Organization,
    workspaces: Sequence[Workspace],
    month: date,
    lines: Sequence[Line],
    by: Actor,
) -> None:
    """In the open unit, with the organization locked: a month's lines are taken from its credit."""
    if not lines:
        return
    known = {each.id: each for each in workspaces}
    for each in lines:
        kind = CreditKind.CONTACTS if each.kind is LineKind.CONTACTS else CreditKind.USAGE
        _book(
            session,
            organization,
            kind,
            -each.amount,
            by,
            workspace=known[each.workspace[0]] if each.workspace else None,
            detail=f"{each.kind.value} {each.detail}".strip(),
            month=month,
            line=each,
        )
    total, currency = -sum(each.amount for each in lines), organization.currency
    record(
        "credit.charged",
        by,
        organization=organization,
        month=f"{month:%Y-%m}",
        amount=written(total, currency),
        balance=written(organization.credit_minor, currency),
    )


def _book(
    session: Session,
    organization: Organization,
    kind: CreditKind,
    minor: int,
    by: Actor,
    *,
    workspace: Workspace | None = None,
    detail: str = "",
    month: date | None = None,
    line: Line | None = None,
) -> None:
    organization.credit_minor += minor
    session.add(
        CreditEntry(
            organization_id=organization.id,
            workspace_id=workspace.id if workspace else None,
            workspace_name=workspace.name if workspace else "",
            kind=kind,
            month=month,
            detail=detail,
            quantity=line.quantity if line else None,
            unit_price=line.unit_price if line else None,
            amount_minor=minor,
            currency=organization.currency,
            balance_minor=organization.credit_minor,
            booked_at=by.at,
            booked_by=by.label,
        )
    )
    session.flush()
