"""The program with one more route, which reads a figure and writes it back: for tests of many writers at once."""

from flask import Flask

from portal import create_app
from portal.base import clock, declared
from portal.models import RateCard
from portal.operations.audit import record
from portal.operations.unit import locked, unit
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.settings import Settings
from portal.web import access


def make_app() -> Flask:
    """The app, with `POST /count/<rate card>`, which adds one to its payment days."""
    app = create_app(Settings.load())
    app.config["WTF_CSRF_ENABLED"] = False
    app.add_url_rule("/count/<card>", view_func=add_one, methods=["POST"])
    declared.check_routes(app)
    return app


@access.needs(Permission.PUBLIC)
def add_one(card: str) -> str:
    """Read, add one, write."""
    with unit() as session:
        row = locked(session, RateCard, card)
        row.payment_days = row.payment_days + 1
        record("platform.initialised", Actor.command("count", clock.now()))
        return str(row.payment_days)
