"""Invitations: single-use, expiring, revocable; what accepting gives."""

import re
import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import Membership, Organization, OrganizationMember, User, Workspace, scope
from portal.operations import invitations, sessions
from portal.operations.invitations import LASTS, Into, Sent, accept, accept_as_new
from portal.operations.unit import unit
from portal.queries.invitations import State, invitation_of
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.errors import Conflict, Forbidden, NotFound, PortalError, Refused
from tests import factories
from tests.factories import PASSWORD, acting, command
from tests.support.mails import Mailbox
from tests.support.people import visit

EMAIL = "dana@example.test"


def invite(into: Into, email: str = EMAIL, name: str = "Dana") -> Sent:
    with unit() as session:
        return invitations.invite(session, email, name, into, acting(factories.staff()))


def token_of(sent: Sent) -> str:
    return sent.link.rpartition("/")[2]


def role_in(organization: Organization, email: str = EMAIL) -> OrganizationRole | None:
    mine = OrganizationMember.organization_id == organization.id
    query = select(OrganizationMember.role).join(User, User.id == OrganizationMember.user_id)
    return db.session.scalar(query.where(mine, User.email_key == email))


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """A workspace owned by Olive."""
    factories.plan()
    return factories.workspace()


def into_workspace(acme: Workspace, role: WorkspaceRole = WorkspaceRole.AGENT) -> Into:
    return Into(db.session.get_one(Organization, acme.organization_id), OrganizationRole.MEMBER, acme, role)


def test_the_mail_carries_the_link_and_says_where_to(mailbox: Mailbox, acme: Workspace) -> None:
    sent = invite(into_workspace(acme))
    body = mailbox.only(EMAIL).body or ""
    assert re.findall(r"http://localhost/invitations/\S+", body) == [sent.link]
    assert "Alice invites you to Acme Logistics" in body


def test_a_new_person_accepts_once(mailbox: Mailbox, acme: Workspace, now: datetime) -> None:
    token = token_of(invite(into_workspace(acme)))
    assert accept_as_new(token, " Dana  Díaz ", PASSWORD, visit(now)).token
    dana = db.session.scalars(select(User).where(User.email_key == EMAIL)).one()
    assert (dana.name, dana.must_set_password) == ("Dana Díaz", False)
    assert dana.email_verified_at == now
    with scope.workspace(acme.id):
        roles = {user: role for user, role in db.session.execute(select(Membership.user_id, Membership.role))}  # noqa: C416
    assert roles[dana.id] is WorkspaceRole.AGENT
    assert acme.user_count == 2
    assert sessions.log_in(EMAIL, PASSWORD, visit(now)).token
    with pytest.raises(NotFound):
        accept_as_new(token, "Eve", "another quiet lighthouse", visit(now))


def test_reading_uses_nothing_up(mailbox: Mailbox, acme: Workspace, now: datetime) -> None:
    token = token_of(invite(into_workspace(acme)))
    for _ in range(3):
        found = invitation_of(token, now)
        assert found and found.state is State.OPEN
    assert accept_as_new(token, "Dana", PASSWORD, visit(now))


def test_a_weak_password_does_not_use_it_up(mailbox: Mailbox, acme: Workspace, now: datetime) -> None:
    token = token_of(invite(into_workspace(acme)))
    with pytest.raises(Refused):
        accept_as_new(token, "Dana", "password1234", visit(now))
    assert accept_as_new(token, "Dana", PASSWORD, visit(now))


def test_after_seven_days_it_is_of_no_use(mailbox: Mailbox, acme: Workspace, now: datetime) -> None:
    token = token_of(invite(into_workspace(acme)))
    found = invitation_of(token, now + LASTS)
    assert found and found.state is State.EXPIRED
    with pytest.raises(NotFound):
        accept_as_new(token, "Dana", PASSWORD, visit(now + LASTS))


def test_sending_it_again_kills_the_old_link(mailbox: Mailbox, acme: Workspace, now: datetime) -> None:
    first = invite(into_workspace(acme))
    later = now + timedelta(days=6)
    second = invitations.resend(first.invitation, command(later))
    assert invitation_of(token_of(first), later) is None
    assert accept_as_new(token_of(second), "Dana", PASSWORD, visit(later + timedelta(days=6)))
    assert len(mailbox.to(EMAIL)) == 2
    with pytest.raises(Conflict):
        invitations.resend(first.invitation, command(later))


def test_taken_back_it_is_of_no_use(mailbox: Mailbox, acme: Workspace, now: datetime) -> None:
    sent = invite(into_workspace(acme))
    invitations.revoke(sent.invitation, command())
    found = invitation_of(token_of(sent), now)
    assert found and found.state is State.REVOKED
    with pytest.raises(NotFound):
        accept_as_new(token_of(sent), "Dana", PASSWORD, visit(now))


def test_into_a_closed_workspace_leads_nowhere(mailbox: Mailbox, acme: Workspace, now: datetime) -> None:
    token = token_of(invite(into_workspace(acme)))
    with unit():
        acme.cancelled_at = now
    found = invitation_of(token, now)
    assert found and found.state is State.CLOSED
    with pytest.raises(NotFound):
        accept_as_new(token, "Dana", PASSWORD, visit(now))


def test_a_known_person_accepts_logged_in_and_nobody_else_does(
    mailbox: Mailbox, acme: Workspace, now: datetime
) -> None:
    dana, charlie = factories.user(EMAIL), factories.user()
    token = token_of(invite(into_workspace(acme)))
    with pytest.raises(Forbidden):
        accept(token, acting(charlie))
    with pytest.raises(Conflict):
        accept_as_new(token, "Eve", "another quiet lighthouse", visit(now))
    accept(token, acting(dana))
    with pytest.raises(NotFound):
        accept(token, acting(dana))


def test_a_suspended_person_does_not_come_back_by_an_invitation(
    mailbox: Mailbox, acme: Workspace, now: datetime
) -> None:
    token = token_of(invite(into_workspace(acme)))
    with unit() as session:
        session.scalars(select(User).where(User.email_key == EMAIL)).one().suspended_at = now
    with pytest.raises(Refused):
        accept_as_new(token, "Dana", PASSWORD, visit(now))


@pytest.mark.parametrize(
    ("had", "given", "has"),
    [
        (OrganizationRole.ADMIN, OrganizationRole.MEMBER, OrganizationRole.ADMIN),
        (OrganizationRole.MEMBER, OrganizationRole.USER_ADMIN, OrganizationRole.USER_ADMIN),
        (OrganizationRole.BILLING_ADMIN, OrganizationRole.USER_ADMIN, OrganizationRole.BILLING_ADMIN),
        (OrganizationRole.BILLING_ADMIN, OrganizationRole.ADMIN, OrganizationRole.ADMIN),
        (None, OrganizationRole.MEMBER, OrganizationRole.MEMBER),
    ],
)
def test_an_invitation_never_takes_a_role_away(
    app: Flask, mailbox: Mailbox, had: OrganizationRole | None, given: OrganizationRole, has: OrganizationRole
) -> None:
    organization, dana = factories.organization(), factories.user(EMAIL)
    if had:
        factories.member(organization, dana, had)
    accept(token_of(invite(Into(organization, given))), acting(dana))
    assert role_in(organization) is has


def test_the_owners_new_name_is_found_in_the_list(mailbox: Mailbox, app: Flask, now: datetime) -> None:
    factories.plan()
    made = factories.workspaces.create(
        factories.workspaces.NewWorkspace(
            name="Beta", owner_mode="invite", owner_name="To be named", owner_email=EMAIL
        ),
        command(),
    )
    link = re.search(r"/invitations/(\S+)", mailbox.only(EMAIL).body or "")
    assert link
    accept_as_new(link[1], "Žofie Nová", PASSWORD, visit(now))
    beta = db.session.scalars(select(Workspace).where(Workspace.public_id == made.workspace)).one()
    assert beta.owner_key == "zofie nova"
    assert "nova" in beta.search_text
    assert "named" not in beta.search_text
    with scope.workspace(beta.id):
        assert list(db.session.scalars(select(Membership.role))) == [WorkspaceRole.OWNER]


def test_of_fifty_who_accept_at_once_one_wins(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    token = token_of(invite(Into(factories.organization())))
    start, outcomes = threading.Barrier(50), []

    def run(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                accept_as_new(token, f"Dana {number}", PASSWORD, visit(now))
                outcomes.append("won")
            except PortalError as error:
                outcomes.append(type(error).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["NotFound"] * 49 + ["won"]
    assert db.session.scalar(select(func.count()).select_from(OrganizationMember)) == 1
