"""Rate cards on screen: the list, the form with from when a change holds, two people at once, organizations."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import Organization
from portal.operations import platform, rate_cards
from portal.queries import rate_cards as reads
from portal.rules.access import StaffRole
from tests import factories
from tests.support.creation import BY
from tests.support.pages import figures, words
from tests.support.people import log_in, submit
from tests.web.admin.test_plans import fields_of

HOME = "/admin/rate-cards/"
INDIA = {"name": "India", "currency": "INR", "per_message": "0.18", "tax_percent": "18", "tax_name": "GST"}


@pytest.fixture
def alice(client: FlaskClient) -> FlaskClient:
    platform.initialise(BY)
    log_in(client, factories.staff(role=StaffRole.FINANCE))
    return client


@pytest.fixture
def card(alice: FlaskClient) -> str:
    return rate_cards.create(INDIA | {"payment_days": "14"}, BY)


def test_a_card_is_made_shown_and_found_from_its_organizations(alice: FlaskClient) -> None:
    assert "No rate card yet" in alice.get(HOME).text
    refused = submit(alice, HOME + "new", INDIA | {"payment_days": "soon", "per_number": "1.2345678"})
    assert refused.status_code == 422 and 'value="soon"' in refused.text and 'value="1.2345678"' in refused.text
    made = submit(alice, HOME + "new", INDIA | {"payment_days": "14"})
    assert made.status_code == 303
    factories.workspace("Acme")
    page = alice.get(HOME).text
    assert figures(page)["per_message"].value == "0.18" and "GST 18" in words(page) and "Default" in words(page)
    acme = db.session.scalars(select(Organization.public_id)).one()
    submit(alice, f"/admin/organizations/{acme}/edit", {"version": "1", "rate_card": made.location.rpartition("/")[2]})
    assert f'href="{made.location}"' in alice.get(f"/admin/organizations/{acme}").text
    assert f'href="/admin/organizations/{acme}"' in alice.get(made.location).text
    assert alice.get(made.location + "?page=2").status_code == 404


def test_the_form_says_from_when_a_change_holds_and_for_whom(alice: FlaskClient, card: str) -> None:
    assert "and no organization has it yet" in alice.get(f"{HOME}{card}/edit").text
    with_it = factories.workspace("Acme").organization_id
    row = db.session.get_one(Organization, with_it)
    row.rate_card_id = reads.card(card).key
    db.session.commit()
    said = alice.get(f"{HOME}{card}/edit").text
    assert "on, the running month as a whole, for the 1 organization that has it" in said


def test_two_at_once_choose_between_both_versions(alice: FlaskClient, card: str) -> None:
    mine = fields_of(alice.get(f"{HOME}{card}/edit").text) | {"per_message": "0.25"}
    rate_cards.change(card, {"per_message": "0.2", "tax_name": "Tax"}, BY)
    answer = submit(alice, f"{HOME}{card}/edit", mine)
    assert answer.status_code == 409 and "0.25" in answer.text and "0.2" in answer.text
    again = fields_of(answer.text)
    assert submit(alice, f"{HOME}{card}/edit", again).status_code == 303
    terms = reads.card(card).terms
    assert (str(terms.per_message.normalize()), terms.tax_name) == ("0.25", "Tax"), "what mine did not touch stays"
