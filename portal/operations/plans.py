"""Plans: made, changed, archived and restored. What follows from their prices and limits is settled with the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.models import Plan, PlanColour, PlanFee, PlanLimit, PlanPrice
from portal.operations.audit import record
from portal.operations.plan_drafts import check, currencies_in
from portal.operations.settlements import Begun, Settlement, settle
from portal.operations.unit import exclusively, locked, unit
from portal.queries.health import MONTHLY
from portal.queries.plan_effects import Change
from portal.queries.plans import PlanView, organizations_with_others, plan
from portal.queries.principals import platform
from portal.queries.reach import Reach, falling_back
from portal.rules.actors import Actor
from portal.rules.editing import Value
from portal.rules.errors import Conflict, Invalid
from portal.rules.limits import UNLIMITED, Limit
from portal.rules.plans import Terms, changed_limits, moves_money, told
from portal.rules.pricing import Cycle
from portal.rules.text import sort_key


class StalePlan(Conflict):
    """Somebody saved the plan after the form was opened: `theirs` is what stands there now."""

    def __init__(self, theirs: PlanView) -> None:
        super().__init__("Somebody else saved this plan after you opened it. Compare both versions.")
        self.theirs = theirs


@dataclass(frozen=True, slots=True)
class Saved:
    """What of it changed (nothing, where all was so already), and the settling of what follows."""

    changed: tuple[str, ...]
    begun: Begun = Begun(0)


def create(texts: Mapping[str, Value], by: Actor) -> str:
    """There is a plan of these terms, behind all others. Answers its public id; raises Invalid."""
    with unit() as session:
        exclusively(session, "workspaces")  # whoever chooses a plan sees all of it or nothing
        terms = check(texts)
        _check_name(session, terms.name, None)
        last = session.scalar(select(func.max(Plan.position))) or 0
        row = Plan(name=terms.name, name_key=sort_key(terms.name), position=last + 1, created_at=by.at)
        session.add(row)
        session.flush()
        _write(session, row, terms)
        facts: dict[str, Any] = {name: pair[1] for name, pair in told(Terms(name="", colour=""), terms).items()}
        record("plan.created", by, **facts)
        return row.public_id


def change(public_id: str, wanted: Mapping[str, Value], by: Actor, *, version: str | None = None) -> Saved:
    """The fields in `wanted` read so; others stay. `version`: the mark of what the person has seen, None to overwrite
    whatever is there. Raises NotFound, StalePlan, and Invalid with a message at every bad field."""
    with unit() as session:
        exclusively(session, "workspaces")  # nobody chooses the plan meanwhile: each would wait for the other
        row = locked(session, Plan, public_id)
        before = plan(public_id)
        after = terms_of(before, wanted)
        pairs: dict[str, Any] = told(before.terms, after)
        if not pairs:
            return Saved(())
        if version is not None and version != before.version:
            raise StalePlan(before)
        check_fits(session, before, after)
        _write(session, row, after)
        record("plan.changed", by, plan=before.name, **pairs)
        what = settlement(before, after)
        return Saved(tuple(pairs), settle(session, what, f"{after.name}, prices and limits", by))


def terms_of(before: PlanView, wanted: Mapping[str, Value]) -> Terms:
    """The plan's terms with what is wanted laid over them. Raises Invalid."""
    return check({**before.texts(currencies_in(wanted)), **wanted})


def check_fits(session: Session, before: PlanView | None, after: Terms) -> None:
    """Raises Invalid where the terms do not fit with what is there."""
    _check_name(session, after.name, before.key if before else None)
    if before is None:
        return
    if before.is_free and after.multi_workspace:
        why = "The free plan is what a workspace has without a choice. Make a plan of its own for several workspaces."
        raise Invalid({"multi_workspace": why})
    if before.terms.multi_workspace and not after.multi_workspace:
        families = organizations_with_others(before.key)
        if families:
            who = "1 organization has" if families == 1 else f"{families:,} organizations have"
            why = f"{who} further workspaces beside a primary on this plan. Move their primaries to another plan first."
            raise Invalid({"multi_workspace": why})
    settings = platform()
    price = (Cycle.MONTHLY, settings.default_currency)
    if settings.default_plan == before.public_id and price in before.terms.prices and price not in after.prices:
        why = "New workspaces start with this plan and need this price. Choose another plan in Defaults first."
        raise Invalid({f"price_monthly_{settings.default_currency}": why})


def archive(public_id: str, by: Actor) -> None:
    """Nobody new can choose the plan; who is on it stays. Raises NotFound, and Conflict for the free plan and the one
    that new workspaces start with."""
    with unit() as session:
        exclusively(session, "workspaces")  # nobody makes it the one that new workspaces start with meanwhile
        row, view = locked(session, Plan, public_id), plan(public_id)
        check_archivable(view)
        row.archived_at = by.at
        record("plan.archived", by, plan=row.name, workspaces=view.carried.workspaces)


def check_archivable(view: PlanView) -> None:
    """Raises Conflict with the reason where it is not to be archived."""
    if view.archived:
        raise Conflict("This plan is in the archive already.")
    if view.is_free:
        raise Conflict("The free plan is never archived: workspaces without a plan have its limits.")
    if platform().default_plan == view.public_id:
        raise Conflict("New workspaces start with this plan. Choose another in Defaults first.")


def restore(public_id: str, by: Actor) -> None:
    """The plan can be chosen again. Raises NotFound, and Conflict if it is not in the archive."""
    with unit() as session:
        row = locked(session, Plan, public_id)
        if row.archived_at is None:
            raise Conflict("This plan is not in the archive.")
        row.archived_at = None
        record("plan.restored", by, plan=row.name)


# ---------------------------------------------------------------- what follows


def changes_of(before: PlanView, after: Terms) -> tuple[Change, ...]:
    """The limits whose figure in force would be another one, and on which plans."""
    free = _free_limits(before)
    found = []
    for limit in changed_limits(before.terms, after):
        was = before.terms.limits.get(limit, free.get(limit, UNLIMITED))
        will = after.limits.get(limit, free.get(limit, UNLIMITED))
        plans = falling_back(limit, before.key) if before.is_free else (before.key,)
        if was != will:
            found.append(Change(limit, plans, was, will))
    return tuple(found)


def settlement(before: PlanView, after: Terms) -> Settlement:
    """What is to be written anew once these terms hold."""
    changes = changes_of(before, after)
    plans = {before.key, *(key for each in changes for key in each.plans)}
    return Settlement(
        Reach(
            plans=tuple(sorted(plans, key=lambda key: key or 0)),
            family=before.key if before.terms.child_fees != after.child_fees else None,
        ),
        derived=moves_money(before.terms, after) or before.name != after.name,
        health=any(each.limit in MONTHLY for each in changes),
        limits={each.limit: each.plans for each in changes},
    )


def _free_limits(view: PlanView) -> Mapping[Limit, int]:
    """What holds where a plan sets nothing; for the free plan itself there is nothing behind it."""
    if view.is_free:
        return {}
    free = select(PlanLimit.name, PlanLimit.value).join(Plan, Plan.id == PlanLimit.plan_id).where(Plan.is_free)
    return dict(db.session.execute(free).all())


def _check_name(session: Session, name: str, key: int | None) -> None:
    others = session.execute(select(Plan.id, Plan.name)).all()
    taken = next((each for each in others if each.name.casefold() == name.casefold() and each.id != key), None)
    if taken:
        raise Invalid({"name": f"There is a plan “{taken.name}” already. Choose another name."})


def _write(session: Session, row: Plan, terms: Terms) -> None:
    row.name, row.name_key, row.colour = terms.name, sort_key(terms.name), PlanColour(terms.colour)
    row.multi_workspace, row.included_contacts = terms.multi_workspace, terms.included_contacts
    row.discount_tiers = [list(tier) for tier in terms.tiers]
    for table in (PlanPrice, PlanFee, PlanLimit):
        session.execute(delete(table).where(table.plan_id == row.id))
    rows: list[Any] = [
        PlanPrice(plan_id=row.id, cycle=cycle, currency=code, amount_minor=minor)
        for (cycle, code), minor in terms.prices.items()
    ]
    rows += [
        PlanFee(
            plan_id=row.id,
            currency=code,
            child_fee_minor=terms.child_fees.get(code, 0),
            contact_price=terms.contact_prices.get(code, 0),
        )
        for code in sorted({*terms.child_fees, *terms.contact_prices})
    ]
    rows += [PlanLimit(plan_id=row.id, name=limit, value=value) for limit, value in terms.limits.items()]
    session.add_all(rows)
    session.flush()
