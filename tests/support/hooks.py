"""Webhooks, as tests have them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.base.db import db
from portal.models import Change, Webhook, WebhookDelivery, Workspace
from portal.operations import deliveries, webhooks
from portal.operations.announcements import announce
from portal.operations.unit import unit
from portal.operations.webhooks import Made, Wanted
from tests import factories
from tests.support.clocks import NOW

ADDRESS = "https://gateway.example/in"


def made(address: str = ADDRESS, **wanted: Any) -> Made:
    """A webhook, for all changes to all workspaces unless the test says otherwise."""
    return webhooks.create(Wanted(address, **wanted), factories.command())


def changed(workspace: Workspace, *kinds: str, at: datetime = NOW) -> list[str]:
    """Changes of these kinds, each in a unit of its own; their public ids."""
    for kind in kinds:
        with unit() as session:
            announce(session, kind, session.get_one(Workspace, workspace.id), factories.command(at))
    return list(db.session.scalars(select(Change.public_id).order_by(Change.id)))[-len(kinds) :]


def delivered(now: datetime) -> dict[str, int]:
    """All that is due was sent, within this instant; what another process wrote meanwhile is seen."""
    db.session.rollback()
    return deliveries.deliver_due(lambda: now)


def rows() -> list[WebhookDelivery]:
    """All deliveries as they stand."""
    db.session.rollback()
    return list(db.session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def hook(public_id: str) -> Webhook:
    """The webhook as it stands."""
    db.session.rollback()
    return db.session.scalars(select(Webhook).where(Webhook.public_id == public_id)).one()
