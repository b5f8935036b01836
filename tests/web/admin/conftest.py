"""Fixtures of the platform's screens."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models import Workspace
from portal.operations.unit import unit
from portal.rules.access import StaffRole
from portal.rules.limits import Limit
from portal.rules.pricing import Cycle
from tests.support import tenants

Make = Callable[..., Workspace]


@pytest.fixture
def staff(client: FlaskClient, now: datetime) -> FlaskClient:
    with unit() as session:
        tenants.sign_in(session, client, StaffRole.OWNER, now)
    return client


@pytest.fixture
def make(app: Flask) -> Make:
    """A paying workspace of its own organization: `make(name="…", currency="KWD", …columns)`."""

    def workspace(
        name: str = "Acme Logistics", currency: str = "INR", on_plan: bool = True, **values: Any
    ) -> Workspace:
        with unit() as session:
            free = {Limit.MONTHLY_MESSAGES: 1_000, Limit.NUMBERS: 0}
            tenants.plan(session, "Free", free, is_free=True)
            limits = {Limit.MONTHLY_MESSAGES: 250_000, Limit.BROADCASTS: -1, Limit.EXTENSIONS: 0}
            scale = tenants.plan(session, "Scale", limits, {(Cycle.MONTHLY, currency): 1_240_500})
            owner = tenants.person(session, "Zoe Owner")
            owned_by = tenants.organization(session, "Acme Corporation", currency)
            made = tenants.workspace(session, owned_by, name, scale if on_plan else None, owner_id=owner.id, **values)
            tenants.settled(session, made)
        return made

    return workspace
