"""Requests: asked once at a time, answered once, done as granted, and told to whoever asked."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Organization, Plan, Request, User, Workspace
from portal.operations import closing, requests
from portal.operations.unit import unit
from portal.queries.requests import open_of
from portal.rules.access import STAFF, Permission, StaffRole
from portal.rules.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.rules.pricing import Cycle
from portal.rules.requests import LONGEST, RequestKind, RequestState
from tests import factories
from tests.support import tenants
from tests.support.clocks import NOW
from tests.support.creation import BY, actions, check_platform
from tests.support.family import named
from tests.support.mails import Mailbox

OWNER = STAFF[StaffRole.OWNER]


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """Olive's workspace at 10,000.00 a month; beside its plan one for several workspaces, and one without a price."""
    factories.plan()
    with unit() as session:
        for name, currency, multi in (("Solo", "INR", False), ("Network", "INR", True), ("Abroad", "USD", True)):
            prices = {(Cycle.MONTHLY, currency): 1_000_000 if name == "Solo" else 2_500_000}
            fees = {currency: 150_000} if multi else {}
            tenants.plan(session, name, prices=prices, child_fees=fees, multi_workspace=multi, created_at=NOW)
    return factories.workspace(plan="Solo", status="active")


def olive() -> User:
    return db.session.scalars(select(User).where(User.email_key == "olive@example.test")).one()


def ask(of: Workspace, kind: RequestKind, words: str = "We open in Goa") -> str:
    return requests.ask(of.organization_id, kind, words, factories.acting(olive()))


def plan(name: str) -> str:
    return db.session.scalars(select(Plan.public_id).where(Plan.name == name)).one()


def stored(request: str) -> Any:
    db.session.rollback()
    return db.session.scalars(select(Request).where(Request.public_id == request)).one()


def place(of: Workspace) -> Organization:
    db.session.rollback()
    return db.session.get_one(Organization, of.organization_id)


def test_what_is_asked_stands_open_with_the_asker_and_their_words(acme: Workspace) -> None:
    made = ask(acme, RequestKind.BRANDING)
    found = open_of(acme.organization_id)
    assert list(found) == [RequestKind.BRANDING]
    assert (found[RequestKind.BRANDING].public_id, found[RequestKind.BRANDING].words) == (made, "We open in Goa")
    assert found[RequestKind.BRANDING].asker == olive().public_id
    assert made.startswith("req_") and actions()[-1] == "request.asked"


def test_one_of_a_kind_is_open_at_most(acme: Workspace) -> None:
    ask(acme, RequestKind.BRANDING)
    with pytest.raises(Conflict, match="has asked for branding already"):
        ask(acme, RequestKind.BRANDING)
    ask(acme, RequestKind.CONSOLIDATION)
    other = factories.workspace("Beta")
    ask(other, RequestKind.BRANDING)
    assert (len(open_of(acme.organization_id)), len(open_of(other.organization_id))) == (2, 1)


def test_words_have_a_length(acme: Workspace) -> None:
    with pytest.raises(Refused) as refused:
        ask(acme, RequestKind.BRANDING, "x" * (LONGEST + 1))
    assert refused.value.field == "words"
    assert not open_of(acme.organization_id)


def test_an_organization_withdraws_its_own_request_alone(acme: Workspace, mailbox: Mailbox) -> None:
    made, other = ask(acme, RequestKind.BRANDING), factories.workspace("Beta")
    with pytest.raises(NotFound):
        requests.withdraw(other.organization_id, made, BY)
    requests.withdraw(acme.organization_id, made, factories.acting(olive()))
    assert stored(made).state is RequestState.WITHDRAWN and not open_of(acme.organization_id)
    with pytest.raises(Conflict, match="has withdrawn"):
        requests.grant(made, "", BY, OWNER)
    ask(acme, RequestKind.BRANDING)
    assert not mailbox.messages


def test_granting_branding_switches_it_live_and_tells_the_asker(acme: Workspace, mailbox: Mailbox) -> None:
    before = place(acme).version
    made = ask(acme, RequestKind.BRANDING)
    requests.grant(made, "Upload your logo now.", BY, OWNER)
    assert (place(acme).branding_granted, place(acme).version) == (True, before + 1)
    assert actions()[-2:] == ["organization.changed", "request.granted"]
    mail = mailbox.only("olive@example.test")
    assert mail.subject == "Granted: branding for Acme Logistics"
    assert "Upload your logo now." in (mail.body or "") and "/o/acme-logistics/" in (mail.body or "")
    with pytest.raises(Conflict, match="is live already"):
        ask(acme, RequestKind.BRANDING)


def test_granting_a_volume_discount_approves_it(acme: Workspace, mailbox: Mailbox) -> None:
    made = ask(acme, RequestKind.VOLUME_DISCOUNT)
    requests.grant(made, "", BY, OWNER)
    assert place(acme).volume_discount
    assert stored(made).state is RequestState.GRANTED


def test_granting_a_consolidation_changes_nothing_else(acme: Workspace, mailbox: Mailbox) -> None:
    before = place(acme).version
    requests.grant(ask(acme, RequestKind.CONSOLIDATION), "", BY, OWNER)
    assert place(acme).version == before
    ask(acme, RequestKind.CONSOLIDATION)


def test_granting_several_workspaces_moves_the_primary_onto_the_plan(acme: Workspace, mailbox: Mailbox) -> None:
    requests.grant(ask(acme, RequestKind.MULTI_WORKSPACE), "", BY, OWNER, plan=plan("Network"))
    assert named("Acme Logistics").mrr_minor == 2_500_000
    factories.workspace("Acme Goa", organization=place(acme).public_id, plan="Solo", status="active")
    assert named("Acme Goa").mrr_minor == 150_000
    with pytest.raises(Conflict, match="has multi-workspace billing already"):
        ask(acme, RequestKind.MULTI_WORKSPACE)
    check_platform()


@pytest.mark.parametrize("chosen", ["", "Solo", "Abroad", "gone"])
def test_a_plan_that_does_not_fit_is_refused_and_nothing_is_granted(acme: Workspace, chosen: str) -> None:
    made = ask(acme, RequestKind.MULTI_WORKSPACE)
    known = plan(chosen) if chosen in ("Solo", "Abroad") else chosen
    with pytest.raises(Invalid) as invalid:
        requests.grant(made, "", BY, OWNER, plan=known)
    assert set(invalid.value.errors) == {"plan"}
    assert stored(made).state is RequestState.OPEN and named("Acme Logistics").mrr_minor == 1_000_000
    assert actions()[-1] == "request.asked"


def test_an_organization_whose_primary_is_closed_cannot_be_granted_several(acme: Workspace) -> None:
    made = ask(acme, RequestKind.MULTI_WORKSPACE)
    closing.close(acme.public_id, "Acme Logistics", BY)
    with pytest.raises(Conflict, match="trash"):
        requests.grant(made, "", BY, OWNER, plan=plan("Network"))
    assert stored(made).state is RequestState.OPEN


@pytest.mark.parametrize(
    ("kind", "lacking"),
    [
        (RequestKind.VOLUME_DISCOUNT, Permission.ORGANIZATION_BILLING),
        (RequestKind.MULTI_WORKSPACE, Permission.WORKSPACE_PLAN),
    ],
)
def test_nobody_grants_what_they_could_not_change_by_hand(
    acme: Workspace, kind: RequestKind, lacking: Permission
) -> None:
    made = ask(acme, kind)
    with pytest.raises(Forbidden):
        requests.grant(made, "", BY, OWNER - {lacking}, plan=plan("Network"))
    assert stored(made).state is RequestState.OPEN


def test_declining_takes_a_word_which_the_asker_reads(acme: Workspace, mailbox: Mailbox) -> None:
    made = ask(acme, RequestKind.VOLUME_DISCOUNT)
    with pytest.raises(Refused) as refused:
        requests.decline(made, "  ", BY)
    assert refused.value.field == "word"
    requests.decline(made, "From 100,000 contacts on.", BY)
    assert (stored(made).state, stored(made).word) == (RequestState.DECLINED, "From 100,000 contacts on.")
    assert not place(acme).volume_discount
    assert "From 100,000 contacts on." in (mailbox.only("olive@example.test").body or "")
    with pytest.raises(Conflict, match="has declined this request already"):
        requests.grant(made, "", BY, OWNER)
    ask(acme, RequestKind.VOLUME_DISCOUNT)


def test_who_cannot_log_in_any_more_is_written_no_answer(acme: Workspace, mailbox: Mailbox) -> None:
    made = ask(acme, RequestKind.BRANDING)
    with unit() as session:
        session.merge(olive()).suspended_at = NOW
    requests.decline(made, "Not now.", BY)
    assert not mailbox.messages
