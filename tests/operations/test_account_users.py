"""An organization's people as its own admins arrange them: within what they may do as of now, and with many at once."""

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Invitation, Membership, Organization, OrganizationMember, User, Workspace, scope
from portal.operations import account_users, members, ownership, team
from portal.operations.account_users import Seat
from portal.operations.invitations import Into, accept, invite
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole, WorkspaceRole, held
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Forbidden, LimitReached, NotFound, Refused
from portal.rules.limits import Limit
from tests import factories
from tests.factories import acting
from tests.operations.test_members import at_once
from tests.support import insiders, tenants
from tests.support.clocks import NOW
from tests.support.creation import BY, actions, count, one
from tests.support.family import family, fresh, named
from tests.support.mails import Mailbox

ADMIN, BILLING, PEOPLE, MEMBER = OrganizationRole
OWNER, MANAGER, AGENT = WorkspaceRole


@pytest.fixture
def acme(app: Flask) -> Organization:
    """An organization of three workspaces, all of Olive's."""
    return db.session.get_one(Organization, family("Acme Returns", "Acme Labs").organization_id)


def full(workspace: Workspace) -> None:
    """It has two seats, of which Olive takes one."""
    with unit() as session:
        tenants.override(session, workspace, Limit.USERS, 2)


def change(person: User, **columns: object) -> None:
    with unit() as session:
        row = session.get_one(User, person.id)
        for name, value in columns.items():
            setattr(row, name, value)


def of(acme: Organization, email: str, role: OrganizationRole = MEMBER) -> User:
    """Somebody of it."""
    person = factories.user(email)
    factories.member(acme, person, role)
    return person


def role_of(person: User) -> OrganizationRole | None:
    return db.session.scalar(select(OrganizationMember.role).where(OrganizationMember.user_id == person.id))


def in_workspace(name: str, person: User) -> WorkspaceRole | None:
    where = (Membership.workspace_id == named(name).id, Membership.user_id == person.id)
    with scope.platform():
        return db.session.scalar(select(Membership.role).where(*where))


# ---------------------------------------------------------------- nobody above their own power

GIVES = {ADMIN: set(OrganizationRole), PEOPLE: {PEOPLE, MEMBER}, BILLING: set(), MEMBER: set()}


@pytest.mark.parametrize("role", OrganizationRole)
def test_each_role_gives_and_takes_what_it_has(acme: Organization, role: OrganizationRole, mailbox: Mailbox) -> None:
    asks = of(acme, "asks@example.test", role)
    for before in OrganizationRole:
        for wanted in OrganizationRole:
            if before is wanted:
                continue
            person = of(acme, f"{before.value}-{wanted.value}@example.test", before)
            act = partial(members.change_organization_role, person.public_id, acme.public_id, wanted, acting(asks))
            if {before, wanted} <= GIVES[role]:
                act()
            else:
                with pytest.raises(Refused, match="Ask an admin of"):
                    act()
            assert role_of(person) is (wanted if {before, wanted} <= GIVES[role] else before), (role, before, wanted)


@pytest.mark.parametrize("role", OrganizationRole)
def test_each_role_removes_and_invites_whom_it_may(
    acme: Organization, role: OrganizationRole, mailbox: Mailbox
) -> None:
    by = acting(of(acme, "asks@example.test", role))
    for other in OrganizationRole:
        person = of(acme, f"{other.value}@example.test", other)
        removing = partial(members.remove, person.public_id, acme.public_id, by)
        inviting = partial(account_users.invite, acme.public_id, f"new-{other.value}@example.test", "", other, [], by)
        if other in GIVES[role]:
            removing()
            inviting()
        else:
            with pytest.raises(Refused):
                removing()
            with pytest.raises((Refused, Forbidden)):
                inviting()
    assert count(Invitation) == len(GIVES[role])


@pytest.mark.parametrize("role", [BILLING, MEMBER])
def test_whoever_has_lost_the_people_does_nothing_with_them(acme: Organization, role: OrganizationRole) -> None:
    by, dana = acting(of(acme, "asks@example.test", role)), of(acme, "dana@example.test")
    labs = named("Acme Labs")
    insiders.join(labs, "ann@example.test", AGENT)
    ann = one(User, email="ann@example.test")
    for act in (
        partial(account_users.invite, acme.public_id, "ian@example.test", "", MEMBER, [], by),
        partial(account_users.resend, acme.public_id, "ivt_0", by),
        partial(account_users.revoke, acme.public_id, "ivt_0", by),
        partial(account_users.add, acme.public_id, labs.public_id, dana.public_id, AGENT, by),
        partial(account_users.change_role, acme.public_id, labs.public_id, ann.public_id, MANAGER, by),
        partial(account_users.remove, acme.public_id, labs.public_id, ann.public_id, by),
        partial(ownership.give, labs.public_id, ann.public_id, by),
    ):
        with pytest.raises(Forbidden):
            act()
    assert in_workspace("Acme Labs", ann) is AGENT


def test_a_user_admin_neither_sends_nor_revokes_an_invitation_to_more(acme: Organization, mailbox: Mailbox) -> None:
    by = acting(of(acme, "zoya@example.test", PEOPLE))
    sent = account_users.invite(acme.public_id, "bill@example.test", "", BILLING, [], BY)[0]
    for act in (account_users.resend, account_users.revoke):
        with pytest.raises(Refused, match="more than you may give"):
            act(acme.public_id, sent.invitation, by)
    assert one(Invitation).is_pending


def test_who_is_suspended_has_no_power(acme: Organization) -> None:
    zoya, dana = of(acme, "zoya@example.test", ADMIN), of(acme, "dana@example.test")
    change(zoya, suspended_at=NOW)
    with pytest.raises(Refused):
        members.remove(dana.public_id, acme.public_id, acting(zoya))


# ---------------------------------------------------------------- invitations


def test_an_invitation_for_each_workspace_or_none_at_all(acme: Organization, mailbox: Mailbox) -> None:
    returns, labs = named("Acme Returns"), named("Acme Labs")
    seats = [Seat(labs.public_id, AGENT), Seat(returns.public_id, MANAGER)]
    account_users.invite(acme.public_id, "ian@example.test", "Ian", PEOPLE, seats, BY)
    rows = db.session.execute(
        select(Invitation.workspace_id, Invitation.organization_role, Invitation.workspace_role)
    ).all()
    assert set(map(tuple, rows)) == {(labs.id, PEOPLE, AGENT), (returns.id, PEOPLE, MANAGER)}
    assert len(mailbox.messages) == 2
    full(labs)
    with pytest.raises(LimitReached) as reached:
        account_users.invite(acme.public_id, "joe@example.test", "", MEMBER, list(reversed(seats)), BY)
    assert reached.value.field == "workspace-1"
    assert count(Invitation) == 2
    assert db.session.scalar(select(User.id).where(User.email_key == "joe@example.test")) is None


def test_a_workspace_of_another_organization_is_none(acme: Organization, mailbox: Mailbox) -> None:
    beta = factories.workspace("Beta Freight", factories.user("bea@example.test"))
    labs = named("Acme Labs")
    for seats, field, why in (
        ([Seat(beta.public_id, AGENT)], "workspace-0", "no such workspace"),
        ([Seat(labs.public_id, AGENT), Seat(labs.public_id, MANAGER)], "workspace-1", "chosen twice"),
        ([Seat(labs.public_id, OWNER)], "workspace_role-0", "handed over"),
    ):
        with pytest.raises(Refused, match=why) as refused:
            account_users.invite(acme.public_id, "ian@example.test", "", MEMBER, seats, BY)
        assert refused.value.field == field
    dana, bea = of(acme, "dana@example.test"), one(User, email="bea@example.test")
    for act in (
        lambda: account_users.change_role(acme.public_id, beta.public_id, bea.public_id, AGENT, BY),
        lambda: account_users.remove(acme.public_id, beta.public_id, bea.public_id, BY),
        lambda: account_users.add(acme.public_id, labs.public_id, bea.public_id, AGENT, BY),
        lambda: members.remove(bea.public_id, acme.public_id, BY),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Refused, match="no such workspace"):
        account_users.add(acme.public_id, beta.public_id, dana.public_id, AGENT, BY)


def test_resending_kills_the_old_link(acme: Organization, mailbox: Mailbox) -> None:
    ian = factories.user("ian@example.test")
    first = account_users.invite(acme.public_id, ian.email, "", MEMBER, [], BY)[0]
    again = account_users.resend(acme.public_id, first.invitation, BY)
    with pytest.raises(NotFound):
        accept(first.link.rpartition("/")[2], acting(ian))
    accept(again.link.rpartition("/")[2], acting(ian))
    assert role_of(ian) is MEMBER
    with pytest.raises(NotFound):
        account_users.resend(factories.organization("Beta").public_id, first.invitation, BY)


def test_whoever_is_invited_into_a_workspace_joins_the_organization(acme: Organization, mailbox: Mailbox) -> None:
    ian, labs = factories.user("ian@example.test"), named("Acme Labs")
    sent = team.invite(labs.public_id, ian.email, "", AGENT, BY, held(workspace=OWNER))
    assert role_of(ian) is None
    accept(sent.link.rpartition("/")[2], acting(ian))
    assert (role_of(ian), in_workspace("Acme Labs", ian)) == (MEMBER, AGENT)


# ---------------------------------------------------------------- in and out of workspaces


def test_one_of_the_organization_is_added_and_their_invitation_is_not_needed(
    acme: Organization, mailbox: Mailbox
) -> None:
    by, dana, labs = acting(of(acme, "zoya@example.test", PEOPLE)), of(acme, "dana@example.test"), named("Acme Labs")
    full(labs)
    account_users.invite(acme.public_id, dana.email, "", MEMBER, [Seat(labs.public_id, AGENT)], BY)
    account_users.add(acme.public_id, labs.public_id, dana.public_id, MANAGER, by)
    assert in_workspace("Acme Labs", dana) is MANAGER
    assert named("Acme Labs").user_count == 2
    assert one(Invitation).revoked_at
    assert actions()[-2:] == ["invitation.revoked", "member.added"]
    with pytest.raises(Refused, match="in the team of Acme Labs already"):
        account_users.add(acme.public_id, labs.public_id, dana.public_id, AGENT, by)
    other = of(acme, "eve@example.test")
    with pytest.raises(LimitReached):
        account_users.add(acme.public_id, labs.public_id, other.public_id, AGENT, by)
    with pytest.raises(Refused):
        account_users.add(acme.public_id, labs.public_id, other.public_id, OWNER, by)
    account_users.change_role(acme.public_id, labs.public_id, dana.public_id, AGENT, by)
    assert in_workspace("Acme Labs", dana) is AGENT
    account_users.remove(acme.public_id, labs.public_id, dana.public_id, by)
    assert (in_workspace("Acme Labs", dana), role_of(dana)) == (None, MEMBER)


@pytest.mark.parametrize("state", ["closed", "suspended"])
def test_nobody_is_added_to_a_closed_or_suspended_workspace(acme: Organization, state: str) -> None:
    dana, labs = of(acme, "dana@example.test"), named("Acme Labs")
    if state == "closed":
        insiders.change(labs, cancelled_at=NOW)
    else:
        insiders.suspend(labs)
    with pytest.raises(Conflict, match=f"is {state}"):
        account_users.add(acme.public_id, labs.public_id, dana.public_id, AGENT, BY)


# ---------------------------------------------------------------- handing over


def joined(name: str, person: User, role: WorkspaceRole = AGENT) -> None:
    workspace = named(name)
    with unit() as session, scope.platform():
        session.add(Membership(workspace_id=workspace.id, user_id=person.id, role=role, created_at=NOW))


def test_an_admin_hands_a_workspace_over_and_the_old_owner_is_a_manager(acme: Organization) -> None:
    dana, olive, by = of(acme, "dana@example.test"), one(User, email="olive@example.test"), of(acme, "a@b.test", ADMIN)
    joined("Acme Labs", dana)
    ownership.give(named("Acme Labs").public_id, dana.public_id, acting(by))
    assert (in_workspace("Acme Labs", dana), in_workspace("Acme Labs", olive)) == (OWNER, MANAGER)
    assert named("Acme Labs").owner_id == dana.id
    assert role_of(dana) is MEMBER
    assert actions()[-1] == "workspace.owner_changed"
    with pytest.raises(Conflict, match="owns this workspace already"):
        ownership.give(named("Acme Labs").public_id, dana.public_id, acting(by))


def test_the_owner_hands_over_and_no_user_admin_or_manager(acme: Organization) -> None:
    dana, labs = of(acme, "dana@example.test"), named("Acme Labs")
    zoya, max_ = of(acme, "zoya@example.test", PEOPLE), of(acme, "max@example.test")
    joined("Acme Labs", dana)
    joined("Acme Labs", max_, MANAGER)
    for person in (zoya, max_, dana, factories.user("stranger@example.test")):
        with pytest.raises(Forbidden, match="by its owner, or by an admin"):
            ownership.give(labs.public_id, dana.public_id, acting(person))
    ownership.give(labs.public_id, dana.public_id, acting(one(User, email="olive@example.test")))
    assert in_workspace("Acme Labs", dana) is OWNER


def test_the_primary_makes_an_admin_so_only_an_admin_hands_it_over(acme: Organization) -> None:
    dana, olive, by = of(acme, "dana@example.test"), one(User, email="olive@example.test"), of(acme, "a@b.test", ADMIN)
    joined("Acme Logistics", dana)
    members.change_organization_role(olive.public_id, acme.public_id, MEMBER, acting(by))
    with pytest.raises(Refused, match="becomes an admin"):
        ownership.give(named("Acme Logistics").public_id, dana.public_id, acting(olive))
    ownership.give(named("Acme Logistics").public_id, dana.public_id, acting(by))
    assert (role_of(dana), in_workspace("Acme Logistics", dana)) == (ADMIN, OWNER)
    assert actions()[-2:] == ["user.organization_role_changed", "workspace.owner_changed"]


def test_nobody_inherits_who_cannot_log_in_or_is_not_of_the_team(acme: Organization) -> None:
    dana, labs, by = of(acme, "dana@example.test"), named("Acme Labs"), of(acme, "a@b.test", ADMIN)
    give = partial(ownership.give, labs.public_id, dana.public_id, acting(by))
    with pytest.raises(NotFound):
        give()
    joined("Acme Labs", dana)
    change(dana, suspended_at=NOW)
    with pytest.raises(Refused, match="is suspended"):
        give()
    change(dana, suspended_at=None, password_hash=None)
    with pytest.raises(Refused, match="not accepted"):
        give()
    insiders.change(labs, cancelled_at=NOW)
    with pytest.raises(Conflict, match="is closed"):
        give()


# ---------------------------------------------------------------- many at once


def two(acme: Organization) -> tuple[User, User]:
    """Two who are its only admins: Olive is a member."""
    found = of(acme, "ann@example.test", ADMIN), of(acme, "ben@example.test", ADMIN)
    olive = one(User, email="olive@example.test")
    members.change_organization_role(olive.public_id, acme.public_id, MEMBER, BY)
    return found


@pytest.mark.parametrize("how", ["demote", "remove", "both"])
def test_of_two_admins_who_turn_on_each_other_one_stays(app: Flask, acme: Organization, how: str) -> None:
    ann, ben = two(acme)
    place = acme.public_id

    def demote(user: User, by: Actor) -> Callable[[], object]:
        return partial(members.change_organization_role, user.public_id, place, MEMBER, by)

    def remove(user: User, by: Actor) -> Callable[[], object]:
        return partial(members.remove, user.public_id, place, by)

    first = {"demote": demote, "remove": remove, "both": demote}[how]
    second = {"demote": demote, "remove": remove, "both": remove}[how]
    assert at_once(app, [first(ann, acting(ben)), second(ben, acting(ann))]) == ["Refused", "done"]
    left = select(OrganizationMember.id).where(OrganizationMember.role == ADMIN)
    assert len(db.session.scalars(left.where(OrganizationMember.organization_id == acme.id)).all()) == 1


def test_whoever_loses_the_role_meanwhile_grants_nothing_with_it(
    app: Flask, acme: Organization, mailbox: Mailbox
) -> None:
    ann, ben = two(acme)
    place, by = acme.public_id, acting(ben)
    acts: list[Callable[[], object]] = [
        partial(members.change_organization_role, ben.public_id, place, MEMBER, acting(ann)),
        partial(account_users.invite, place, "accomplice@example.test", "", ADMIN, [], by),
    ]
    came = at_once(app, acts)
    assert came in (["Forbidden", "done"], ["done", "done"])
    asked = db.session.scalar(select(Invitation.organization_role))
    assert (asked is ADMIN) == (came == ["done", "done"])
    with pytest.raises(Forbidden):
        account_users.invite(place, "later@example.test", "", ADMIN, [], by)


def test_who_is_removed_while_they_accept_or_are_added_is_in_no_workspace_of_it(
    app: Flask, acme: Organization, mailbox: Mailbox
) -> None:
    labs, by = named("Acme Labs"), acting(of(acme, "a@b.test", ADMIN))
    for number in range(4):
        dana = of(acme, f"dana{number}@example.test")
        acts: list[Callable[[], object]] = [partial(members.remove, dana.public_id, acme.public_id, by)]
        if number % 2:
            acts.append(partial(account_users.add, acme.public_id, labs.public_id, dana.public_id, AGENT, by))
        else:
            with unit() as session:
                place = session.get_one(Organization, acme.id)
                into = Into(place, MEMBER, session.get_one(Workspace, labs.id), AGENT)
                token = invite(session, dana.email, "", into, BY).link.rpartition("/")[2]
            acts.append(partial(accept, token, acting(dana)))
        came = at_once(app, acts)
        assert set(came) <= {"done", "NotFound"}, came
        assert in_workspace("Acme Labs", dana) is None or role_of(dana) is not None


def test_of_two_who_are_handed_a_workspace_at_once_one_owns_it(app: Flask, acme: Organization) -> None:
    by, labs = acting(of(acme, "a@b.test", ADMIN)), named("Acme Labs").public_id
    heirs = [of(acme, f"heir{number}@example.test") for number in range(2)]
    for each in heirs:
        joined("Acme Labs", each)
    olive = one(User, email="olive@example.test")
    acts = [partial(ownership.give, labs, each.public_id, by) for each in heirs]
    acts.append(partial(members.remove, heirs[0].public_id, acme.public_id, by))
    at_once(app, acts)
    row = fresh(named("Acme Labs"))
    with scope.platform():
        owners = db.session.scalars(
            select(Membership.user_id).where(Membership.workspace_id == row.id, Membership.role == OWNER)
        ).all()
    assert list(owners) == [row.owner_id]
    assert row.owner_id != olive.id
