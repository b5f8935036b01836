"""All that an organization's month is billed by, read as it stands now: see `portal.rules.invoicing`.

What the running month's draft shows and what is issued later come from here alike. Many organizations are read in as
many queries as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
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
from portal.queries.account_usage import billable_contacts, pays_by, primary_plans, tiers_of
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


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was read of workspaces, by their integer keys: cycles that began and are charged, usage of the month and
    (`recounted`: as used by now, and as billed) of late months, what they hold, and contacts."""

    began: Mapping[int, Sequence[Began]]
    cycles: Mapping[int, Sequence[int]]
    used: Mapping[int, tuple[int, int]]
    recounted: Mapping[int, Mapping[date, tuple[tuple[int, int], tuple[int, int]]]]
    held: Mapping[int, tuple[int, int]]
    contacts: Mapping[int, int]


def basis(organization: int, month: date, now: datetime) -> Basis:
    """What the month (its first day) of the organization (its integer key) is billed by, with the cycles that are due
    by now and not written down yet. Within the platform's scope."""
    known = _workspaces([organization], month)
    ahead = subscriptions([each.id for each in known])
    return _bases([organization], known, month, ahead, ahead.due(now))[organization]


def bases(organizations: Collection[int], month: date) -> dict[int, Basis]:
    """The same for these organizations (integer keys), by their keys, the oldest first, whose cycles that are due are
    written down: nothing is looked for beyond them. Within the platform's scope."""
    return _bases(organizations, _workspaces(organizations, month), month, subscriptions([]), [])


def _bases(
    organizations: Collection[int], known: Sequence[Any], month: date, ahead: Subscriptions, unwritten: Sequence[Due]
) -> dict[int, Basis]:
    accounts = db.session.execute(
        select(Organization, RateCard, RatesBefore)
        .outerjoin(RateCard, RateCard.id == Organization.rate_card_id)
        .outerjoin(RatesBefore, until_after(month))
        .where(Organization.id.in_(organizations))
        .order_by(Organization.id)
    ).all()
    began, cycles = _began([each.id for each in known], month, unwritten)
    rows = [each for each in known if began[each.id] or not _gone(each, month)]
    facts = _Facts(
        began,
        cycles,
        _used(Workspace.organization_id.in_(organizations), month),
        _late({each.id for each in rows}, month),
        _held(rows, month),
        billable_contacts(organizations, month),
    )
    plans, theirs = primary_plans(organizations), defaultdict[int, list[Any]](list)
    prices = _contact_prices({plan.id for plan in plans.values()})
    for row in rows:
        theirs[row.organization_id].append(row)
    return {
        of.id: _basis(of, before or card, plans.get(of.id), prices, theirs[of.id], facts, month, ahead)
        for of, card, before in accounts
    }


def _basis(
    of: Organization,
    card: RateCard | RatesBefore | None,
    plan: Plan | None,
    prices: Mapping[tuple[int, str], Decimal],
    rows: Sequence[Any],
    facts: _Facts,
    month: date,
    ahead: Subscriptions,
) -> Basis:
    multi = bool(plan and plan.multi_workspace)
    account = Account(
        currency=of.currency,
        rates=rates_of(card),
        contact_price=prices.get((plan.id, of.currency), Decimal(0)) if plan else Decimal(0),
        tiers=tiers_of(plan),
        discount_approved=of.volume_discount,
        parties=tuple(_party(row, facts, month, multi) for row in rows),
    )
    return Basis(
        account,
        {each.id: Tenant(each.id, each.public_id, each.name, each.is_primary, each.timezone) for each in rows},
        card.payment_days if card else PAYMENT_DAYS,
        {(row.id, late): used for row in rows for late, (used, _) in facts.recounted.get(row.id, {}).items()},
        tuple(key for row in rows for key in facts.cycles.get(row.id, ())),
        ahead,
    )


def rates_of(card: RateCard | RatesBefore | None) -> Rates:
    """What the card says; nothing costs anything without one."""
    if card is None:
        return Rates()
    prices = (card.per_message, card.per_minute, card.per_number, card.per_extension)
    return Rates(*prices, card.tax_percent, card.tax_name)


def _contact_prices(plans: Collection[int]) -> dict[tuple[int, str], Decimal]:
    """By plan (integer key) and currency, in major units."""
    fees = select(PlanFee.plan_id, PlanFee.currency, PlanFee.contact_price).where(PlanFee.plan_id.in_(plans))
    return {(plan, currency): price or Decimal(0) for plan, currency, price in db.session.execute(fees)}


def _workspaces(organizations: Collection[int], month: date) -> Sequence[Any]:
    """Those that were activated by the month's end, of each the primary first; without those that came from another
    organization, which has billed this month of theirs."""
    billed = exists().where(BilledUsage.workspace_id == Workspace.id, BilledUsage.month == month)
    return db.session.execute(
        select(
            Workspace.id,
            Workspace.organization_id,
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
        .where(Workspace.organization_id.in_(organizations), Workspace.activated_on <= month_end(month), ~billed)
        .order_by(Workspace.is_primary.desc(), Workspace.name_key, Workspace.id)
    ).all()


def _gone(row: Any, month: date) -> bool:
    """Closed before the month began; late usage of the months before is billed all the same."""
    return row.cancelled_at is not None and local_day(row.cancelled_at, row.timezone) < add_months(month, -LATEST)


def _party(row: Any, facts: _Facts, month: date, multi: bool) -> Party:
    closed = row.cancelled_at is not None and local_day(row.cancelled_at, row.timezone) < month
    free = 0 if closed else included_contacts(row.included, row.is_primary, multi)
    messages, minutes = facts.used.get(row.id, (0, 0))
    late = tuple(
        Late(of, max(0, total[0] - billed[0]), max(0, total[1] - billed[1]))
        for of, (total, billed) in sorted(facts.recounted.get(row.id, {}).items())
    )
    return Party(
        key=row.id,
        name=row.name,
        began=tuple(facts.began[row.id]),
        used=Used(messages, minutes, *facts.held[row.id], late),
        contacts=Pooled(facts.contacts.get(row.id, 0), free, row.bill_to_platform_credit),
    )


def _used(which: ColumnElement[bool], month: date) -> dict[int, tuple[int, int]]:
    """Messages sent and minutes of the month since each workspace's activation, by its integer key."""
    rows = db.session.execute(
        select(DailyUsage.workspace_id, func.sum(DailyUsage.sent), func.sum(DailyUsage.minutes))
        .join(Workspace, Workspace.id == DailyUsage.workspace_id)
        .where(which, DailyUsage.day.between(month, month_end(month)), DailyUsage.day >= Workspace.activated_on)
        .group_by(DailyUsage.workspace_id)
    )
    return {key: (int(messages), int(minutes)) for key, messages, minutes in rows}


def _late(keys: Collection[int], month: date) -> dict[int, dict[date, tuple[tuple[int, int], tuple[int, int]]]]:
    """Of the months before that are billed, by whichever organization had the workspace then: what was used by now, and
    what of it was billed, by workspace and month."""
    found = defaultdict[int, dict[date, tuple[tuple[int, int], tuple[int, int]]]](dict)
    for back in range(1, LATEST + 1):
        of = add_months(month, -back)
        rows = db.session.execute(
            select(BilledUsage.workspace_id, BilledUsage.messages, BilledUsage.minutes).where(
                BilledUsage.workspace_id.in_(keys), BilledUsage.month == of
            )
        )
        billed = {key: (messages, minutes) for key, messages, minutes in rows}
        used = _used(Workspace.id.in_(billed), of) if billed else {}
        for key, total in used.items():
            if total != billed[key]:
                found[key][of] = (total, billed[key])
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
) -> tuple[defaultdict[int, list[Began]], dict[int, list[int]]]:
    """Cycles that began in the month, written down or not yet, and those that months billed before went without;
    and of those written down the keys; both by workspace."""
    end, found, charged = month_end(month), defaultdict[int, list[Began]](list), defaultdict[int, list[int]](list)
    for each in unbilled(keys, month):
        row = each.row
        if row.began_on <= end:
            words = in_words(row.cycle, row.plan_name, row.is_child, Span(row.began_on, row.ends_on, row.anchor))
            found[row.workspace_id].append(Began(words, row.amount_minor, each.late and row.began_on < month))
            charged[row.workspace_id].append(row.id)
    for ahead in unwritten:
        if month <= ahead.span.began_on <= end and ahead.order is None:
            words = in_words(ahead.cycle, ahead.plan_name, ahead.is_child, ahead.span)
            found[ahead.workspace].append(Began(words, ahead.amount))
    return found, charged
