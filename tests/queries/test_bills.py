"""What the bills of many organizations follow from is looked up for these alone."""

import pytest
from flask import Flask

from portal.models import scope
from portal.queries.account_usage import primary_plans
from portal.queries.bills import bases
from portal.queries.cycles import unbilled
from tests.support import plans
from tests.support.accounts import NOVEMBER

MANY = range(1, 151)


@pytest.mark.parametrize("table", ["daily_usage", "contact_month", "active_contact"])
def test_usage(app: Flask, table: str) -> None:
    with scope.platform(), plans.looked_up(table, "workspace_id"):
        assert bases(MANY, NOVEMBER) == {}


def test_plans(app: Flask) -> None:
    with scope.platform(), plans.looked_up("workspace", "organization_id"):
        assert primary_plans(MANY) == {}


def test_cycles(app: Flask) -> None:
    with scope.platform(), plans.looked_up("subscription_cycle", "workspace_id"):
        assert unbilled(MANY, NOVEMBER) == []
