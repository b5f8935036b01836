"""Numbers and extensions as a workspace's own people change them, and what its calls say of it."""

import re
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models import ExtensionState, Organization, RateCard
from portal.operations.unit import unit
from portal.queries.principals import token_digest
from portal.rules.access import WorkspaceRole
from portal.rules.limits import Limit
from tests.support import insiders
from tests.support.creation import actions
from tests.support.family import fresh
from tests.support.insiders import Home, browser
from tests.support.pages import words
from tests.support.people import submit
from tests.support.telephony import DELHI, PUNE, allow, assigned, extension_of, number, stored

SECRET = re.compile(r'id="sip-secret" value="([^"]{24})"')


@pytest.fixture
def acme(app: Flask) -> Home:
    return insiders.home()


@pytest.fixture
def olive(app: Flask, acme: Home) -> FlaskClient:
    return browser(app, acme.owner)


def test_a_number_is_picked_within_the_limit_and_released(olive: FlaskClient, acme: Home) -> None:
    allow(acme.workspace, Limit.NUMBERS, 1)
    free, other = number(), number(PUNE)
    path = acme.path + "numbers/pick"
    found = words(olive.get(path + "?q=20+48&country=in").text)
    assert "+91 20 4818 2200" in found.replace("\u2066", "").replace("\xa0", " ") and "1–1 of 1" in found
    assert submit(olive, path, {"number": free}).location == acme.path + "numbers"
    assert "1 in use of 1." in words(olive.get(acme.path + "numbers").text)
    full = submit(olive, path + "?country=IN", {"number": other})
    assert full.status_code == 422 and "Numbers: 1 used, 1 allowed" in full.text and other in full.text
    assert submit(olive, f"{acme.path}numbers/{free}/release").location == acme.path + "numbers"
    assert stored(free).last_workspace_id == acme.workspace.id and fresh(acme.workspace).number_count == 0
    assert "released the number" in words(olive.get(acme.path + "activity").text)


def test_numbers_and_countries_to_pick_begin_with_its_own(olive: FlaskClient, acme: Home) -> None:
    """With the workspace's country, else with its organization's; the others follow as they did."""
    german, american, indian = number("+4930901820"), number("+12025550100"), number(PUNE)

    def order() -> tuple[list[str], list[str]]:
        page = olive.get(acme.path + "numbers/pick").text
        return re.findall(r'name="number" value="(num_\w+)"', page), re.findall(r'<option value="([A-Z]{2})"', page)

    with unit() as session:
        session.get_one(Organization, acme.workspace.organization_id).country = "DE"
    insiders.change(acme.workspace, country="")
    assert order() == ([german, american, indian], ["DE", "IN", "US"])
    insiders.change(acme.workspace, country="IN")
    assert order() == ([indian, american, german], ["IN", "DE", "US"])


def test_whoever_sees_its_billing_reads_what_a_number_costs(app: Flask, olive: FlaskClient, acme: Home) -> None:
    number()
    path = acme.path + "numbers/pick"
    assert "works at once." in words(olive.get(path).text)
    with unit() as session:
        card = RateCard(name="Standard", currency="INR", payment_days=14, per_number=Decimal(499))
        session.add(card)
        session.flush()
        session.get_one(Organization, acme.workspace.organization_id).rate_card_id = card.id
    assert "works at once, and costs ₹499.00 a month, before tax." in words(olive.get(path).text)
    manager = browser(app, acme.people[WorkspaceRole.MANAGER])
    assert "works at once." in words(manager.get(path).text)


def test_who_comes_second_reads_why(olive: FlaskClient, acme: Home) -> None:
    taken = assigned(insiders.home("Beta Freight").workspace, DELHI)
    for given, why in ((taken, "somebody was faster"), ("num_nothing", "gone from the inventory")):
        answer = submit(olive, acme.path + "numbers/pick", {"number": given})
        assert answer.status_code == 422 and why in answer.text and "Beta" not in answer.text
    assert olive.get(f"{acme.path}numbers/{taken}/release").status_code == 404


def test_a_secret_is_shown_once_and_only_its_digest_kept(olive: FlaskClient, acme: Home) -> None:
    allow(acme.workspace, Limit.EXTENSIONS, 1)
    path = acme.path + "extensions/"
    made = submit(olive, path + "new", {"number": "101", "display_name": "Front desk"})
    [secret] = SECRET.findall(made.text)
    ext = olive_extension(olive, acme)
    assert extension_of(ext).secret_digest == token_digest(secret)
    assert secret not in olive.get(acme.path + "extensions").text
    full = submit(olive, path + "new", {"number": "102", "display_name": "Stock room"})
    assert full.status_code == 422 and "1 used, 1 allowed" in full.text and 'value="Stock room"' in full.text
    [renewed] = SECRET.findall(submit(olive, f"{path}{ext}/renew").text)
    assert renewed != secret and extension_of(ext).secret_digest == token_digest(renewed)
    assert submit(olive, f"{path}{ext}/unregister").status_code == 303
    assert extension_of(ext).state is ExtensionState.UNREGISTERED
    assert submit(olive, f"{path}{ext}/renew").status_code == 409
    assert SECRET.search(submit(olive, f"{path}{ext}/provision").text)
    activity = words(olive.get(acme.path + "activity").text)
    assert "provisioned the extension" in activity and secret not in activity


def olive_extension(olive: FlaskClient, acme: Home) -> str:
    [found] = re.findall(r"/extensions/(ext_\w+)/renew", olive.get(acme.path + "extensions").text)[:1]
    return str(found)


def test_agents_neither_see_nor_change_telephony(app: Flask, acme: Home) -> None:
    agent, free = browser(app, acme.people[WorkspaceRole.AGENT]), number()
    assert submit(agent, acme.path + "numbers/pick", {"number": free}).status_code == 403
    assert submit(agent, acme.path + "extensions/new", {"number": "101"}).status_code == 403
    assert "number.assigned" not in actions()


def test_caller_name_and_emergency_address_are_checked_and_saved(olive: FlaskClient, acme: Home) -> None:
    common = {"name": acme.workspace.name, "web_address": acme.workspace.web_address, "timezone": "Asia/Kolkata"}
    wrong = {"cnam": "Ütrecht", "e911_city": "Pune", "version": "1"}
    answer = submit(olive, acme.path + "settings", common | wrong)
    assert answer.status_code == 422 and 'value="Ütrecht"' in answer.text
    for name in ("cnam", "e911_street", "e911_postal_code", "e911_country"):
        assert f'id="f-{name}-error"' in answer.text, name
    right = {"cnam": "ACME", "e911_street": "1 MG Road", "e911_city": "Pune", "e911_postal_code": "411001"}
    right |= {"e911_country": "IN", "version": "1"}
    assert submit(olive, acme.path + "settings", common | right).status_code == 303
    row = fresh(acme.workspace)
    assert (row.cnam, row.e911_street, row.e911_country, row.version) == ("ACME", "1 MG Road", "IN", 2)
    blank = dict.fromkeys(("cnam", "e911_street", "e911_city", "e911_postal_code", "e911_country"), "")
    assert submit(olive, acme.path + "settings", common | blank | {"version": "2"}).status_code == 303
    assert fresh(acme.workspace).e911_street == ""
