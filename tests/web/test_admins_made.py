"""Making somebody an organization's admin takes the password, on its own pages and on the staff's."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from portal.base.db import db
from portal.models import Invitation, LoginSession, Organization, OrganizationMember, User
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole
from tests import factories
from tests.support.account_people import asked, home, of
from tests.support.clocks import NOW
from tests.support.creation import count, one
from tests.support.family import family
from tests.support.insiders import browser
from tests.support.mails import Mailbox
from tests.support.pages import words
from tests.support.people import submit


def entered(at: datetime) -> None:
    """When everybody entered the password last."""
    with unit() as session:
        session.execute(update(LoginSession).values(reauthenticated_at=at))


@pytest.mark.parametrize("side", ["organization", "staff"])
def test_an_admin_is_made_only_soon_after_the_password(app: Flask, mailbox: Mailbox, side: str) -> None:
    acme = db.session.get_one(Organization, family().organization_id)
    dana = of(acme, "dana@example.test", OrganizationRole.MEMBER)
    client: FlaskClient = browser(app, factories.staff() if side == "staff" else one(User, email="olive@example.test"))
    if side == "staff":
        page = f"/admin/users/{dana.public_id}"
        role, invite = f"{page}/organizations/{acme.public_id}/role", "/admin/users/invite"
        fields = {"email": "ian@example.test", "organization": acme.slug, "workspace_role": "agent", "name": "Ian"}
    else:
        page = home(acme, f"/{dana.public_id}")
        role, invite = f"{page}/role", home(acme, "/invite")
        fields = asked("ian@example.test", "member") | {"name": "Ian"}
    entered(NOW - timedelta(minutes=16))
    assert submit(client, role, {"role": "admin"}).location == f"/me/confirm?next={page}"
    told = submit(client, invite, fields | {"organization_role": "admin"})
    assert told.status_code == 422 and 'value="Ian"' in told.text and "Enter your password" in words(told.text)
    assert count(Invitation) == 0
    assert submit(client, invite, fields | {"organization_role": "member"}).status_code == 303
    entered(NOW)
    assert submit(client, invite, fields | {"organization_role": "admin", "email": "eve@x.example"}).status_code == 303
    assert submit(client, role, {"role": "admin"}).status_code == 303
    assert one(OrganizationMember, user_id=dana.id).role is OrganizationRole.ADMIN
