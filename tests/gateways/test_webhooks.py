"""The gateway of webhooks calls checked addresses, those and no others, and is not kept waiting."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from portal.gateways.webhooks import MOST, Answer, Message, NotSent, Pinned
from tests.support.receivers import Receiver, receiving

HOST = "hooks.example"


def to(address: str) -> Message:
    return Message(address, {"webhook-id": "chg_1", "Content-Type": "application/json"}, b'{"type":"x"}')


def answering(*answers: list[str]) -> tuple[Callable[[str], list[str]], list[str]]:
    """A DNS that answers so, one time after the other; and what it was asked."""
    left, asked = list(answers), list[str]()

    def resolve(host: str) -> list[str]:
        asked.append(host)
        return left.pop(0)

    return resolve, asked


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def test_it_is_sent_whole_to_the_address_that_was_checked(receiver: Receiver) -> None:
    """The name is looked up once: who answers otherwise the next moment changes nothing."""
    resolve, asked = answering(["127.0.0.2"], ["127.0.0.1"])
    with receiving("127.0.0.2", receiver.port) as public:
        answer = Pinned(loopback=True, resolve=resolve).send(to(f"http://localhost:{receiver.port}/in?a=1"))
    assert answer == Answer(204, "") and asked == ["localhost"] and not receiver.calls
    [(path, headers, body)] = public.calls
    assert (path, body, headers["webhook-id"]) == ("/in?a=1", b'{"type":"x"}', "chg_1")
    assert headers["host"] == f"localhost:{receiver.port}"


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:127.0.0.1"], ["10.0.0.1"], []]
)
def test_a_name_that_leads_inside_is_not_called(receiver: Receiver, found: list[str]) -> None:
    """Nor is one of which a single address does."""
    with pytest.raises(NotSent, match="Not called"):
        Pinned(resolve=lambda _: found).send(to(f"https://{HOST}:{receiver.port}/"))
    assert not receiver.calls


def test_a_name_that_leads_inside_later_is_not_called_then(receiver: Receiver) -> None:
    resolve, _ = answering(["127.0.0.1"], ["192.168.0.1"])
    gateway = Pinned(loopback=True, resolve=resolve)
    assert gateway.send(to(f"http://localhost:{receiver.port}/")).code == 204
    with pytest.raises(NotSent, match="192.168.0.1"):
        gateway.send(to(f"http://localhost:{receiver.port}/"))
    assert len(receiver.calls) == 1


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    with receiving() as inside:
        receiver.reply = lambda _: (307, {"Location": inside.url + "/secret"}, b"")
        assert Pinned(loopback=True).send(to(receiver.url)).code == 307
        assert not inside.calls and len(receiver.calls) == 1


def test_what_the_receiver_asks_for_is_told(receiver: Receiver) -> None:
    receiver.reply = lambda _: (503, {"retry-after": "120"}, b"")
    assert Pinned(loopback=True).send(to(receiver.url)) == Answer(503, "", "120")


def test_of_a_long_answer_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.reply = lambda _: (500, {}, b"x" * 5_000_000)
    assert Pinned(loopback=True).send(to(receiver.url)) == Answer(500, "x" * MOST)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte of the head now and then, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(100):
        handler.wfile.write(b"x")
        time.sleep(0.1)


def drip_body(handler: BaseHTTPRequestHandler) -> None:
    """A whole head, and a body that ends with its connection."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(100):
        handler.wfile.write(b"x")
        time.sleep(0.1)


def silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(5)


@pytest.mark.parametrize("reply", [drip, silent])
def test_nobody_keeps_it_waiting(receiver: Receiver, reply: Callable[[BaseHTTPRequestHandler], None]) -> None:
    receiver.reply = reply
    began = time.monotonic()
    with pytest.raises(NotSent, match=r"within 0\.5 seconds"):
        Pinned(loopback=True, patience=0.5).send(to(receiver.url))
    assert time.monotonic() - began < 3


def test_a_name_server_does_not_either(receiver: Receiver) -> None:
    """And an answer that comes too late is not called, whatever it says."""
    hanging = threading.Event()
    gateway = Pinned(loopback=True, resolve=lambda _: ["127.0.0.1"] * hanging.wait(10), patience=0.3)
    began = time.monotonic()
    with pytest.raises(NotSent, match=r"within 0\.3 seconds"):
        gateway.send(to(f"http://localhost:{receiver.port}/"))
    assert time.monotonic() - began < 3
    hanging.set()
    assert gateway.send(to(f"http://localhost:{receiver.port}/")).code == 204 and len(receiver.calls) == 1


def test_a_body_without_end_does_not_either(receiver: Receiver, certificate: Path) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    trust = ssl.create_default_context(cafile=str(certificate))
    with receiving(trust=server) as other:
        for each, host in ((receiver, "http://localhost"), (other, f"https://{HOST}")):
            each.reply = drip_body
            gateway = Pinned(loopback=True, resolve=lambda _: ["127.0.0.1"], patience=0.5, trust=trust)
            began = time.monotonic()
            assert gateway.send(to(f"{host}:{each.port}")).code == 200
            assert time.monotonic() - began < 3


def test_where_nobody_listens_the_next_address_is_tried(receiver: Receiver) -> None:
    resolve, _ = answering(["127.0.0.3", "127.0.0.1"])
    assert Pinned(loopback=True, resolve=resolve).send(to(f"http://localhost:{receiver.port}")).code == 204


def test_why_nothing_was_answered_is_said_in_words_for_people(receiver: Receiver) -> None:
    """Neither the system's number of the error nor what a library calls its objects."""

    def unknown(_host: str) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(NotSent) as told:
        Pinned(resolve=unknown).send(to("https://gateway.example/"))
    assert str(told.value) == "gateway.example was not found: Name or service not known"
    with pytest.raises(NotSent) as told:
        Pinned(loopback=True, resolve=lambda _: ["127.0.0.3"]).send(to(f"http://localhost:{receiver.port}"))
    assert str(told.value) == "No answer: Connection refused"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of HOST, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    subject = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*made, "-keyout", folder / "key", "-out", folder / "certificate"], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "key").read_text() + (folder / "certificate").read_text())
    return both


def test_by_tls_the_certificate_is_asked_of_and_checked_for_the_name(certificate: Path) -> None:
    named: list[str | None] = []
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    server.sni_callback = lambda _, name, __: named.append(name)
    trust = ssl.create_default_context(cafile=str(certificate))
    with receiving(trust=server) as receiver:
        gateway = Pinned(loopback=True, resolve=lambda _: ["127.0.0.1"], trust=trust)
        assert gateway.send(to(f"https://{HOST}:{receiver.port}/x")).code == 204
        with pytest.raises(NotSent, match="other.example"):
            gateway.send(to(f"https://other.example:{receiver.port}/x"))
        with pytest.raises(NotSent, match="not to be trusted: self-signed certificate"):
            Pinned(loopback=True, resolve=lambda _: ["127.0.0.1"]).send(to(f"https://{HOST}:{receiver.port}/x"))
    assert len(receiver.calls) == 1 and receiver.calls[0][1]["host"] == f"{HOST}:{receiver.port}"
    assert named == [HOST, "other.example", HOST]
