"""The attention queue: what is in it, what is not, how many, and in which order."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import (
    Domain,
    DomainState,
    Hold,
    Invitation,
    Invoice,
    InvoiceState,
    OrderState,
    Organization,
    OutboxMessage,
    OutboxState,
    User,
    Workspace,
    scope,
)
from portal.operations.tally import recount
from portal.operations.unit import unit
from portal.queries.attention import Queue, queue
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.attention import Kind
from portal.rules.health import Level
from portal.rules.lifecycle import HoldKind, Stage, Status
from portal.rules.limits import Limit
from tests.support import tenants
from tests.support.clocks import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.usefixtures("app")


def make(session: Session, name: str, **values: object) -> Workspace:
    """A workspace of an organization of its own."""
    group = tenants.organization(session, f"{name} Group")
    return tenants.workspace(session, group, name, **({"status": Status.ACTIVE} | values))


def asked(kind: Kind | None = None, limit: int = 12, offset: int = 0) -> Queue:
    with scope.platform(), unit() as session:
        recount(session)
    with scope.platform():
        return queue(NOW, kind, limit, offset)


def names(found: Queue) -> list[str]:
    return [entry.name for entry in found.entries]


def invoice(session: Session, of: Workspace, number: str, due_on: date, state: InvoiceState) -> None:
    values = {"month": due_on.replace(day=1), "currency": "INR", "total_minor": 100, "issued_at": NOW}
    session.add(Invoice(organization_id=of.organization_id, number=number, due_on=due_on, state=state, **values))


def test_nothing_needs_anybody_where_there_is_nothing() -> None:
    assert asked() == Queue({}, ())


def test_unpaid_invoices_from_the_day_after_they_were_due_the_oldest_first() -> None:
    today = NOW.date()
    with unit() as session:
        for number, (days, state) in enumerate(
            [(1, InvoiceState.OPEN), (20, InvoiceState.OVERDUE), (0, InvoiceState.OPEN), (9, InvoiceState.PAID)]
        ):
            invoice(session, make(session, f"W{number}"), f"INV-{number}", today - days * DAY, state)
        late = session.scalars(select(Workspace).where(Workspace.name == "W1")).one()
        hold = Hold(
            organization_id=late.organization_id, kind=HoldKind.PAST_DUE, opened_at=NOW, opened_by="job dunning"
        )
        session.add(hold)
    found = asked(Kind.OVERDUE)
    assert [(entry.name, entry.facts["held"]) for entry in found.entries] == [("W1", True), ("W0", False)]
    assert found.counts == {Kind.OVERDUE: 2}


def test_credit_below_zero_the_lowest_first() -> None:
    with unit() as session:
        for name, credit in (("A", -5), ("B", 0), ("C", -700)):
            of = session.get_one(Organization, make(session, name).organization_id)
            of.credit_minor = credit
    found = asked(Kind.CREDIT)
    assert [(entry.name, entry.facts["credit"]) for entry in found.entries] == [("C", -700), ("A", -5)]


def test_workspaces_at_risk_those_that_bring_in_most_first() -> None:
    with unit() as session:
        for name, level, mrr in (("A", 0, 5), ("B", 1, 99), ("C", 0, 50), ("D", 0, None)):
            health = (Level.RISK, Level.WATCH)[level]
            make(session, name, health=health, health_rank=level, mrr_reporting=mrr, health_reasons=[])
    found = asked(Kind.RISK)
    assert (names(found), found.counts) == (["C", "A", "D"], {Kind.RISK: 3})
    assert names(asked(Kind.RISK, 1, 1)) == ["A"]


def test_purges_of_the_next_seven_days_and_those_due() -> None:
    with unit() as session:
        for name, age in (("due", 90 * DAY), ("soon", 83 * DAY), ("later", 83 * DAY - HOUR), ("late", 99 * DAY)):
            make(session, name, cancelled_at=NOW - age, status=Status.CANCELLED)
    assert names(asked(Kind.PURGE)) == ["late", "due", "soon"]


@pytest.mark.usefixtures("mailbox")
def test_invitations_that_were_not_delivered_and_still_count() -> None:
    with unit() as session:
        for name, state, ended in (
            ("bounced", OutboxState.BOUNCED, None),
            ("failed", OutboxState.FAILED, None),
            ("sent", OutboxState.SENT, None),
            ("accepted", OutboxState.BOUNCED, "accepted_at"),
            ("revoked", OutboxState.BOUNCED, "revoked_at"),
        ):
            owner = tenants.person(session, name)
            _invited(session, make(session, name.upper(), owner_id=owner.id), owner, state, ended)
    found = asked(Kind.BOUNCED)
    assert sorted(names(found)) == ["BOUNCED", "FAILED"]
    assert {(entry.facts["is_owner"], entry.facts["error"]) for entry in found.entries} == {(True, "mailbox full")}


def _invited(session: Session, of: Workspace, whom: User, state: OutboxState, ended: str | None) -> None:
    invitation = Invitation(
        email=whom.email,
        email_key=whom.email,
        user_id=whom.id,
        organization_id=of.organization_id,
        organization_role=OrganizationRole.ADMIN,
        workspace_id=of.id,
        workspace_role=WorkspaceRole.OWNER,
        token_digest=of.name,
        created_at=NOW,
        expires_at=NOW + 7 * DAY,
    )
    letter = {"template": "invitation", "recipient": whom.email, "subject": "Come", "error": "mailbox full"}
    session.add(OutboxMessage(state=state, link_digest=of.name, created_at=NOW, **letter))
    if ended:
        setattr(invitation, ended, NOW)
    session.add(invitation)


def test_trials_that_end_within_five_days_without_an_order() -> None:
    with unit() as session:
        for name, ends in (
            ("over", -DAY),
            ("soon", 5 * DAY),
            ("later", 5 * DAY + HOUR),
            ("paid", DAY),
            ("failed", DAY),
        ):
            trial = {"status": Status.TRIAL, "stage": Stage.TRIAL, "activated_on": None}
            made = make(session, name, trial_ends_at=NOW + ends, **trial)
            if name in ("paid", "failed"):
                state = OrderState.FAILED if name == "failed" else OrderState.PENDING
                tenants.order(session, made, 5, NOW, state=state)
        make(session, "suspended", trial_ends_at=NOW, status=Status.SUSPENDED, stage=Stage.TRIAL)
        make(session, "active", trial_ends_at=NOW)
    assert names(asked(Kind.TRIAL)) == ["over", "failed", "soon"]


def test_workspaces_near_a_limit_the_fullest_first() -> None:
    with unit() as session:
        for name, share in (("good", None), ("near", 84), ("nearly", 99)):
            make(session, name, near_cap=share)
    assert names(asked(Kind.NEAR_CAP)) == ["nearly", "near"]


def test_overrides_that_expire_within_14_days() -> None:
    with unit() as session:
        for name, expires in (
            ("gone", -HOUR),
            ("next", HOUR),
            ("later", 15 * DAY),
            ("never", None),
            ("last", 14 * DAY),
        ):
            at = None if expires is None else NOW + expires
            tenants.override(session, make(session, name), Limit.NUMBERS, 7, expires_at=at)
        tenants.override(
            session,
            make(session, "closed", cancelled_at=NOW, status=Status.CANCELLED),
            Limit.NUMBERS,
            7,
            expires_at=NOW + HOUR,
        )
    found = asked(Kind.OVERRIDE)
    assert names(found) == ["next", "last"]
    assert found.entries[0].facts == {"limit": Limit.NUMBERS, "value": 7}


def test_domains_that_are_not_verified_of_a_workspace_or_of_all_in_an_organization() -> None:
    with unit() as session:
        for state in DomainState:
            made = make(session, state.value)
            whose = {"organization_id": made.organization_id, "workspace_id": made.id if state == "failed" else None}
            session.add(Domain(host=f"{state}.example", token="t", state=state, created_at=NOW, **whose))
    found = asked(Kind.DOMAIN)
    assert {(entry.name, entry.facts["is_own"]) for entry in found.entries} == {
        ("failed", True),
        ("failing", False),
        ("pending", False),
    }
    assert found.counts == {Kind.DOMAIN: 3}


def test_all_kinds_are_counted_and_each_shows_its_first() -> None:
    with unit() as session:
        for number in range(5):
            made = make(
                session, f"W{number}", health=Level.RISK, health_rank=0, mrr_reporting=-number, health_reasons=[]
            )
            expires = datetime(2026, 11, 22, number, tzinfo=UTC)
            tenants.override(session, made, Limit.NUMBERS, 7, expires_at=expires)
    found = asked(limit=3)
    assert (found.counts, found.total) == ({Kind.RISK: 5, Kind.OVERRIDE: 5}, 10)
    assert names(found) == ["W0", "W1", "W2"] * 2
