"""All that an organization's month is billed by, read as it stands now: see `portal.rules.invoicing`.

What the running month's draft shows and what is issued later come from here alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select

from portal.base.db import db
from portal.models import (
    BilledUsage,
    DailyUsage,
    HeldBefore,
    Organization,
    Plan,
    PlanFee,
    RateCard,
    RatesBefore,
    Workspace,
)
from portal.queries.account_usage import billable_contacts, pays_by, primary_plan, tiers_of
from portal.queries.cycles import Due, Subscriptions, subscriptions, unbilled
from portal.queries.rate_cards import until_after
from portal.rules.cycles import Span, in_words
from portal.rules.invoicing import Account, Began, Late, Party, Rates, Used
from portal.rules.periods import add_months, local_day, month_end
from portal.rules.pooling import Pooled, included_contacts
from portal.rules.rate_cards import PAYMENT_DAYS

LATEST = 2  # months before the one that is billed of which usage may still come in: up to 35 days late


@dataclass(frozen=True, slots=True)
class Tenant:
    """What is known of a workspace in the bill. `key`: integer key."""

    key: int
    public_id: str
    name: str
    is_primary: bool
    timezone: str


@dataclass(frozen=True, slots=True)
class Basis:
    """An organization's month before it is worked out: the account, its workspaces by integer key, the days that an
    invoice may take to be paid, what there is of late months, by workspace and month: messages and minutes, the
    cycles that it charges (integer keys), and what those that begin later follow from."""

    account: Account
    tenants: dict[int, Tenant]
    payment_days: int
    recounted: dict[tuple[int, date], tuple[int, int]]
    cycles: tuple[int, ...]
    subscriptions: Subscriptions


def basis(organization: int, month: date, now: datetime, *, begun: bool = False) -> Basis:
    """What the month (its first day) of the organization (its integer key) is billed by. `begun`: the cycles that are
    due are written down, so that nothing is looked for beyond them. Within the platform's scope."""
    row = db.session.execute(
        select(Organization, RateCard, RatesBefore)
        .outerjoin(RateCard, RateCard.id == Organization.rate_card_id)
        .outerjoin(RatesBefore, until_after(month))
        .where(Organization.id == organization)
    ).one()
    of, card = row[0], row[2] or row[1]
    known = _workspaces(organization, month)
    keys = [each.id for each in known]
    ahead = subscriptions([] if begun else keys)
    began, cycles = _began(keys, month, ahead.due(now))
    rows = [each for each in known if began[each.id] or not _gone(each, month)]
    plan = primary_plan(organization)
    recounted = _late({each.id for each in rows}, month)
    parties = _parties(rows, organization, month, began, plan, recounted)
    account = Account(
        currency=of.currency,
        rates=rates_of(card),
        contact_price=_contact_price(plan, of.currency),
        tiers=tiers_of(plan),
        discount_approved=of.volume_discount,
        parties=parties,
    )
    tenants = {each.id: Tenant(each.id, each.public_id, each.name, each.is_primary, each.timezone) for each in rows}
    return Basis(
        account,
        tenants,
        card.payment_days if card else PAYMENT_DAYS,
        {key: now_used for key, (now_used, _) in recounted.items()},
        cycles,
        ahead,
    )


def rates_of(card: RateCard | RatesBefore | None) -> Rates:
    """What the card says; nothing costs anything without one."""
    if card is None:
        return Rates()
    prices = (card.per_message, card.per_minute, card.per_number, card.per_extension)
    return Rates(*prices, card.tax_percent, card.tax_name)


def _contact_price(plan: Plan | None, currency: str) -> Decimal:
    if plan is None:
        return Decimal(0)
    fee = select(PlanFee.contact_price).where(PlanFee.plan_id == plan.id, PlanFee.currency == currency)
    return db.session.scalar(fee) or Decimal(0)


def _workspaces(organization: int, month: date) -> Sequence[Any]:
    """Those that were activated by the month's end, the primary first; without those that came from another
    organization, which has billed this month of theirs."""
    billed = exists().where(BilledUsage.workspace_id == Workspace.id, BilledUsage.month == month)
    return db.session.execute(
        select(
            Workspace.id,
            Workspace.public_id,
            Workspace.name,
            Workspace.is_primary,
            Workspace.timezone,
            Workspace.activated_on,
            Workspace.cancelled_at,
            Workspace.bill_to_platform_credit,
            Workspace.number_count,
            Workspace.extension_count,
            func.coalesce(Plan.included_contacts, 0).label("included"),
        )
        .outerjoin(Plan, pays_by())
        .where(Workspace.organization_id == organization, Workspace.activated_on <= month_end(month), ~billed)
        .order_by(Workspace.is_primary.desc(), Workspace.name_key, Workspace.id)
    ).all()


def _gone(row: Any, month: date) -> bool:
    """Closed before the month began; late usage of the months before is billed all the same."""
    return row.cancelled_at is not None and local_day(row.cancelled_at, row.timezone) < add_months(month, -LATEST)


def _parties(
    rows: Sequence[Any],
    organization: int,
    month: date,
    began: dict[int, list[Began]],
    plan: Plan | None,
    recounted: dict[tuple[int, date], tuple[tuple[int, int], tuple[int, int]]],
) -> tuple[Party, ...]:
    used, held = usage_since_activation(organization, month), _held(rows, month)
    contacts = billable_contacts(organization, month)
    late: defaultdict[int, list[Late]] = defaultdict(list)
    for (key, of), (total, billed) in sorted(recounted.items()):
        late[key].append(Late(of, max(0, total[0] - billed[0]), max(0, total[1] - billed[1])))
    multi = bool(plan and plan.multi_workspace)
    found = []
    for row in rows:
        closed = row.cancelled_at is not None and local_day(row.cancelled_at, row.timezone) < month
        free = 0 if closed else included_contacts(row.included, row.is_primary, multi)
        messages, minutes = used.get(row.id, (0, 0))
        found.append(
            Party(
                key=row.id,
                name=row.name,
                began=tuple(began[row.id]),
                used=Used(messages, minutes, *held[row.id], tuple(late[row.id])),
                contacts=Pooled(contacts.get(row.id, 0), free, row.bill_to_platform_credit),
            )
        )
    return tuple(found)


def usage_since_activation(organization: int, month: date) -> dict[int, tuple[int, int]]:
    """Messages sent and minutes of the month since each workspace's activation, by its integer key. Within the
    platform's scope."""
    return _used(Workspace.organization_id == organization, month)


def _used(which: ColumnElement[bool], month: date) -> dict[int, tuple[int, int]]:
    rows = db.session.execute(
        select(DailyUsage.workspace_id, func.sum(DailyUsage.sent), func.sum(DailyUsage.minutes))
        .join(Workspace, Workspace.id == DailyUsage.workspace_id)
        .where(which, DailyUsage.day.between(month, month_end(month)), DailyUsage.day >= Workspace.activated_on)
        .group_by(DailyUsage.workspace_id)
    )
    return {key: (int(messages), int(minutes)) for key, messages, minutes in rows}


def _late(keys: Collection[int], month: date) -> dict[tuple[int, date], tuple[tuple[int, int], tuple[int, int]]]:
    """Of the months before that are billed, by whichever organization had the workspace then: what was used by now, and
    what of it was billed, by workspace and month."""
    found: dict[tuple[int, date], tuple[tuple[int, int], tuple[int, int]]] = {}
    for back in range(1, LATEST + 1):
        of = add_months(month, -back)
        rows = db.session.execute(
            select(BilledUsage.workspace_id, BilledUsage.messages, BilledUsage.minutes).where(
                BilledUsage.workspace_id.in_(keys), BilledUsage.month == of
            )
        )
        billed = {key: (messages, minutes) for key, messages, minutes in rows}
        used = _used(Workspace.id.in_(billed), of) if billed else {}
        found |= {(key, of): (total, billed[key]) for key, total in used.items() if total != billed[key]}
    return found


def _held(rows: Sequence[Any], month: date) -> dict[int, tuple[int, int]]:
    """Numbers and extensions on the month's last day, or now while the month runs."""
    keys, end = [row.id for row in rows], month_end(month)
    first = (
        select(HeldBefore.workspace_id, func.min(HeldBefore.day).label("day"))
        .where(HeldBefore.workspace_id.in_(keys), HeldBefore.day > end)
        .group_by(HeldBefore.workspace_id)
        .subquery()
    )
    here = and_(HeldBefore.workspace_id == first.c.workspace_id, HeldBefore.day == first.c.day)
    then = db.session.execute(
        select(HeldBefore.workspace_id, HeldBefore.numbers, HeldBefore.extensions).join(first, here)
    )
    found = {row.id: (row.number_count, row.extension_count) for row in rows}
    return found | {key: (numbers, extensions) for key, numbers, extensions in then}


def _began(
    keys: Sequence[int], month: date, unwritten: Sequence[Due]
) -> tuple[defaultdict[int, list[Began]], tuple[int, ...]]:
    """Cycles that began in the month, written down or not yet, and those that months billed before went without;
    and of those written down the keys."""
    end, found, charged = month_end(month), defaultdict[int, list[Began]](list), []
    for each in unbilled(keys, month):
        row = each.row
        if row.began_on <= end:
            words = in_words(row.cycle, row.plan_name, row.is_child, Span(row.began_on, row.ends_on, row.anchor))
            found[row.workspace_id].append(Began(words, row.amount_minor, each.late and row.began_on < month))
            charged.append(row.id)
    for ahead in unwritten:
        if month <= ahead.span.began_on <= end and ahead.order is None:
            words = in_words(ahead.cycle, ahead.plan_name, ahead.is_child, ahead.span)
            found[ahead.workspace].append(Began(words, ahead.amount))
    return found, tuple(charged)
