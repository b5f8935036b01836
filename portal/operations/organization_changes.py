"""Changing an organization: its profile, and what it is billed by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.countries import country_code, currency_code
from portal.base.emails import check_email
from portal.models import (
    CreditEntry,
    Organization,
    Plan,
    PlanPrice,
    RateCard,
    SubscriptionCycle,
    Workspace,
    scope,
)
from portal.models.columns import NAME
from portal.operations.audit import record
from portal.operations.derived import settling_all
from portal.operations.draft_fields import CELL, legible_text, line
from portal.operations.draft_fields import note as clean_note
from portal.operations.drafts import Faults
from portal.operations.locks import locked_organization
from portal.operations.unit import exclusively, unit
from portal.queries.editing import same
from portal.queries.organization_detail import Account, account
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.editing import Value
from portal.rules.errors import Conflict, Forbidden, Invalid, Refused
from portal.rules.pricing import PRICED_CYCLES
from portal.rules.text import sort_key

GROUPS: Mapping[Permission, tuple[str, ...]] = {
    Permission.ORGANIZATION_EDIT: ("name", "company_name", "address", "country", "tax_id", "billing_email"),
    Permission.ORGANIZATION_BILLING: ("currency", "rate_card", "volume_discount"),
}
"""Which permission changing a field needs."""
FIELDS = tuple(name for group in GROUPS.values() for name in group)
FLAGS = frozenset({"volume_discount"})
SHOWN = {"name", "billing_email", "currency"}  # what the list of workspaces shows, sorts or searches by
ADDRESS = 500  # characters


class Stale(Conflict):
    """Somebody saved the organization after the form was opened: `theirs` is what stands there now."""

    def __init__(self, theirs: Account) -> None:
        super().__init__("Somebody else saved this organization after you opened it. Compare both versions.")
        self.theirs = theirs


@dataclass(frozen=True, slots=True)
class Changed:
    """The fields that changed; none, where all was so already."""

    fields: tuple[str, ...]
    version: int


def texts(found: Account) -> dict[str, Value]:
    """Each field in the text that a form would send for it; a rate card by its public id."""
    plain = {name: getattr(found, name) for name in FIELDS if name != "rate_card"}
    return plain | {"rate_card": found.rate_card_id or ""}


def change(
    organization: str, wanted: Mapping[str, Value], by: Actor, *, may: Collection[Permission], version: int
) -> Changed:
    """The fields in `wanted` read so; others stay. `version` is the one that the person has seen.

    Raises NotFound, Stale, Forbidden for a field that `may` does not cover, and Invalid with a message for every bad
    field: then nothing was changed."""
    with scope.platform(), unit() as session:
        exclusively(session, "workspaces")  # nobody makes one meanwhile, in the old currency
        row = locked_organization(session, Organization.public_id == organization)
        before = account(organization)
        there = texts(before)
        changed = [name for name in FIELDS if name in wanted and not same(wanted[name], there[name])]
        if not changed:
            return Changed((), row.version)
        _check_may(changed, may)
        if version != row.version:
            raise Stale(before)
        rows = _workspaces(session, row)
        columns = _checked(session, before, rows, {name: wanted[name] for name in changed})
        columns = {name: value for name, value in columns.items() if getattr(row, name) != value}
        if not columns:  # only said in other words, as a country's name for its code
            return Changed((), row.version)
        with settling_all(session, rows if SHOWN & set(changed) else ()):
            for name, value in columns.items():
                setattr(row, name, value)
            row.version += 1
        _tell(row, before, account(organization), by)
        return Changed(tuple(changed), row.version)


def _workspaces(session: Session, row: Organization) -> list[Workspace]:
    mine = select(Workspace).where(Workspace.organization_id == row.id).order_by(Workspace.id)
    return list(session.scalars(mine.with_for_update()))


def _check_may(changed: Collection[str], may: Collection[Permission]) -> None:
    for permission, names in GROUPS.items():
        if set(names) & set(changed) and permission not in may:
            raise Forbidden(f"Your role does not include this: {permission.words[0].lower()}{permission.words[1:]}.")


# ---------------------------------------------------------------- checks


def _checked(session: Session, before: Account, rows: list[Workspace], wanted: Mapping[str, Value]) -> dict[str, Any]:
    """The columns to be written. Raises Invalid with every fault."""
    faults, columns = Faults(), dict[str, Any]()
    for name, value in wanted.items():
        if isinstance(value, str):
            legible_text(name, value, CELL, faults)
    if faults.found:
        raise Invalid(faults.found)
    for name in set(wanted) & set(PLAIN):
        columns[name] = faults.take(name, PLAIN[name], str(wanted[name]))
    currency = before.currency
    if "currency" in wanted:
        currency = faults.take("currency", _currency, session, before, rows, str(wanted["currency"])) or currency
        columns["currency"] = currency
    if {"currency", "rate_card"} & set(wanted):
        card = str(wanted.get("rate_card", before.rate_card_id or ""))
        columns["rate_card_id"] = faults.take("rate_card", _rate_card, session, card, currency, before.rate_card_id)
    if "volume_discount" in wanted:
        columns["volume_discount"] = bool(wanted["volume_discount"])
    if faults.found:
        raise Invalid(faults.found)
    if "name" in columns:
        columns["name_key"] = sort_key(columns["name"])
    return columns


PLAIN: Mapping[str, Any] = {
    "name": lambda text: line(text, "name", "a name", NAME, required=True),
    "company_name": lambda text: line(text, "company_name", "a name", NAME),
    "address": lambda text: clean_note(text, "address", ADDRESS),
    "country": lambda text: country_code(text, "country") if text.strip() else "",
    "tax_id": lambda text: line(text, "tax_id", "a tax id", 64),
    "billing_email": lambda text: check_email(text, "billing_email") if text.strip() else "",
}


def _currency(session: Session, before: Account, rows: list[Workspace], typed: str) -> str:
    """Another currency is that of every amount that was agreed: there must be none that it would falsify."""
    if before.invoiced:
        raise Refused(f"An invoice was issued in {before.currency}: the currency is fixed.", "currency")
    code = currency_code(typed)
    owned = next((row for row in rows if row.custom_amount is not None or row.spend_cap is not None), None)
    if owned:
        raise Refused(
            f"{owned.name} has its own price or a spend cap in {before.currency}. Take it off first.", "currency"
        )
    if session.scalar(select(CreditEntry.id).where(CreditEntry.organization_id == before.key).limit(1)) is not None:
        raise Refused(f"Platform credit was booked in {before.currency}: the currency is fixed.", "currency")
    begun = select(SubscriptionCycle.workspace_id).where(
        SubscriptionCycle.workspace_id.in_([row.id for row in rows]), SubscriptionCycle.order_id.is_(None)
    )
    key = session.scalar(begun.limit(1))
    if key is not None:
        name = next(row.name for row in rows if row.id == key)
        raise Refused(
            f"A cycle of {name} has begun at a price in {before.currency} and is not invoiced yet.", "currency"
        )
    for row in rows:
        if row.plan_id and row.billing_cycle in PRICED_CYCLES and not _is_priced(session, row, code):
            plan = session.get_one(Plan, row.plan_id)
            cycle = row.billing_cycle.value
            if not plan.is_free:
                raise Refused(f"{row.name} is on {plan.name}, which has no {cycle} price in {code}.", "currency")
    return code


def _is_priced(session: Session, row: Workspace, currency: str) -> bool:
    price = select(PlanPrice.id).where(
        PlanPrice.plan_id == row.plan_id, PlanPrice.cycle == row.billing_cycle, PlanPrice.currency == currency
    )
    return session.scalar(price) is not None


def _rate_card(session: Session, public_id: str, currency: str, before: str | None) -> int | None:
    if not public_id.strip():
        return None
    card: RateCard | None = session.scalar(select(RateCard).where(RateCard.public_id == public_id.strip()))
    if card is None or (card.archived_at and card.public_id != before):
        raise Refused("There is no such rate card. Choose one of those listed.", "rate_card")
    if card.currency != currency:
        raise Refused(
            f"The rate card {card.name} is in {card.currency}, not in {currency}. Choose another.",
            "rate_card",
        )
    return card.id


def _tell(row: Organization, before: Account, after: Account, by: Actor) -> None:
    old, new = texts(before), texts(after)
    pairs: dict[str, Any] = {name: (old[name], new[name]) for name in FIELDS if old[name] != new[name]}
    if "rate_card" in pairs:
        pairs["rate_card"] = (before.rate_card or "", after.rate_card or "")
    record("organization.changed", by, organization=row, **pairs)
