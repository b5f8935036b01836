"""What workspaces have spent in the running month: their usage, before tax, which a spend cap is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, func, literal, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import BilledUsage, DailyUsage, Organization, RateCard, RatesBefore, Workspace, scope
from portal.queries.account_usage import running_month
from portal.queries.bills import basis, rates_of
from portal.rules.invoicing import Party, Rates, Used, month_end, usage_lines
from portal.rules.periods import local_day

_Primary = aliased(Workspace, name="primary_workspace")


def spends(organization: int, now: datetime) -> dict[int, int]:
    """Minor units of its currency that each activated workspace of the organization (integer keys all) has spent in the
    running month; what came late for the months before is none of it."""
    with scope.platform():
        account = basis(organization, running_month(organization, now), now).account
    return {each.key: _spend(each, account.rates, account.currency) for each in account.parties}


def spends_of(where: ColumnElement[bool], now: datetime) -> dict[int, int]:
    """The same of the workspaces of which this is true, of whatever organizations: in four queries, however many there
    are. Within the platform's scope."""
    rows = db.session.execute(
        select(Workspace, Workspace.activated_on, _Primary.timezone, Organization.currency, RateCard)
        .join(Organization, Organization.id == Workspace.organization_id)
        .join(_Primary, and_(_Primary.organization_id == Organization.id, _Primary.is_primary))
        .outerjoin(RateCard, RateCard.id == Organization.rate_card_id)
        .where(where, Workspace.activated_on.is_not(None))
    ).all()
    months = {zone: local_day(now, zone).replace(day=1) for zone in {row[2] for row in rows}}
    if not months:
        return {}
    used = _used(where, min(months.values()), max(months.values()))
    billed = _billed(where, set(months.values()))
    before = _rates_before(min(months.values()))
    found = {}
    for workspace, since, zone, currency, card in rows:
        month, key = months[zone], workspace.id
        if since is None or since > month_end(month) or (key, month) in billed:
            continue
        held = (workspace.number_count, workspace.extension_count)
        party = Party(key, workspace.name, used=Used(*used.get((key, month), (0, 0)), *held))
        then = next((rates for until, rates in before.get(card.id, ()) if until > month), None) if card else None
        found[key] = _spend(party, then or rates_of(card), currency)
    return found


def _spend(party: Party, rates: Rates, currency: str) -> int:
    on_time = replace(party, used=replace(party.used, late=()))
    return sum(line.amount for line in usage_lines(on_time, rates, currency))


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


def _rates_before(month: date) -> dict[int, list[tuple[date, Rates]]]:
    """What cards (integer keys) said until a change after that month, the first change first."""
    found: dict[int, list[tuple[date, Rates]]] = {}
    query = select(RatesBefore).where(RatesBefore.month > month).order_by(RatesBefore.month)
    for each in db.session.scalars(query):
        found.setdefault(each.rate_card_id, []).append((each.month, rates_of(each)))
    return found
