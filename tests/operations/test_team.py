"""A workspace's team: seats, grants, and the owner who stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Invitation, Membership, OrganizationMember, User, Workspace, scope
from portal.operations import team
from portal.operations.unit import unit
from portal.rules.access import AccessMode, OrganizationRole, StaffRole, WorkspaceRole, held, in_access_session
from portal.rules.errors import Conflict, LimitReached, NotFound, Refused
from portal.rules.limits import Limit
from tests import factories
from tests.support import insiders, tenants
from tests.support.clocks import NOW
from tests.support.creation import actions, one
from tests.support.insiders import Home
from tests.support.mails import Mailbox

OWNER, MANAGER, AGENT = WorkspaceRole
OWNERS, MANAGERS, AGENTS = (held(workspace=role) for role in WorkspaceRole)
BY = factories.command()


@pytest.fixture
def acme(app: Flask) -> Home:
    return insiders.home()


def roles(home: Home) -> dict[str, WorkspaceRole]:
    with scope.workspace(home.workspace.id):
        users = {user.id: user.email for user in home.people.values()}
        return {
            users.get(user, "?"): role for user, role in db.session.execute(select(Membership.user_id, Membership.role))
        }


def test_a_manager_invites_and_the_mail_is_on_its_way(acme: Home, mailbox: Mailbox) -> None:
    team.invite(acme.workspace.public_id, "Ian@Example.test", "", MANAGER, BY, MANAGERS)
    row = db.session.scalars(select(Invitation)).one()
    assert (row.email, row.workspace_role, row.workspace_id) == ("Ian@example.test", MANAGER, acme.workspace.id)
    assert (row.organization_role, actions()[-1]) == (OrganizationRole.MEMBER, "invitation.sent")
    assert "Acme Logistics" in mailbox.only("Ian@example.test").subject


@pytest.mark.parametrize(
    ("role", "holds"),
    [
        (OWNER, OWNERS),
        (OWNER, MANAGERS),
        (MANAGER, AGENTS),
        (AGENT, AGENTS),
        (OWNER, in_access_session(AccessMode.ACT)),
    ],
)
def test_nobody_grants_more_than_they_have(acme: Home, role: WorkspaceRole, holds: frozenset[object]) -> None:
    with pytest.raises(Refused, match="nobody grants more than they have"):
        team.invite(acme.workspace.public_id, "ian@example.test", "", role, BY, holds)  # type: ignore[arg-type]
    agent = acme.people[AGENT]
    with pytest.raises(Refused):
        team.change_role(acme.workspace.public_id, agent.public_id, role, BY, holds)  # type: ignore[arg-type]
    assert roles(acme)[agent.email] is AGENT


def test_members_pending_and_staff_are_not_invited_again(acme: Home, mailbox: Mailbox) -> None:
    team.invite(acme.workspace.public_id, "ian@example.test", "", AGENT, BY, OWNERS)
    factories.staff(StaffRole.SUPPORT)
    for email, why in (
        ("IAN@example.test", "was invited already"),
        (acme.people[AGENT].email, "is in the team already"),
        ("bob@example.test", "platform's own staff"),
        ("no address", "full e-mail address"),
    ):
        with pytest.raises(Refused, match=why) as refused:
            team.invite(acme.workspace.public_id, email, "", AGENT, BY, OWNERS)
        assert refused.value.field == "email"


def test_seats_are_members_and_pending_invitations(acme: Home, mailbox: Mailbox) -> None:
    with unit() as session:
        tenants.override(session, acme.workspace, Limit.USERS, 4)
    first = team.invite(acme.workspace.public_id, "ian@example.test", "", AGENT, BY, OWNERS)
    with pytest.raises(LimitReached, match="4 used, 4 allowed"):
        team.invite(acme.workspace.public_id, "joe@example.test", "", AGENT, BY, OWNERS)
    team.revoke(acme.workspace.public_id, first.invitation, BY, OWNERS)
    team.invite(acme.workspace.public_id, "joe@example.test", "", AGENT, BY, OWNERS)
    with unit() as session:
        session.scalars(select(Invitation).where(Invitation.email == "joe@example.test")).one().expires_at = NOW
    again = factories.command(NOW + timedelta(hours=1))
    third = team.invite(acme.workspace.public_id, "kim@example.test", "", AGENT, again, OWNERS)
    expired = db.session.scalars(select(Invitation.public_id).where(Invitation.email == "joe@example.test")).one()
    with pytest.raises(LimitReached):
        team.resend(acme.workspace.public_id, expired, again, OWNERS)
    assert team.resend(acme.workspace.public_id, third.invitation, again, OWNERS).link != third.link


def test_of_many_who_invite_at_once_one_gets_the_last_seat(app: Flask, acme: Home, mailbox: Mailbox) -> None:
    with unit() as session:
        tenants.override(session, acme.workspace, Limit.USERS, 4)
    public_id = acme.workspace.public_id

    def one(number: int) -> bool:
        with app.app_context():
            try:
                team.invite(public_id, f"guest{number}@example.test", "", AGENT, BY, OWNERS)
            except LimitReached:
                return False
            return True

    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(one, range(16)))
    assert won.count(True) == 1
    db.session.rollback()
    assert len(db.session.scalars(select(Invitation)).all()) == 1


def test_a_removed_member_is_out_and_stays_in_the_organization(acme: Home) -> None:
    agent = acme.people[AGENT]
    team.remove(acme.workspace.public_id, agent.public_id, BY, MANAGERS)
    assert agent.email not in roles(acme)
    assert db.session.scalar(select(Workspace.user_count).where(Workspace.id == acme.workspace.id)) == 2
    mine = select(OrganizationMember.role).where(OrganizationMember.user_id == agent.id)
    assert db.session.scalar(mine) is OrganizationRole.MEMBER
    assert actions()[-1] == "member.removed"
    with pytest.raises(NotFound):
        team.remove(acme.workspace.public_id, agent.public_id, BY, MANAGERS)


@pytest.mark.parametrize("holds", [OWNERS, MANAGERS, in_access_session(AccessMode.ACT)])
def test_the_owner_is_neither_removed_nor_given_another_role(acme: Home, holds: frozenset[object]) -> None:
    with pytest.raises(Refused, match="Hand over ownership first"):
        team.remove(acme.workspace.public_id, acme.owner.public_id, BY, holds)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="Ownership is handed over first"):
        team.change_role(acme.workspace.public_id, acme.owner.public_id, AGENT, BY, holds)  # type: ignore[arg-type]
    assert roles(acme)[acme.owner.email] is OWNER


def test_a_role_is_changed_once_and_said_with_what_it_was(acme: Home) -> None:
    agent = acme.people[AGENT]
    team.change_role(acme.workspace.public_id, agent.public_id, MANAGER, BY, MANAGERS)
    team.change_role(acme.workspace.public_id, agent.public_id, MANAGER, BY, MANAGERS)
    assert roles(acme)[agent.email] is MANAGER
    assert actions().count("member.role_changed") == 1


@pytest.mark.parametrize("state", ["closed", "suspended"])
def test_nobody_joins_or_rises_in_a_closed_or_suspended_workspace(acme: Home, state: str) -> None:
    if state == "closed":
        insiders.change(acme.workspace, cancelled_at=NOW)
    else:
        insiders.suspend(acme.workspace)
    agent, public_id = acme.people[AGENT].public_id, acme.workspace.public_id
    for act in (
        lambda: team.invite(public_id, "ian@example.test", "", AGENT, BY, OWNERS),
        lambda: team.change_role(public_id, agent, MANAGER, BY, OWNERS),
    ):
        with pytest.raises(Conflict, match=f"is {state}"):
            act()
    team.remove(public_id, agent, BY, OWNERS)
    assert acme.people[AGENT].email not in roles(acme), "but nobody is kept in"


def test_people_and_invitations_of_another_workspace_are_not_found(acme: Home, mailbox: Mailbox) -> None:
    beta = insiders.home("Beta Freight")
    sent = team.invite(beta.workspace.public_id, "ian@example.test", "", AGENT, BY, OWNERS)
    for act in (
        lambda: team.remove(acme.workspace.public_id, beta.people[AGENT].public_id, BY, OWNERS),
        lambda: team.change_role(acme.workspace.public_id, beta.people[AGENT].public_id, MANAGER, BY, OWNERS),
        lambda: team.resend(acme.workspace.public_id, sent.invitation, BY, OWNERS),
        lambda: team.revoke(acme.workspace.public_id, sent.invitation, BY, OWNERS),
    ):
        with pytest.raises(NotFound):
            act()


def test_who_is_removed_does_not_come_back_by_an_older_invitation(acme: Home, mailbox: Mailbox) -> None:
    sent = team.invite(acme.workspace.public_id, "ian@example.test", "", AGENT, BY, OWNERS)
    ian = one(User, email="ian@example.test")
    with unit() as session, scope.platform():
        values = {"workspace_id": acme.workspace.id, "user_id": ian.id, "role": AGENT, "created_at": NOW}
        session.add(Membership(**values))
    team.remove(acme.workspace.public_id, ian.public_id, BY, OWNERS)
    assert one(Invitation, public_id=sent.invitation).revoked_at
