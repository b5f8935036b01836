"""An organization's admins close its workspaces, a workspace's owner closes it from its settings. The name is typed,
and checked here. The primary is chosen by the platform's owners alone."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Organization, User, Workspace
from portal.operations import closing
from portal.operations.members import change_organization_role
from portal.rules.access import OrganizationRole, Permission, WorkspaceRole
from portal.rules.errors import Forbidden
from portal.rules.lifecycle import Status
from tests import factories
from tests.support import telephony
from tests.support.family import family, fresh, named, statuses
from tests.support.insiders import browser, join
from tests.support.mails import Mailbox
from tests.support.pages import words
from tests.support.people import submit


@pytest.fixture
def acme(app: Flask, mailbox: Mailbox) -> Workspace:
    """Olive is the admin of an organization of two workspaces, and owns both."""
    return family("Acme Goa")


def olive() -> User:
    return db.session.scalars(select(User).where(User.email_key == "olive@example.test")).one()


def place(of: Workspace) -> str:
    return "/o/" + db.session.get_one(Organization, of.organization_id).slug + "/workspaces"


def test_an_admin_closes_a_workspace_by_its_name(app: Flask, acme: Workspace) -> None:
    client, home = browser(app, olive()), place(acme)
    url = f"{home}/{named('Acme Goa').public_id}/close"
    assert f'href="{url}"' in client.get(home).text
    wrong = submit(client, url, {"confirm_name": "Acme goa"})
    assert wrong.status_code == 422 and "Type the name exactly" in wrong.text and "Acme goa" in wrong.text
    assert statuses()["Acme Goa"] is Status.TRIAL
    assert submit(client, url, {"confirm_name": "Acme Goa"}).status_code == 303
    assert statuses() == {"Acme Logistics": Status.TRIAL, "Acme Goa": Status.CANCELLED}
    page = client.get(home).text
    assert "Closed" in page and url not in page and client.get(url).status_code == 409


def test_the_primary_is_closed_last(app: Flask, acme: Workspace) -> None:
    client, home = browser(app, olive()), place(acme)
    url = f"{home}/{acme.public_id}/close"
    page = client.get(url).text
    assert "cannot be closed yet" in page and "1 other workspace" in page and "confirm_name" not in page
    assert "Close that first; or write to the staff of Portal, who can make it the primary." in page
    refused = submit(client, url, {"confirm_name": "Acme Logistics"})
    assert refused.status_code == 409 and "an owner of the platform" in refused.text
    assert statuses()["Acme Logistics"] is Status.TRIAL
    closing.make_primary(named("Acme Goa").public_id, factories.command())
    assert submit(client, url, {"confirm_name": "Acme Logistics"}).status_code == 303
    assert statuses()["Acme Logistics"] is Status.CANCELLED


def test_customers_do_not_choose_what_they_pay_by(app: Flask, acme: Workspace) -> None:
    """A cycle is priced by the role of its day: whoever moves the primary past it pays a child's fee twice."""
    client, home, goa = browser(app, olive()), place(acme), named("Acme Goa")
    page = client.get(home).text
    assert "/primary" not in page and "can make another one the primary" in page
    assert submit(client, f"{home}/{goa.public_id}/primary").status_code == 404
    with pytest.raises(Forbidden):
        closing.make_primary(goa.public_id, factories.acting(olive()))
    assert fresh(acme).is_primary and not fresh(goa).is_primary


def test_a_workspace_of_another_organization_is_not_there(app: Flask, acme: Workspace) -> None:
    stranger = factories.workspace("Beta", factories.user("bea@example.test"))
    client, url = browser(app, olive()), f"{place(acme)}/{stranger.public_id}/close"
    assert client.get(url).status_code == 404
    assert submit(client, url, {"confirm_name": "Beta"}).status_code == 404
    assert statuses()["Beta"] is Status.TRIAL


def test_whoever_lost_the_role_meanwhile_closes_nothing(app: Flask, acme: Workspace) -> None:
    ann, goa = factories.user("ann@example.test"), named("Acme Goa")
    of = db.session.get_one(Organization, acme.organization_id)
    factories.member(of, ann, OrganizationRole.ADMIN)
    change_organization_role(ann.public_id, of.public_id, OrganizationRole.USER_ADMIN, factories.command())
    with pytest.raises(Forbidden):
        closing.close(goa.public_id, "Acme Goa", factories.acting(ann), Permission.ACCOUNT_WORKSPACE_CLOSE)
    assert statuses()["Acme Goa"] is Status.TRIAL


def test_the_owner_closes_it_from_the_settings_and_reads_on(app: Flask, acme: Workspace) -> None:
    client, home = browser(app, olive()), "/w/acme-goa/"
    telephony.assigned(named("Acme Goa"))
    asked = words(client.get(home + "settings/close").text)
    assert "have it ported out first: ask the staff of Portal" in asked and "+91 22 4818 2200 may be given to" in asked
    assert home + "settings/close" in client.get(home + "settings").text
    assert submit(client, home + "settings/close", {"confirm_name": ""}).status_code == 422
    assert submit(client, home + "settings/close", {"confirm_name": " Acme Goa "}).status_code == 303
    assert statuses()["Acme Goa"] is Status.CANCELLED
    assert client.get(home).status_code == 200 and client.get(home + "settings/close").status_code == 403


def test_from_the_settings_an_admin_who_is_no_owner_comes_to_the_organization_s_door(
    app: Flask, acme: Workspace
) -> None:
    goa, door = named("Acme Goa"), f"{place(acme)}/{named('Acme Goa').public_id}/close"
    manager = join(goa, "manager@acme.example", WorkspaceRole.MANAGER)
    client = browser(app, manager)
    page = client.get("/w/acme-goa/settings").text
    assert "Its owner closes it, or an admin of" in page and door not in page
    of = db.session.get_one(Organization, acme.organization_id)
    change_organization_role(manager.public_id, of.public_id, OrganizationRole.ADMIN, factories.command())
    assert door in client.get("/w/acme-goa/settings").text
