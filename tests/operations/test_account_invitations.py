"""Inviting people into an organization: whom it may not write to, and what it does not learn of whom it invites."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from portal.base.db import db
from portal.models import Hold, Membership, Organization, User, Workspace, scope
from portal.operations import account_users, users
from portal.operations.unit import unit
from portal.queries import account_users as reads
from portal.queries.account_users import Person, Wanted
from portal.rules.access import OrganizationRole
from portal.rules.errors import Conflict
from portal.rules.lifecycle import HoldKind
from tests import factories
from tests.factories import acting
from tests.support.clocks import NOW
from tests.support.creation import one
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
        found = {q: len(reads.people(acme.id, Wanted(q=q), 1, 1).pending) for q in ("stranger", "Zebulon", "quux")}
    assert found == {"stranger": 1, "Zebulon": 0, "quux": 0}


def test_a_changed_address_is_not_told_to_whoever_invited_the_old_one(
    acme: Organization, ann: User, mailbox: Mailbox
) -> None:
    stranger, by = factories.user("stranger@example.test"), acting(ann)
    new = account_users.invite(acme.public_id, "typo@example.test", "", OrganizationRole.MEMBER, [], by)[0]
    old = account_users.invite(acme.public_id, "stranger@example.test", "", OrganizationRole.MEMBER, [], by)[0]
    readdressed(stranger, "private@example.test")
    readdressed(one(User, id=new.user_id), "right@example.test")
    with scope.organization(acme.id):
        shown = {each.email for each in reads.people(acme.id, Wanted(), 1, 1).pending}
        assert not reads.people(acme.id, Wanted(q="private"), 1, 1).pending
    assert shown == {"stranger@example.test", "right@example.test"}, "who has no account yet was corrected by staff"
    account_users.resend(acme.public_id, old.invitation, by)
    assert mailbox.to("private@example.test")[-1].subject == "Invitation to Acme Logistics"


def readdressed(person: User, email: str) -> None:
    before = users.Details(person.name, person.email, person.locale, person.timezone)
    after = users.Details(person.name, email, person.locale, person.timezone)
    users.change(person.public_id, after, before, factories.command())


def test_last_seen_is_what_happened_in_the_organization(acme: Organization, ann: User) -> None:
    olive = one(User, email="olive@example.test")
    here, elsewhere = one(Workspace, organization_id=acme.id).id, factories.workspace("Elsewhere", olive).id
    with unit() as session, scope.platform():
        session.execute(update(User).values(last_seen_at=NOW))
        for workspace, days in ((elsewhere, 1), (here, 9)):
            seen = update(Membership).where(Membership.workspace_id == workspace)
            session.execute(seen.values(last_seen_at=NOW - timedelta(days=days)))
    with scope.organization(acme.id):
        found: dict[str, Person] = {each.email: each for each in reads.people(acme.id, Wanted(), 1, 1).people}
    assert found["olive@example.test"].last_seen_at == NOW - timedelta(days=9)
    assert found["ann@example.test"].last_seen_at is None
