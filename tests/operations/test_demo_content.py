"""What stands on the example platform: everything that can happen, people to log in as, and a believable life."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import phonenumbers
import pytest
from sqlalchemy import func, select

from portal.base import hashing
from portal.base.db import db
from portal.models import (
    AuditEvent,
    Broadcast,
    BroadcastState,
    DailyUsage,
    Domain,
    DomainState,
    Hold,
    Invitation,
    Invoice,
    InvoiceState,
    LimitOverride,
    Membership,
    Number,
    NumberState,
    Order,
    OrderState,
    Organization,
    OrganizationMember,
    Plan,
    PlatformDay,
    Request,
    User,
    Workspace,
    scope,
)
from portal.operations import demo
from portal.queries import audit, example
from portal.queries.platform_days import standing
from portal.queries.principals import platform
from portal.rules.access import WorkspaceRole
from portal.rules.health import Code, Level
from portal.rules.lifecycle import HoldKind, Status
from portal.rules.passwords import weakness
from portal.rules.periods import day_start, local_day
from portal.rules.pricing import Cycle
from portal.rules.requests import RequestKind, RequestState
from tests.conftest import NOW, LoadExample

STANDS: list[Callable[[], None]] = []


def stands(act: Callable[[], None]) -> Callable[[], None]:
    """What the example platform promises, in a test of all of them: loading it for each would take minutes."""
    STANDS.append(act)
    return act


def test_the_example_platform_is_what_it_promises(load_example: LoadExample, subtests: pytest.Subtests) -> None:
    load_example(demo.Wanted())
    for each in STANDS:
        with subtests.test(each.__name__):
            each()
        db.session.remove()


def values(column: Any) -> set[Any]:
    with scope.platform():
        return set(db.session.scalars(select(column).distinct()))


# ---------------------------------------------------------------- what there is


@stands
def by_default_there_are_214_workspaces_in_90_organizations() -> None:
    found = example.contents()
    assert (found.workspaces, found.organizations) == (214, 90)
    assert found.is_example and not found.is_unfinished
    assert platform().is_example


@stands
def whatever_can_happen_does_happen() -> None:
    everything_happens()


def everything_happens() -> None:
    assert values(Workspace.status) == set(Status)
    assert values(Workspace.health) == {*Level, None}
    reasons = [reason for each in values_of_json() for reason in each]
    assert {reason["code"] for reason in reasons} == {code.value for code in Code}
    assert values(Workspace.billing_cycle) == set(Cycle)
    assert values(Workspace.currency) == {"INR", "USD", "EUR", "JPY", "KWD"}
    assert set(db.session.scalars(select(Hold.kind).where(Hold.lifted_at.is_(None)))) == set(HoldKind)
    assert values(Order.state) == set(OrderState)
    assert values(Invoice.state) == set(InvoiceState)
    assert values(Domain.state) == set(DomainState)
    assert values(Number.state) == set(NumberState)
    assert values(Broadcast.state) == set(BroadcastState) - {BroadcastState.SENDING}


def values_of_json() -> list[list[dict[str, Any]]]:
    return list(db.session.scalars(select(Workspace.health_reasons)))


@stands
def a_currency_without_a_rate_stands_beside_the_total() -> None:
    unrated = select(Workspace.currency, func.sum(Workspace.mrr_minor)).where(Workspace.mrr_reporting.is_(None))
    assert {code for code, amount in db.session.execute(unrated.group_by(Workspace.currency)) if amount} == {"KWD"}


@stands
def the_catalogue_has_a_free_a_multi_workspace_and_an_archived_plan() -> None:
    plans = list(db.session.scalars(select(Plan)))
    assert 5 <= len(plans) <= 7
    assert len({plan.colour for plan in plans}) == len(plans)
    assert [plan.name for plan in plans if plan.is_free] == ["Free"]
    assert [plan.name for plan in plans if plan.multi_workspace] == ["Group"]
    assert [plan.name for plan in plans if plan.archived_at] == ["Launch 2024"]


@stands
def there_are_names_that_a_screen_has_to_cope_with() -> None:
    names = list(values(Workspace.name))
    for first, last in (("\u0590", "\u05ff"), ("\u0600", "\u06ff"), ("\u0400", "\u04ff"), ("\u3040", "\u9fff")):
        assert any(first <= letter <= last for name in names for letter in name), f"none in {first}–{last}"
    long = [name for name in names if len(name) >= 60]
    assert any(" " in name for name in long) and any(" " not in name for name in long)
    assert any("<" in name and "&" in name for name in names)


@stands
def overrides_are_of_every_sort() -> None:
    with scope.platform():
        found = list(db.session.execute(select(LimitOverride.value, LimitOverride.expires_at)))
    assert {-1, 0} <= {value for value, _ in found}
    assert any(until and until <= NOW for _, until in found)
    assert any(until and NOW < until < NOW + timedelta(days=14) for _, until in found)


@stands
def the_trash_holds_workspaces_with_various_days_left() -> None:
    ages = [(NOW - at).days for at in values(Workspace.cancelled_at) if at]
    assert len(set(ages)) >= 4 and max(ages) < 90


@stands
def numbers_are_valid() -> None:
    found = values(Number.e164)
    assert len(found) > 200
    assert [each for each in found if not phonenumbers.is_valid_number(phonenumbers.parse(each))] == []


# ---------------------------------------------------------------- whether it is believable


@stands
def usage_lasts_90_days_and_rests_on_weekends() -> None:
    with scope.platform():
        sums = dict(
            db.session.execute(select(DailyUsage.day, func.sum(DailyUsage.sent)).group_by(DailyUsage.day)).all()
        )  # type: ignore[arg-type]
        odd = select(func.count()).select_from(DailyUsage)
        odd = odd.where((DailyUsage.delivered > DailyUsage.sent) | (DailyUsage.read > DailyUsage.delivered))
        assert db.session.scalar(odd) == 0
    assert len(sums) == 90
    by_weekday: Counter[int] = Counter()
    for day, sent in sums.items():
        by_weekday[day.weekday()] += sent
    assert by_weekday[6] < by_weekday[5] < min(by_weekday[day] for day in range(5))


@stands
def nothing_is_of_the_future_or_older_than_its_workspace() -> None:
    for column in (Workspace.created_at, Workspace.last_seen_at, Order.created_at, User.created_at, Hold.opened_at):
        assert db.session.scalar(select(func.max(column))) <= NOW, column
    order = (Order.created_at, Order.workspace_id)
    hold = (Hold.opened_at, Hold.workspace_id)
    for at, key in (order, hold):
        early = select(func.count()).select_from(Workspace).join(at.class_, key == Workspace.id)
        assert db.session.scalar(early.where(at < Workspace.created_at)) == 0, at


@stands
def sign_ups_grow() -> None:
    ages = [(NOW - at).days for at in db.session.scalars(select(Workspace.created_at))]
    years = Counter(age // 365 for age in ages)
    assert years[0] > years[1] > years[2] > 0


@stands
def every_workspace_has_a_history_that_ends_where_it_stands() -> None:
    assert audit.verify().fault is None
    assert db.session.scalar(select(func.count()).where(AuditEvent.action == "workspace.created")) == 214
    last: dict[int | None, str] = {}
    names = ["activated", "suspended", "reactivated", "cancelled"]
    actions = [f"workspace.{name}" for name in names]
    changes = select(AuditEvent).where(AuditEvent.action.in_(actions)).order_by(AuditEvent.sequence)
    for event in db.session.scalars(changes):
        assert event.payload
        last[event.workspace_id] = event.payload["changes"]["status"][1]
    for key, status in db.session.execute(select(Workspace.id, Workspace.status)):
        if key in last or status in (Status.SUSPENDED, Status.CANCELLED):
            assert last[key] == status.value
    times = list(db.session.scalars(select(AuditEvent.at).order_by(AuditEvent.sequence)))
    assert times == sorted(times)


@stands
def the_days_of_the_platform_lead_to_how_it_stands() -> None:
    today = local_day(NOW, platform().timezone)
    rows = list(db.session.scalars(select(PlatformDay).order_by(PlatformDay.day)))
    assert [row.day for row in rows] == [today - timedelta(days=n) for n in range(len(rows), 0, -1)]
    assert len(rows) > 365
    assert sum(row.risk is not None for row in rows) == 19
    closed_or_held_today = Workspace.cancelled_at >= day_start(today, platform().timezone)
    closed = db.session.scalar(select(func.count()).where(closed_or_held_today)) or 0
    held = db.session.scalar(select(func.count()).where(Hold.opened_at >= day_start(today, platform().timezone))) or 0
    last, present = rows[-1], standing()
    assert last.active + last.trial + last.suspended == present.active + present.trial + present.suspended + closed
    assert last.suspended == present.suspended - held
    mrr = select(func.sum(Workspace.mrr_reporting)).where(Workspace.status == Status.ACTIVE)
    assert present.mrr == db.session.scalar(mrr)
    assert rows[0].mrr < last.mrr


@stands
def whoever_was_not_invited_has_a_password() -> None:
    invited = select(Invitation.user_id)
    others = db.session.scalars(select(User.password_hash).where(User.id.not_in(invited))).all()
    assert others and all(others)
    assert not any(
        hashing.matches(kept, demo.logins()[0]["password"]) for kept in list(set(others))[:3] if others.count(kept) > 1
    )


@stands
def open_invitations_are_of_people_without_a_password() -> None:
    open_ones = select(User).join(Invitation, Invitation.user_id == User.id).where(Invitation.expires_at > NOW)
    people = list(db.session.scalars(open_ones))
    assert people and all(person.password_hash is None and person.must_set_password for person in people)


# ---------------------------------------------------------------- log-ins


@stands
def the_log_ins_work() -> None:
    logins = demo.logins()
    staff, customers = (
        ["owner", "support", "finance", "auditor"],
        ["org_admin", "billing_admin", "user_admin", "member"],
    )
    seated = ["workspace_owner", "workspace_manager", "workspace_agent"]
    assert [login["role"] for login in logins] == [*staff, *customers, *seated]
    for login in logins:
        user = db.session.scalars(select(User).where(User.email_key == login["email"])).one()
        assert hashing.matches(user.password_hash, login["password"])
        assert not user.must_set_password
        assert weakness(login["password"], email=user.email, name=user.name) is None
        assert user.name == demo.names()[login["email"]]


@stands
def the_log_ins_have_the_roles_that_they_say() -> None:
    for login in demo.logins():
        role, email = login["role"], login["email"]
        user = db.session.scalars(select(User).where(User.email_key == email)).one()
        inside = list(db.session.scalars(select(OrganizationMember).where(OrganizationMember.user_id == user.id)))
        with scope.platform():
            seats = list(db.session.scalars(select(Membership).where(Membership.user_id == user.id)))
        if user.staff_role:
            assert (user.staff_role, inside, seats, login["workspace"]) == (role, [], [], None)
        elif role.startswith("workspace_"):
            address = db.session.scalar(select(Workspace.web_address).where(Workspace.id == seats[0].workspace_id))
            assert address == login["workspace"]
            assert {seat.role for seat in seats} == {role.removeprefix("workspace_")}
            assert len(seats) == (3 if role == "workspace_owner" else 1)
        else:
            assert ([each.role for each in inside], seats, login["workspace"]) == (
                [role.removeprefix("org_")],
                [],
                None,
            )


@stands
def the_seven_customers_are_of_one_organization_with_several_workspaces() -> None:
    emails = [login["email"] for login in demo.logins() if "portal.example" not in login["email"]]
    assert len(emails) == 7
    members = select(OrganizationMember.organization_id).join(User).where(User.email_key.in_(emails))
    (organization,) = set(db.session.scalars(members))
    primary = select(Workspace).where(Workspace.organization_id == organization, Workspace.is_primary)
    plan = db.session.get(Plan, db.session.scalars(primary).one().plan_id)
    assert plan and plan.multi_workspace


@stands
def each_workspace_has_one_owner_who_is_a_member_of_its_organization() -> None:
    with scope.platform():
        owners = select(Membership.workspace_id, OrganizationMember.id).join(
            Workspace, Workspace.id == Membership.workspace_id
        )
        belongs = (OrganizationMember.user_id == Membership.user_id) & (
            OrganizationMember.organization_id == Workspace.organization_id
        )
        rows = db.session.execute(owners.outerjoin(OrganizationMember, belongs)).all()
        owned = db.session.scalar(select(func.count()).where(Membership.role == WorkspaceRole.OWNER))
    assert all(member for _, member in rows)
    assert owned == 214


@stands
def organizations_ask_for_things_and_were_answered() -> None:
    assert values(Request.state) == set(RequestState) - {RequestState.WITHDRAWN}
    answered = select(Organization.slug).join(Request, Request.organization_id == Organization.id)
    granted = answered.where(Request.kind == RequestKind.BRANDING, Request.state == RequestState.GRANTED)
    live = select(Organization.slug).where(Organization.branding_granted)
    assert {"nilgiri-retail"} < set(db.session.scalars(granted)) == set(db.session.scalars(live))
