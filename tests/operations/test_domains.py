"""Custom domains: whose they are, what DNS has to say, and what follows from it."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.jobs.domains import domains as job
from portal.models import AuditEvent, Domain, DomainState, Organization
from portal.operations import domains
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole, StaffRole
from portal.rules.domains import MOST, PATIENCE, Answer, Outcome, outcome, proof_name
from portal.rules.errors import Conflict, Forbidden, NotFound, Refused
from tests import factories
from tests.factories import command
from tests.support.clocks import NOW
from tests.support.domains import dns, point, prove
from tests.support.mails import Mailbox

HOST = "talk.acme.example"


@pytest.fixture
def acme(app: Flask) -> Organization:
    """An organization whose branding is live."""
    return factories.organization(branding_granted=True)


def fresh(host: str = HOST) -> Domain | None:
    db.session.rollback()
    return db.session.scalar(select(Domain).where(Domain.host == host))


def state(host: str = HOST) -> DomainState:
    row = fresh(host)
    assert row
    return row.state


def check(acme: Organization, row: Domain, at: datetime = NOW) -> Outcome:
    return domains.check(acme.id, row.public_id, command(at)).outcome


def events(action: str) -> int:
    query = select(func.count(AuditEvent.id)).where(AuditEvent.action == action)
    return db.session.scalar(query) or 0


@pytest.mark.parametrize(
    ("answer", "granted", "verified", "came_to"),
    [
        (None, True, False, Outcome.UNANSWERED),
        (Answer(False, False, True), True, False, Outcome.NO_PROOF),
        (Answer(False, True, True), True, True, Outcome.OTHER_PROOF),
        (Answer(True, True, False), True, False, Outcome.LEADS_ELSEWHERE),
        (Answer(True, True, False), True, True, Outcome.VERIFIED),
        (Answer(True, True, True), True, False, Outcome.VERIFIED),
        (Answer(True, True, True), False, False, Outcome.EARLY),
    ],
)
def test_what_an_answer_comes_to(answer: Answer | None, granted: bool, verified: bool, came_to: Outcome) -> None:
    assert outcome(answer, granted=granted, verified=verified) is came_to


def test_added_looked_up_and_verified(acme: Organization) -> None:
    domains.add(acme.id, " Talk.Acme.Example. ", "", command())
    row = fresh()
    assert row and (row.state, row.workspace_id, len(row.token)) == (DomainState.PENDING, None, 40)
    assert check(acme, row) is Outcome.NO_PROOF and state() is DomainState.PENDING
    prove(row, "another")
    assert check(acme, row, NOW + timedelta(minutes=1)) is Outcome.OTHER_PROOF and state() is DomainState.FAILED
    prove(row)
    assert check(acme, row, NOW + timedelta(minutes=2)) is Outcome.LEADS_ELSEWHERE
    point(row)
    assert check(acme, row, NOW + timedelta(minutes=3)) is Outcome.VERIFIED and state() is DomainState.VERIFIED
    assert events("organization.domain_added") == 1
    assert events("organization.domain_checked") == 2, "what changed nothing is no event"


def test_the_proof_stands_below_a_name_of_its_own(acme: Organization) -> None:
    row = factories.domain(acme)
    dns().records[row.host] = {f"portal-verification={row.token}"}
    assert check(acme, row) is Outcome.NO_PROOF
    assert dns().asked == [proof_name(row.host)]


def test_before_the_branding_is_granted_nothing_is_verified(acme: Organization) -> None:
    with unit() as session:
        session.get_one(Organization, acme.id).branding_granted = False
    row = factories.domain(acme)
    point(row)
    assert check(acme, row) is Outcome.EARLY and state() is DomainState.PENDING


def test_a_verified_one_stays_while_nobody_answers_and_wherever_it_leads(acme: Organization) -> None:
    row = factories.domain(acme, state=DomainState.VERIFIED)
    dns().silent.add(row.host)
    assert check(acme, row) is Outcome.UNANSWERED and state() is DomainState.VERIFIED
    dns().silent.clear()
    prove(row)
    assert check(acme, row, NOW + timedelta(minutes=1)) is Outcome.VERIFIED, "where it leads may be hidden by then"


def test_a_verified_one_without_its_proof_is_told_of_then_not_served_and_nobody_else_s(
    acme: Organization, mailbox: Mailbox
) -> None:
    factories.member(acme, factories.user("ada@acme.example"), OrganizationRole.ADMIN)
    factories.member(acme, factories.user("bill@acme.example"), OrganizationRole.BILLING_ADMIN)
    row = factories.domain(acme)
    point(row)
    job(lambda: NOW)
    assert job(lambda: NOW + timedelta(hours=23)) == {}, "once a day is enough"
    prove(row, "another")
    seen = {}
    for day in range(1, 14):
        at = NOW + timedelta(days=day)
        assert sum(job(lambda at=at: at).values()) == 1  # type: ignore[misc]
        seen[day] = state()
    assert seen[1] is seen[3] is DomainState.VERIFIED, "DNS has bad days"
    assert seen[4] is seen[10] is DomainState.FAILING, "3 days in a row"
    assert seen[11] is seen[13] is DomainState.FAILED
    subjects = [each.subject for each in mailbox.to("ada@acme.example")]
    assert subjects == [f"{HOST}: its DNS record is missing", f"{HOST}: served no more"]
    assert "until 2026-12-02" in (mailbox.to("ada@acme.example")[0].body or "")
    with pytest.raises(Refused, match="in use already"):
        domains.add(factories.organization("Beta").id, HOST, "", command(NOW + timedelta(days=900)))
    point(row)
    job(lambda: NOW + timedelta(days=40))
    found = fresh()
    assert found and (found.state, found.failing_since) == (DomainState.VERIFIED, None)


def test_one_bad_day_starts_anew(acme: Organization) -> None:
    row = factories.domain(acme, state=DomainState.VERIFIED)
    for day in range(1, 9):
        dns().records.clear()
        if day % 3 == 0:
            prove(row)
        check(acme, row, NOW + timedelta(days=day))
        assert state() is DomainState.VERIFIED


def test_a_day_without_an_answer_is_neither_good_nor_bad(acme: Organization) -> None:
    row = factories.domain(acme, state=DomainState.VERIFIED)
    for day in range(1, 6):
        (dns().silent.add if day in (2, 4) else dns().silent.discard)(row.host)
        check(acme, row, NOW + timedelta(days=day))
    assert state() is DomainState.FAILING


def test_it_is_not_looked_up_again_and_again(acme: Organization) -> None:
    row = factories.domain(acme)
    check(acme, row)
    with pytest.raises(Conflict, match="a moment ago"):
        check(acme, row, NOW + timedelta(seconds=9))
    assert len(dns().asked) == 1


def test_another_organization_s_is_not_there(acme: Organization) -> None:
    other = factories.organization("Beta", branding_granted=True)
    row = factories.domain(acme)
    point(row)
    with pytest.raises(NotFound):
        check(other, row)
    with pytest.raises(NotFound):
        domains.remove(other.id, row.public_id, command())
    assert state() is DomainState.PENDING
    domains.remove(acme.id, row.public_id, command())
    assert fresh() is None and events("organization.domain_removed") == 1


def test_staff_take_one_away_with_a_reason(acme: Organization) -> None:
    row = factories.domain(acme)
    with pytest.raises(Refused) as refused:
        domains.take_away(acme.id, row.public_id, " ", command())
    assert refused.value.field == "reason" and fresh()
    support = factories.staff(StaffRole.SUPPORT)
    with pytest.raises(Forbidden):
        domains.take_away(acme.id, row.public_id, "Why not", factories.acting(support))
    domains.take_away(acme.id, row.public_id, "Beta proved it to us.", command())
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert fresh() is None and event and event.payload
    assert (event.action, event.payload["reason"]) == ("organization.domain_removed", "Beta proved it to us.")


@pytest.mark.parametrize(
    "host",
    ["", "acme", "http://talk.acme.example", "talk.acme.example/x", "127.0.0.1", "a b.example", "x" * 250 + ".example"],
)
def test_what_is_no_host_is_refused(acme: Organization, host: str) -> None:
    with pytest.raises(Refused) as refused:
        domains.add(acme.id, host, "", command())
    assert refused.value.field == "host"


def test_a_host_too_long_for_its_proof_is_refused(acme: Organization) -> None:
    label = "x" * 60
    with pytest.raises(Refused, match="too long for its proof"):
        domains.add(acme.id, f"{label}.{label}.{label}.{'y' * 50}.example", "", command())


def test_the_platform_s_own_address_is_nobody_s(acme: Organization, app: Flask) -> None:
    settings = app.extensions["portal.settings"]
    assert "localhost" in settings.hosts
    with pytest.raises(Refused):
        domains.add(acme.id, "localhost", "", command())


def test_what_somebody_has_is_taken_until_they_left_it_unproved_for_long(acme: Organization) -> None:
    beta = factories.organization("Beta")
    factories.domain(beta)
    with pytest.raises(Refused, match="in use already"):
        domains.add(acme.id, HOST, "", command())
    later = NOW + PATIENCE + timedelta(hours=1)
    domains.add(acme.id, HOST, "", command(later))
    row = fresh()
    assert row and row.organization_id == acme.id and row.token != "a1b2c3"
    assert events("organization.domain_removed") == 1, "who had it reads of it"


def test_what_is_verified_is_never_taken(acme: Organization) -> None:
    factories.domain(factories.organization("Beta"), state=DomainState.VERIFIED)
    with pytest.raises(Refused, match="in use already"):
        domains.add(acme.id, HOST, "", command(NOW + timedelta(days=900)))


def test_there_are_few(acme: Organization) -> None:
    for number in range(MOST):
        domains.add(acme.id, f"talk{number}.acme.example", "", command())
    with pytest.raises(Refused, match="5 domains at most"):
        domains.add(acme.id, "one-more.acme.example", "", command())


def test_a_workspace_has_one_and_only_its_own_organization_s(acme: Organization) -> None:
    ours = factories.workspace("Acme Labs", organization=acme.public_id)
    theirs = factories.workspace("Beta Freight", factories.user("bea@example.test"))
    domains.add(acme.id, HOST, ours.public_id, command())
    with pytest.raises(Refused, match="has a domain already"):
        domains.add(acme.id, "x.acme.example", ours.public_id, command())
    for wrong in (theirs.public_id, "ws_0000000000000000"):
        with pytest.raises(Refused) as refused:
            domains.add(acme.id, "y.acme.example", wrong, command())
        assert refused.value.field == "workspace"


def test_the_job_looks_at_what_is_not_verified_yet_and_leaves_the_rest(acme: Organization) -> None:
    ok = {"state": DomainState.VERIFIED, "last_checked_at": NOW - timedelta(hours=20)}
    young, verified = factories.domain(acme), factories.domain(acme, "ok.acme.example", **ok)
    old = factories.domain(acme, "old.acme.example", created_at=NOW - PATIENCE - timedelta(days=1))
    for row in (young, verified, old):
        point(row)
    assert job(lambda: NOW) == {"verified": 1}
    assert [state(row.host) for row in (young, old)] == [DomainState.VERIFIED, DomainState.PENDING]
    assert job(lambda: NOW) == {}
    assert dns().asked == [proof_name(young.host)]
