"""Transfers: a workspace comes into another organization with its team, and nothing of the old one reaches it."""

import threading
import time
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.jobs.invoices import issue_due
from portal.models import (
    ApiKey,
    AuditEvent,
    Change,
    Domain,
    Invitation,
    Invoice,
    Membership,
    Organization,
    OrganizationMember,
    User,
    WebhookState,
    Workspace,
    scope,
)
from portal.operations import api_keys, closing, holds, team, transfers
from portal.operations.api_keys import NewKey
from portal.operations.holds import NewHold
from portal.operations.unit import locked, unit
from portal.queries import transfers as outlooks
from portal.rules.access import STAFF, OrganizationRole, StaffRole, WorkspaceRole, permissions_of
from portal.rules.errors import Conflict, NotFound, Refused
from portal.rules.lifecycle import HoldKind, Status
from tests import factories
from tests.faults.test_at_once import at_once
from tests.support import accounts, hooks, tenants
from tests.support.clocks import NOW
from tests.support.creation import BY, actions, check_platform, one
from tests.support.family import add, family, named
from tests.support.mails import Mailbox
from tests.support.people import COOKIE, log_in

OWNER = STAFF[StaffRole.OWNER]
WHY = "The branch was sold"


@pytest.fixture
def beta(app: Flask) -> Organization:
    """Beta Group, of several workspaces, which belong to Ben; beside it Acme with two children, which is Olive's."""
    family("Acme Pune", "Acme Goa")
    factories.workspace("Beta Group", factories.user("ben@example.test"), plan="Group", status="trial")
    return place("Beta Group")


def place(name: str) -> Organization:
    db.session.rollback()
    return db.session.scalars(select(Organization).where(Organization.name == name)).one()


def transfer(name: str, to: Organization, **options: Any) -> transfers.Transferred:
    return transfers.transfer(named(name).public_id, to.public_id, WHY, BY, **options)


def in_team(workspace: str, email: str, role: WorkspaceRole = WorkspaceRole.AGENT) -> User:
    """Somebody of a workspace, and so of its organization."""
    row, person = named(workspace), factories.user(email)
    add(Membership(workspace_id=row.id, user_id=person.id, role=role, created_at=NOW))
    add(OrganizationMember(organization_id=row.organization_id, user_id=person.id, role="member", created_at=NOW))
    with unit() as session:
        session.merge(row).user_count += 1
    return person


def roles(organization: str) -> dict[str, OrganizationRole]:
    key = place(organization).id
    query = select(User.email, OrganizationMember.role).join(User, User.id == OrganizationMember.user_id)
    return dict(db.session.execute(query.where(OrganizationMember.organization_id == key)).all())


def members(workspace: str) -> set[str]:
    key = named(workspace).id
    with scope.workspace(key):
        return set(db.session.scalars(select(User.email).join(Membership, Membership.user_id == User.id)))


def test_it_belongs_to_the_other_organization_as_a_child_with_what_it_pays_there(beta: Organization) -> None:
    holds.activate(named("Acme Goa").public_id, BY)
    assert transfer("Acme Goa", beta) == transfers.Transferred(1, 0, 0, None)
    goa = named("Acme Goa")
    assert (goa.organization_id, goa.is_primary, goa.mrr_minor) == (beta.id, False, 200_000)
    assert (goa.organization_key, goa.version) == ("beta group", 2)
    check_platform()


def test_both_organizations_read_of_it_in_their_log_with_the_reason(beta: Organization) -> None:
    acme = named("Acme Goa").organization_id
    transfer("Acme Goa", beta)
    db.session.rollback()
    rows = db.session.execute(
        select(AuditEvent.organization_id, AuditEvent.action, AuditEvent.payload).where(
            AuditEvent.action.in_(("workspace.transferred", "organization.workspace_left"))
        )
    ).all()
    assert {(row.organization_id, row.action) for row in rows} == {
        (beta.id, "workspace.transferred"),
        (acme, "organization.workspace_left"),
    }
    assert {row.payload["reason"] for row in rows} == {WHY}


def test_an_organization_without_workspaces_has_its_first_as_the_primary_and_its_owner_as_admin(app: Flask) -> None:
    family("Acme Goa")
    factories.organization("Gamma Group")
    holds.activate(named("Acme Goa").public_id, BY)
    transfer("Acme Goa", place("Gamma Group"))
    goa = named("Acme Goa")
    assert (goa.is_primary, goa.mrr_minor) == (True, 1_000_000)
    assert roles("Gamma Group") == {"olive@example.test": OrganizationRole.ADMIN}
    check_platform()


def test_the_team_joins_but_for_who_is_left_behind(beta: Organization) -> None:
    in_team("Acme Goa", "ann@example.test")
    gone = in_team("Acme Goa", "cy@example.test", WorkspaceRole.MANAGER)
    done = transfer("Acme Goa", beta, without={gone.public_id})
    assert (done.joined, done.left) == (2, 1)
    assert members("Acme Goa") == {"olive@example.test", "ann@example.test"}
    assert roles("Beta Group") == {
        "ben@example.test": OrganizationRole.ADMIN,
        "olive@example.test": OrganizationRole.MEMBER,
        "ann@example.test": OrganizationRole.MEMBER,
    }
    assert named("Acme Goa").user_count == 2
    check_platform()


def test_who_comes_along_leaves_the_old_organization_unless_there_is_more_of_them_there(beta: Organization) -> None:
    in_team("Acme Goa", "ann@example.test")
    gone = in_team("Acme Goa", "cy@example.test")
    both = in_team("Acme Goa", "di@example.test")
    add(Membership(workspace_id=named("Acme Pune").id, user_id=both.id, role=WorkspaceRole.AGENT, created_at=NOW))
    biller = in_team("Acme Goa", "eve@example.test")
    with unit() as session:
        query = select(OrganizationMember).where(OrganizationMember.user_id == biller.id)
        session.scalars(query).one().role = OrganizationRole.BILLING_ADMIN
    transfer("Acme Goa", beta, without={gone.public_id})
    assert roles("Acme Logistics") == {
        "olive@example.test": OrganizationRole.ADMIN,
        "cy@example.test": OrganizationRole.MEMBER,
        "di@example.test": OrganizationRole.MEMBER,
        "eve@example.test": OrganizationRole.BILLING_ADMIN,
    }
    assert actions().count("user.organization_left") == 1


def test_who_is_in_the_new_organization_already_keeps_the_role_there(beta: Organization) -> None:
    ann = in_team("Acme Goa", "ann@example.test")
    factories.member(beta, ann, OrganizationRole.USER_ADMIN)
    transfer("Acme Goa", beta)
    assert roles("Beta Group")["ann@example.test"] is OrganizationRole.USER_ADMIN


def test_invitations_into_it_end(beta: Organization, mailbox: Mailbox) -> None:
    held = permissions_of(WorkspaceRole.OWNER)
    team.invite(named("Acme Goa").public_id, "ian@example.test", "Ian", WorkspaceRole.AGENT, BY, held)
    team.invite(named("Acme Pune").public_id, "pat@example.test", "Pat", WorkspaceRole.AGENT, BY, held)
    assert transfer("Acme Goa", beta).invitations == 1
    db.session.rollback()
    open_ones = set(db.session.scalars(select(Invitation.email).where(Invitation.is_pending)))
    assert open_ones == {"pat@example.test"}


def test_programs_that_served_it_alone_end_and_those_of_the_platform_go_on(beta: Organization) -> None:
    goa = named("Acme Goa").public_id
    keys = [api_keys.create(NewKey("PBX", ["usage:write"], only), BY).public_id for only in (goa, "")]
    called = [hooks.made(f"https://{it or 'all'}.example/in", workspace=it).public_id for it in (goa, "")]
    with scope.platform():
        assert outlooks.outlook(named("Acme Goa").id, beta.public_id).programs == 2
    transfer("Acme Goa", beta)
    db.session.rollback()
    revoked = dict(db.session.execute(select(ApiKey.public_id, ApiKey.revoked_at.is_not(None))).all())
    assert [revoked[key] for key in keys] == [True, False]
    assert [hooks.hook(hook).state for hook in called] == [WebhookState.PAUSED, WebhookState.ACTIVE]
    assert {"api_key.revoked", "webhook.paused"} <= set(actions())


def test_an_owner_who_has_not_accepted_yet_is_invited_into_the_new_organization(
    beta: Organization, mailbox: Mailbox
) -> None:
    owner = factories.user("nina@example.test", password=None)
    factories.workspace("Acme Kochi", owner, organization=place("Acme Logistics").public_id, plan="Group")
    assert transfer("Acme Kochi", beta).mail
    row = one(Invitation, revoked_at=None)
    assert (row.email, row.organization_id, row.organization_role) == (
        "nina@example.test",
        beta.id,
        OrganizationRole.MEMBER,
    )
    assert len(mailbox.to("nina@example.test")) == 1


def test_its_own_domain_comes_along(beta: Organization) -> None:
    row = named("Acme Goa")
    values = {"organization_id": row.organization_id, "token": "t", "created_at": NOW}
    add(Domain(host="goa.example", workspace_id=row.id, **values), Domain(host="acme.example", **values))
    transfer("Acme Goa", beta)
    db.session.rollback()
    owned = dict(db.session.execute(select(Domain.host, Domain.organization_id)).all())
    assert owned == {"goa.example": beta.id, "acme.example": place("Acme Logistics").id}


def test_what_held_the_old_organization_holds_it_no_more_and_its_own_hold_comes_along(beta: Organization) -> None:
    for name in ("Acme Goa", "Acme Pune"):
        holds.activate(named(name).public_id, BY)
    holds.suspend(named("Acme Pune").public_id, NewHold(HoldKind.ABUSE), BY, OWNER)
    holds.suspend(named("Acme Logistics").public_id, NewHold(HoldKind.PAST_DUE, True), BY, OWNER)
    transfer("Acme Goa", beta)
    transfer("Acme Pune", beta)
    assert named("Acme Goa").status is Status.ACTIVE
    assert named("Acme Pune").status is Status.SUSPENDED
    assert actions().count("workspace.reactivated") == 1
    check_platform()


def test_what_holds_the_new_organization_holds_it_from_now_on_and_is_announced(beta: Organization) -> None:
    holds.suspend(named("Beta Group").public_id, NewHold(HoldKind.MANUAL, True, "", "Unpaid"), BY, OWNER)
    transfer("Acme Goa", beta)
    goa = named("Acme Goa")
    assert goa.status is Status.SUSPENDED
    told = list(db.session.scalars(select(Change.type).where(Change.workspace == goa.public_id)))
    assert told[-1] == "workspace.suspended"
    check_platform()


def test_power_of_the_old_organization_ends_with_the_next_request(app: Flask, beta: Organization) -> None:
    ann = in_team("Acme Goa", "ann@example.test")
    browser, address = app.test_client(), named("Acme Goa").web_address
    log_in(browser, ann)
    assert browser.get(f"/w/{address}/").status_code == 200
    transfer("Acme Goa", beta, without={ann.public_id})
    assert browser.get_cookie(COOKIE) and browser.get(f"/w/{address}/").status_code == 404


def test_the_primary_stays_while_others_are_there_the_trash_included(beta: Organization) -> None:
    with pytest.raises(Conflict, match="2 other workspaces"):
        transfer("Acme Logistics", beta)
    for name in ("Acme Pune", "Acme Goa"):
        closing.close(named(name).public_id, name, BY)
    with pytest.raises(Conflict, match="the trash included"):
        transfer("Acme Logistics", beta)


def test_a_primary_alone_leaves_an_organization_without_workspaces(beta: Organization) -> None:
    factories.workspace("Delta", factories.user("dan@example.test"), plan="Group", status="active")
    transfer("Delta", beta)
    assert not named("Delta").is_primary
    assert roles("Delta") == {"dan@example.test": OrganizationRole.ADMIN}
    check_platform()


def test_a_closed_one_is_not_transferred(beta: Organization) -> None:
    closing.close(named("Acme Goa").public_id, "Acme Goa", BY)
    with pytest.raises(Conflict, match="Restore it first"):
        transfer("Acme Goa", beta)


def test_it_takes_a_reason_another_organization_and_an_owner(beta: Organization) -> None:
    goa = named("Acme Goa").public_id
    with pytest.raises(Refused) as refused:
        transfers.transfer(goa, beta.public_id, " ", BY)
    assert refused.value.field == "reason"
    with pytest.raises(Conflict, match="already"):
        transfer("Acme Goa", place("Acme Logistics"))
    olive = db.session.scalars(select(User.public_id).where(User.email == "olive@example.test")).one()
    with pytest.raises(Refused, match="owner comes along"):
        transfer("Acme Goa", beta, without={olive})
    with pytest.raises(NotFound):
        transfer("Acme Goa", beta, without={"usr_nobody"})
    with pytest.raises(NotFound):
        transfers.transfer(goa, "org_nowhere", WHY, BY)
    assert named("Acme Goa").organization_id == place("Acme Logistics").id
    assert "workspace.transferred" not in actions()


def test_an_organization_of_another_currency_or_of_one_workspace_takes_none(beta: Organization) -> None:
    factories.organization("Dollar Group", "USD")
    with pytest.raises(Refused, match="billed in USD") as refused:
        transfer("Acme Goa", place("Dollar Group"))
    assert refused.value.field == "organization"
    factories.workspace("Single", factories.user("sam@example.test"))
    with pytest.raises(Refused, match="not one for several"):
        transfer("Acme Goa", place("Single"))
    closing.close(named("Beta Group").public_id, "Beta Group", BY)
    with pytest.raises(Refused, match="in the trash"):
        transfer("Acme Goa", beta)


def test_transfers_and_closings_at_once_are_done_whole_or_refused(app: Flask, beta: Organization) -> None:
    goa, pune, primary = (named(name).public_id for name in ("Acme Goa", "Acme Pune", "Beta Group"))
    acme, to = place("Acme Logistics").public_id, place("Beta Group").public_id
    found = at_once(
        app,
        lambda: transfers.transfer(goa, to, WHY, BY),
        lambda: closing.close(goa, "Acme Goa", BY),
        lambda: transfers.transfer(pune, to, WHY, BY),
        lambda: holds.suspend(pune, NewHold(HoldKind.MANUAL, True), BY, OWNER),
        lambda: transfers.transfer(primary, acme, WHY, BY),
        lambda: closing.make_primary(goa, BY),
    )
    assert sum(found.values()) == 6 and set(found) <= {"done", "Conflict", "Refused"}
    check_platform()


def test_one_of_many_transfers_is_done(app: Flask, beta: Organization) -> None:
    goa, to = named("Acme Goa").public_id, place("Beta Group").public_id
    assert at_once(app, *[lambda: transfers.transfer(goa, to, WHY, BY)] * 6) == Counter(done=1, Conflict=5)
    check_platform()


@pytest.mark.parametrize("leaves", [True, False])
def test_who_has_the_workspace_and_joins_the_organization_does_not_wait_for_who_has_that(
    app: Flask, beta: Organization, leaves: bool
) -> None:
    """Accepting an invitation takes them in that order, transfers and closings the other way round."""
    goa, to = named("Acme Goa").public_id, place("Beta Group").public_id
    newcomer, acme = factories.user("ann@example.test").id, place("Acme Logistics").id
    has_it = threading.Event()

    def join() -> None:
        with unit() as session:
            locked(session, Workspace, goa)
            has_it.set()
            time.sleep(0.5)  # meanwhile the other has the organization, and waits for the workspace
            member = OrganizationMember(organization_id=acme, user_id=newcomer, role="member", created_at=NOW)
            session.add(member)

    def go() -> None:
        has_it.wait(10)
        if leaves:
            transfers.transfer(goa, to, WHY, BY)
        else:
            closing.close(goa, "Acme Goa", BY)

    assert at_once(app, join, go) == {"done": 2}
    check_platform()


def test_a_month_that_the_old_organization_billed_is_not_billed_again(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        old, (_, beta) = accounts.account(session, "Beta")
        new = tenants.organization(session, "Newcomer", "USD", rate_card_id=old.rate_card_id)
        there, workspace = new.public_id, beta.public_id
    issue_due(accounts.ISSUE)
    transfers.transfer(workspace, there, "Sold", factories.command(accounts.at(12, 10)))
    issue_due(accounts.at(12, 10, 12))
    db.session.rollback()
    months = db.session.scalars(select(Invoice.month)).all()
    assert months == [accounts.NOVEMBER]
