"""Rows of a platform for tests of queries and pages: each maker adds one row with what its columns need."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import (
    DailyUsage,
    LimitOverride,
    LoginSession,
    Order,
    OrderState,
    Organization,
    Plan,
    PlanFee,
    PlanLimit,
    PlanPrice,
    User,
    Workspace,
    scope,
)
from portal.operations.derived import settle
from portal.queries.principals import platform
from portal.rules.access import StaffRole
from portal.rules.lifecycle import Stage
from portal.rules.limits import Limit
from portal.rules.pricing import Cycle
from portal.rules.text import sort_key

LONG_AGO = datetime(2024, 10, 12, 9, tzinfo=UTC)


def add(session: Session, row: Any) -> Any:
    """The row, with its key."""
    session.add(row)
    session.flush()
    return row


def person(session: Session, name: str, **values: Any) -> User:
    """A person whose address follows from the name."""
    email = f"{name.split()[0].casefold()}@example.test"
    values = {"email": email, "email_key": email, "created_at": LONG_AGO, "password_hash": "set"} | values
    found: User = add(session, User(name=name, name_key=sort_key(name), **values))
    return found


def organization(session: Session, name: str, currency: str = "INR", **values: Any) -> Organization:
    """An organization whose slug follows from the name."""
    values = {"slug": sort_key(name).replace(" ", "-"), "created_at": LONG_AGO} | values
    row = Organization(name=name, name_key=sort_key(name), currency=currency, **values)
    found: Organization = add(session, row)
    return found


def plan(
    session: Session,
    name: str,
    limits: dict[Limit, int] | None = None,
    prices: dict[tuple[Cycle, str], int] | None = None,
    child_fees: dict[str, int] | None = None,
    **values: Any,
) -> Plan:
    """A plan with its figures, prices (minor units of a whole cycle) and child fees (minor units of a month)."""
    found: Plan = add(session, Plan(name=name, name_key=sort_key(name), **({"created_at": LONG_AGO} | values)))
    session.add_all(PlanLimit(plan_id=found.id, name=each, value=value) for each, value in (limits or {}).items())
    for (cycle, currency), amount in (prices or {}).items():
        session.add(PlanPrice(plan_id=found.id, cycle=cycle, currency=currency, amount_minor=amount))
    for currency, fee in (child_fees or {}).items():
        session.add(PlanFee(plan_id=found.id, currency=currency, child_fee_minor=fee))
    session.flush()
    return found


def workspace(
    session: Session, owner_of: Organization, name: str, plan: Plan | None = None, **values: Any
) -> Workspace:
    """An active primary workspace whose addresses follow from the name. Derived columns: `settled`."""
    slug = sort_key(name).replace(" ", "-")
    values = {
        "web_address": slug,
        "sip_prefix": "s" + hashlib.sha256(slug.encode()).hexdigest()[:6],
        "is_primary": True,
        "timezone": "Asia/Kolkata",
        "stage": Stage.ACTIVE,
        "activated_on": date(2024, 11, 2),
        "created_at": LONG_AGO,
    } | values
    row = Workspace(
        organization_id=owner_of.id,
        currency=owner_of.currency,
        name=name,
        plan_id=plan.id if plan else None,
        **values,
    )
    found: Workspace = add(session, row)
    return found


def settled(session: Session, *workspaces: Workspace) -> None:
    """Their derived columns follow from what surrounds them now."""
    session.flush()
    with scope.platform():
        for each in workspaces:
            settle(session, each, platform())


def override(session: Session, of: Workspace, limit: Limit, value: int, **values: Any) -> LimitOverride:
    """A workspace's own figure."""
    row = LimitOverride(workspace_id=of.id, name=limit, value=value, **({"created_at": LONG_AGO} | values))
    found: LimitOverride = add(session, row)
    return found


def usage(session: Session, of: Workspace, day: date, **counts: int) -> DailyUsage:
    """A day's counts."""
    found: DailyUsage = add(session, DailyUsage(workspace_id=of.id, day=day, **counts))
    return found


def order(session: Session, of: Workspace, minor: int, at: datetime, **values: Any) -> Order:
    """An order, paid unless `state` says otherwise."""
    values = {"state": OrderState.PAID, "description": "Scale, monthly", "created_at": at} | values
    paid = values["state"] in (OrderState.PAID, OrderState.REFUNDED)
    row = Order(
        organization_id=of.organization_id,
        workspace_id=of.id,
        workspace_name=of.name,
        amount_minor=minor,
        currency=of.currency,
        paid_at=at if paid else None,
        **values,
    )
    found: Order = add(session, row)
    return found


def sign_in(session: Session, client: FlaskClient, role: StaffRole, now: datetime, **values: Any) -> User:
    """The client is a staff member of this role from now on."""
    user = person(session, f"{role.value.capitalize()} Staff", staff_role=role, **values)
    token = f"{role.value:*<43}"
    session.add(
        LoginSession(
            token_digest=hashlib.sha256(token.encode()).hexdigest(),
            user_id=user.id,
            created_at=now,
            seen_at=now,
            reauthenticated_at=now,
            expires_at=now + timedelta(days=1),
        )
    )
    session.flush()
    client.set_cookie("portal", token)
    return user
