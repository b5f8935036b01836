"""The inventory as staff see it: found by digits and by whose it is, taken away as a file, and changed by dialogs."""

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import Number, NumberState, Workspace
from portal.rules.access import StaffRole
from tests import factories
from tests.support.creation import actions, count
from tests.support.family import fresh
from tests.support.pages import words
from tests.support.people import log_in, submit
from tests.support.telephony import DELHI, MUMBAI, PUNE, assigned, leaving, number, stored

WHERE = "/admin/numbers/"


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    log_in(client, factories.staff())
    return client


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """With a number, one that is being ported out, and one that is free."""
    row = factories.workspace()
    assigned(row)
    leaving(row, PUNE)
    number(DELHI)
    return fresh(row)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {MUMBAI, DELHI, PUNE}),
        ("?q=4818+22", {MUMBAI, DELHI, PUNE}),
        ("?q=%2B91+22", {MUMBAI}),
        ("?q=ACME+logi", {MUMBAI, PUNE}),
        ("?q=nobody", set()),
        ("?state=available", {DELHI}),
        ("?state=porting_out&country=in&kind=local", {PUNE}),
        ("?country=DE", set()),
        ("?kind=mobile", set()),
        ("?state=nonsense", {MUMBAI, DELHI, PUNE}),
    ],
)
def test_numbers_are_found_and_exported_alike(alice: FlaskClient, acme: Workspace, query: str, found: set[str]) -> None:
    page = alice.get(WHERE + query).text
    assert {each for each in (MUMBAI, DELHI, PUNE) if f'data-number="{each}"' in page} == found
    file = alice.get(WHERE + "export.csv" + query, buffered=True).text.removeprefix("\ufeff")
    assert {row["e164"] for row in csv.DictReader(io.StringIO(file))} == found
    assert actions()[-1] == "list.numbers_exported"


def test_a_number_says_where_it_is_and_what_was_done(alice: FlaskClient, acme: Workspace) -> None:
    page = alice.get(WHERE).text
    assert "All 3" in words(page) and "Free 1" in words(page) and "Porting out 1" in words(page)
    free = assigned(acme, "+919848182200")
    submit(alice, f"{WHERE}{free}/release")
    text = words(alice.get(WHERE + free).text)
    assert "Last held by Acme Logistics" in text and "released the number" in text and "Mobile" in text


def test_assigning_keeps_what_was_typed_and_says_why_not(alice: FlaskClient, acme: Workspace) -> None:
    free = number("+919848182200")
    for typed, why in (("nowhere", "Choose the workspace"), ("", "Choose the workspace")):
        answer = submit(alice, f"{WHERE}{free}/assign", {"workspace": typed})
        assert answer.status_code == 422 and why in answer.text and f'value="{typed}"' in answer.text
    sought = submit(alice, f"{WHERE}{free}/assign", {"workspace": "acme", "find": "workspace"})
    assert sought.status_code == 200 and "1 found for" in words(sought.text)
    assert submit(alice, f"{WHERE}{free}/assign", {"workspace": acme.web_address}).status_code == 303
    assert stored(free).workspace_id == acme.id
    again = submit(alice, f"{WHERE}{free}/assign", {"workspace": acme.web_address})
    assert again.status_code == 409 and "taken" in again.text


def test_one_that_is_there_already_is_refused_at_its_field(alice: FlaskClient, acme: Workspace) -> None:
    answer = submit(alice, WHERE + "new", {"e164": MUMBAI})
    assert answer.status_code == 422 and 'id="f-e164-error"' in answer.text and f'value="{MUMBAI}"' in answer.text
    assert count(Number) == 3


def test_a_port_out_goes_on_after_closing_only_if_that_was_said(alice: FlaskClient, acme: Workspace) -> None:
    trash = f"/admin/workspaces/{acme.public_id}/trash"
    unsaid = submit(alice, trash, {"confirm_name": acme.name})
    assert unsaid.status_code == 422 and "ported out" in unsaid.text and f'name="told" value="{PUNE}"' in unsaid.text
    assert submit(alice, trash, {"confirm_name": acme.name, "told": PUNE}).status_code == 303
    assert fresh(acme).cancelled_at is not None


def test_a_free_number_leaves_the_inventory_and_a_closed_workspace_hears_of_it(
    alice: FlaskClient, acme: Workspace
) -> None:
    submit(alice, f"/admin/workspaces/{acme.public_id}/trash", {"confirm_name": acme.name, "told": PUNE})
    free = db.session.scalars(select(Number.public_id).where(Number.e164 == MUMBAI)).one()
    assert "Remove…" in alice.get(WHERE + free).text
    asked = words(alice.get(f"{WHERE}{free}/remove").text)
    assert "Acme Logistics had it when it was closed" in asked
    gone = submit(alice, f"{WHERE}{free}/remove")
    assert gone.status_code == 303 and gone.location == WHERE and alice.get(WHERE + free).status_code == 404
    asked = words(alice.get(f"/admin/workspaces/{acme.public_id}/restore").text)
    assert "left the inventory and does not come back" in asked
    submit(alice, f"/admin/workspaces/{acme.public_id}/restore")
    assert "left the inventory meanwhile" in words(alice.get(f"/admin/workspaces/{acme.public_id}").text)


@pytest.mark.parametrize("role", [StaffRole.SUPPORT, StaffRole.FINANCE, StaffRole.AUDITOR])
def test_others_of_the_staff_look(app: Flask, client: FlaskClient, acme: Workspace, role: StaffRole) -> None:
    log_in(client, factories.staff(role))
    page = client.get(WHERE).text
    assert MUMBAI in page and "Release" not in page and "Import" not in page
    free = number("+919848182200")
    assert "Assign" not in client.get(WHERE + free).text
    assert submit(client, f"{WHERE}{free}/assign", {"workspace": acme.web_address}).status_code == 403
    assert stored(free).state is NumberState.AVAILABLE


def test_what_is_exported_can_be_imported_as_it_is(alice: FlaskClient, acme: Workspace) -> None:
    """And says the same of each number: there already, or, where it is not, free with its country and kind."""
    file = alice.get(WHERE + "export.csv", buffered=True).data
    gone = db.session.scalars(select(Number).where(Number.e164 == DELHI)).one()
    was = (gone.e164, gone.country, gone.kind)
    submit(alice, f"{WHERE}{gone.public_id}/remove")
    fields = {"mode": "real", "file": (io.BytesIO(file), "numbers.csv")}
    page = submit(alice, WHERE + "import/", fields, content_type="multipart/form-data").location
    assert "1 created, 2 there already" in alice.get(page).text
    again = db.session.scalars(select(Number).where(Number.e164 == DELHI)).one()
    assert (again.e164, again.country, again.kind) == was and again.state is NumberState.AVAILABLE
    history = words(alice.get(WHERE + again.public_id).text)
    assert "imported +91 11 4818 2200 into the inventory" in history.replace("\u2066", "").replace("\xa0", " ")


def test_a_file_is_tried_and_then_imported(alice: FlaskClient, acme: Workspace) -> None:
    rows = f"e164\n{MUMBAI}\n+919848182200\nnonsense\n"
    fields = {"mode": "trial", "file": (io.BytesIO(rows.encode()), "numbers.csv")}
    page = submit(alice, WHERE + "import/", fields, content_type="multipart/form-data").location
    text = alice.get(page).text
    assert "1 would be created, 1 there already, 1 would fail" in text and "Import 1 number<" in text
    assert '<th scope="col">Number</th>' in text and count(Number) == 3
    real = submit(alice, f"{WHERE}import/{page.rpartition('/')[2]}/run").location
    assert "1 created" in alice.get(real).text and count(Number) == 4
    other = submit(alice, f"/admin/import/{page.rpartition('/')[2]}/run")
    assert other.status_code == 404, "a file of numbers is none of workspaces"
