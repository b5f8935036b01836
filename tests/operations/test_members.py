"""Customers' people as staff arrange them, and the accounts in the trash: what must hold when many act at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import Invitation, Organization, OrganizationMember, User, scope
from portal.operations import members, users
from portal.operations.invitations import Into, invite
from portal.operations.members import Newcomer
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole
from portal.rules.errors import PortalError, Refused
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import BY, add_plan, count, one
from tests.support.mails import Mailbox

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
