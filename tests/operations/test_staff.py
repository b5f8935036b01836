"""The staff: invited, given roles, and never without an owner."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from portal.base.db import db
from portal.models import User
from portal.operations import staff, users
from portal.operations.passwords import reset
from portal.rules.access import StaffRole
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Forbidden, PortalError, Refused
from tests import factories
from tests.factories import PASSWORD, acting
from tests.support.creation import one
from tests.support.mails import Mailbox
from tests.support.people import visit


def role_of(user: User) -> StaffRole | None:
    role: StaffRole | None = one(User, public_id=user.public_id).staff_role
    return role


def test_an_owner_gives_and_takes_roles(app: Flask) -> None:
    alice, bob = factories.staff(), factories.staff(StaffRole.SUPPORT)
    staff.change_role(bob.public_id, StaffRole.FINANCE, "moves", acting(alice))
    assert role_of(bob) is StaffRole.FINANCE
    with pytest.raises(Conflict):
        staff.change_role(bob.public_id, StaffRole.FINANCE, "", acting(alice))
    staff.change_role(bob.public_id, None, "leaves", acting(alice))
    assert role_of(bob) is None


@pytest.mark.parametrize("role", [role for role in StaffRole if role is not StaffRole.OWNER])
def test_nobody_else_gives_or_takes_any(app: Flask, role: StaffRole) -> None:
    factories.staff()
    dana, charlie = factories.staff(role, "dana@example.test"), factories.user()
    for wanted in StaffRole:
        with pytest.raises(Forbidden):
            staff.change_role(charlie.public_id, wanted, "", acting(dana))
    with pytest.raises(Forbidden):
        staff.change_role(dana.public_id, StaffRole.OWNER, "", acting(dana))


def test_the_last_owner_stays(app: Flask) -> None:
    alice = factories.staff()
    factories.user("eve@example.test", password=None, staff_role=StaffRole.OWNER)  # cannot log in yet
    with pytest.raises(Refused, match="last owner"):
        staff.change_role(alice.public_id, None, "", acting(alice))
    olga = factories.staff(email="olga@example.test")
    users.suspend(olga.public_id, "", acting(alice))
    with pytest.raises(Refused, match="last owner"):
        staff.change_role(alice.public_id, StaffRole.SUPPORT, "", acting(alice))
    for act in (users.trash, lambda user, by: users.suspend(user, "", by)):
        with pytest.raises(Refused, match="last owner"):
            act(alice.public_id, factories.command())


def test_of_two_owners_who_demote_each_other_at_once_one_stays(app: Flask) -> None:
    alice, olga = factories.staff(), factories.staff(email="olga@example.test")
    pairs = [(alice.public_id, acting(olga)), (olga.public_id, acting(alice))]
    db.session.rollback()
    start = Barrier(2)

    def demote(pair: tuple[str, Actor]) -> str:
        with app.app_context():
            start.wait()
            try:
                staff.change_role(pair[0], StaffRole.SUPPORT, "at once", pair[1])
            except PortalError as error:
                return type(error).__name__
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(demote, pairs))
    assert answers == ["Forbidden", "done"]
    assert sorted(str(role_of(each)) for each in (alice, olga)) == ["owner", "support"]


def test_a_customer_does_not_become_staff(app: Flask) -> None:
    alice, charlie = factories.staff(), factories.user()
    factories.member(factories.organization("Acme Group"), charlie)
    with pytest.raises(Refused, match="Acme Group"):
        staff.change_role(charlie.public_id, StaffRole.SUPPORT, "", acting(alice))
    with pytest.raises(Refused, match="Acme Group"):
        staff.invite(charlie.email, "Charlie", StaffRole.SUPPORT, acting(alice))


def test_an_invited_member_chooses_a_password_by_a_link_that_works_once(app: Flask, mailbox: Mailbox) -> None:
    alice = factories.staff()
    staff.invite("Dana@Example.test", "Dana", StaffRole.FINANCE, acting(alice))
    dana = one(User, email_key="dana@example.test")
    assert (dana.staff_role, dana.password_hash) == (StaffRole.FINANCE, None)
    first = (mailbox.messages[-1].body or "").partition("/password/reset/")[2].split()[0]
    staff.invite_again(dana.public_id, acting(alice))
    second = (mailbox.messages[-1].body or "").partition("/password/reset/")[2].split()[0]
    with pytest.raises(PortalError):
        reset(first, PASSWORD, visit())
    third = staff.make_link(dana.public_id, acting(alice)).partition("/password/reset/")[2]
    with pytest.raises(PortalError):
        reset(second, PASSWORD, visit())
    assert len(mailbox.messages) == 2
    reset(third, PASSWORD, visit())
    assert one(User, email_key="dana@example.test").email_verified_at
    with pytest.raises(Conflict):
        staff.invite_again(dana.public_id, acting(alice))
    with pytest.raises(Conflict):
        staff.make_link(dana.public_id, acting(alice))


def test_a_link_for_one_role_opens_no_other(app: Flask, mailbox: Mailbox) -> None:
    alice = factories.staff()
    staff.invite("dana@example.test", "Dana", StaffRole.AUDITOR, acting(alice))
    dana = one(User, email_key="dana@example.test").public_id
    old = staff.make_link(dana, acting(alice)).partition("/password/reset/")[2]
    staff.change_role(dana, None, "A mistake", acting(alice))
    with pytest.raises(PortalError):
        reset(old, PASSWORD, visit())
    joined = staff.invite("dana@example.test", "Dana", StaffRole.OWNER, acting(alice))
    assert joined.mail, "who has no password yet is sent a link of their own"
    with pytest.raises(PortalError):
        reset(old, PASSWORD, visit())
    new = (mailbox.messages[-1].body or "").partition("/password/reset/")[2].split()[0]
    reset(new, PASSWORD, visit())
