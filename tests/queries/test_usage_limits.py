"""The list of usage limits: the spend of many at once is that of each, in as many queries at 1,000 rows as at 10."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, update

from portal.base.db import db
from portal.models import RateCard, Workspace, scope
from portal.operations import rate_cards, usage
from portal.operations.unit import unit
from portal.queries import usage_limits
from portal.queries.account_usage import running_month
from portal.queries.bills import basis
from portal.queries.spend import spends_of
from portal.queries.usage_limits import Wanted
from portal.rules.actors import Actor
from portal.rules.invoicing import usage_lines
from portal.rules.usage_limits import Standing
from tests.support import accounts, tenants
from tests.support.accounts import NOVEMBER, at
from tests.support.clocks import NOW
from tests.support.lists import Given, fill


def billed(organization: int, now: datetime) -> dict[int, int]:
    """What the running month's bill has for the usage of each workspace (integer keys all), without tax."""
    account = basis(organization, running_month(organization, now), now).account
    return {
        each.key: sum(line.amount for line in usage_lines(each, account.rates, account.currency))
        for each in account.parties
    }


def test_many_spends_at_once_are_what_each_organization_is_billed(app: Flask) -> None:
    with unit() as session:
        rates = {"per_message": Decimal("0.0123"), "per_minute": Decimal("0.7"), "per_number": Decimal("2.5")}
        of, rows = accounts.account(session, "Beta", "Gamma", **rates)
        card = session.get_one(RateCard, of.rate_card_id)
        other = tenants.organization(session, "Other", "JPY")
        far = tenants.workspace(session, other, "Far", None, timezone="Pacific/Kiritimati", activated_on=NOVEMBER)
        rows[1].number_count, rows[2].activated_on = 3, NOVEMBER.replace(day=15)
        tenants.settled(session, far)
        for day in (NOVEMBER.replace(month=10, day=31), NOVEMBER, NOVEMBER.replace(day=20), NOVEMBER.replace(month=12)):
            for number, row in enumerate([*rows, far], start=7):
                usage.count(session, row.id, day, {"sent": 100 * number + day.day, "minutes": number})
        keys, public_id = (of.id, other.id), card.public_id
    for now in (at(11, 20), at(11, 30, 23), at(12, 1)):
        rate_cards.change(public_id, {"per_message": f"0.0{now.day}"}, Actor.command("test", now))
        with scope.platform():
            found = spends_of(Workspace.id > 0, now)
            each = {key: spend for organization in keys for key, spend in billed(organization, now).items()}
        assert found == each and any(each.values())


def queries(act: Callable[[], Any]) -> tuple[int, Any]:
    """How many statements it takes, and what it answers."""
    sent: list[str] = []

    def seen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    db.session.rollback()
    event.listen(db.engine, "before_cursor_execute", seen)
    try:
        answer = act()
    finally:
        event.remove(db.engine, "before_cursor_execute", seen)
    return len(sent), answer


@pytest.mark.parametrize(
    "wanted", [Wanted(), Wanted(q="acme"), Wanted(standing=Standing.OVER), Wanted(standing=Standing.FREE)], ids=str
)
def test_a_page_costs_the_same_at_ten_and_at_a_thousand(app: Flask, wanted: Wanted) -> None:
    fill(Given(f"Acme {number}") for number in range(1000))

    def without(some: Any, closed: Any) -> None:
        with scope.platform(), unit() as session:
            session.execute(update(Workspace).where(some).values(cancelled_at=closed, activated_on=NOVEMBER))
            session.execute(update(Workspace).where(Workspace.id % 2 == 0).values(spend_cap=0))

    def page() -> tuple[int, int, int]:
        with scope.platform():
            cost, (rows, total) = queries(lambda: usage_limits.page_of(wanted, NOW))
        return cost, len(rows), total

    without(Workspace.id > 10, NOW)
    few = page()
    without(Workspace.id > 10, None)
    many = page()
    assert many[0] == few[0] <= 12
    assert (few[1], many[1]) in ((10, 12), (5, 12)) and many[2] in (500, 1000)


def test_organizations_without_a_card_spend_nothing(app: Flask) -> None:
    with unit() as session:
        of = tenants.organization(session, "Other", "USD")
        row = tenants.workspace(session, of, "Acme", None, activated_on=NOVEMBER)
        tenants.settled(session, row)
        usage.count(session, row.id, NOVEMBER, {"sent": 5})
    with scope.platform():
        assert spends_of(Workspace.id > 0, at(11, 20)) == {row.id: 0}
