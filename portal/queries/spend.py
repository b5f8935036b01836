"""What workspaces have spent in the running month: their usage, before tax, which a spend cap is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, func, literal, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import BilledUsage, DailyUsage, Organization, RateCard, RatesBefore, Workspace
from portal.queries.bills import rates_of
from portal.queries.rate_cards import until_after
from portal.rules.invoice_lines import Line
from portal.rules.invoicing import Party, Rates, Used, usage_lines
from portal.rules.periods import local_day, month_end

_Primary = aliased(Workspace, name="primary_workspace")


@dataclass(frozen=True, slots=True)
class Spend:
    """What was spent in the month that runs for the account (its first day), as an invoice would list it."""

    month: date
    lines: tuple[Line, ...]

    @property
    def amount(self) -> int:
        """Minor units of the account's currency."""
        return sum(line.amount for line in self.lines)


def spends_of(where: ColumnElement[bool], now: datetime) -> dict[int, int]:
    """Minor units of its organization's currency that each activated workspace of which this is true (by integer key)
    has spent in the running month; what came late for the months before is none of it. Within the platform's scope."""
    return {key: found.amount for key, found in monthly(where, now).items()}


def number_price(workspace: int) -> tuple[Decimal, str]:
    """What one more number costs this workspace (integer key) a month, in major units of its account's currency, and
    that currency; 0 without a rate card. Within the platform's scope."""
    query = select(RateCard, Organization.currency).select_from(Workspace)
    query = query.join(Organization, Organization.id == Workspace.organization_id)
    found = db.session.execute(
        query.outerjoin(RateCard, RateCard.id == Organization.rate_card_id).where(Workspace.id == workspace)
    ).one()
    return rates_of(found.RateCard).number, found.currency


def monthly(where: ColumnElement[bool], now: datetime) -> dict[int, Spend]:
    """The same with the month that it is and the lines that make it: in four queries, however many there are, and one
    more while two months run. Within the platform's scope."""
    rows = db.session.execute(
        select(*_WANTED, RateCard)
        .join(Organization, Organization.id == Workspace.organization_id)
        .join(_Primary, and_(_Primary.organization_id == Organization.id, _Primary.is_primary))
        .outerjoin(RateCard, RateCard.id == Organization.rate_card_id)
        .where(where, Workspace.activated_on.is_not(None))
    ).all()
    months = {zone: local_day(now, zone).replace(day=1) for zone in {row.zone for row in rows}}
    if not months:
        return {}
    used = _used(where, min(months.values()), max(months.values()))
    billed = _billed(where, set(months.values()))
    then = {month: _rates_then(month) for month in set(months.values())}
    found = {}
    for row in rows:
        month, card = months[row.zone], row.RateCard
        if row.activated_on > month_end(month) or (row.id, month) in billed:
            continue
        messages, minutes = used.get((row.id, month), (0, 0))
        party = Party(row.id, row.name, used=Used(messages, minutes, row.number_count, row.extension_count))
        rates = then[month].get(card.id) if card else None
        lines = usage_lines(party, rates or rates_of(card), row.currency)
        found[row.id] = Spend(month, tuple(lines))
    return found


_WANTED = (
    Workspace.id,
    Workspace.name,
    Workspace.activated_on,
    Workspace.number_count,
    Workspace.extension_count,
    _Primary.timezone.label("zone"),
    Organization.currency,
)


def _used(where: ColumnElement[bool], first: date, last: date) -> Mapping[tuple[int, date], tuple[int, int]]:
    """Messages and minutes since activation, by workspace and month; at any instant no more than two months run."""
    month: Any = case((DailyUsage.day >= last, literal(last, Date)), else_=literal(first, Date))
    rows = db.session.execute(
        select(DailyUsage.workspace_id, month.label("of_month"), *map(func.sum, (DailyUsage.sent, DailyUsage.minutes)))
        .join(Workspace, Workspace.id == DailyUsage.workspace_id)
        .where(where, DailyUsage.day.between(first, month_end(last)), DailyUsage.day >= Workspace.activated_on)
        .group_by(DailyUsage.workspace_id, "of_month")
    )
    return {(key, of): (int(messages), int(minutes)) for key, of, messages, minutes in rows}


def _billed(where: ColumnElement[bool], months: set[date]) -> set[tuple[int, date]]:
    """What another organization has billed already, which the workspace came from."""
    rows = db.session.execute(
        select(BilledUsage.workspace_id, BilledUsage.month)
        .join(Workspace, Workspace.id == BilledUsage.workspace_id)
        .where(where, BilledUsage.month.in_(months))
    )
    return {(key, month) for key, month in rows}


def _rates_then(month: date) -> dict[int, Rates]:
    """What cards (integer keys) said of the month, where they say something else now."""
    query = select(RateCard.id, RatesBefore).select_from(RateCard).join(RatesBefore, until_after(month))
    return {key: rates_of(said) for key, said in db.session.execute(query)}
