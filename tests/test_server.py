"""The web server: clients that are slow, and headers that only proxies should send."""

import socket
import time
from collections.abc import Iterator

import pytest

from portal import server
from portal.server import PatientSocket
from tests.conftest import Serve
from tests.support import servers

HEAD = b"GET /admin/workspaces HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"


def ask(port: int, more: bytes) -> str:
    """The head of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(HEAD + more + b"\r\n")
        with connection.makefile("rb") as answer:
            return answer.read().decode().partition("\r\n\r\n")[0]


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[PatientSocket, socket.socket]]:
    """A server's end, which waits for 0.2 seconds, and the client's."""
    monkeypatch.setattr(server, "PATIENCE", 0.2)
    ours, theirs = socket.socketpair()
    with theirs, PatientSocket(fileno=ours.detach()) as patient:
        yield patient, theirs


def test_a_client_that_says_nothing_more_is_given_up(pair: tuple[PatientSocket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.sendall(b"GET")
    assert ours.recv(10) == b"GET"
    assert ours.recv(10) == b""
    theirs.sendall(b" / ")
    assert ours.recv(10) == b"", "what comes too late is not read"


def test_a_client_that_drips_is_given_up(pair: tuple[PatientSocket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.settimeout(5)
    for _ in range(3):
        theirs.sendall(b"x")
        assert ours.recv(1) == b"x"
        ours.waited += 0.07
    assert ours.recv(1) == b""
    assert ours.waited < 5


def test_who_sends_much_may_pause_for_longer(pair: tuple[PatientSocket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.sendall(b"x" * server.SLOWEST * 2)
    while ours.received < server.SLOWEST * 2:
        ours.recv(server.SLOWEST)
    ours.waited = 1.0
    theirs.sendall(b"y")
    assert ours.recv(1) == b"y"


def test_who_does_not_hang_up_is_waited_for_once(
    pair: tuple[PatientSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LINGER", 0.2)
    ours, theirs = pair
    theirs.settimeout(5)
    ours.part()
    assert theirs.recv(1) == b"", "it was told"
    theirs.sendall(b"more")
    assert ours.recv(10) == b"", "gunicorn, which would wait once more, finds it gone"


def test_the_slow_do_not_keep_others_out(serve: Serve) -> None:
    running = serve(workers=1, threads=2)
    slow = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(6)]
    try:
        for each in slow[:2]:
            each.sendall(b"GET /login HTTP/1.1\r\nX: ")
        time.sleep(0.2)
        status, _ = servers.fetch(running.url + "/login", within=server.PATIENCE + 10)
        assert status == 200
        idle = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(6)]
        slow += idle
        status, _ = servers.fetch(running.url + "/login", within=4)
        assert status == 200, "who says nothing at all holds no thread"
    finally:
        for each in slow:
            each.close()


@pytest.mark.parametrize(
    "header", [b"X-Forwarded-Proto: https", b"SCRIPT_NAME: /admin", b"X-Forwarded-Host: evil.example"]
)
def test_what_only_a_proxy_may_say_is_not_believed(serve: Serve, header: bytes) -> None:
    running = serve(workers=1, threads=2)
    answer = ask(running.port, header + b"\r\n")
    assert f"Location: {running.url.rpartition(':')[0]}/admin/workspaces/" in answer
