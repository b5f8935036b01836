"""Bulk actions on workspaces: what each would come to for one of them, and why not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Self

from portal.rules.access import Permission
from portal.rules.errors import Refused
from portal.rules.lifecycle import HoldKind, Status, may_lift
from portal.rules.pricing import Cycle, check_priced

NO_PLAN = "none"
"""What the form sends for no plan at all: the free plan's limits. Blank is: not chosen yet."""

BESIDE = "Its organization has other workspaces beside this primary one, so it needs a multi-workspace plan."
ONE_MORE = "Suspended already: one more hold."
IN_THE_TRASH = "It is in the trash. Restore it first."


class Act(StrEnum):
    """What is done to each of the chosen workspaces."""

    PLAN = "plan"
    NOTIFY = "notify"
    SUSPEND = "suspend"
    REACTIVATE = "reactivate"


NEEDS: Mapping[Act, Permission] = {
    Act.PLAN: Permission.WORKSPACE_PLAN,
    Act.NOTIFY: Permission.WORKSPACE_NOTIFY,
    Act.SUSPEND: Permission.WORKSPACE_SUSPEND,
    Act.REACTIVATE: Permission.WORKSPACE_REACTIVATE,
}
"""The permission for each, of the person who begins it and for as long as it runs."""


class Outcome(StrEnum):
    """What became of a workspace: done; skipped, since there was nothing to do; refused, by a rule."""

    DONE = "done"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for: the act with what its form holds. `plan`: a public id or NO_PLAN; `cycle`: blank keeps each
    one's own."""

    act: Act
    plan: str = ""
    cycle: str = ""
    public_reason: str = ""
    note: str = ""
    subject: str = ""
    text: str = ""

    def kept(self) -> dict[str, str]:
        """As a task keeps it; `of` reads it back."""
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """The order that a task keeps."""
        return cls(**{**kept, "act": Act(kept["act"])})


class Facts(NamedTuple):
    """A workspace as far as a bulk action depends on it. `plan_id`: integer key; `others`: further open workspaces of
    its organization; `mrr_reporting`: minor units of the reporting currency, None without a rate."""

    public_id: str
    name: str
    status: Status
    holds: tuple[HoldKind, ...]
    organization_holds: tuple[HoldKind, ...]
    plan_id: int | None
    plan: str
    cycle: Cycle
    currency: str
    is_primary: bool
    others: int
    owner_id: int | None
    owner_email: str
    owner_suspended: bool
    people: int
    mrr_reporting: int | None


@dataclass(frozen=True, slots=True)
class Target:
    """The plan that is wanted, as `Order.plan` names it; id None for no plan. Prices in minor units."""

    id: int | None
    name: str
    is_free: bool
    is_multi: bool
    prices: Mapping[tuple[Cycle, str], int]


class Verdict(NamedTuple):
    """What it comes to, and why; for what is done, what else there is to say."""

    outcome: Outcome
    message: str = ""


DONE = Verdict(Outcome.DONE)
ONCE = Verdict(Outcome.SKIPPED, "Its owner is written to once, for another of these workspaces.")


def verdict(order: Order, facts: Facts, may: Collection[Permission], target: Target | None) -> Verdict:
    """What the order comes to for this workspace. `target`: of a change of plan."""
    if facts.status is Status.CANCELLED:
        return Verdict(Outcome.REFUSED, IN_THE_TRASH)
    if order.act is Act.PLAN:
        return _plan(order, facts, target) if target else Verdict(Outcome.REFUSED, "There is no such plan any more.")
    return _VERDICTS[order.act](facts, may)


def _suspend(facts: Facts, may: Collection[Permission]) -> Verdict:
    if HoldKind.MANUAL in facts.holds:
        return Verdict(Outcome.SKIPPED, "It is suspended by staff already.")
    if facts.status is Status.SUSPENDED:
        return Verdict(Outcome.DONE, ONE_MORE)
    return DONE


def _reactivate(facts: Facts, may: Collection[Permission]) -> Verdict:
    if facts.status is not Status.SUSPENDED:
        return Verdict(Outcome.SKIPPED, "It is not suspended.")
    if facts.organization_holds:
        return Verdict(Outcome.REFUSED, "Its whole organization is suspended. Lift that on the workspace’s page.")
    kept = sorted({kind.value.replace("_", " ") for kind in facts.holds if not may_lift(kind, may)})
    if kept:
        return Verdict(Outcome.REFUSED, f"Your role does not lift its hold ({', '.join(kept)}).")
    return DONE


def _notify(facts: Facts, may: Collection[Permission]) -> Verdict:
    if facts.owner_id is None:
        return Verdict(Outcome.REFUSED, "It has no owner.")
    if facts.owner_suspended:
        return Verdict(Outcome.REFUSED, "Its owner’s account is suspended.")
    return DONE


def _plan(order: Order, facts: Facts, target: Target) -> Verdict:
    cycle = Cycle(order.cycle) if order.cycle else facts.cycle
    if (facts.plan_id, facts.cycle) == (target.id, cycle):
        what = f"It is on {target.name} already." if target.id else "It has no plan already."
        return Verdict(Outcome.SKIPPED, what)
    try:
        if target.id is not None:
            check_priced(target.name, target.is_free, target.prices, cycle, facts.currency)
    except Refused as refused:
        return Verdict(Outcome.REFUSED, refused.message)
    if facts.is_primary and facts.others and not target.is_multi:
        return Verdict(Outcome.REFUSED, BESIDE)
    return DONE


_VERDICTS: Mapping[Act, Callable[[Facts, Collection[Permission]], Verdict]] = {
    Act.SUSPEND: _suspend,
    Act.REACTIVATE: _reactivate,
    Act.NOTIFY: _notify,
}


def summary(counts: Mapping[str, int], number: Callable[[int], str] = "{:,}".format) -> str:
    """What became of all: "36 done, 2 skipped". `number` writes a count as the reader's language does."""
    words = [f"{number(counts[outcome])} {outcome.value}" for outcome in Outcome if counts.get(outcome)]
    return ", ".join(words) or "none"
