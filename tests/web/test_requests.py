"""What stands around every request: rubbish, size, what is kept, and what logs say of it."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.rules.access import StaffRole
from portal.web.request import LARGEST_FORM, LARGEST_OF_NOBODY, shown_path
from tests import factories
from tests.support.people import csrf, log_in

ADDRESSES = [
    "/%00",
    "/admin/workspaces/ws_%00",
    "/admin/tasks/%00",
    "/admin/tasks/?page=%00",
    "/login?%00=1",
    "/me?a=1&a=%00",
    "/password/reset/%00",
    "/invitations/%00",
    "/me/email/%00",
    "/admin/workspaces/?plan=%00",
    "/admin/workspaces/?q=%00",
    "/admin/workspaces/ws_%00/orders",
    "/admin/workspaces/ws_%00/audit",
    "/admin/audit/?actor=ali%00ce",
    "/admin/audit/?workspace=%00&action=%00&since=%00",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_no_database_can_hold_is_refused(app: Flask, client: FlaskClient, address: str) -> None:
    log_in(client, factories.staff(StaffRole.OWNER))
    answer = client.get(address)
    assert answer.status_code == 400
    assert "That request could not be read" in answer.text


@pytest.mark.parametrize("fields", [{"email": "a\0b@example.test"}, {"password": "\0"}, {"x\0": "y"}])
def test_so_is_a_form(client: FlaskClient, fields: dict[str, str]) -> None:
    factories.staff()
    form = {"csrf_token": csrf(client), "email": "alice@example.test", "password": "wrong", **fields}
    assert client.post("/login", data=form).status_code == 400


@pytest.mark.parametrize("name", ["\0", "a\0b"])
def test_so_is_a_name_and_nothing_is_saved(client: FlaskClient, name: str) -> None:
    alice = factories.staff()
    log_in(client, alice)
    form = {"csrf_token": csrf(client), "name": name, "locale": "en", "timezone": "UTC", "theme": "dark"}
    assert client.post("/me", data=form).status_code == 400
    assert (alice.name, alice.theme) == ("Alice", "system")


def test_so_is_the_name_of_a_file(client: FlaskClient) -> None:
    log_in(client, factories.staff(StaffRole.OWNER))
    head = 'Content-Disposition: form-data; name="file"; filename="a\0b.csv"'
    token = f'Content-Disposition: form-data; name="csrf_token"\r\n\r\n{csrf(client)}'
    body = f"--B\r\n{token}\r\n--B\r\n{head}\r\n\r\nname,owner_email\nAcme,a@b.example\r\n--B--\r\n"
    answer = client.post("/admin/import/", data=body, content_type="multipart/form-data; boundary=B")
    assert answer.status_code == 400


FIELDS, FILES = "application/x-www-form-urlencoded", "multipart/form-data; boundary=B"
FILE = '--B\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'


def filled(token: str, size: int, kind: str = FIELDS) -> dict[str, Any]:
    """A form of so many bytes at least, most of them in a field that nobody asked for."""
    if kind == FIELDS:
        return {"data": f"csrf_token={token}&email=x&password=y&a=" + "b" * size, "content_type": kind}
    body = FILE.format("csrf_token", token) + FILE.format("a", "b" * size) + "--B--\r\n"
    return {"data": body, "content_type": kind}


def refused_as_too_large(answer: Any) -> bool:
    return answer.status_code == 413 and "That is too large" in answer.text


def test_a_form_without_files_is_small(client: FlaskClient) -> None:
    log_in(client, factories.staff())
    token = csrf(client)
    assert client.post("/me", **filled(token, LARGEST_FORM - 1000)).status_code == 422
    assert refused_as_too_large(client.post("/me", **filled(token, LARGEST_FORM)))


@pytest.mark.parametrize("kind", [FIELDS, FILES])
@pytest.mark.parametrize("address", ["/login", "/password/forgot", "/invitations/x", "/nowhere"])
def test_of_somebody_who_is_not_logged_in_every_form_is_smaller_still(
    client: FlaskClient, address: str, kind: str
) -> None:
    """Whatever it is for: reading it is what takes long."""
    factories.staff()
    token = csrf(client)
    assert not refused_as_too_large(client.post(address, **filled(token, LARGEST_OF_NOBODY - 1000, kind)))
    assert refused_as_too_large(client.post(address, **filled(token, LARGEST_OF_NOBODY, kind)))


def test_the_upload_of_somebody_who_may_not_is_not_even_read(client: FlaskClient) -> None:
    class Unread(io.BytesIO):
        def read(self, *size: Any) -> bytes:
            raise AssertionError("it was read")

        readline = readinto = read  # type: ignore[assignment]

    upload = {"input_stream": Unread(), "content_type": "multipart/form-data; boundary=B", "content_length": 10**6}
    assert client.post("/admin/import/", **upload).status_code == 303
    log_in(client, factories.staff(StaffRole.AUDITOR))
    assert client.post("/admin/import/", **upload).status_code == 403


def test_a_file_that_is_missing_is_not_kept_for_ever(client: FlaskClient) -> None:
    for name, kept in (("base", True), ("none", False)):
        with client.get(f"/static/css/{name}.css?v=1") as answer:
            assert ("immutable" in answer.headers["Cache-Control"]) is kept


def test_a_file_is_kept_once_for_everybody_as_long_as_it_stays_the_same(client: FlaskClient) -> None:
    log_in(client, factories.staff(StaffRole.OWNER))
    found = re.findall(r'(?:src|href)="(/static/[^"#]+)', client.get("/me").text)
    assert len(found) > 3
    for address in found:
        assert re.search(r"\?v=[0-9a-f]{12}$", address), "its address changes with it"
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert "Vary" not in answer.headers
            assert answer.headers["Cache-Control"] == "max-age=31536000, public, immutable"
    with client.get(found[0].partition("?")[0]) as answer:
        assert answer.headers["Cache-Control"] == "no-cache, public"
    assert "Cookie" in client.get("/me").headers["Vary"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/admin/workspaces/ws_1", "/admin/workspaces/ws_1"),
        ("/a\n2026-11-21 forged", "/a%0A2026-11-21 forged"),
        ("/\x1b[31m\x9b\u202e", "/%1B[31m%C2%9B%E2%80%AE"),
        ("/café", "/café"),
        ("/invitations/abc\x1b", "/invitations/…"),
    ],
)
def test_a_path_does_not_move_the_cursor_of_who_reads_the_log(app: Flask, path: str, shown: str) -> None:
    with app.test_request_context(environ_overrides={"PATH_INFO": path.encode().decode("latin-1")}):
        assert shown_path() == shown


@pytest.mark.parametrize("path", ["/login", "/me"])
def test_a_part_without_a_name_is_refused_before_anything_reads_it(client: FlaskClient, path: str) -> None:
    log_in(client, factories.staff(StaffRole.OWNER))
    body = b"--x\r\nContent-Disposition: form-data\r\n\r\nv\r\n--x--"
    assert client.post(path, data=body, content_type="multipart/form-data; boundary=x").status_code == 400
