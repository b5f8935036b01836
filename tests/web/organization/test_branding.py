"""The branding of an organization: its page, who sees what before and after it is granted, and the files behind it."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.base.db import db
from portal.models import Organization, User, Workspace
from portal.operations import branding
from portal.operations.unit import unit
from portal.queries import brands
from portal.rules.access import OrganizationRole, WorkspaceRole
from tests import factories
from tests.factories import command
from tests.support import insiders
from tests.support.family import family
from tests.support.insiders import browser
from tests.support.mails import Mailbox
from tests.support.pages import words
from tests.support.people import submit
from tests.support.pictures import SVG, bomb, picture, with_metadata

GREEN, MINT = "#0b6e4f", "#4cc79a"
FILE = re.compile(r"/branding/brd_[0-9A-Za-z]{16}-[0-9a-f]{12}(?:\.css|\.png|-mark\.png)")


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """The primary workspace of an organization of two."""
    return family("Acme Labs")


@pytest.fixture
def olive(app: Flask, acme: Workspace) -> FlaskClient:
    """The organization's admin, in her browser."""
    return browser(app, db.session.get_one(User, acme.owner_id))


def of(workspace: Workspace) -> Organization:
    return db.session.get_one(Organization, workspace.organization_id)


def page(acme: Workspace, rest: str = "") -> str:
    return f"/o/{of(acme).slug}/branding{rest}"


def grant(acme: Workspace) -> None:
    with unit() as session:
        session.get_one(Organization, acme.organization_id).branding_granted = True


def draft(acme: Workspace, *, live: bool = False) -> None:
    """Colours and a logo are saved."""
    branding.save(acme.organization_id, GREEN, MINT, picture(), command())
    if live:
        grant(acme)


def send(
    client: FlaskClient, acme: Workspace, content: bytes = b"", name: str = "logo.png", **fields: Any
) -> TestResponse:
    files = {"logo": (io.BytesIO(content), name)} if content else {}
    return submit(
        client, page(acme), {"accent": "", "accent_dark": "", **fields, **files}, content_type="multipart/form-data"
    )


def files(text: str) -> set[str]:
    """The addresses of a brand's files that a page names."""
    return set(FILE.findall(text))


def test_saved_by_an_admin_and_seen_by_no_other_role(app: Flask, olive: FlaskClient, acme: Workspace) -> None:
    assert send(olive, acme, picture(), accent=GREEN, accent_dark=MINT).status_code == 303
    assert f'value="{GREEN}"' in olive.get(page(acme)).text
    for role in (OrganizationRole.BILLING_ADMIN, OrganizationRole.USER_ADMIN, OrganizationRole.MEMBER):
        person = factories.user(f"{role.value}@acme.example")
        factories.member(of(acme), person, role)
        for rest in ("", "/logo.png", "/colours.css"):
            assert browser(app, person).get(page(acme, rest)).status_code == 403, (role, rest)
        assert send(browser(app, person), acme, accent="#000000").status_code == 403
    stranger = browser(app, factories.user("bea@example.test"))
    assert {stranger.get(page(acme, rest)).status_code for rest in ("", "/logo.png", "/colours.css")} == {404}
    assert brands.draft(acme.organization_id).accent == GREEN


def test_a_draft_is_shown_to_its_admins_alone(app: Flask, olive: FlaskClient, acme: Workspace) -> None:
    draft(acme)
    saved = brands.draft(acme.organization_id)
    text = olive.get(page(acme)).text
    assert "Branding is switched on by the staff of Portal" in words(text)
    assert olive.get(page(acme, "/logo.png")).mimetype == "image/png"
    assert GREEN in olive.get(page(acme, "/colours.css")).text
    assert olive.get(page(acme, "/colours.css")).headers["Cache-Control"] == "no-store"
    for path in (page(acme), f"/o/{of(acme).slug}/", "/w/acme-labs/"):
        assert not files(olive.get(path).text), path
    assert app.test_client().get(f"/branding/{saved.public_id}-{saved.logo[:12]}.png").status_code == 404


def test_once_granted_it_is_on_every_page_of_its_own_and_on_no_other(
    app: Flask, olive: FlaskClient, acme: Workspace
) -> None:
    draft(acme, live=True)
    ann = browser(app, insiders.join(acme, "ann@acme.example", WorkspaceRole.AGENT))
    for client, path in (
        (olive, page(acme)),
        (olive, f"/o/{of(acme).slug}/"),
        (olive, "/w/acme-labs/"),
        (ann, "/w/acme-logistics/"),
    ):
        found = files(client.get(path).text)
        assert sorted(name[-9:] for name in found)[0] == "-mark.png" and len(found) == 2, path
    beta = factories.workspace("Beta Freight", factories.user("bea@example.test"))
    bea = browser(app, db.session.get_one(User, beta.owner_id))
    for client, path in ((bea, "/w/beta-freight/"), (olive, "/me"), (app.test_client(), "/login")):
        assert not files(client.get(path).text), path


def test_its_files_are_for_everybody_and_for_ever(app: Flask, olive: FlaskClient, acme: Workspace) -> None:
    draft(acme, live=True)
    found = files(olive.get("/w/acme-labs/").text)
    found |= {name.replace("-mark", "") for name in found}
    assert len(found) == 3
    for name in found:
        answer = app.test_client().get(name)
        assert answer.status_code == 200, name
        assert answer.mimetype == ("text/css" if name.endswith(".css") else "image/png")
        assert answer.headers["Cache-Control"] == "max-age=31536000, public, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers and "Vary" not in answer.headers
    sheet = next(name for name in found if name.endswith(".css"))
    text = app.test_client().get(sheet).text
    assert f"--accent:light-dark({GREEN},{MINT})" in text
    assert "Acme" not in text and of(acme).public_id not in text
    branding.save(acme.organization_id, "#123456", "", b"", command())
    assert app.test_client().get(sheet).status_code == 404, "an old address does not answer with what is new"
    assert files(olive.get("/w/acme-labs/").text) != found


@pytest.mark.parametrize(
    "name",
    [
        "x",
        "brd_1.css",
        "brd_1111111111111111-000000000000.css",
        "brd_1111111111111111-000000000000.png",
        "../x",
        "%2e%2e%2fx",
    ],
)
def test_what_is_no_file_of_a_brand_is_not_there(client: FlaskClient, name: str) -> None:
    answer = client.get("/branding/" + name)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_colour_that_cannot_be_read_stays_with_a_suggestion(olive: FlaskClient, acme: Workspace) -> None:
    answer = send(olive, acme, accent="#FFD400", accent_dark="#111111")
    assert answer.status_code == 422
    text = words(answer.text)
    assert "Text in #ffd400 cannot be read on the light pages: its contrast is 1.3 to 1, and 4.5 is needed." in text
    assert 'value="#FFD400"' in answer.text
    for field in ("accent", "accent_dark"):
        assert f'id="f-{field}-error"' in answer.text
    assert brands.draft(acme.organization_id).public_id is None


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (SVG, "logo.png", "SVG is not taken"),
        (bomb(), "logo.png", "too many pixels"),
        (picture()[:50], "logo.png", "damaged"),
        (b"MZ" + b"\0" * 99, "logo.png", "no picture"),
    ],
    ids=("svg", "bomb", "cut", "program"),
)
def test_a_file_that_is_no_good_logo_says_why(
    olive: FlaskClient, acme: Workspace, content: bytes, name: str, why: str
) -> None:
    answer = send(olive, acme, content, name, accent=GREEN)
    assert answer.status_code == 422
    assert why in words(answer.text) and 'id="f-logo-error"' in answer.text
    assert f'value="{GREEN}"' in answer.text, "what was typed stays"
    assert brands.draft(acme.organization_id).public_id is None, "nothing was saved"


def test_what_a_file_is_called_does_not_matter(olive: FlaskClient, acme: Workspace) -> None:
    assert send(olive, acme, with_metadata("JPEG"), "../../etc/passwd.svg").status_code == 303
    assert olive.get(page(acme, "/logo.png")).data.startswith(b"\x89PNG")


def test_the_page_has_no_style_of_its_own(olive: FlaskClient, acme: Workspace) -> None:
    draft(acme, live=True)
    for path in (page(acme), "/w/acme-labs/"):
        assert not re.search(r"<style|\sstyle=", olive.get(path).text), path


def test_invitations_bear_the_name_once_it_is_granted(
    app: Flask, olive: FlaskClient, acme: Workspace, mailbox: Mailbox
) -> None:
    submit(olive, "/w/acme-labs/team/invite", {"email": "ann@acme.example", "name": "Ann", "role": "agent"})
    assert "on Portal, a workspace of Acme Logistics" in (mailbox.messages[-1].body or "")
    draft(acme, live=True)
    submit(olive, "/w/acme-labs/team/invite", {"email": "ben@acme.example", "name": "Ben", "role": "agent"})
    body = mailbox.messages[-1].body or ""
    assert "invites you to Acme Labs on Acme Logistics." in body and "Portal" not in body
    assert "http://localhost/invitations/" in body


def test_an_admin_of_the_platform_s_staff_has_no_page_here(app: Flask, acme: Workspace) -> None:
    assert browser(app, factories.staff()).get(page(acme)).status_code == 404
    assert db.session.scalar(select(Organization.id).where(Organization.branding_granted)) is None
