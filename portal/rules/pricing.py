"""What a workspace is worth: cycles, MRR, lifetime value, discounts.

Amounts in minor units of the workspace's currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from portal.rules.errors import Refused
from portal.rules.lifecycle import Status
from portal.rules.money import round_half_up
from portal.rules.periods import add_months, months_begun


class Cycle(StrEnum):
    """How often a workspace pays. Custom: its own amount and months. Trial: not at all."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"
    CUSTOM = "custom"
    TRIAL = "trial"


PRICED_CYCLES = (Cycle.MONTHLY, Cycle.QUARTERLY, Cycle.ANNUAL)
"""Those for which a plan has prices."""

DEFAULT_TIERS: tuple[tuple[int, Decimal], ...] = ((100_000, Decimal(25)),)
"""Volume discount of a new plan: above 100,000 contacts 25 per cent."""

_MONTHS = {Cycle.MONTHLY: 1, Cycle.QUARTERLY: 3, Cycle.ANNUAL: 12}


def months_of(cycle: Cycle, custom_months: int | None = None) -> int | None:
    """How many months a cycle has; None for trial, and for custom without its months.
    ValueError for fewer than 1."""
    if cycle is not Cycle.CUSTOM:
        return _MONTHS.get(cycle)
    if custom_months is not None and custom_months < 1:
        raise ValueError("a custom cycle has at least one month")
    return custom_months


def check_priced(
    plan: str, is_free: bool, prices: Mapping[tuple[Cycle, str], int], cycle: Cycle, currency: str
) -> None:
    """Refused where the plan of this name has no price for the cycle and currency; the free plan needs none."""
    if cycle in PRICED_CYCLES and not is_free and (cycle, currency) not in prices:
        offered = ", ".join(sorted(f"{each.value} in {code}" for each, code in prices)) or "nothing yet"
        raise Refused(
            f"The plan {plan} has no {cycle.value} price in {currency} (it has: {offered}). "
            "Choose another plan, cycle or currency.",
            "plan",
        )


def check_family(organization: str, others: int) -> None:
    """Refused where a primary that is to be on a plan for one workspace has `others` beside it."""
    if others:
        what = "one more workspace" if others == 1 else f"{others:,} more workspaces"
        raise Refused(
            f"{organization} has {what} beside this primary one, so it needs a multi-workspace plan. "
            "Choose one, or close the others first.",
            "plan",
        )


def next_cycle_on(first: date, months: int, today: date) -> date:
    """When the next cycle begins, of cycles that begin on `first` and every `months` (at least 1) after it, the
    month's end clamped: the first such day after `today`."""
    begun = max(0, ((today.year - first.year) * 12 + today.month - first.month) // months)
    nth = add_months(first, begun * months)
    return nth if nth > today else add_months(first, (begun + 1) * months)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What MRR is computed from.

    `price_minor`: the plan's price of the whole cycle in the workspace's currency.
    `custom_amount_minor` per `custom_months`: for the custom cycle only.
    `child_fee_minor`: per month, of the primary's plan; for a child only.
    """

    status: Status
    plan_chosen: bool
    cycle: Cycle
    price_minor: int | None = None
    custom_amount_minor: int | None = None
    custom_months: int | None = None
    is_child: bool = False
    child_fee_minor: int | None = None


def mrr(sub: Subscription) -> int:
    """Monthly recurring revenue, minor units, rounded half up once.

    0 unless ACTIVE, on a plan (blank is the free plan) and not in the trial cycle. Custom:
    its own amount ÷ its months, for a child too. Another child: the child fee. Else the
    cycle's price ÷ its months. An amount that is not set counts 0.
    """
    if sub.status is not Status.ACTIVE or not sub.plan_chosen or sub.cycle is Cycle.TRIAL:
        return 0
    if sub.cycle is Cycle.CUSTOM:
        amount = sub.custom_amount_minor
    elif sub.is_child:
        return sub.child_fee_minor or 0
    else:
        amount = sub.price_minor
    months = months_of(sub.cycle, sub.custom_months)
    if amount is None or months is None:
        return 0
    return round_half_up(Decimal(amount) / months)


def lifetime_value(mrr_minor: int, activated_on: date | None, now: datetime, timezone: str) -> int:
    """The MRR shown × calendar months begun since `activated_on`, the present one included,
    in the workspace's time zone. 0 before activation."""
    if activated_on is None:
        return 0
    return mrr_minor * months_begun(activated_on, now, timezone)


def discount(tiers: Iterable[tuple[int, Decimal]], pooled: int) -> Decimal:
    """The per cent of the highest tier exceeded by `pooled` contacts (strictly more than its
    threshold); 0 where none is. `tiers`: (threshold, per cent), in any order."""
    exceeded = [(threshold, percent) for threshold, percent in tiers if pooled > threshold]
    return max(exceeded, default=(0, Decimal(0)), key=lambda tier: tier[0])[1]


def percent(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in per cent with one decimal, half up; None ("—") where whole is 0.
    Retention is active of total; delivered % is delivered of sent, read % read of delivered."""
    if whole == 0:
        return None
    return _one_decimal(Decimal(part) * 100 / whole)


def percent_change(present: int, before: int) -> Decimal | None:
    """The change against the window before in per cent with one decimal, half up (away from
    zero); None where there was nothing before."""
    if before == 0:
        return None
    return _one_decimal(Decimal(present - before) * 100 / abs(before))


def _one_decimal(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
