"""The form of a present workspace: what each role may change, what is refused and kept, and two people at once."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.models import Workspace
from portal.operations.unit import unit
from portal.operations.workspace_changes import change
from portal.queries.editing import present
from portal.rules.access import StaffRole, permissions_of
from tests import factories
from tests.support import tenants
from tests.support.creation import BY, actions, add_plan, check_platform, one
from tests.support.mails import Mailbox
from tests.support.people import log_in, submit


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which the platform's owner is logged in."""
    log_in(client, factories.staff(StaffRole.OWNER))
    return client


@pytest.fixture
def ws(app: Flask) -> str:
    return factories.workspace("Acme", admin_note="Old note", country="IN", spend_cap="500").public_id


def where(ws: str) -> str:
    return f"/admin/workspaces/{ws}/edit"


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the form as it was opened."""
    form = page[page.index('id="workspace-form"') :]
    found = dict(re.findall(r'<input[^>]*?name="(\w+)"[^>]*?value="([^"]*)"', form))
    found |= dict(re.findall(r'<input class="input"[^>]*?name="(\w+)"[^>]*?value="([^"]*)"', form))
    found |= dict(re.findall(r'<textarea[^>]*?name="(\w+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL))
    for name, options in re.findall(r'<select[^>]*?name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    radio = re.search(r'name="owner_mode" value="(\w+)" checked', form)
    return found | ({"owner_mode": radio[1]} if radio else {})


def save(client: FlaskClient, ws: str, **fields: Any) -> TestResponse:
    """The form as it is opened now, with these fields changed."""
    return submit(client, where(ws), fields_of(client.get(where(ws)).text) | fields)


def by_another(ws: str, **wanted: str) -> None:
    change(ws, wanted, BY, may=permissions_of(StaffRole.OWNER))


def test_a_form_that_is_sent_as_it_was_opened_changes_nothing(alice: FlaskClient, ws: str) -> None:
    count = len(actions())
    answer = save(alice, ws)
    assert answer.status_code == 303 and "Nothing was changed" in alice.get(answer.location).text
    assert len(actions()) == count and present(ws).version == 1


def test_what_was_changed_is_saved_and_nothing_else(alice: FlaskClient, ws: str) -> None:
    plan = add_plan("Growth")
    answer = save(alice, ws, name="Acme Corp", web_address="acme-corp", plan=plan, bill_to_platform_credit="1")
    assert answer.status_code == 303 and answer.location == f"/admin/workspaces/{ws}"
    assert actions()[-2:] == ["workspace.changed", "workspace.plan_changed"]
    row = one(Workspace)
    assert (row.name, row.web_address, row.admin_note, row.version) == ("Acme Corp", "acme-corp", "Old note", 2)
    assert row.bill_to_platform_credit
    save(alice, ws, bill_to_platform_credit="0")
    assert not one(Workspace).bill_to_platform_credit
    check_platform()


def test_what_never_changes_is_locked_with_the_reason(alice: FlaskClient, ws: str) -> None:
    text = alice.get(where(ws)).text
    row = one(Workspace)
    for value, why in (
        (row.sip_prefix, "phones are registered"),
        ("Acme", "only a transfer"),
        ("21 Nov 2026", "Stays"),
    ):
        assert re.search(rf'value="{value}" readonly aria-describedby="[^"]*">.*?{why}', text, re.DOTALL)
    assert 'name="sip_prefix"' not in text and 'name="organization"' not in text


@pytest.mark.parametrize(
    ("role", "open_", "locked"),
    [
        (StaffRole.SUPPORT, ("name", "spend_cap", "admin_note"), ("plan", "billing_cycle", "owner", "trial_ends_at")),
        (StaffRole.FINANCE, ("plan", "billing_cycle", "trial_ends_at"), ("name", "admin_note", "owner", "spend_cap")),
        (StaffRole.OWNER, ("name", "plan", "owner"), ()),
    ],
)
def test_a_group_that_a_role_may_not_change_is_locked_with_the_reason(
    app: Flask, client: FlaskClient, ws: str, role: StaffRole, open_: tuple[str, ...], locked: tuple[str, ...]
) -> None:
    log_in(client, factories.staff(role))
    text = client.get(where(ws)).text
    assert all(f'name="{name}"' in text for name in open_)
    assert not any(f'name="{name}"' in text for name in locked)
    assert ("Your role does not" in text) is bool(locked)


@pytest.mark.parametrize(
    ("role", "fields"), [(StaffRole.FINANCE, {"name": "Beta"}), (StaffRole.SUPPORT, {"billing_cycle": "annual"})]
)
def test_a_forged_field_is_refused_and_nothing_is_saved(
    app: Flask, client: FlaskClient, ws: str, role: StaffRole, fields: dict[str, str]
) -> None:
    log_in(client, factories.staff(role))
    assert submit(client, where(ws), {"version": "1", **fields}).status_code == 403
    assert present(ws).version == 1


def test_an_auditor_does_not_come_in(app: Flask, client: FlaskClient, ws: str) -> None:
    log_in(client, factories.staff(StaffRole.AUDITOR))
    assert client.get(where(ws)).status_code == submit(client, where(ws), {"version": "1"}).status_code == 403


def test_bad_input_is_kept_and_told(alice: FlaskClient, ws: str) -> None:
    answer = save(alice, ws, web_address="admin", alert_threshold="900", industry="Ships & more")
    assert answer.status_code == 422 and present(ws).version == 1
    assert "Nothing was saved: 2 fields need another look." in answer.text
    assert "kept for the platform" in answer.text and "Ships &amp; more" in answer.text
    assert fields_of(answer.text)["version"] == "1"
    half = save(alice, ws, e911_city="Pune")
    assert half.status_code == 422
    assert all(f'id="f-e911_{name}-error"' in half.text for name in ("street", "postal_code", "country"))
    assert 'id="f-e911_city-error"' not in half.text and 'value="Pune"' in half.text


def test_the_second_of_two_people_sees_both_versions_and_loses_nothing(alice: FlaskClient, ws: str) -> None:
    opened = fields_of(alice.get(where(ws)).text)
    by_another(ws, state="Goa", admin_note="New note")
    answer = submit(alice, where(ws), opened | {"state": "Kerala", "industry": "Ships"})
    assert answer.status_code == 409 and present(ws).texts["state"] == "Goa"
    assert "portal test</bdi> saved this workspace just now" in answer.text
    assert 'name="state" value="Goa"' in answer.text and 'name="state" value="Kerala" checked' in answer.text
    assert 'name="industry" value="Ships" checked' in answer.text
    assert "New note" not in answer.text, "what was not touched stays as it is now"
    version = re.search(r'name="version" value="(\d+)"', answer.text)
    assert version
    again = submit(alice, where(ws), {"version": version[1], "state": "Kerala", "industry": "Ships"})
    assert again.status_code == 303
    texts = present(ws).texts
    assert (texts["state"], texts["industry"], texts["admin_note"]) == ("Kerala", "Ships", "New note")


def test_a_form_without_marks_shows_every_difference(alice: FlaskClient, ws: str) -> None:
    by_another(ws, admin_note="New note")
    answer = submit(alice, where(ws), {"version": "1", "admin_note": "Old note", "name": "Acme", "state": "Goa"})
    assert answer.status_code == 409 and "New note" in answer.text and "Old note" in answer.text


@pytest.mark.parametrize("version", ["", "x", "0", "99999999999"])
def test_a_version_that_means_nothing_is_stale(alice: FlaskClient, ws: str, version: str) -> None:
    assert submit(alice, where(ws), {"version": version, "state": "Goa"}).status_code == 409
    assert present(ws).version == 1


def test_a_new_owner_is_invited_and_waits(alice: FlaskClient, ws: str, mailbox: Mailbox) -> None:
    answer = save(alice, ws, owner_mode="invite", owner_name="Nina New", owner_email="nina@new.example")
    assert mailbox.only("nina@new.example").template == "invitation"
    page = alice.get(answer.location).text
    assert "Nina New" in page and "New link" in page
    assert "handed the workspace over" in page


def test_another_organizations_workspace_is_no_secret_but_an_unknown_one_is_a_404(alice: FlaskClient) -> None:
    assert alice.get(where("ws_nothing")).status_code == 404
    assert submit(alice, where("ws_nothing"), {"version": "1", "name": "x"}).status_code == 404


def test_a_closed_workspace_is_not_saved(alice: FlaskClient, ws: str, now: Any) -> None:
    opened = fields_of(alice.get(where(ws)).text)
    into_trash(ws, now)
    answer = submit(alice, where(ws), opened | {"state": "Goa"})
    assert answer.status_code == 409 and "in the trash" in answer.text


def into_trash(ws: str, now: Any) -> None:
    """The workspace is in the trash."""
    with unit() as session:
        row = session.scalars(select(Workspace).where(Workspace.public_id == ws)).one()
        row.cancelled_at = now
        tenants.settled(session, row)


def test_a_cap_that_is_reached_already_says_what_follows(alice: FlaskClient, app: Flask) -> None:
    """As the page of usage limits does; and not when something else is saved."""
    ws = factories.workspace("Acme", status="active").public_id
    saved = save(alice, ws, spend_cap="0", suspension_behaviour="suspend")
    assert "So much is spent already: it is suspended within minutes." in alice.get(saved.location).text
    assert "So much is spent" not in alice.get(save(alice, ws, cnam="ACME").location).text
