"""One workspace as staff see it: every figure again from the raw rows, by other code."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.models import Broadcast, Domain, DomainState, Hold, Invitation, Membership, OrderState, Workspace, scope
from portal.operations.unit import unit
from portal.queries import detail
from portal.queries.detail import Detail
from portal.queries.limits import MOST_SHARED, LimitState
from portal.queries.usage import Totals
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.errors import NotFound
from portal.rules.lifecycle import HoldKind, Stage, Status
from portal.rules.limits import Effective, Limit, Source
from portal.rules.pricing import Cycle
from tests.support import tenants
from tests.support.clocks import NOW

TODAY = date(2026, 11, 21)
LATE = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)  # already 1 December in Kolkata
FREE = {Limit.MONTHLY_MESSAGES: 1_000, Limit.NUMBERS: 0, Limit.CONTACTS: 500}


@pytest.fixture(autouse=True)
def platform_scope(app: Flask) -> Iterator[None]:
    with scope.platform():
        yield


def read(workspace: Workspace | str, now: datetime = NOW) -> Detail:
    db.session.expire_all()
    public_id = workspace if isinstance(workspace, str) else workspace.public_id
    db.session.rollback()
    return detail.detail(public_id, now)


def limit(found: Detail, name: Limit) -> LimitState:
    return next(state for state in found.limits if state.limit is name)


def acme(session: Session, currency: str = "INR", **values: Any) -> Workspace:
    """A paying workspace on a plan of its own, with the free plan beside it."""
    tenants.plan(session, "Free", FREE, is_free=True)
    prices = {(Cycle.MONTHLY, currency): 2_400_000, (Cycle.ANNUAL, currency): 10_000}
    scale = tenants.plan(session, "Scale", {Limit.MONTHLY_MESSAGES: 250_000, Limit.USERS: 25}, prices)
    owner = tenants.person(session, "Alice Owner")
    owned_by = tenants.organization(session, "Acme Corporation", currency)
    found = tenants.workspace(session, owned_by, "Acme Logistics", scale, owner_id=owner.id, **values)
    tenants.settled(session, found)
    return found


def test_an_unknown_id_is_not_found(app: Flask) -> None:
    with pytest.raises(NotFound):
        detail.detail("ws_nothing", NOW)
    with pytest.raises(NotFound):
        detail.profile("1")


# ---------------------------------------------------------------- usage


def test_sixty_days_are_summed_in_two_halves(app: Flask) -> None:
    with unit() as session:
        found = acme(session)
        other = tenants.workspace(session, tenants.organization(session, "Other"), "Other")
        for n in range(75):
            day = TODAY - timedelta(days=n)
            tenants.usage(session, found, day, sent=100 + n, delivered=90 + n, read=n, minutes=3)
            tenants.usage(session, other, day, sent=1_000_000)
        tenants.usage(session, found, TODAY + timedelta(days=1), sent=5_000)
    usage = read(found).usage

    def raw(column: str, first: int, last: int) -> int:
        rows = db.session.execute(
            text(f"SELECT {column} FROM daily_usage WHERE workspace_id = :key AND day BETWEEN :first AND :last"),
            {
                "key": found.id,
                "first": (TODAY - timedelta(days=first)).isoformat(),
                "last": (TODAY - timedelta(days=last)).isoformat(),
            },
        )
        return sum(row[0] for row in rows)

    summed = ("sent", "delivered", "read", "received")
    assert usage.total == Totals(*(raw(column, 29, 0) for column in summed))
    assert usage.before == Totals(*(raw(column, 59, 30) for column in summed))
    assert usage.month_sent == raw("sent", 20, 0), "the month began 20 days ago"
    assert usage.month_minutes == 21 * 3
    assert usage.sent_today == 100
    assert [day.day for day in usage.days] == [TODAY - timedelta(days=29 - n) for n in range(30)]


def test_days_without_a_row_are_zero_and_not_missing(app: Flask) -> None:
    with unit() as session:
        found = acme(session)
        tenants.usage(session, found, TODAY - timedelta(days=3), sent=7, delivered=7)
    usage = read(found).usage
    assert len(usage.days) == 30
    assert [day.sent for day in usage.days][-5:] == [0, 7, 0, 0, 0]
    assert usage.any_rows


def test_days_are_those_of_the_workspace(app: Flask) -> None:
    with unit() as session:
        found = acme(session)
        tenants.usage(session, found, date(2026, 11, 30), sent=40, minutes=4)
        tenants.usage(session, found, date(2026, 12, 1), sent=2, minutes=1)
    usage = read(found, LATE).usage
    assert usage.days[-1].day == date(2026, 12, 1)
    assert (usage.sent_today, usage.month_sent, usage.month_minutes) == (2, 2, 1)


# ---------------------------------------------------------------- money


@pytest.mark.parametrize(
    ("currency", "cycle", "mrr"),
    [("INR", Cycle.MONTHLY, 2_400_000), ("JPY", Cycle.ANNUAL, 833), ("KWD", Cycle.ANNUAL, 833)],
)
def test_lifetime_value_is_mrr_times_calendar_months_begun(app: Flask, currency: str, cycle: Cycle, mrr: int) -> None:
    with unit() as session:
        found = acme(session, currency, billing_cycle=cycle, activated_on=date(2024, 11, 30))
    shown = read(found)
    assert shown.profile.mrr_minor == mrr
    assert shown.profile.currency == currency
    assert shown.lifetime_minor == mrr * 25, "November 2024 to November 2026, both included"
    assert read(found, LATE).lifetime_minor == mrr * 26, "December has begun there"


def test_nothing_is_earned_before_activation(app: Flask) -> None:
    with unit() as session:
        found = acme(session, stage=Stage.TRIAL, activated_on=None)
    shown = read(found)
    assert (shown.profile.status, shown.profile.mrr_minor, shown.lifetime_minor) == (Status.TRIAL, 0, 0)


def test_the_ten_latest_paid_orders_and_how_many_orders_there_are(app: Flask) -> None:
    with unit() as session:
        found = acme(session)
        other = tenants.workspace(session, tenants.organization(session, "Other"), "Other")
        for n in range(14):
            tenants.order(session, found, 100 + n, NOW - timedelta(days=n))
        tenants.order(session, found, 1, NOW, state=OrderState.FAILED)
        tenants.order(session, found, 2, NOW, state=OrderState.PENDING)
        tenants.order(session, found, 3, NOW, state=OrderState.REFUNDED)
        tenants.order(session, other, 4, NOW)
    shown = read(found)
    assert [order.amount_minor for order in shown.orders] == list(range(100, 110))
    assert shown.profile.orders == 17


# ---------------------------------------------------------------- limits


def test_each_limit_by_hand(app: Flask) -> None:
    with unit() as session:
        found = acme(session, number_count=6, user_count=3, contact_count=4, campaign_count=5, extension_count=9)
        tenants.override(session, found, Limit.MONTHLY_MESSAGES, 330_000, reason="peak")
        tenants.override(session, found, Limit.EXTENSIONS, 0)
        tenants.override(session, found, Limit.BROADCASTS, -1)
        tenants.usage(session, found, TODAY, sent=11, minutes=5)
        tenants.usage(session, found, TODAY - timedelta(days=1), sent=13, minutes=7)
    states = {state.limit: (state.plan, state.effective, state.used) for state in read(found).limits}
    override, plan, free, none = Source.OVERRIDE, Source.PLAN, Source.FREE_PLAN, Source.NOT_SET
    assert states == {
        Limit.MONTHLY_MESSAGES: (250_000, Effective(330_000, override), 24),
        Limit.DAILY_MESSAGES: (None, Effective(-1, none), 11),
        Limit.NUMBERS: (None, Effective(0, free), 6),
        Limit.USERS: (25, Effective(25, plan), 3),
        Limit.CONTACTS: (None, Effective(500, free), 4),
        Limit.CAMPAIGNS: (None, Effective(-1, none), 5),
        Limit.BROADCASTS: (None, Effective(-1, override), 0),
        Limit.EXTENSIONS: (None, Effective(0, override), 9),
        Limit.MONTHLY_MINUTES: (None, Effective(-1, none), 12),
    }


@pytest.mark.parametrize(("seconds", "in_force"), [(1, True), (0, False), (-1, False)])
def test_an_override_ends_at_its_very_instant(app: Flask, seconds: int, in_force: bool) -> None:
    with unit() as session:
        found = acme(session)
        expires = NOW + timedelta(seconds=seconds)
        tenants.override(session, found, Limit.MONTHLY_MESSAGES, 7, expires_at=expires)
    state = limit(read(found), Limit.MONTHLY_MESSAGES)
    assert state.own and state.own.in_force is in_force
    assert state.effective == (Effective(7, Source.OVERRIDE) if in_force else Effective(250_000, Source.PLAN))
    assert state.shared_by == int(in_force)


def test_without_a_plan_the_free_plan_limits(app: Flask) -> None:
    with unit() as session:
        acme(session)
        found = tenants.workspace(session, tenants.organization(session, "Poor"), "Poor")
    state = limit(read(found), Limit.MONTHLY_MESSAGES)
    assert (state.plan, state.effective) == (None, Effective(1_000, Source.FREE_PLAN))


def test_seats_are_members_and_people_invited_who_are_not_members_yet(app: Flask) -> None:
    with unit() as session:
        found = acme(session, user_count=2)
        member, new = tenants.person(session, "Bob Member"), tenants.person(session, "Carol New")
        session.add(Membership(workspace_id=found.id, user_id=member.id, role=WorkspaceRole.AGENT, created_at=NOW))
        later = {"expires_at": NOW + timedelta(seconds=1)}
        for n, (user, values) in enumerate(
            [
                (new, later),
                (new, later),  # invited twice is one seat
                (tenants.person(session, "Gil Newer"), later),
                (member, later),
                (tenants.person(session, "Dan"), {"expires_at": NOW}),
                (tenants.person(session, "Eve"), later | {"revoked_at": NOW}),
                (tenants.person(session, "Fay"), later | {"accepted_at": NOW}),
            ]
        ):
            session.add(
                Invitation(
                    email=user.email,
                    email_key=user.email,
                    user_id=user.id,
                    organization_id=found.organization_id,
                    organization_role=OrganizationRole.MEMBER,
                    workspace_id=found.id,
                    workspace_role=WorkspaceRole.AGENT,
                    token_digest=str(n),
                    created_at=NOW,
                    **values,
                )
            )
    assert limit(read(found), Limit.USERS).used == 2 + 2


def test_broadcasts_of_the_month_are_those_of_the_workspaces_month(app: Flask) -> None:
    with unit() as session:
        found = acme(session, broadcast_count=3)
        begun = datetime(2026, 10, 31, 18, 30, tzinfo=UTC)  # 1 November, 0:00 in Kolkata
        for created in (begun - timedelta(seconds=1), begun, NOW):
            session.add(Broadcast(workspace_id=found.id, name="Broadcast", created_at=created))
    shown = read(found)
    assert limit(shown, Limit.BROADCASTS).used == 2
    assert shown.profile.broadcasts == 3


def multi(session: Session) -> tuple[Workspace, Workspace]:
    """A multi organization: its primary with 50,000 contacts allowed, and a child with a plan of its own."""
    tenants.plan(session, "Free", FREE, is_free=True)
    big = tenants.plan(session, "Big", {Limit.CONTACTS: 50_000}, child_fees={"INR": 500}, multi_workspace=True)
    small = tenants.plan(session, "Small", {Limit.CONTACTS: 10})
    owned_by = tenants.organization(session, "Acme")
    primary = tenants.workspace(session, owned_by, "Head", big, contact_count=700)
    child = tenants.workspace(session, owned_by, "Child", small, contact_count=40, is_primary=False)
    closed = tenants.workspace(
        session, owned_by, "Closed", small, contact_count=9_000, is_primary=False, cancelled_at=NOW
    )
    tenants.settled(session, primary, child, closed)
    return primary, child


def test_contacts_are_pooled_against_the_primarys_limit(app: Flask) -> None:
    with unit() as session:
        primary, child = multi(session)
        tenants.override(session, primary, Limit.CONTACTS, 60_000)
        tenants.override(session, child, Limit.CONTACTS, 3)
    for each, plan, own in ((primary, 50_000, 60_000), (child, 10, 3)):
        state = limit(read(each), Limit.CONTACTS)
        assert (state.plan, state.own and state.own.value) == (plan, own)
        assert state.effective == Effective(60_000, Source.OVERRIDE)
        assert state.used == 740
        assert state.account and (state.account.workspaces, state.account.primary_name) == (2, "Head")
    shown = read(child)
    assert shown.profile.contacts == 40
    assert limit(shown, Limit.NUMBERS).account is None
    assert shown.profile.mrr_minor == 500


def test_contacts_of_a_single_organization_are_its_own(app: Flask) -> None:
    with unit() as session:
        primary, child = multi(session)
        primary.plan_id = child.plan_id
    state = limit(read(child), Limit.CONTACTS)
    assert (state.effective, state.used, state.account) == (Effective(10, Source.PLAN), 40, None)


def test_how_many_of_the_plan_override_the_same_limit(app: Flask) -> None:
    with unit() as session:
        found = acme(session)
        scale = found.plan_id
        tenants.override(session, found, Limit.MONTHLY_MESSAGES, 1)
        tenants.override(session, found, Limit.USERS, 1)
        owned_by = tenants.organization(session, "Others")
        for n, values in enumerate(
            [
                {"plan_id": scale},
                {"plan_id": scale},
                {"plan_id": scale, "cancelled_at": NOW},
                {"plan_id": None},
            ]
        ):
            other = tenants.workspace(session, owned_by, f"Other {n}", is_primary=not n)
            for name, value in values.items():
                setattr(other, name, value)
            expires = NOW if n == 1 else None
            tenants.override(session, other, Limit.MONTHLY_MESSAGES, 1, expires_at=expires)
    shown = read(found)
    assert limit(shown, Limit.MONTHLY_MESSAGES).shared_by == 2
    assert limit(shown, Limit.USERS).shared_by == 1
    assert limit(shown, Limit.NUMBERS).shared_by == 0


def test_beyond_twenty_nobody_counts_who_else_overrides(app: Flask) -> None:
    with unit() as session:
        found = acme(session)
        tenants.override(session, found, Limit.USERS, 1)
        owned_by = tenants.organization(session, "Others")
        for n in range(25):
            other = tenants.workspace(session, owned_by, f"Other {n}", is_primary=not n)
            other.plan_id = found.plan_id
            tenants.override(session, other, Limit.USERS, 1)
    assert limit(read(found), Limit.USERS).shared_by == MOST_SHARED + 1


# ---------------------------------------------------------------- what surrounds it


def test_open_holds_of_the_workspace_and_of_its_organization(app: Flask) -> None:
    with unit() as session:
        found = acme(session)
        stranger = tenants.workspace(session, tenants.organization(session, "Other"), "Other")
        opened = {"opened_by": "Bob", "opened_at": NOW}
        session.add_all(
            [
                Hold(workspace_id=found.id, kind=HoldKind.MANUAL, note="why", public_reason="Write to us", **opened),
                Hold(organization_id=found.organization_id, kind=HoldKind.PAST_DUE, **opened),
                Hold(workspace_id=found.id, kind=HoldKind.ABUSE, lifted_at=NOW, lifted_by="Bob", **opened),
                Hold(workspace_id=stranger.id, kind=HoldKind.SPEND_CAP, **opened),
                Hold(organization_id=stranger.organization_id, kind=HoldKind.ABUSE, **opened),
            ]
        )
        tenants.settled(session, found)
    shown = read(found).profile
    assert shown.status is Status.SUSPENDED
    assert [(hold.kind, hold.of_organization) for hold in shown.holds] == [
        (HoldKind.MANUAL, False),
        (HoldKind.PAST_DUE, True),
    ]
    assert (shown.holds[0].note, shown.holds[0].public_reason) == ("why", "Write to us")


def test_its_own_domain_comes_before_the_organizations(app: Flask) -> None:
    with unit() as session:
        found = acme(session)
        theirs = {"organization_id": found.organization_id, "token": "t", "created_at": NOW}
        session.add(Domain(host="all.example", state=DomainState.VERIFIED, **theirs))
    first = read(found).profile.domain
    assert first and (first.host, first.of_organization) == ("all.example", True)
    with unit() as session:
        session.add(Domain(host="own.example", workspace_id=found.id, **theirs))
    second = read(found).profile.domain
    assert second and (second.host, second.of_organization) == ("own.example", False)


def test_an_owner_without_a_password_is_invited(app: Flask) -> None:
    with unit() as session:
        found = acme(session)
        found.owner_id = tenants.person(session, "Zoe Late", password_hash=None).id
    owner = read(found).profile.owner
    assert owner and owner.invited


def test_it_costs_five_queries_whatever_there_is(app: Flask) -> None:
    with unit() as session:
        busy = acme(session)
        quiet = tenants.workspace(session, tenants.organization(session, "Quiet"), "Quiet")
        opened = {"opened_by": "Bob", "opened_at": NOW}
        session.add(Hold(workspace_id=busy.id, kind=HoldKind.MANUAL, **opened))
        for n in range(60):
            tenants.usage(session, busy, TODAY - timedelta(days=n), sent=10)
            tenants.order(session, busy, 100, NOW - timedelta(days=n))
        for each in Limit:
            tenants.override(session, busy, each, 5)
        tenants.settled(session, busy, quiet)
    costs = []
    for each in (busy, quiet):
        public_id = each.public_id
        db.session.rollback()
        g.queries = 0
        detail.detail(public_id, NOW)
        costs.append(g.queries)
    assert costs[0] <= 5, "with the principal's own query it makes six"
    assert costs[1] <= costs[0]
