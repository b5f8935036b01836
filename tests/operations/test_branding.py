"""An organization's branding: what is saved, what is refused whole, and what papers bear."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import AuditEvent, Branding, Organization
from portal.operations import branding
from portal.operations.unit import unit
from portal.queries import brands
from portal.rules.errors import Invalid, NotFound
from tests import factories
from tests.factories import command
from tests.support.pictures import SVG, picture


@pytest.fixture
def acme(app: Flask) -> Organization:
    return factories.organization()


def save(acme: Organization, accent: str = "", dark: str = "", upload: bytes = b"", *, drop_logo: bool = False) -> bool:
    return branding.save(acme.id, accent, dark, upload, command(), drop_logo=drop_logo)


def grant(acme: Organization) -> None:
    with unit() as session:
        session.get_one(Organization, acme.id).branding_granted = True


def last_changes() -> dict[str, list[str]]:
    query = select(AuditEvent.payload).where(AuditEvent.action == "organization.branding_changed")
    payload = db.session.scalars(query.order_by(AuditEvent.sequence.desc()).limit(1)).one()
    changes: dict[str, list[str]] = payload["changes"] if payload else {}
    return changes


def test_colours_and_logo_are_saved_and_recorded(acme: Organization) -> None:
    assert save(acme, "#0B6E4F", "", picture((200, 80)))
    found = brands.draft(acme.id)
    assert (found.granted, found.accent, found.accent_dark, found.width, found.height) == (
        False,
        "#0b6e4f",
        "",
        200,
        80,
    )
    assert last_changes() == {"accent": ["", "#0b6e4f"], "logo": ["", "200 × 80 px"]}
    assert brands.picture(found.public_id or "", small=False) != brands.picture(found.public_id or "", small=True)


def test_without_a_file_the_logo_stays_until_it_is_taken_away(acme: Organization) -> None:
    save(acme, upload=picture())
    assert save(acme, "#0b6e4f") and brands.draft(acme.id).logo
    assert last_changes() == {"accent": ["", "#0b6e4f"]}
    assert save(acme, "#0b6e4f", drop_logo=True)
    assert not brands.draft(acme.id).logo
    assert brands.picture(brands.draft(acme.id).public_id or "", small=False) is None
    assert last_changes() == {"logo": ["200 × 80 px", ""]}


def test_the_same_again_changes_nothing(acme: Organization) -> None:
    assert save(acme, "#0b6e4f", "#4cc79a", picture())
    assert not save(acme, "#0b6e4f", "#4cc79a", picture())
    assert db.session.scalar(select(func.count(Branding.id))) == 1


def test_nothing_is_saved_where_a_field_is_at_fault(acme: Organization) -> None:
    with pytest.raises(Invalid) as invalid:
        save(acme, "#ffd400", "#111111", SVG)
    assert set(invalid.value.errors) == {"accent", "accent_dark", "logo"}
    with pytest.raises(Invalid):
        save(acme, "#0b6e4f", "", SVG)
    assert db.session.scalar(select(func.count(Branding.id))) == 0


def test_there_is_no_branding_of_nobody(app: Flask) -> None:
    with pytest.raises(NotFound):
        branding.save(404, "#0b6e4f", "", b"", command())


def test_it_is_live_once_granted_and_papers_bear_it_then(acme: Organization) -> None:
    save(acme, "#0b6e4f", "", picture((200, 80)))
    brand = brands.draft(acme.id).public_id or ""
    assert brands.live(brand) is None
    assert brands.letterhead(acme.id) == brands.Letterhead("Acme Group", None, 0, 0, None, None)
    grant(acme)
    paper = brands.letterhead(acme.id)
    assert brands.live(brand) is not None
    assert (paper.name, paper.width, paper.height, paper.accent) == ("Acme Group", 200, 80, "#0b6e4f")
    assert paper.logo and paper.logo.startswith(b"\x89PNG") and paper.accent_dark not in (None, "", "#0b6e4f")
    save(acme, drop_logo=True)
    assert brands.letterhead(acme.id) == brands.Letterhead("Acme Group", None, 0, 0, None, None)
