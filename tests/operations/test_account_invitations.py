"""Inviting people into an organization: whom it may not write to, and what it does not learn of whom it invites."""

import pytest
from flask import Flask

from portal.base.db import db
from portal.models import Hold, Organization, User, scope
from portal.operations import account_users
from portal.operations.unit import unit
from portal.queries import account_users as reads
from portal.queries.account_users import Wanted
from portal.rules.access import OrganizationRole
from portal.rules.errors import Conflict
from portal.rules.lifecycle import HoldKind
from tests import factories
from tests.factories import acting
from tests.support.clocks import NOW
from tests.support.family import family
from tests.support.mails import Mailbox


@pytest.fixture
def acme(app: Flask) -> Organization:
    """An organization of one workspace."""
    return db.session.get_one(Organization, family().organization_id)


@pytest.fixture
def ann(acme: Organization) -> User:
    """An admin of it."""
    person = factories.user("ann@example.test")
    factories.member(acme, person, OrganizationRole.ADMIN)
    return person


def test_nobody_is_invited_under_a_hold_for_abuse(app: Flask, acme: Organization, ann: User, mailbox: Mailbox) -> None:
    by = acting(ann)
    sent = account_users.invite(acme.public_id, "first@example.test", "", OrganizationRole.MEMBER, [], by)
    mails = len(mailbox.messages)
    with unit() as session:
        values = {"kind": HoldKind.ABUSE, "opened_at": NOW, "opened_by": "Alice", "note": "", "public_reason": ""}
        session.add(Hold(organization_id=acme.id, **values))
    with pytest.raises(Conflict, match="suspended"):
        account_users.invite(acme.public_id, "second@example.test", "", OrganizationRole.MEMBER, [], by)
    with pytest.raises(Conflict, match="suspended"):
        account_users.resend(acme.public_id, sent[0].invitation, by)
    assert len(mailbox.messages) == mails


def test_the_name_of_a_stranger_is_not_found_by_inviting_them(acme: Organization, ann: User, mailbox: Mailbox) -> None:
    factories.user("stranger@example.test", "Zebulon Quux")
    by = acting(ann)
    account_users.invite(acme.public_id, "stranger@example.test", "", OrganizationRole.MEMBER, [], by)
    with scope.organization(acme.id):
        found = {q: len(reads.people(acme.id, Wanted(q=q), 1).pending) for q in ("stranger", "Zebulon", "quux")}
    assert found == {"stranger": 1, "Zebulon": 0, "quux": 0}
