"""What is left to do after a creation: the owner's invitation, the domain's records, the sample data."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base import mail as base_mail
from portal.gateways.mail import FakeMail
from portal.models import Campaign, Contact, Domain, Invitation, Workspace
from portal.operations.unit import unit
from portal.operations.workspaces import create
from portal.rules.access import StaffRole
from tests import factories
from tests.support.creation import BY, actions, check_platform, count, draft, one
from tests.support.mails import Mailbox
from tests.support.people import log_in, submit


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which the platform's owner is logged in."""
    log_in(client, factories.staff(StaffRole.OWNER))
    return client


def made(**values: object) -> str:
    """The address of a new workspace whose owner was not written to."""
    return "/admin/workspaces/" + create(draft(**values), BY, send_mail=False).workspace


def test_an_invitation_is_sent_again_and_kills_the_old_link(app: Flask, alice: FlaskClient, mailbox: Mailbox) -> None:
    app.extensions[base_mail.EXTENSION] = FakeMail()
    page = made()
    assert "The owner was not written to yet" in alice.get(page).text
    before = one(Invitation).token_digest
    answer = submit(alice, page + "/invitation", {"act": "send"})
    assert answer.status_code == 303 and one(Invitation).token_digest != before
    assert "The owner is invited" in alice.get(page).text and len(mailbox.messages) == 1


def test_a_link_is_shown_once_and_works(app: Flask, alice: FlaskClient) -> None:
    page = made()
    answer = submit(alice, page + "/invitation", {"act": "link"})
    link = re.search(r"http://localhost(/invitations/[\w-]+)", answer.text)
    assert answer.status_code == 200 and link and "shown this once" in answer.text
    assert link[1] not in alice.get(page).text
    assert app.test_client().get(link[1]).status_code == 200
    again = submit(alice, page + "/invitation", {"act": "link"})
    assert link[1] not in again.text and app.test_client().get(link[1]).status_code == 404
    assert actions()[-1] == "invitation.link_made"


def test_nothing_is_sent_to_an_owner_who_is_there(alice: FlaskClient) -> None:
    page = "/admin/workspaces/" + factories.workspace().public_id
    assert "New link" not in alice.get(page).text
    assert submit(alice, page + "/invitation", {"act": "link"}).status_code == 409


def test_without_a_mail_server_there_is_a_link_alone(alice: FlaskClient) -> None:
    text = alice.get(made()).text
    assert "New link" in text and "Send" not in text[text.index("callout watch") : text.index("New link")]


def test_a_domain_shows_the_records_to_set(alice: FlaskClient) -> None:
    page = made(custom_domain="chat.acme.example")
    text = alice.get(page + "/domain").text
    token = one(Domain).token
    assert "Not verified" in text and "Not checked yet" in text
    assert "_portal-verification.chat.acme.example" in text and f"portal-verification={token}" in text
    assert page + "/domain" in alice.get(page).text
    assert "No domain of its own" in alice.get(made(name="Beta", owner_email="b@b.example") + "/domain").text


def test_sample_data_goes_in_one_click_and_leaves_what_people_made(alice: FlaskClient) -> None:
    page = made(seed_sample_data=True)
    with unit() as session:
        row = session.scalars(select(Workspace)).one()
        session.add(Contact(workspace_id=row.id, name="Own", phone="+4912345", created_at=row.created_at))
        row.contact_count += 1
    assert "Remove sample data" in alice.get(page).text
    answer = submit(alice, page + "/sample-data/remove")
    assert answer.status_code == 303 and "12 contacts" in alice.get(page).text
    assert (count(Contact), count(Campaign), one(Workspace).contact_count) == (1, 0, 1)
    assert actions()[-1] == "workspace.sample_data_removed"
    assert "Remove sample data" not in alice.get(page).text
    submit(alice, page + "/sample-data/remove")
    assert actions().count("workspace.sample_data_removed") == 1
    check_platform()


@pytest.mark.parametrize(("role", "able"), [(StaffRole.SUPPORT, True), (StaffRole.FINANCE, False)])
def test_who_may_do_it(app: Flask, client: FlaskClient, mailbox: Mailbox, role: StaffRole, able: bool) -> None:
    log_in(client, factories.staff(role))
    page = made(seed_sample_data=True)
    text = client.get(page).text
    assert ("Remove sample data" in text) is able
    assert (submit(client, page + "/sample-data/remove").status_code == 303) is able
    assert (submit(client, page + "/invitation").status_code == 303) is able


def test_the_link_itself_is_seen_by_owners_of_the_platform_alone(app: Flask, client: FlaskClient) -> None:
    log_in(client, factories.staff(StaffRole.SUPPORT))
    page = made()
    assert "New link" not in client.get(page).text
    assert submit(client, page + "/invitation", {"act": "link"}).status_code == 403
