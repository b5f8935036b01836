"""Webhooks: the gateway that sends them over the internet, to checked addresses only; and a fake for tests.

A name is looked up once for each call. All of its addresses must be public, and the connection goes to one of those
that were checked: whoever changes the DNS between check and call changes nothing. Redirects are answers like others."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Protocol, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse

from portal.base import webhooks as base
from portal.rules.errors import Refused
from portal.rules.webhooks import Target, is_public, target
from portal.settings import Settings

PATIENCE = 10.0  # seconds for all of it: looking up, connecting, sending, and the answer
MOST = 4096  # bytes of an answer that are read
TRIED = 3  # addresses of a host

Resolve = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent, and where."""

    address: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the status, the beginning of the body, and what `Retry-After` said."""

    code: int
    text: str
    retry_after: str = ""


class NotSent(Exception):
    """Nothing was answered. The text says why."""


class WebhookGateway(Protocol):
    """`loopback`: whether this machine itself may be called, also by http."""

    loopback: bool

    def send(self, message: Message) -> Answer:
        """Send it, within 10 seconds. Raises NotSent."""


def _system(host: str) -> Sequence[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


@dataclass(slots=True)
class Pinned:
    """Over the internet. `trust` checks certificates, by default the system's."""

    loopback: bool = False
    resolve: Resolve = _system
    patience: float = PATIENCE
    trust: ssl.SSLContext | None = None

    def send(self, message: Message) -> Answer:
        """Send it to a checked address of its host."""
        ends = time.monotonic() + self.patience
        try:
            to = target(message.address, self.loopback)
            connection = self._connected(to, self._checked(to.host, ends), ends)
        except Refused as error:
            raise NotSent(error.message) from error
        with self._until(ends, connection):
            try:
                headers = {"Host": to.authority, "Accept-Encoding": "identity", **message.headers}
                connection.request("POST", to.path, message.body, headers, preload_content=False)
                answer = connection.getresponse()
            except (OSError, HTTPError, HTTPException) as error:
                raise NotSent(self._why(error, ends)) from error
            if time.monotonic() >= ends:  # what was cut may look like the whole head of an answer
                raise NotSent(self._late())
            return Answer(answer.status, _text(answer), answer.headers.get("Retry-After", ""))

    def _checked(self, host: str, ends: float) -> list[str]:
        found = list(dict.fromkeys(self._found(host, ends)))
        inside = [each for each in found if not is_public(each, self.loopback)]
        if inside or not found:
            where = f"leads to {inside[0]}, which is not" if inside else "has no address"
            raise NotSent(f"Not called: {host} {where} of the public internet.")
        return found[:TRIED]

    def _found(self, host: str, ends: float) -> Sequence[str]:
        """Looked up in a thread of its own: nothing stops the system's resolver, and nobody waits until it gives up."""
        answer = Future[Sequence[str]]()
        threading.Thread(target=_look_up, args=(self.resolve, host, answer), daemon=True).start()
        wait([answer], ends - time.monotonic())
        if not answer.done():
            raise NotSent(self._late())
        try:
            return answer.result()
        except (OSError, UnicodeError) as error:
            raise NotSent(f"{host} was not found: {_plain(error)}") from error

    def _connected(self, to: Target, addresses: Sequence[str], ends: float) -> HTTPConnection:
        why = ""
        for address in addresses:
            connection = self._connection(to, address, max(0.1, ends - time.monotonic()))
            try:
                with self._until(ends, connection, keep=True):
                    connection.connect()
                return connection
            except (OSError, HTTPError) as error:
                connection.close()
                why = self._why(error, ends)
            if time.monotonic() >= ends:
                break
        raise NotSent(why)

    def _connection(self, to: Target, address: str, patience: float) -> HTTPConnection:
        """To this address; the certificate is asked of, and checked for, the host's name."""
        if to.scheme == "http":
            return HTTPConnection(address, to.port, timeout=patience)
        trust = self.trust or ssl.create_default_context()
        connection = HTTPSConnection(address, to.port, timeout=patience, ssl_context=trust, server_hostname=to.host)
        return cast(HTTPConnection, connection)

    @contextmanager
    def _until(self, ends: float, connection: HTTPConnection, keep: bool = False) -> Iterator[None]:
        """The connection is cut when the time is over, however slowly something still comes."""
        timer = threading.Timer(max(0.0, ends - time.monotonic()), _cut, [connection, connection.sock])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            if not keep:
                connection.close()

    def _why(self, error: Exception, ends: float) -> str:
        if time.monotonic() >= ends - 0.05:
            return self._late()
        return f"No answer: {_plain(error)}"

    def _late(self) -> str:
        return f"No answer within {self.patience:g} seconds."


def _plain(error: Exception) -> str:
    """What the system says of it, in its words alone: neither its number nor how this program calls a connection."""
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the certificate is not to be trusted: {cause.verify_message}"
    return getattr(cause, "strerror", "") or str(error)


def _look_up(resolve: Resolve, host: str, answer: Future[Sequence[str]]) -> None:
    try:
        answer.set_result(resolve(host))
    except Exception as error:  # whoever waits is told
        answer.set_exception(error)


def _cut(connection: HTTPConnection, known: socket.socket | None) -> None:
    """`known`: its socket, where it had one by then. An answer that ends with its connection takes the socket over."""
    with suppress(OSError):
        if found := known or connection.sock:
            found.shutdown(socket.SHUT_RDWR)


def _text(answer: HTTPResponse) -> str:
    """The beginning of what it says; nothing, where that does not come."""
    try:
        return answer.read(MOST, decode_content=False).decode("utf-8", "replace")
    except (OSError, HTTPError, HTTPException):
        return ""


@dataclass
class FakeWebhooks:
    """For tests: keeps what was sent, and answers with `code`, or what `reply` says, or raises `failure`."""

    sent: list[Message] = field(default_factory=list)
    code: int = 200
    failure: NotSent | None = None
    reply: Callable[[Message], Answer] | None = None
    loopback: bool = False

    def send(self, message: Message) -> Answer:
        """Keep it."""
        self.sent.append(message)
        if self.failure:
            raise self.failure
        return self.reply(message) if self.reply else Answer(self.code, "")


def chosen(settings: Settings) -> WebhookGateway:
    """Over the internet; in tests one that sends nothing, unless they let this machine itself be called."""
    if settings.testing and not settings.webhook_loopback:
        return FakeWebhooks()
    return Pinned(settings.webhook_loopback)


def gateway() -> WebhookGateway:
    """The gateway of the app at work."""
    return cast(WebhookGateway, base.gateway())
