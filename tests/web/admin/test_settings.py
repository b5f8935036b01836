"""Settings and Defaults on screen: what holds for the platform, what a change would do, and two people at once."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models import User, Workspace
from portal.operations import plans, platform, platform_changes
from portal.operations.unit import unit
from portal.queries import principals
from portal.rules.access import StaffRole
from portal.rules.health import Level
from tests import factories
from tests.conftest import MakeApp
from tests.support.clocks import NOW
from tests.support.creation import BY, one
from tests.support.pages import figures, words
from tests.support.people import log_in, submit
from tests.web.admin.test_plans import fields_of

SETTINGS, DEFAULTS = "/admin/settings/", "/admin/defaults/"


@pytest.fixture
def alice(client: FlaskClient) -> FlaskClient:
    platform.initialise(BY)
    log_in(client, factories.staff())
    return client


def opened(browser: FlaskClient, path: str, **typed: str) -> dict[str, str]:
    return fields_of(browser.get(path).text) | typed


def test_the_platforms_name_stands_on_every_page(alice: FlaskClient) -> None:
    answer = submit(alice, SETTINGS, opened(alice, SETTINGS, brand="Acme Voice"))
    assert answer.status_code == 303
    page = alice.get("/admin/workspaces/").text
    assert "Acme Voice</title>" in page and "Portal</title>" not in page
    assert "changed the platform's settings: brand none → Acme Voice" in words(alice.get("/admin/audit/").text).replace(
        "\u2019", "'"
    )


def test_owners_are_no_longer_told_once_that_is_switched_off(alice: FlaskClient) -> None:
    sent = opened(alice, SETTINGS)
    assert sent["tell_impersonated_owner"] == "1"
    submit(alice, SETTINGS, sent | {"tell_impersonated_owner": "0"})
    assert principals.platform().tell_impersonated_owner is False
    assert opened(alice, SETTINGS)["tell_impersonated_owner"] == "0"


def test_nothing_is_saved_before_how_many_would_change_was_seen(alice: FlaskClient) -> None:
    acme = factories.workspace("Acme", status="active")
    with unit() as session:
        session.get_one(Workspace, acme.id).last_seen_at = NOW - timedelta(days=5)
    sent = opened(alice, SETTINGS, threshold_seen_watch_days="4", brand="Acme Voice")
    answer = submit(alice, SETTINGS, sent)
    assert answer.status_code == 200 and principals.platform().brand == ""
    assert "1 of 1 workspace would be rated otherwise." in words(answer.text)
    assert figures(answer.text)["good.watch"].value == "1"
    review = fields_of(answer.text)
    back = submit(alice, SETTINGS, review | {"act": "back"})
    assert fields_of(back.text)["threshold_seen_watch_days"] == "4"
    answer = submit(alice, SETTINGS, review | {"confirm": "1"})
    assert answer.status_code == 303 and one(Workspace, id=acme.id).health is Level.WATCH
    assert principals.platform().brand == "Acme Voice" and "Settings saved." in alice.get(answer.location).text


def test_what_a_rate_does_to_mrr_is_seen_first(alice: FlaskClient) -> None:
    plan = plans.create({"name": "Growth", "price_monthly_KWD": "30"}, BY)
    acme = factories.workspace("Acme", plan=plan, status="active", currency="KWD")
    answer = submit(alice, SETTINGS, opened(alice, SETTINGS, rate_KWD="271.50"))
    said = words(answer.text)
    assert "MRR in INR" in said and "KWD 30 No rate ₹8,145" in said
    submit(alice, SETTINGS, fields_of(answer.text) | {"confirm": "1"})
    assert one(Workspace, id=acme.id).mrr_reporting == 814_500
    assert "Totals are by the exchange rates of 21 Nov 2026." in words(alice.get(SETTINGS).text)
    assert "KWD 30" not in words(alice.get("/admin/workspaces/").text).partition("Retention")[0]


def test_a_currency_is_added_without_losing_what_was_typed(alice: FlaskClient) -> None:
    page = submit(alice, SETTINGS, opened(alice, SETTINGS, brand="X", act="currency", more_currency="CHF")).text
    again = fields_of(page)
    assert again["brand"] == "X" and again["rate_CHF"] == ""
    submit(alice, SETTINGS, again | {"rate_CHF": "101.20"})
    assert principals.platform().exchange_rates == {"CHF": "101.20"}
    answer = submit(alice, SETTINGS, {"act": "currency", "more_currency": "INR"})
    assert "Choose a currency." in answer.text


def test_what_is_wrong_stands_at_its_field_and_the_input_is_kept(alice: FlaskClient) -> None:
    sent = opened(alice, SETTINGS, threshold_seen_risk_days="2", brand="Acme Voice")
    answer = submit(alice, SETTINGS, sent)
    assert answer.status_code == 422 and "Last seen: Risk from day: Give more than 14" in answer.text
    assert fields_of(answer.text)["brand"] == "Acme Voice" and principals.platform().brand == ""
    answer = submit(alice, DEFAULTS, opened(alice, DEFAULTS, trial_days="0", default_cnam="ACME"))
    assert answer.status_code == 422 and "Enter a whole number from 1 to 365." in answer.text
    assert fields_of(answer.text)["default_cnam"] == "ACME"


@pytest.mark.parametrize(
    ("path", "name", "theirs", "mine"), [(SETTINGS, "brand", "Beta", "Gamma"), (DEFAULTS, "trial_days", "9", "8")]
)
def test_the_second_of_two_people_sees_both_versions(
    alice: FlaskClient, path: str, name: str, theirs: str, mine: str
) -> None:
    sent = opened(alice, path, **{name: mine})
    change = platform_changes.change_settings if path == SETTINGS else platform_changes.change_defaults
    change({name: theirs}, BY)
    answer = submit(alice, path, sent)
    assert answer.status_code == 409
    assert f"{BY.label}</bdi> saved the " in answer.text
    assert f'name="{name}" value="{theirs}"' in answer.text and f'name="{name}" value="{mine}" checked' in answer.text
    assert submit(alice, path, fields_of(answer.text)).status_code == 303
    assert str(getattr(principals.platform(), name)) == mine


def test_the_form_of_a_new_workspace_takes_the_defaults(alice: FlaskClient) -> None:
    plan = plans.create({"name": "Growth", "price_monthly_EUR": "30"}, BY)
    wanted = {"default_plan": plan, "default_currency": "EUR", "default_timezone": "Europe/Paris", "trial_days": "30"}
    wanted |= {"default_cnam": "ACME", "default_suspension_behaviour": "suspend"}
    assert submit(alice, DEFAULTS, opened(alice, DEFAULTS) | wanted).status_code == 303
    page = alice.get("/admin/workspaces/new").text
    assert f'<a class="link" href="{DEFAULTS}">Defaults</a>' in page
    assert f'value="{plan}" selected' in page and 'value="Europe/Paris" selected' in page
    assert "Default: EUR" in page and "Leave it empty for 30 days from now" in page
    assert 'placeholder="ACME"' in page and 'value="suspend" selected' in page


@pytest.mark.parametrize("role", [StaffRole.SUPPORT, StaffRole.FINANCE, StaffRole.AUDITOR])
def test_who_may_only_look_sees_figures_and_no_form(app: Flask, alice: FlaskClient, role: StaffRole) -> None:
    bob = app.test_client()
    log_in(bob, factories.staff(role))
    for path, text in ((SETTINGS, "Watch from day 14"), (DEFAULTS, "Trial, in days 7")):
        page = bob.get(path).text
        assert 'method="post" action="/admin' not in page and text in words(page)
        assert submit(bob, path, {"brand": "X"}).status_code == 403


def test_pages_cost_the_same_whatever_there_is(make_app: MakeApp, alice: FlaskClient) -> None:
    counting = make_app(count_queries=True).test_client()
    log_in(counting, one(User, email="alice@example.test"))

    def cost() -> list[int]:
        sent = opened(counting, SETTINGS, threshold_seen_watch_days="4")
        answers = [counting.get(SETTINGS), counting.get(DEFAULTS), submit(counting, SETTINGS, sent)]
        assert [answer.status_code for answer in answers] == [200] * 3
        return [int(answer.headers["X-Bench-Queries"]) for answer in answers]

    factories.workspace("Acme", status="active")
    few = cost()
    for number in range(12):
        factories.workspace(f"W{number}", status="active")
        plans.create({"name": f"Plan {number}", "price_monthly_INR": "1"}, BY)
    assert cost() == few and max(few[:2]) <= 7, few
