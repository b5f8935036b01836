"""Receipts of purges on screen, those who are left without a workspace, and what is in the way of restoring one."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from portal.base.db import db
from portal.models import Membership, Organization, Purge
from portal.operations import closing
from portal.operations.purging.purge import purge
from portal.operations.workspace_changes import change
from portal.rules.access import STAFF, StaffRole, WorkspaceRole
from portal.rules.actors import Actor
from portal.rules.lifecycle import PURGE_AFTER
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import BY
from tests.support.family import add, family, named
from tests.support.people import log_in

HOME = "/admin/workspaces/purged"


def test_a_receipt_says_what_went_and_its_people_have_no_workspace(app: Flask, client: FlaskClient) -> None:
    factories.plan()
    row, ian = factories.workspace("Acme"), factories.user("ian@example.test")
    factories.member(db.session.get_one(Organization, row.organization_id), ian)
    add(Membership(workspace_id=row.id, user_id=ian.id, role=WorkspaceRole.AGENT, created_at=NOW))
    closing.close(row.public_id, "Acme", BY)
    assert purge(row.public_id, Actor.job("purge", NOW + PURGE_AFTER), at_its_word=True)
    log_in(client, factories.staff())
    assert "Nothing was purged yet" not in (page := client.get(HOME).text)
    assert row.public_id in page and "memberships" in page and "Being purged" not in page
    assert 'href="/admin/workspaces/purged"' in client.get("/admin/workspaces/trash").text
    assert client.get(f"/admin/workspaces/{row.public_id}").status_code == 404
    assert "purged" in client.get("/admin/audit/").text
    log_in(other := app.test_client(), ian)
    assert "no workspace" in other.get("/", follow_redirects=True).text


def test_it_shows_how_far_a_purge_is(app: Flask, client: FlaskClient) -> None:
    log_in(client, factories.staff())
    assert "Nothing was purged yet" in client.get(HOME).text
    began = {"cancelled_at": NOW - PURGE_AFTER, "began_at": NOW - timedelta(minutes=1)}
    add(Purge(workspace="ws_gone", workspace_name="Acme", counts={"contact": 5_000}, rows=5_000, **began))
    page = client.get(HOME).text
    assert "Being purged" in page and "5,000" in page and 'hx-trigger="every 1s"' in page


def test_the_dialog_says_what_is_in_the_way_of_restoring(app: Flask, client: FlaskClient) -> None:
    acme = family("Goa", name="Acme")
    goa = f"/admin/workspaces/{named('Goa').public_id}/restore"
    closing.close(named("Goa").public_id, "Goa", BY)
    log_in(client, factories.staff())
    assert "multi-workspace plan" not in (page := client.get(goa).text) and "data-busy" in page
    change(acme.public_id, {"plan": ""}, BY, may=STAFF[StaffRole.OWNER])
    assert "multi-workspace plan first" in (page := client.get(goa).text) and "data-busy" not in page
    closing.close(acme.public_id, "Acme", BY)
    assert "is in the trash. Restore that first" in (page := client.get(goa).text) and "data-busy" not in page
