"""What cannot be undone by whoever finds an open browser takes the password once more: closing, taking people and
domains out of an organization, joining a workspace oneself."""

from datetime import datetime, timedelta

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


def last_entered(at: datetime) -> None:
    """When everybody entered the password."""
    with unit() as session:
        session.execute(update(LoginSession).values(reauthenticated_at=at))


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
    last_entered(NOW - timedelta(minutes=16))
    before = actions()
    answer = submit(client, url, fields)
    assert answer.location and answer.location.startswith("/me/confirm?next=") and actions() == before
    last_entered(NOW)
    assert submit(client, url, fields).status_code == 303 and len(actions()) > len(before)


def test_a_user_admin_joins_a_workspace_only_with_the_password(app: Flask, mailbox: Mailbox) -> None:
    """Others are added without it."""
    acme = db.session.get_one(Organization, family("Acme Goa").organization_id)
    zoya, dana = of(acme, "zoya@example.test", OrganizationRole.USER_ADMIN), of(acme, "dana@example.test")
    client, fields = browser(app, zoya), {"workspace": named("Acme Goa").public_id, "role": "agent"}
    users = f"/o/{acme.slug}/users"
    assert "may join any workspace" in client.get(users).text
    own = f"{users}/{zoya.public_id}/workspaces/"
    last_entered(NOW - timedelta(minutes=16))
    assert submit(client, f"{users}/{dana.public_id}/workspaces/add", fields).status_code == 303
    before = actions()
    assert submit(client, own + "add", fields).location == f"/me/confirm?next={own}add" and actions() == before
    last_entered(NOW)
    assert submit(client, own + "add", fields).status_code == 303
    last_entered(NOW - timedelta(minutes=16))
    role = f"{own}{fields['workspace']}/role"
    assert submit(client, role, {"role": "manager"}).location == f"/me/confirm?next={role}"
    assert actions()[len(before) :] == ["member.added"]
