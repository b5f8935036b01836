"""What a workspace's people change about it: name, web address, time zone."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import AuditEvent, Workspace
from portal.operations.workspace_settings import Changed, Stale, change
from portal.rules.errors import Conflict, Invalid, NotFound
from tests import factories
from tests.support import insiders
from tests.support.clocks import NOW
from tests.support.creation import count

BY = factories.command()


@pytest.fixture
def acme(app: Flask) -> Workspace:
    factories.workspace("Beta Freight")
    return factories.workspace()


def wanted(acme: Workspace, **values: str) -> Changed:
    return replace(Changed(acme.name, acme.web_address, acme.timezone, acme.version), **values)


def test_what_was_changed_stands_there_and_where_it_is_searched(acme: Workspace) -> None:
    change(acme.public_id, wanted(acme, name="  Técnica   Anew ", web_address="ANEW", timezone="Europe/Paris"), BY)
    row = db.session.scalars(select(Workspace).where(Workspace.id == acme.id)).one()
    assert (row.name, row.web_address, row.timezone, row.version) == ("Técnica Anew", "anew", "Europe/Paris", 2)
    assert row.name_key == "tecnica anew"
    assert "tecnica" in row.search_text
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
    assert event and event.payload
    assert event.payload["changes"]["web_address"] == ["acme-logistics", "anew"]


def test_nothing_changed_is_nothing_written(acme: Workspace) -> None:
    events = count(AuditEvent)
    assert change(acme.public_id, wanted(acme), BY) == "acme-logistics"
    assert (count(AuditEvent), db.session.get_one(Workspace, acme.id).version) == (events, 1)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("name", " \u200b ", "Enter a name"),
        ("name", "x" * 10_000, "At most 200 characters"),
        ("web_address", "beta-freight", "Try beta-freight-2"),
        ("web_address", "a", "2 to 63"),
        ("web_address", "acme!", "letters a–z"),
        ("web_address", "admin", "kept for the platform"),
        ("timezone", "Mars/Olympus", "no time zone"),
        ("timezone", "../etc", "no time zone"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_done(
    acme: Workspace, field: str, value: str, why: str
) -> None:
    with pytest.raises(Invalid) as invalid:
        change(acme.public_id, wanted(acme, **{field: value}), BY)
    assert why in invalid.value.errors[field]
    assert list(invalid.value.errors) == [field]
    assert db.session.get_one(Workspace, acme.id).version == 1


def test_the_second_of_two_is_told_that_somebody_saved_meanwhile(acme: Workspace) -> None:
    stale = wanted(acme, name="Second")
    change(acme.public_id, wanted(acme, name="First"), BY)
    with pytest.raises(Stale):
        change(acme.public_id, stale, BY)
    assert db.session.get_one(Workspace, acme.id).name == "First"


def test_closed_and_suspended_ones_stay_as_they_are(acme: Workspace) -> None:
    before = wanted(acme, name="Other")
    insiders.suspend(acme)
    with pytest.raises(Conflict, match="suspended"):
        change(acme.public_id, before, BY)
    insiders.change(acme, cancelled_at=NOW)
    with pytest.raises(Conflict, match="cancelled"):
        change(acme.public_id, before, BY)


def test_an_unknown_one_is_not_found(acme: Workspace) -> None:
    with pytest.raises(NotFound):
        change("ws_0000000000000000", wanted(acme), BY)
