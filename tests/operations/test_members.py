"""Customers' people as staff arrange them, and the accounts in the trash: what must hold when many act at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.base.db import db
from portal.models import Invitation, Membership, Organization, OrganizationMember, User, Workspace, scope
from portal.operations import members, users
from portal.operations.invitations import Into, accept, accept_as_new, invite
from portal.operations.members import Newcomer
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.errors import NotFound, PortalError, Refused
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import BY, actions, add_plan, count, one
from tests.support.family import family, named
from tests.support.mails import Mailbox
from tests.support.people import visit

ADMIN = OrganizationRole.ADMIN


def at_once(app: Flask, acts: list[Callable[[], object]]) -> list[str]:
    """What came of each: the name of its error, or done."""
    db.session.rollback()
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        with app.app_context(), scope.platform():
            start.wait()
            try:
                act()
            except PortalError as error:
                return type(error).__name__
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def two_admins() -> tuple[Organization, list[str]]:
    acme = factories.organization()
    found = [factories.user(f"{name}@example.test") for name in ("ann", "ben")]
    for each in found:
        factories.member(acme, each, ADMIN)
    return acme, [each.public_id for each in found]


def admins(place: int) -> int:
    here = (OrganizationMember.organization_id == place, OrganizationMember.role == ADMIN, User.trashed_at.is_(None))
    query = select(func.count()).select_from(OrganizationMember).join(User, User.id == OrganizationMember.user_id)
    return db.session.scalar(query.where(*here)) or 0


@pytest.mark.parametrize("how", ["demoted", "trashed", "both"])
def test_of_two_admins_who_go_at_once_one_stays(app: Flask, how: str) -> None:
    acme, (ann, ben) = two_admins()
    place, key = acme.public_id, acme.id

    def demote(user: str) -> Callable[[], object]:
        return lambda: members.change_organization_role(user, place, OrganizationRole.MEMBER, BY)

    def trash(user: str) -> Callable[[], object]:
        return lambda: users.trash(user, BY)

    acts = {
        "demoted": [demote(ann), demote(ben)],
        "trashed": [trash(ann), trash(ben)],
        "both": [demote(ann), trash(ben)],
    }
    assert at_once(app, acts[how]) == ["Refused", "done"]
    assert admins(key) == 1


def test_of_many_who_are_invited_at_once_one_gets_the_last_seat(app: Flask, mailbox: Mailbox) -> None:
    acme = factories.workspace(plan=add_plan("Small", limits={"users": 2}))
    address = acme.web_address

    def invited(number: int) -> Callable[[], object]:
        return lambda: members.invite(Newcomer(f"p{number}@example.test", "", "", workspace=address), BY)

    assert at_once(app, [invited(number) for number in range(8)]) == ["LimitReached"] * 7 + ["done"]
    assert count(Invitation) == 1 and len(mailbox.messages) == 1


def test_the_trash_takes_open_invitations_back_and_restoring_does_not_bring_them(app: Flask, mailbox: Mailbox) -> None:
    charlie, acme = factories.user(), factories.organization()
    with unit() as session:
        invite(session, charlie.email, "", Into(acme), BY)
    users.trash(charlie.public_id, BY)
    assert one(Invitation).revoked_at == NOW
    users.restore(charlie.public_id, BY)
    assert one(Invitation).revoked_at == NOW and one(User, id=charlie.id).trashed_at is None


def test_nobody_in_the_trash_is_invited(app: Flask) -> None:
    charlie, acme = factories.user(trashed_at=NOW), factories.organization()
    with pytest.raises(Refused, match="in the trash"):
        members.invite(Newcomer(charlie.email, "", acme.slug), BY)


def joined(room: Workspace, person: User) -> None:
    """They are an agent there."""
    with unit() as session, scope.platform():
        session.add(Membership(workspace_id=room.id, user_id=person.id, role=WorkspaceRole.AGENT, created_at=NOW))
        session.get_one(Workspace, room.id).user_count += 1


def test_who_is_removed_leaves_every_workspace_of_it_and_no_invitation(app: Flask, mailbox: Mailbox) -> None:
    dana, other = factories.user("dana@example.test"), factories.organization("Beta")
    place = db.session.get_one(Organization, family("Child").organization_id)
    for each in (place, other):
        factories.member(each, dana)
        with unit() as session:
            invite(session, dana.email, "", Into(each, ADMIN), BY)
    for name in ("Acme Logistics", "Child"):
        joined(named(name), dana)
    assert members.remove(dana.public_id, place.public_id, BY) == 2
    with scope.platform():
        assert not db.session.scalars(select(Membership.id).where(Membership.user_id == dana.id)).all()
    left = select(OrganizationMember.organization_id).where(OrganizationMember.user_id == dana.id)
    assert db.session.scalars(left).all() == [other.id]
    assert (named("Acme Logistics").user_count, named("Child").user_count) == (1, 1)
    pending = select(Invitation.organization_id).where(Invitation.is_pending, Invitation.user_id == dana.id)
    assert db.session.scalars(pending).all() == [other.id]
    assert actions()[-4:] == ["member.removed", "member.removed", "invitation.revoked", "user.organization_left"]
    with pytest.raises(NotFound):
        members.remove(dana.public_id, place.public_id, BY)


def test_neither_an_owner_nor_the_last_admin_is_removed(app: Flask) -> None:
    place = db.session.get_one(Organization, family("Child").organization_id)
    with pytest.raises(Refused, match="owns Acme Logistics"):
        members.remove(one(User, email="olive@example.test").public_id, place.public_id, BY)
    acme, (ann, ben) = two_admins()
    members.remove(ann, acme.public_id, BY)
    with pytest.raises(Refused, match="the last admin"):
        members.remove(ben, acme.public_id, BY)
    assert admins(acme.id) == 1


def test_of_two_admins_removed_at_once_one_stays(app: Flask) -> None:
    acme, people = two_admins()
    came = at_once(app, [partial(members.remove, each, acme.public_id, BY) for each in people])
    assert came == ["Refused", "done"] and admins(acme.id) == 1


def asked_in(person: User, place: Organization, role: OrganizationRole = ADMIN) -> str:
    """An open invitation of theirs into the organization; answers its token."""
    with unit() as session:
        return invite(session, person.email, "", Into(session.merge(place), role), BY).link.rpartition("/")[2]


def test_a_link_that_went_to_an_address_is_dead_with_it(app: Flask, mailbox: Mailbox) -> None:
    acme = factories.organization()
    members.invite(Newcomer("typo@example.test", "Dana", acme.slug), BY)
    link = (mailbox.messages[-1].body or "").partition("/invitations/")[2].split()[0]
    dana = one(User, email="typo@example.test")
    before = users.Details(dana.name, dana.email, dana.locale, dana.timezone)
    users.change(dana.public_id, replace(before, email="dana@example.test"), before, BY)
    with pytest.raises(NotFound):
        accept_as_new(link, "Dana", factories.PASSWORD, visit())
    members.resend(dana.public_id, one(Invitation).public_id, BY)
    assert mailbox.messages[-1].recipient == "dana@example.test"


def test_who_is_demoted_does_not_rise_again_by_an_older_invitation(app: Flask, mailbox: Mailbox) -> None:
    acme, (ann, _) = two_admins()
    token = asked_in(one(User, public_id=ann), acme)
    members.change_organization_role(ann, acme.public_id, OrganizationRole.MEMBER, BY)
    accept(token, factories.acting(one(User, public_id=ann)))
    member = one(OrganizationMember, user_id=one(User, public_id=ann).id)
    assert member.role is OrganizationRole.MEMBER


def test_who_cannot_log_in_is_no_other_admin(app: Flask) -> None:
    acme, (ann, ben) = two_admins()
    users.suspend(ann, "", BY)
    with pytest.raises(Refused, match="the last admin"):
        members.change_organization_role(ben, acme.public_id, OrganizationRole.MEMBER, BY)


def test_who_is_removed_while_they_accept_is_in_no_workspace_without_its_organization(
    app: Flask, mailbox: Mailbox
) -> None:
    place = db.session.get_one(Organization, family("Child").organization_id)
    child = named("Child")
    for number in range(4):
        dana = factories.user(f"dana{number}@example.test")
        factories.member(place, dana)
        with unit() as session:
            into = Into(session.get_one(Organization, place.id), ADMIN, session.merge(child), WorkspaceRole.AGENT)
            token = invite(session, dana.email, "", into, BY).link.rpartition("/")[2]
        acting = factories.acting(dana)
        came = at_once(
            app, [partial(accept, token, acting), partial(members.remove, dana.public_id, place.public_id, BY)]
        )
        assert set(came) <= {"done", "NotFound"}, came
        with scope.platform():
            inside = db.session.scalar(select(Membership.id).where(Membership.user_id == dana.id))
            belongs = db.session.scalar(select(OrganizationMember.id).where(OrganizationMember.user_id == dana.id))
        assert inside is None or belongs is not None


def test_whoever_was_only_invited_is_no_other_admin(app: Flask) -> None:
    acme, (ann, ben) = two_admins()
    with unit() as session:
        session.execute(update(User).where(User.public_id == ben).values(password_hash=None))
    with pytest.raises(Refused, match="the last admin"):
        members.remove(ann, acme.public_id, BY)
