"""What other limits of a plan would do is counted over all its workspaces at once: the same as page after page says."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, select

from portal.base.db import db
from portal.models import Workspace, scope
from portal.operations import demo
from portal.queries import plans
from portal.queries.detail import Detail, detail
from portal.queries.plan_effects import Change, Hit, hits
from portal.queries.plans import PlanView
from portal.rules.limits import UNLIMITED, Limit
from tests.conftest import NOW, LoadExample
from tests.support.databases import Database

Found = list[Detail]


@pytest.fixture(scope="module")
def read() -> dict[str, Found]:
    """What `found` has read already, by the kind of database: this takes longer than all that is counted."""
    return {}


@pytest.fixture
def found(load_example: LoadExample, database: Database, read: dict[str, Found]) -> Iterator[Found]:
    """The pages of all workspaces of a small example platform that are not closed, as they say themselves."""
    load_example(demo.Wanted(workspaces=80))
    with scope.platform():
        if database.kind not in read:
            open_ones = db.session.scalars(select(Workspace.public_id).where(Workspace.cancelled_at.is_(None))).all()
            read[database.kind] = [detail(each, NOW) for each in open_ones]
        yield read[database.kind]


def counted(change: Change, name: str | None, pages: Found) -> Hit:
    """The same, page after page. `name`: the plan's, None for workspaces without one."""
    workspaces = own = full = full_after = over_after = 0
    for each in pages:
        if (each.profile.plan.name if each.profile.plan else None) != name:
            continue
        state = next(state for state in each.limits if state.limit is change.limit)
        if state.account and state.account.primary_id != each.profile.key:
            continue
        workspaces += 1
        if state.own and state.own.in_force:
            own += 1
            continue
        full += change.before != UNLIMITED and state.used >= change.before
        full_after += change.after != UNLIMITED and state.used >= change.after
        over_after += change.after != UNLIMITED and state.used > change.after
    return Hit(change, workspaces, own, full, full_after, over_after)


@pytest.mark.parametrize("limit", Limit)
def test_the_counts_are_those_of_the_pages(found: Found, limit: Limit) -> None:
    used = sorted(state.used for each in found for state in each.limits if state.limit is limit)
    changes: list[tuple[PlanView | None, Change]] = []
    for plan in plans.plans():
        for figure in (0, used[len(used) // 3], used[len(used) // 2], used[-1], UNLIMITED):
            changes.append((plan, Change(limit, (plan.key,), plan.terms.limits.get(limit, 1), figure)))
    changes.append((None, Change(limit, (None,), 5, 1)))
    for (plan, change), hit in zip(changes, hits([each for _, each in changes], NOW), strict=True):
        assert hit == counted(change, plan.name if plan else None, found)
    assert any(hit.full_after for hit in hits([each for _, each in changes], NOW)), "something was counted"


def test_several_plans_are_counted_together(found: Found) -> None:
    every = plans.plans()
    whole = hits([Change(Limit.USERS, (None, *(each.key for each in every)), 3, 2)], NOW)[0]
    assert whole.workspaces == len(found)


def test_a_query_for_each_limit_whatever_there_is(found: Found) -> None:
    asked: list[str] = []
    changes = [Change(limit, (plans.plans()[2].key,), 5, 1) for limit in Limit]
    db.session.rollback()

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(db.engine, "before_cursor_execute", note)
    hits(changes, NOW)
    event.remove(db.engine, "before_cursor_execute", note)
    assert len([each for each in asked if each.lstrip().upper().startswith("SELECT")]) == len(Limit) + 1
