"""Whatever clocks do, each day of a workspace comes once: days of 23 and 25 hours, an hour back, three days down, and
91 days ahead by mistake, after which nothing is gone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.base.scheduler import JOBS
from portal.models import BilledMonth, Hold, Invoice, Membership, Purge, RateCard, SubscriptionCycle, Workspace, scope
from portal.operations import closing
from portal.operations.repair import repair
from portal.operations.unit import unit
from portal.queries import doctor
from portal.queries.audit import verify
from portal.rules.access import WorkspaceRole
from portal.rules.lifecycle import HoldKind, Stage
from portal.rules.periods import add_months
from tests import factories
from tests.support import accounts, tenants
from tests.support.clocks import Clock
from tests.support.creation import check_platform, count
from tests.support.family import add
from tests.support.mails import Mailbox

pytestmark = pytest.mark.faults
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# Days on which clocks change: forward in Santiago (whose midnight there is not), Auckland and Sydney, and by half an
# hour on Lord Howe; back elsewhere, at midnight in Beirut, Cairo and Havana, by two hours at Troll. And the second of
# three days on which nothing runs.
START = datetime(2026, 9, 2, tzinfo=UTC)
DAYS = {
    "America/Santiago": date(2026, 9, 6),
    "Pacific/Auckland": date(2026, 9, 27),
    "Australia/Sydney": date(2026, 10, 4),
    "Australia/Lord_Howe": date(2026, 10, 4),
    "Asia/Beirut": date(2026, 10, 24),
    "Africa/Cairo": date(2026, 10, 29),
    "Europe/Berlin": date(2026, 10, 25),
    "Europe/London": date(2026, 10, 25),
    "Europe/Chisinau": date(2026, 10, 25),
    "Atlantic/Azores": date(2026, 10, 25),
    "Antarctica/Troll": date(2026, 10, 25),
    "America/Havana": date(2026, 11, 1),
    "America/New_York": date(2026, 11, 1),
    "America/St_Johns": date(2026, 11, 1),
    "America/Los_Angeles": date(2026, 11, 1),
    "UTC": date(2026, 10, 27),
}
DOWN = (datetime(2026, 10, 26, 10, tzinfo=UTC), datetime(2026, 10, 29, 10, tzinfo=UTC))


def midnight(timezone: str, days: int) -> datetime:
    """The first instant of the day so many days after the one of this time zone."""
    day = DAYS[timezone] + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def instants() -> list[datetime]:
    """A minute before and after both ends of each of these days, but for those at which nothing runs; and three times
    an hour earlier again, since somebody has put the clock back."""
    around = (midnight(zone, days) + minutes * MINUTE for zone in DAYS for days in (0, 1) for minutes in (-1, 1))
    found = sorted({each for each in around if not DOWN[0] <= each < DOWN[1]} | set(DOWN))
    for place in (len(found) * 3 // 4, len(found) // 2, len(found) // 4):
        found[place + 1 : place + 1] = [found[place] - HOUR, found[place]]
    return found


def fill() -> None:
    """For each time zone one that pays, whose next cycle begins on that day, and one whose trial ends with it."""
    with unit() as session:
        olive = tenants.person(session, "Olive")
        plan, _ = accounts.catalogue(session)
        card = RateCard(name="Standard", currency="USD", payment_days=14)
        session.add(card)
        session.flush()
        rows = []
        for zone, day in DAYS.items():
            of = tenants.organization(session, zone, "USD", rate_card_id=card.id)
            common = {"timezone": zone, "owner_id": olive.id}
            pays = {"activated_on": add_months(day, -1)}
            tries = {"activated_on": None, "stage": Stage.TRIAL, "is_primary": False}
            tries |= {"trial_ends_at": midnight(zone, 1) - timedelta(seconds=1)}
            rows.append(tenants.workspace(session, of, f"{zone} pays", plan, **common, **pays))
            rows.append(tenants.workspace(session, of, f"{zone} tries", plan, **common, **tries))
    owns = {"user_id": olive.id, "role": WorkspaceRole.OWNER, "created_at": tenants.LONG_AGO}
    add(*(Membership(workspace_id=row.id, **owns) for row in rows))
    repair(START)


def begun() -> set[str]:
    """Time zones in which the day's cycle is written down."""
    with scope.platform():
        rows = select(Workspace.timezone, SubscriptionCycle.began_on)
        rows = rows.join(SubscriptionCycle, SubscriptionCycle.workspace_id == Workspace.id)
        return {zone for zone, began in db.session.execute(rows) if began == DAYS[zone]}


def ended() -> list[str]:
    """Time zones in which the trial is over, once for each time that this was noticed; it is held since."""
    rows = select(Workspace.timezone).join(Hold, Hold.workspace_id == Workspace.id)
    assert db.session.scalar(select(Hold.id).where(Hold.lifted_at.is_not(None))) is None
    return sorted(db.session.scalars(rows.where(Hold.kind == HoldKind.TRIAL_ENDED)))


def test_each_day_comes_once(app: Flask, clock: Clock, mailbox: Mailbox) -> None:
    fill()
    latest = clock.at(START)
    closed = factories.workspace("Closed")
    closing.close(closed.public_id, "Closed", factories.command(latest))

    def run() -> None:
        for name in ("trials", "invoices", "dunning", "purge"):
            assert not JOBS[name].act(clock).get("failed")

    run()
    for instant in instants():
        clock.at(instant)
        latest = max(latest, instant)
        run()
        db.session.rollback()
        assert begun() == {zone for zone in DAYS if latest.astimezone(ZoneInfo(zone)).date() >= DAYS[zone]}, instant
        assert ended() == sorted(zone for zone in DAYS if latest >= midnight(zone, 1) - timedelta(seconds=1)), instant
    clock.advance(days=91)
    run()
    once = told()
    clock.at(latest)
    for _ in range(3):
        clock.advance(hours=1)
        run()
    assert told() == once, "what was done ahead of time is not done again"
    assert count(Purge) == 0 and db.session.scalar(select(Workspace.id).where(Workspace.id == closed.id))
    subjects = [each for each in mailbox.subjects if "trial" in each]
    assert sorted(subjects) == sorted(
        f"The trial of {zone} tries {end}" for zone in DAYS for end in ("ends soon", "has ended")
    )
    check_platform()
    assert doctor.sums().is_well and not verify().fault


def told() -> list[object]:
    """How many cycles, bills and mails there are; of each day and month one at most."""
    db.session.rollback()
    with scope.platform():
        cycles = select(SubscriptionCycle.workspace_id, SubscriptionCycle.began_on)
        found = [tuple(row) for row in db.session.execute(cycles)]
        assert len(set(found)) == len(found)
        bills = [tuple(row) for row in db.session.execute(select(Invoice.organization_id, Invoice.month))]
        assert len(set(bills)) == len(bills) > len(DAYS)
        return [len(found), len(bills), count(BilledMonth), len(Mailbox().messages), count(Hold)]
