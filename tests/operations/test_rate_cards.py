"""Rate cards are made and changed: from the running month on, and never without the default one."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import AuditEvent, InvoiceLine, Organization, RateCard, Workspace, scope
from portal.operations import platform, platform_changes, rate_cards, usage
from portal.operations.invoicing import issue
from portal.operations.organization_changes import change as change_organization
from portal.operations.rate_card_drafts import check
from portal.operations.rate_cards import StaleCard
from portal.operations.unit import unit
from portal.operations.workspaces import create
from portal.queries import principals
from portal.queries import rate_cards as reads
from portal.queries.spend import spends_of
from portal.rules.access import STAFF, StaffRole
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Invalid
from tests import factories
from tests.support import accounts
from tests.support.accounts import ISSUE, NOVEMBER, at
from tests.support.creation import BY, actions, draft
from tests.support.mails import Mailbox

INDIA = {"name": "India", "currency": "INR", "per_message": "0.18", "tax_percent": "18", "payment_days": "14"}


def faults(**typed: str) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        check(INDIA | typed)
    return caught.value.errors


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", " ", "Enter a name"),
        ("currency", "XXQ", ""),
        ("per_message", "0.0000001", "6 decimals"),
        ("per_message", "-1", "6 decimals"),
        ("per_minute", "1e5", "6 decimals"),
        ("tax_percent", "100.5", "from 0 to 100"),
        ("tax_percent", "x", "from 0 to 100"),
        ("payment_days", "", "whole number"),
        ("payment_days", "366", "whole number"),
    ],
)
def test_what_is_no_card_is_refused_at_its_field(field: str, typed: str, said: str) -> None:
    found = faults(**{field: typed})
    assert set(found) == {field} and said in found[field]


def test_prices_keep_six_decimals_and_blank_is_free(app: Flask) -> None:
    made = rate_cards.create(INDIA | {"per_minute": "0.123456", "tax_name": "GST"}, BY)
    terms = reads.card(made).terms
    assert (terms.per_minute, terms.per_number, terms.tax_name) == (Decimal("0.123456"), 0, "GST")


def test_the_first_card_is_what_new_organizations_start_with_and_stays_so(app: Flask) -> None:
    platform.initialise(BY)
    rate_cards.create({"name": "States", "currency": "USD", "payment_days": "14"}, BY)
    assert not principals.platform().default_rate_card, "of another currency"
    card = rate_cards.create(INDIA, BY)
    other = rate_cards.create(INDIA | {"name": "Other"}, BY)
    assert principals.platform().default_rate_card == card
    with pytest.raises(Conflict, match="Choose another in Defaults"):
        rate_cards.archive(card, BY)
    with pytest.raises(Invalid) as none:
        platform_changes.change_defaults({"default_rate_card": ""}, BY)
    with pytest.raises(Invalid) as abroad:
        platform_changes.change_defaults({"default_currency": "USD"}, BY)
    assert set(none.value.errors) == set(abroad.value.errors) == {"default_rate_card"}
    old = create(draft(), BY, send_mail=False)
    platform_changes.change_defaults({"default_rate_card": other}, BY)
    new = create(draft(name="Beta", owner_email="ben@beta.example"), BY, send_mail=False)
    found = {view.public_id: view.organizations for view in reads.cards()}
    assert old != new and (found[card], found[other]) == (1, 1), "those that are there keep theirs"
    rate_cards.archive(card, BY)
    assert actions()[-1] == "rate_card.archived"


def test_a_change_says_what_was_before_and_two_at_once_are_told_apart(app: Flask) -> None:
    card = rate_cards.create(INDIA, BY)
    seen = reads.card(card).version
    assert rate_cards.change(card, {"per_message": "0.2", "tax_percent": "18.0"}, BY, version=seen) == ("per_message",)
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
    assert event and event.payload["changes"] == {"per_message": ["0.18", "0.2"]}
    with pytest.raises(StaleCard) as caught:
        rate_cards.change(card, {"per_message": "0.3"}, BY, version=seen)
    assert caught.value.theirs.terms.per_message == Decimal("0.2")
    assert rate_cards.change(card, {"per_message": "0.20"}, BY, version=seen) == (), "nothing new"
    rate_cards.create(INDIA | {"name": "Other"}, BY)
    for wanted in ({"currency": "USD"}, {"name": "OTHER"}):
        with pytest.raises(Invalid) as refused:
            rate_cards.change(card, wanted, BY)
        assert set(refused.value.errors) == set(wanted)


def test_an_archived_card_stays_with_who_has_it_and_is_given_to_nobody_else(app: Flask) -> None:
    rate_cards.create(INDIA | {"name": "Default"}, BY)
    card = rate_cards.create(INDIA, BY)
    for name in ("Acme", "Beta"):
        factories.workspace(name)
    mine, other = db.session.scalars(select(Organization.public_id).order_by(Organization.id))
    every = STAFF[StaffRole.OWNER]
    change_organization(mine, {"rate_card": card}, BY, may=every, version=1)
    rate_cards.archive(card, BY)
    change_organization(mine, {"rate_card": card, "tax_id": "1"}, BY, may=every, version=2)
    with pytest.raises(Invalid) as caught:
        change_organization(other, {"rate_card": card}, BY, may=every, version=1)
    assert set(caught.value.errors) == {"rate_card"}
    rate_cards.restore(card, BY)
    with pytest.raises(Conflict):
        rate_cards.restore(card, BY)


def test_months_that_are_over_are_billed_by_what_the_card_said_then(app: Flask, mailbox: Mailbox) -> None:
    """1,000 messages of November at 0.01 are 10.00, whatever it says on 1 December; 10 then at 0.5, 5.00."""
    with unit() as session:
        of, [acme] = accounts.account(session, per_message=Decimal("0.01"), tax_percent=Decimal(10))
        card, key = session.get_one(RateCard, of.rate_card_id).public_id, of.public_id
        usage.count(session, acme.id, NOVEMBER.replace(day=20), {"sent": 1000})
        usage.count(session, acme.id, NOVEMBER.replace(month=12), {"sent": 10})
    december = at(12, 1)
    by = Actor.command("test", december)
    rate_cards.change(card, {"per_message": "0.2"}, by)
    rate_cards.change(card, {"per_message": "0.5", "tax_name": "GST", "payment_days": "30"}, by)
    with scope.platform():
        assert spends_of(Workspace.id == acme.id, december) == {acme.id: 500}
    accounts.begin(ISSUE)
    made = issue(key, NOVEMBER, Actor.command("test", ISSUE))
    assert ("Acme", "messages", 1000) in accounts.lines(str(made))
    bill = accounts.invoice(made)
    line = db.session.scalars(select(InvoiceLine).where(InvoiceLine.invoice_id == bill.id)).all()[-1]
    assert ((bill.due_on - bill.issued_at.date()).days, line.detail) == (14, "")
