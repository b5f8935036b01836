"""The form of a new workspace: what it makes, what it refuses and keeps, and what it says while it is filled in."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from portal.base import mail as base_mail
from portal.base.db import db
from portal.gateways.mail import Bounced, FakeMail, NotSent
from portal.models import Domain, LimitOverride, Organization, User, Workspace
from portal.operations.drafts import NewWorkspace
from portal.operations.unit import unit
from portal.rules.access import StaffRole
from portal.rules.lifecycle import Status
from portal.rules.limits import Limit
from portal.rules.pricing import Cycle
from portal.web.admin.workspace_form import LABELS
from tests import factories
from tests.conftest import MakeApp
from tests.support import tenants
from tests.support.clocks import NOW
from tests.support.creation import add_plan, add_user, check_platform, count, one
from tests.support.mails import Mailbox
from tests.support.people import csrf, log_in, submit

WHERE = "/admin/workspaces/new"
NEEDED = {"name": "Acme", "owner_mode": "invite", "owner_name": "Maya Iyer", "owner_email": "maya@acme.example"}
EMERGENCY = {"e911_street": "1 Main St", "e911_city": "Panaji", "e911_postal_code": "403001", "e911_country": "IN"}


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which the platform's owner is logged in."""
    log_in(client, factories.staff(StaffRole.OWNER))
    return client


def send(client: FlaskClient, **fields: Any) -> TestResponse:
    return submit(client, WHERE, NEEDED | fields)


def told(client: FlaskClient, **fields: Any) -> str:
    """What the form says while it is filled in so."""
    return client.get(WHERE + "/summary", query_string=fields, headers={"HX-Request": "true"}).text


def error(answer: TestResponse, field: str) -> str:
    found = re.search(rf'id="f-{field}-error">.*?<span>(.*?)</span>', answer.text, re.DOTALL)
    return found[1] if found else ""


def test_the_form_has_every_field_of_the_contract() -> None:
    assert set(LABELS) == set(NewWorkspace.__dataclass_fields__)


def test_every_field_stands_in_the_page(alice: FlaskClient) -> None:
    text = alice.get(WHERE).text
    assert not [name for name in LABELS if f'name="{name}"' not in text]


def test_name_and_owner_make_a_workspace_and_lead_to_it(alice: FlaskClient, mailbox: Mailbox) -> None:
    answer = send(alice)
    made = one(Workspace)
    assert answer.status_code == 303 and answer.location == f"/admin/workspaces/{made.public_id}"
    assert (made.web_address, made.status, made.timezone) == ("acme", Status.TRIAL, "Asia/Kolkata")
    assert one(User, email="maya@acme.example").password_hash is None
    assert mailbox.only("maya@acme.example").template == "invitation"
    assert "Acme created." in alice.get(answer.location).text
    check_platform()


def test_everything_that_was_filled_in_is_there(alice: FlaskClient, mailbox: Mailbox) -> None:
    plan = add_plan("Growth")
    answer = send(
        alice,
        web_address="acme-in",
        organization_name="Acme Group",
        custom_domain="chat.acme.example",
        plan=plan,
        status="active",
        industry="Ships",
        country="IN",
        state="Goa",
        timezone="Europe/Berlin",
        currency="INR",
        billing_cycle="custom",
        custom_amount="1250.50",
        custom_months="6",
        billing_email="bills@acme.example",
        spend_cap="5000",
        suspension_behaviour="suspend",
        alert_threshold="70",
        cap_monthly_messages="0",
        cap_daily_messages="-1",
        cnam="ACME",
        **EMERGENCY,
        seed_sample_data="1",
        bill_to_platform_credit="1",
        skip_onboarding_email="1",
        admin_note="Call\nbefore noon",
    )
    made = one(Workspace)
    assert answer.location == f"/admin/workspaces/{made.public_id}/domain"
    assert one(Organization).name == "Acme Group" and one(Domain).host == "chat.acme.example"
    assert (made.custom_amount, made.custom_months, made.billing_cycle) == (125_050, 6, Cycle.CUSTOM)
    assert (made.spend_cap, made.alert_threshold, made.contact_count) == (500_000, 70, 12)
    assert (made.bill_to_platform_credit, made.skip_onboarding_email) == (True, True)
    assert one(LimitOverride, name=Limit.MONTHLY_MESSAGES).value == 0
    assert one(LimitOverride, name=Limit.DAILY_MESSAGES).value == -1
    check_platform()


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"name": ""}, "name", "Enter a name"),
        ({"name": "x" * 10_000}, "name", "this has 10,000"),
        ({"name": "a\x01"}, "name", "control character"),
        ({"web_address": "beta"}, "web_address", "is taken"),
        ({**EMERGENCY, "e911_street": ""}, "e911_street", "needs a street and number"),
        ({"plan": "pln_nothing"}, "plan", "There is no plan"),
        ({"organization": "org_somebody"}, "organization", "There is no organization"),
        ({"organization": "beta"}, "organization", "has its one workspace"),
        ({"owner_email": "OLIVE@Example.test"}, "owner_email", "existing user"),
        ({"owner_mode": "existing", "owner": "staff@x.example"}, "owner", "staff of the platform"),
        ({"owner_mode": "existing", "owner": "gone@x.example"}, "owner", "suspended"),
        ({"owner_mode": "existing", "owner": "nobody@x.example"}, "owner", "Nobody has the account"),
        ({"owner_mode": "both"}, "owner_mode", "Say “existing”"),
        ({"status": "cancelled"}, "status", "on trial, active or suspended"),
        (
            {"billing_cycle": "custom", "custom_months": "6", "custom_amount": ""},
            "custom_amount",
            "what a custom cycle costs",
        ),
        ({"billing_cycle": "custom", "custom_amount": "1e9", "custom_months": "1"}, "custom_amount", "digits"),
        ({"custom_amount": "5"}, "custom_amount", "Only the billing cycle"),
        ({"spend_cap": "-3"}, "spend_cap", "0 or more"),
        ({"currency": "XXQ"}, "currency", "no currency"),
        ({"rate_card": "rat_no"}, "rate_card", "no rate card"),
        ({"trial_ends_at": "2020-01-01"}, "trial_ends_at", "over already"),
        ({"status": "active", "trial_ends_at": "2027-01-01"}, "trial_ends_at", "no trial"),
        ({"timezone": "Mars/X"}, "timezone", "time zone"),
        ({"country": "ZZ"}, "country", "no country"),
        ({"cap_numbers": "-2"}, "cap_numbers", "0 for none allowed"),
        ({"alert_threshold": "101"}, "alert_threshold", "1 to 100"),
        ({"suspension_behaviour": "explode"}, "suspension_behaviour", "choose one of"),
        ({"cnam": "a" * 16}, "cnam", "15 plain"),
        ({"custom_domain": "https://x.example"}, "custom_domain", "host name alone"),
        ({"billing_email": "me"}, "billing_email", "full e-mail"),
    ],
)
def test_bad_input_is_told_at_its_field_and_kept(
    alice: FlaskClient, fields: dict[str, str], field: str, words: str
) -> None:
    factories.user("olive@example.test")
    add_user("staff@x.example", staff=StaffRole.SUPPORT)
    add_user("gone@x.example", suspended=True)
    factories.workspace("Beta")
    answer = send(alice, industry="Ships & more", admin_note="Mind the gap", **fields)
    assert answer.status_code == 422 and count(Workspace) == 1
    said = "address-line" if field == "web_address" else ""
    assert words in (answer.text if said else error(answer, field))
    summary = answer.text[answer.text.index("error-summary") :][:2500]
    assert "The workspace was not created: 1 field needs another look." in summary and f'href="#f-{field}"' in summary
    assert "Ships &amp; more" in answer.text and "Mind the gap" in answer.text
    if field not in ("owner_mode", "status"):  # where one of a few is chosen
        assert f'value="{fields[field][:200]}' in answer.text


def test_an_expired_form_is_said_to_be_one(alice: FlaskClient) -> None:
    answer = alice.post(WHERE, data=NEEDED | {"csrf_token": "long ago"})
    assert answer.status_code == 400 and "The form has expired" in answer.text
    assert count(Workspace) == 0


@pytest.mark.parametrize(
    ("role", "status"),
    [(StaffRole.OWNER, 200), (StaffRole.SUPPORT, 403), (StaffRole.FINANCE, 403), (StaffRole.AUDITOR, 403)],
)
def test_only_owners_of_the_platform_create(app: Flask, client: FlaskClient, role: StaffRole, status: int) -> None:
    log_in(client, factories.staff(role))
    assert client.get(WHERE).status_code == status
    assert ('href="/admin/workspaces/new"' in client.get("/admin/workspaces/").text) is (status == 200)
    if status == 403:
        assert send(client).status_code == 403 and count(Workspace) == 0


def test_the_address_is_previewed_and_checked_while_it_is_typed(alice: FlaskClient) -> None:
    factories.workspace("Acme")
    assert "From the name: localhost/w/acme-2/" in told(alice, name="Acme")
    assert "Free. People will open localhost/w/northwind/" in told(alice, name="Acme", web_address="northwind")
    assert "“acme” is taken by another workspace. Try acme-2" in told(alice, web_address="ACME")
    assert "kept for the platform" in told(alice, web_address="admin")
    assert "nr…" in told(alice, web_address="northwind"), "how the SIP prefix begins"


def test_the_summary_says_what_the_form_would_make(alice: FlaskClient) -> None:
    plan = add_plan("Growth")
    text = told(
        alice, **NEEDED, plan=plan, cap_daily_messages="2500", status="trial", spend_cap="5000", billing_cycle="monthly"
    )
    for words in (
        "Maya Iyer",
        "invited, maya@acme.example",
        "a new organization",
        "ends 28 Nov 2026",
        "₹24,000 a month",
    ):
        assert words in text
    assert "2,500 messages a day" in text and "₹5,000 a month" in text
    assert "Growth · no annual price in INR" in told(alice, plan="", billing_cycle="annual")
    unknown = told(alice, name="\x01")
    assert "Not known yet" in unknown


def test_the_summary_is_right_after_a_refusal_too(alice: FlaskClient) -> None:
    answer = send(alice, alert_threshold="900", web_address="acme-in")
    rail = answer.text[answer.text.index('id="summary"') :]
    assert "localhost/w/acme-in/" in rail and "invited, maya@acme.example" in rail


def test_a_child_is_shown_as_one_with_its_fee(alice: FlaskClient, mailbox: Mailbox) -> None:
    with unit() as session:
        prices = {(Cycle.MONTHLY, "INR"): 100_000}
        tenants.plan(session, "Group", {}, prices, {"INR": 400_000}, multi_workspace=True)
    assert send(alice, plan="Group", status="active").status_code == 303
    text = told(alice, name="Beta", organization="acme", plan="Group", status="active", billing_cycle="monthly")
    assert "as a child" in text and "₹4,000 a month, child fee" in text


def test_a_picker_shows_who_cannot_own_and_why(alice: FlaskClient) -> None:
    factories.user("oka@example.test", "Daniel Okafor")
    add_user("gone@x.example", name="Chidi Okafor", suspended=True)
    add_user("staff@x.example", name="Ada Okafor", staff=StaffRole.SUPPORT)
    ask = {"headers": {"HX-Request": "true"}}
    text = alice.get("/admin/workspaces/choose/owner?owner=okafor", **ask).text
    assert text.count('aria-disabled="true"') == 2 and 'data-value="oka@example.test"' in text
    assert "suspended, cannot own" in text and "staff, cannot own" in text
    assert "Invite “<bdi>okafor</bdi>” as a new person" in text
    assert "Nobody matches" in alice.get("/admin/workspaces/choose/owner?owner=zzz", **ask).text
    factories.workspace("Acme")
    houses = alice.get("/admin/workspaces/choose/organization?organization=ac", **ask).text
    assert 'data-value="acme"' in houses and "not multi-workspace" in houses


def test_without_script_a_search_is_a_button_and_loses_nothing(alice: FlaskClient) -> None:
    factories.user("oka@example.test", "Daniel Okafor")
    answer = send(alice, owner_mode="existing", owner="okaf", find="owner", admin_note="Kept")
    assert answer.status_code == 200 and count(Workspace) == 0
    assert '<input type="radio" name="owner" value="oka@example.test">' in answer.text and "Kept" in answer.text
    assert send(alice, owner_mode="existing", owner=["oka@example.test", "okaf"]).status_code == 303
    assert one(User, email="oka@example.test").id == one(Workspace).owner_id


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (NotSent("connection refused"), "invitation was not sent"),
        (Bounced("550 mailbox full"), "invitation bounced"),
        (None, "The owner is invited"),
    ],
)
def test_whatever_becomes_of_the_mail_the_workspace_is_there(
    app: Flask, alice: FlaskClient, mailbox: Mailbox, problem: Any, words: str
) -> None:
    app.extensions[base_mail.EXTENSION] = FakeMail(failure=problem)
    page = alice.get(send(alice).location).text
    assert words in page and (str(problem) in page or not problem)
    assert "Send again" in page and "New link" in page


def test_of_two_who_take_one_address_at_once_one_is_told(app: Flask, alice: FlaskClient, mailbox: Mailbox) -> None:
    token, jar = csrf(alice), alice._cookies.values()
    headers = {"Cookie": "; ".join(f"{each.key}={each.value}" for each in jar)}

    def post(number: int) -> TestResponse:
        fields = NEEDED | {"owner_email": f"m{number}@acme.example", "web_address": "acme", "csrf_token": token}
        return Context().run(app.test_client(use_cookies=False).post, WHERE, data=fields, headers=headers)

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(post, range(2)), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [303, 422]
    assert "“acme” is taken by another workspace" in answers[1].text
    assert count(Workspace) == 1 and count(Organization) == 1
    check_platform()


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).filter(lambda text: "\0" not in text)
KNOWN = (
    *("0", "-1", "-2", "80", "101", "1250.50", "1e9", "INR", "KWD", "IN", "2027-01-01", "custom", "annual", "trial"),
    *("active", "suspended", "existing", "invite", "acme", "admin", "usr_x", "org_x", "a@b.example", "\u202e"),
)
words = st.one_of(texts, st.sampled_from([*KNOWN, "", "x" * 10_001]))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_input_breaks_the_form(alice: FlaskClient, mailbox: Mailbox) -> None:
    add_plan("Growth")
    token = csrf(alice)

    @settings(max_examples=300)
    @given(st.dictionaries(st.sampled_from(sorted(LABELS)), words, max_size=8), st.booleans())
    def tried(fields: dict[str, str], needed: bool) -> None:
        before = count(Workspace)
        answer = alice.post(WHERE, data={"csrf_token": token, **(NEEDED if needed else {}), **fields})
        assert answer.status_code in (303, 422), answer.text[:500]
        assert count(Workspace) - before == (answer.status_code == 303)
        live = alice.get(WHERE + "/summary", query_string=fields, headers={"HX-Request": "true"})
        assert live.status_code == 200
        db.session.rollback()

    tried()
    check_platform()


def test_its_pages_cost_the_same_however_many_there_are(app: Flask, make_app: MakeApp) -> None:
    client = make_app(count_queries=True, now=NOW.isoformat()).test_client()
    log_in(client, factories.staff(StaffRole.OWNER))
    first = factories.workspace("Acme").public_id
    asked = ("new", "new/summary?name=Beta&organization=acme", f"{first}/edit", "choose/owner?owner=a")

    def costs() -> list[int]:
        answers = [client.get(f"/admin/workspaces/{path}", headers={"HX-Request": "true"}) for path in asked]
        assert all(answer.status_code == 200 for answer in answers)
        return [int(answer.headers["X-Bench-Queries"]) for answer in answers]

    before = costs()
    for number in range(12):
        factories.workspace(f"Acme {number}", factories.user(f"a{number}@example.test"))
        add_plan(f"Plan {number}")
    assert costs() == before
    assert max(before) <= 9, before
