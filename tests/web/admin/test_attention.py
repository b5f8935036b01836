"""The attention queue on the dashboard: every kind in it, and what each reader can do there."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from portal.models import (
    Domain,
    DomainState,
    Invitation,
    Invoice,
    JobRun,
    JobState,
    Number,
    NumberState,
    Organization,
    OutboxMessage,
    OutboxState,
    Request,
    User,
    Webhook,
    WebhookState,
    Workspace,
    scope,
)
from portal.operations.tally import recount
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole, StaffRole, WorkspaceRole
from portal.rules.attention import Kind
from portal.rules.health import Level
from portal.rules.lifecycle import Stage, Status
from portal.rules.limits import Limit
from portal.rules.requests import RequestKind
from tests.factories import staff
from tests.support import tenants
from tests.support.clocks import NOW
from tests.support.lists import Given, fill
from tests.support.people import log_in, submit
from tests.web.admin.test_dashboard import make

HOME = "/admin/"


@pytest.fixture
def alice(client: FlaskClient) -> FlaskClient:
    """A platform owner's browser."""
    log_in(client, staff())
    return client


def acts(page: str) -> dict[str, str]:
    """The act of each line, by the line's kind."""
    found = re.findall(r'data-kind="(\w+)">(.*?)</tr>', page, re.S)
    return {kind: re.sub(r"<[^>]+>|\s+", " ", row.partition('class="deed"')[2]).strip(" >") for kind, row in found}


def stopped_webhook() -> Webhook:
    made = {"address": "https://x.example/", "types": [], "secret": "s", "after_change": 0, "created_by": "Alice"}
    return Webhook(**made, state=WebhookState.STOPPED, stopped_at=NOW, created_at=NOW)


@pytest.fixture
def needy(app: Flask) -> Workspace:
    """A workspace with everything that needs somebody at once."""
    made = make("Needy", stage=Stage.TRIAL, status=Status.TRIAL, trial_ends_at=NOW + timedelta(days=2))
    closed = make("Closed", cancelled_at=NOW - timedelta(days=88), status=Status.CANCELLED)
    expires = NOW + timedelta(days=3)
    with scope.platform(), unit() as session:
        tenants.override(session, made, Limit.NUMBERS, 7, expires_at=expires)
        values = {"organization_id": made.organization_id, "workspace_id": made.id, "created_at": NOW}
        session.add(Domain(host="x.example", token="t", state=DomainState.PENDING, **values))
        due = {"month": date(2026, 10, 1), "due_on": date(2026, 11, 4), "currency": "INR", "total_minor": 5}
        session.add(Invoice(organization_id=made.organization_id, number="INV-1", issued_at=NOW, **due))
        invited = {"email": "zoe@example.test", "email_key": "zoe@example.test", "user_id": made.owner_id}
        invited |= {"organization_id": made.organization_id, "workspace_id": made.id, "token_digest": "d"}
        invited |= {"organization_role": OrganizationRole.ADMIN, "workspace_role": WorkspaceRole.OWNER}
        session.add(Invitation(**invited, created_at=NOW, expires_at=expires))
        mail = {"template": "invitation", "recipient": "zoe@example.test", "subject": "x", "link_digest": "d"}
        session.add(OutboxMessage(**mail, state=OutboxState.BOUNCED, error="mailbox full", created_at=NOW))
        session.execute(update(User).where(User.id == made.owner_id).values(password_hash=None))
        session.execute(update(Organization).where(Organization.id == made.organization_id).values(credit_minor=-5))
        asked = {"kind": RequestKind.BRANDING, "asked_by": "Zoe", "asked_at": NOW, "words": "", "word": ""}
        session.add(Request(organization_id=made.organization_id, **asked))
        run = {"job": "invoices", "state": JobState.FAILED, "error": "2 could not be done.", "counts": {}}
        session.add(JobRun(**run, slot=NOW, started_at=NOW, lease_until=NOW, finished_at=NOW))
        session.add(stopped_webhook())
        number = {"e164": "+912248182200", "country": "IN", "state": NumberState.PORTING_OUT, "porting_at": NOW}
        session.add(Number(**number, workspace_id=made.id, created_at=NOW))
        figures = {"limit": Limit.BROADCASTS.value, "used": 85, "value": 100, "share": "85.0"}
        near = {"rule": "limits", "level": "watch", "code": "limit_near", "figures": figures}
        risk = {"health": Level.RISK, "health_rank": 0, "health_reasons": [near], "near_cap": 85}
        session.execute(update(Workspace).where(Workspace.id == made.id).values(risk))
        recount(session)
    assert closed.id != made.id
    return made


@pytest.mark.usefixtures("mailbox")
@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (
            StaffRole.OWNER,
            "Open Open Suspend… Ledger See reasons Restore… Resend Extend… Answer Override… Edit… See records",
        ),
        (StaffRole.SUPPORT, "Open Open Invoice Ledger See reasons Review Resend Open Open Override… Edit… See records"),
        (
            StaffRole.FINANCE,
            "Open Open Suspend… Ledger See reasons Review Open Extend… Open See limits Open See records",
        ),
        (StaffRole.AUDITOR, "Open Open Invoice Ledger See reasons Review Open Open Open See limits Open See records"),
    ],
)
def test_every_kind_offers_what_the_reader_may_do_and_it_opens(
    client: FlaskClient, needy: Workspace, role: StaffRole, expected: str
) -> None:
    log_in(client, staff(role))
    page = client.get(HOME).text
    assert list(acts(page)) == [kind.value for kind in Kind]
    assert " ".join(acts(page).values()) == expected + " Number"  # which is being ported out
    assert "Used: 85 of 100 broadcasts this month, 85" in page
    assert "Failed: 2 could not be done." in page
    urls = re.findall(r'class="deed"><a class="button small" href="([^"#]*)', page)
    assert len(urls) > len(Kind) / 2
    for url in urls:
        assert client.get(url).status_code == 200, url
    for kind in Kind:
        one = client.get(HOME, query_string={"kind": kind.value}).text
        assert list(acts(one)) == [kind.value]


@pytest.mark.usefixtures("mailbox")
def test_resending_an_invitation_empties_its_place_in_the_queue(client: FlaskClient, needy: Workspace) -> None:
    log_in(client, staff())
    page = client.get(HOME).text
    url = re.search(r'class="deed"><form method="post" action="([^"]*)"', page)
    assert url
    assert submit(client, url[1]).status_code == 303
    page = client.get(HOME, query_string={"kind": "bounced"}).text
    assert "Nothing of this kind now" in page
    assert "zoe@example.test" not in page


def test_a_kind_is_shown_in_pages(alice: FlaskClient) -> None:
    fill([Given(f"W{n:02}", health=Level.RISK, mrr=100 - n) for n in range(15)])
    assert len(re.findall('data-kind="risk"', alice.get(HOME).text)) == 3
    second = alice.get(HOME, query_string={"kind": "risk", "page": 2, "window": "7d"}).text
    assert re.findall(r"<bdi>(W\d+)</bdi>", second) == ["W12", "W13", "W14"]
    assert "/admin/?window=7d&amp;kind=risk" in second
    assert "13–15 of 15" in second
