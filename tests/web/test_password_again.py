"""What cannot be undone by whoever finds an open browser takes the password once more: closing, taking people and
domains out of an organization."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from portal.base.db import db
from portal.models import LoginSession, Organization, User
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole
from tests import factories
from tests.support.account_people import of
from tests.support.clocks import NOW
from tests.support.creation import actions, one
from tests.support.family import family, named
from tests.support.insiders import browser
from tests.support.mails import Mailbox
from tests.support.people import submit

DOORS = {
    "staff close": "/admin/workspaces/{goa}/trash",
    "an admin closes": "/o/{slug}/workspaces/{goa}/close",
    "the owner closes": "/w/acme-goa/settings/close",
    "out of the organization": "/o/{slug}/users/{dana}/remove",
    "a domain is taken away": "/admin/organizations/{org}/domains/{domain}/remove",
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_only_soon_after_the_password(app: Flask, mailbox: Mailbox, door: str) -> None:
    acme = db.session.get_one(Organization, family("Acme Goa").organization_id)
    dana = of(acme, "dana@example.test", OrganizationRole.MEMBER)
    domain = factories.domain(acme)
    url = door.format(
        goa=named("Acme Goa").public_id,
        slug=acme.slug,
        dana=dana.public_id,
        org=acme.public_id,
        domain=domain.public_id,
    )
    staff = door.startswith("/admin/")
    client = browser(app, factories.staff() if staff else one(User, email="olive@example.test"))
    fields = {"confirm_name": "Acme Goa", "reason": "Its owner proved it."}
    with unit() as session:
        session.execute(update(LoginSession).values(reauthenticated_at=NOW - timedelta(minutes=16)))
    before = actions()
    answer = submit(client, url, fields)
    assert answer.location and answer.location.startswith("/me/confirm?next=") and actions() == before
    with unit() as session:
        session.execute(update(LoginSession).values(reauthenticated_at=NOW))
    assert submit(client, url, fields).status_code == 303 and len(actions()) > len(before)
