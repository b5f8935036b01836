"""The web server: headers that only proxies should send, and what is believed of them."""

import socket
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal.base.db import db
from portal.models import LoginSession
from portal.operations.unit import unit
from tests import factories
from tests.conftest import MakeApp, Serve
from tests.factories import PASSWORD
from tests.support.people import TOKEN
from tests.support.processes import free_port, own_environment
from tests.support.warm import portal

HEAD = b"GET /admin/workspaces HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"


def ask(port: int, more: bytes) -> str:
    """The head of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(HEAD + more + b"\r\n")
        with connection.makefile("rb") as answer:
            return answer.read().decode().partition("\r\n\r\n")[0]


@pytest.mark.parametrize(
    "header", [b"X-Forwarded-Proto: https", b"SCRIPT_NAME: /admin", b"X-Forwarded-Host: evil.example"]
)
def test_what_only_a_proxy_may_say_is_not_believed(serve: Serve, header: bytes) -> None:
    running = serve(workers=1, threads=2)
    answer = ask(running.port, header + b"\r\n")
    assert f"Location: {running.url.rpartition(':')[0]}/admin/workspaces/" in answer


def test_behind_a_proxy_its_words_count_and_those_before_it_do_not(make_app: MakeApp) -> None:
    """As the README sets up nginx: the last address is the proxy's word, what stands before it is the client's."""
    app = make_app(public_url="https://portal.example", trusted_proxies=1)
    headers = {"X-Forwarded-For": "192.0.2.66, 203.0.113.9", "X-Forwarded-Proto": "https"}
    headers |= {
        "X-Forwarded-Host": "portal.example",
        "Host": "127.0.0.1:8000",
        "Referer": "https://portal.example/login",
    }
    with app.app_context():
        alice = factories.staff()
        client = app.test_client()  # at http://localhost, as the proxy is
        token = TOKEN.search(client.get("/login", headers=headers).text)
        assert token
        form = {"email": alice.email, "password": PASSWORD, "csrf_token": token[1]}
        answer = client.post("/login", data=form, headers=headers)
        assert answer.status_code == 303
        assert db.session.scalar(select(LoginSession.address)) == "203.0.113.9"
        assert client.get("/login", headers={**headers, "X-Forwarded-Host": "evil.example"}).status_code == 404


def test_nothing_is_served_from_another_version_s_tables(app: Flask, database_url: str, tmp_path: Path) -> None:
    """Else every page says to try again in a moment, which does not help."""
    settings = {"PORTAL_DATABASE_URL": database_url, "PORTAL_INSTANCE": str(tmp_path), "PORTAL_SECRET_KEY": "k" * 48}
    with unit() as session:
        kept = session.scalar(text("SELECT version_num FROM alembic_version"))
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        done = portal("serve", "--port", str(free_port()), environment=own_environment(**settings), within=60)
    finally:
        with unit() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :kept"), {"kept": kept})
    assert done.returncode == 1
    assert f"the database is at 0001, this version needs {kept}: run `portal init`" in done.stderr
