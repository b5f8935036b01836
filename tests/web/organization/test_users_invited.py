"""Inviting people into an organization and its workspaces: what is typed, how far it is, and what becomes of it."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import Invitation, Organization, OutboxMessage, OutboxState, User
from portal.operations.accounts import prepare
from portal.operations.unit import unit
from portal.queries.account_users import MOST_ROOMS
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.limits import Limit
from tests import factories
from tests.support import tenants
from tests.support.account_people import asked, home, of
from tests.support.clocks import NOW
from tests.support.creation import actions, count, one
from tests.support.family import family, named
from tests.support.insiders import browser
from tests.support.mails import Mailbox
from tests.support.pages import words
from tests.support.people import submit


@pytest.fixture
def acme(app: Flask) -> Organization:
    """An organization of three workspaces, all of Olive's, who is its admin."""
    return db.session.get_one(Organization, family("Acme Returns", "Acme Labs").organization_id)


@pytest.fixture
def olive(app: Flask, acme: Organization) -> FlaskClient:
    return browser(app, one(User, email="olive@example.test"))


def test_somebody_is_invited_into_several_workspaces(acme: Organization, olive: FlaskClient, mailbox: Mailbox) -> None:
    fields = asked("ian@example.test", "user_admin", named("Acme Labs"), named("Acme Returns"), as_what="manager")
    answer = submit(olive, home(acme, "/invite"), fields | {"name": "Ian"})
    assert (answer.status_code, answer.location) == (303, home(acme))
    text = words(olive.get(home(acme)).text)
    assert "Pending invitations 2" in text
    assert "ian@example.test Invited by Olive, 21 Nov User admin Acme Labs manager" in text
    assert [each.subject for each in mailbox.to("ian@example.test")] == [
        "Invitation to Acme Returns",
        "Invitation to Acme Labs",
    ]


def test_one_invitation_too_many_waits_and_keeps_what_was_typed(
    acme: Organization, olive: FlaskClient, mailbox: Mailbox
) -> None:
    fields = asked("ian@example.test", "user_admin") | {"name": "Ian of Goa"}
    team = f"/w/{named('Acme Labs').web_address}/team/invite"
    for where, more in ((home(acme, "/invite"), fields), (team, fields | {"role": "agent"})):
        found = [submit(olive, where, more) for _ in range(6)][-1]
        assert found.status_code == 429 and "Ian of Goa" in found.text
        said = (
            "So many invitations were sent in the last hour that no more go out now. Wait 60 minutes, then try again."
        )
        assert said in words(found.text)


def test_one_more_line_keeps_what_was_typed_and_invites_nobody(acme: Organization, olive: FlaskClient) -> None:
    fields = asked("ian@example.test", "user_admin", named("Acme Labs"), as_what="manager")
    answer = submit(olive, home(acme, "/invite"), fields | {"more": "1", "email": "ian"})
    assert answer.status_code == 200
    assert 'value="ian"' in answer.text
    assert 'name="seats-1-workspace"' in answer.text
    assert f'<option value="{named("Acme Labs").public_id}" selected>' in answer.text
    assert count(Invitation) == 0
    nine = {f"seats-{number}-workspace": "" for number in range(10)}
    assert 'name="seats-10-workspace"' not in submit(olive, home(acme, "/invite"), nine | {"more": "1"}).text


def test_what_cannot_be_is_said_at_its_field(acme: Organization, olive: FlaskClient, mailbox: Mailbox) -> None:
    labs, dana = named("Acme Labs"), of(acme, "dana@example.test")
    with unit() as session:
        tenants.override(session, labs, Limit.USERS, 1)
    beta = factories.workspace("Beta Freight", factories.user("bea@example.test"))
    factories.staff()
    people = count(User)
    for fields, field, says in (
        (asked(""), "email", "Enter an e-mail address"),
        (asked("no address"), "email", "full e-mail address"),
        (asked(dana.email), "email", "is in Acme Logistics already"),
        (asked("alice@example.test"), "email", "own staff"),
        (asked("ian@example.test", "king"), "organization_role", "Choose one of those listed"),
        (asked("ian@example.test", "member", labs), "seats-0-workspace", "1 used, 1 allowed"),
        (asked("ian@example.test", "member", named("Acme Returns"), beta), "seats-1-workspace", "no such workspace"),
        (asked("ian@example.test", "member", labs, as_what="owner"), "seats-0-workspace", "Choose one of those"),
    ):
        answer = submit(olive, home(acme, "/invite"), fields)
        assert answer.status_code == 422, fields
        assert says in words(answer.text), fields
        assert f'id="f-{field}-error"' in answer.text, fields
    assert (count(Invitation), count(User)) == (0, people)
    assert mailbox.messages == []


def test_a_line_left_blank_does_not_move_an_error_to_another(acme: Organization, olive: FlaskClient) -> None:
    labs = named("Acme Labs")
    with unit() as session:
        tenants.override(session, labs, Limit.USERS, 1)
    fields = {"email": "ian@example.test", "organization_role": "member", "seats-0-workspace": ""}
    answer = submit(olive, home(acme, "/invite"), fields | {"seats-1-workspace": labs.public_id})
    assert 'id="f-seats-1-workspace-error"' in answer.text
    assert 'id="f-seats-0-workspace-error"' not in answer.text


def test_invitations_say_how_far_they_are(acme: Organization, olive: FlaskClient, mailbox: Mailbox) -> None:
    states = {
        "waits@example.test": (None, 0, "Waiting the mail has not gone out yet"),
        "sent@example.test": (OutboxState.SENT, 2, "Sent expires in 5 d"),
        "today@example.test": (OutboxState.SENT, 7, "Sent expires today"),
        "bounced@example.test": (OutboxState.BOUNCED, 1, "Bounced no such domain"),
        "expired@example.test": (OutboxState.SENT, 8, "Expired on 20 Nov"),
    }
    for email, (mail, days, _) in states.items():
        submit(olive, home(acme, "/invite"), asked(email))
        with unit() as session:
            row = session.scalars(select(Invitation).where(Invitation.email == email)).one()
            row.expires_at = NOW + timedelta(days=7 - days, minutes=5)
            letter = session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == email)).one()
            letter.state, letter.error = mail or letter.state, "no such domain" if mail is OutboxState.BOUNCED else ""
    text = words(olive.get(home(acme)).text)
    for email, (_, _, says) in states.items():
        assert f"{email} Invited by Olive, 21 Nov Member None {says}" in text


def test_resending_and_revoking(app: Flask, acme: Organization, olive: FlaskClient, mailbox: Mailbox) -> None:
    submit(olive, home(acme, "/invite"), asked("ian@example.test"))
    old = link_in(mailbox.messages[-1])
    invitation = one(Invitation).public_id
    assert submit(olive, home(acme, f"/invitations/{invitation}/resend")).status_code == 303
    new = link_in(mailbox.messages[-1])
    stranger = app.test_client()
    assert stranger.get(old).status_code == 404
    assert stranger.get(new).status_code == 200
    submit(olive, home(acme, f"/invitations/{invitation}/revoke"))
    assert stranger.get(new).status_code == 410
    assert "Pending invitations" not in olive.get(home(acme)).text
    assert "taken back already" in words(submit(olive, home(acme, f"/invitations/{invitation}/revoke")).text)
    assert actions()[-2:] == ["invitation.renewed", "invitation.revoked"]
    assert "/invitations/" not in olive.get(home(acme)).text.replace(home(acme, "/invitations/"), "")


def link_in(letter: OutboxMessage) -> str:
    return "/invitations/" + (letter.body or "").partition("/invitations/")[2].split()[0]


def test_pending_invitations_come_in_pages_of_twelve(app: Flask, acme: Organization, olive: FlaskClient) -> None:
    labs = named("Acme Labs")
    with unit() as session:
        for number in range(30):
            guest = prepare(session, f"g{number:02}@example.test", "Guest", factories.command())
            session.flush()
            into = {"organization_id": acme.id, "workspace_id": labs.id, "workspace_role": WorkspaceRole.AGENT}
            into |= {"user_id": guest.id, "email": guest.email, "email_key": guest.email_key, "created_at": NOW}
            role, ends = OrganizationRole.MEMBER, NOW + timedelta(days=7)
            values = {"organization_role": role, "token_digest": f"{number:064}", "expires_at": ends}
            session.add(Invitation(**into, **values))
    for page in (home(acme), "/w/acme-labs/team"):
        first, last = olive.get(page).text, olive.get(page + "?pending=3").text
        assert "1–12 of 30" in first and "25–30 of 30" in last
        assert "g29@example.test" in first and "g05@example.test" in last and "g06@example.test" not in last
        assert last.count('aria-label="Pages of invitations"') == 1 and "pending=2" in last
        assert "25–30 of 30" in olive.get(page + "?pending=99").text, "the last one stands for one behind it"


def test_of_more_workspaces_than_a_list_takes_one_is_named_by_its_address(
    acme: Organization, olive: FlaskClient, mailbox: Mailbox
) -> None:
    with unit() as session:
        for number in range(MOST_ROOMS):
            tenants.workspace(session, acme, f"Shop {number:03}", is_primary=False)
    last = f"shop-{MOST_ROOMS - 1:03}"
    page = olive.get(home(acme, "/invite")).text
    assert "<option" not in page.split('seats-0-workspace"')[1].split("</div>")[0] and "Its address" in page
    fields = asked("ian@example.test") | {"seats-0-workspace": "no-such-place", "seats-0-role": "agent"}
    answer = submit(olive, home(acme, "/invite"), fields)
    assert answer.status_code == 422 and "There is no such workspace" in answer.text and "no-such-place" in answer.text
    assert submit(olive, home(acme, "/invite"), fields | {"seats-0-workspace": last.upper()}).status_code == 303
    listed = olive.get(home(acme, f"?workspace={last}")).text
    assert "ian@example.test" in listed and f'value="{last}"' in listed
    assert "ian@example.test" not in olive.get(home(acme, "?workspace=shop-000")).text
