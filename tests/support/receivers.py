"""Programs that are called by webhooks, on this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Thread
from typing import Any


@dataclass
class Receiver:
    """One that keeps what came. `reply` says what is answered: status, headers, body; or does it itself."""

    url: str = ""
    port: int = 0
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    reply: Callable[[BaseHTTPRequestHandler], tuple[int, dict[str, str], bytes] | None] = lambda _: (204, {}, b"")

    @property
    def names(self) -> list[str]:
        """The ids of what came, in its order."""
        return [headers["webhook-id"] for _, headers, _ in self.calls]


@contextmanager
def receiving(host: str = "127.0.0.1", port: int = 0, trust: SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver at this address; with `trust`, by TLS."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.calls.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            answer = receiver.reply(self)
            if answer:
                status, headers, body = answer
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            pass  # callers that hang up are what is tested

    with Server((host, port), Handler) as server:
        if trust:
            server.socket = trust.wrap_socket(server.socket, server_side=True)
        receiver.port = server.server_address[1]
        receiver.url = f"http{'s' if trust else ''}://{host}:{receiver.port}"
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield receiver
        server.shutdown()
