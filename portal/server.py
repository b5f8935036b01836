"""The web server: gunicorn with a few processes of a few threads each."""

from __future__ import annotations

import socket
import struct
import threading
import time
from typing import Any

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers import gthread

from portal import create_app
from portal.base import clock
from portal.operations import task_workers
from portal.settings import Settings

log = structlog.get_logger(__name__)
LOOK = 15.0  # seconds between two looks for tasks whose worker died

BLINK = 0.05  # seconds that a thread waits for the first byte of a new connection; then the poller waits for it
PATIENCE = 5.0  # seconds that a thread waits, in all, for the bytes of a request …
SLOWEST = 4096  # … and one more for each so many bytes that came
LINGER = 2.0  # seconds that a client has to hang up after the last answer
STALLED = 30  # seconds without taking a byte of the answer, after which a client is given up


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, started from Python. The app is made in each worker, so that no connection is shared by a fork."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        self.settings = settings
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn its options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The app of one worker."""
        return create_app(self.settings)


class PatientSocket(socket.socket):
    """A connection whose client may be slow, but not so slow that a few of them hold every thread."""

    received = 0
    waited = 0.0
    is_over = False

    def anew(self) -> None:
        """A new request."""
        self.received, self.waited = 0, 0.0

    def recv(self, size: int, flags: int = 0) -> bytes:
        """What came; nothing, as if the client had gone, once the request took longer than is tolerable."""
        if self.is_over:
            return b""
        if self.gettimeout() is not None:
            return super().recv(size, flags)
        left = PATIENCE + self.received / SLOWEST - self.waited
        began = time.monotonic()
        try:
            self.settimeout(max(left, 0.001))
            found = super().recv(size, flags)
        except TimeoutError:
            self.is_over, found = True, b""
        finally:
            self.settimeout(None)
            self.waited += time.monotonic() - began
        self.received += len(found)
        return found

    def part(self) -> None:
        """Nothing more is answered; the client takes what is on its way, and hangs up."""
        end = time.monotonic() + LINGER
        try:
            self.shutdown(socket.SHUT_WR)
            while not self.is_over and (left := end - time.monotonic()) > 0:
                self.settimeout(left)
                self.is_over = not super().recv(1 << 16)
        except OSError:
            pass
        self.is_over = True


class Worker(gthread.ThreadWorker):  # type: ignore[misc]
    """Gunicorn's threads, which slow clients do not hold."""

    def handle(self, conn: Any) -> Any:
        """One request of a connection."""
        if not isinstance(conn.sock, PatientSocket):
            conn.sock = PatientSocket(fileno=conn.sock.detach())
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STALLED, 0))
        if not conn.initialized and not conn.wait_for_data(BLINK):
            return gthread._DEFER
        conn.sock.anew()
        answer = super().handle(conn)
        if not answer:
            conn.sock.part()  # here: gunicorn would wait in the thread that accepts others
        return answer


def watch_tasks(worker: Any) -> None:
    """In a worker that has just started: go on, now and whenever that is needed, with tasks whose worker died."""
    app: Flask = worker.wsgi

    def watch() -> None:
        while True:
            with app.app_context():
                try:
                    task_workers.take_over(clock.now)
                    task_workers.tidy(clock.now())
                except Exception:
                    log.exception("tasks_not_watched")
            time.sleep(LOOK)

    threading.Thread(target=watch, name="portal-tasks", daemon=True).start()


def serve(settings: Settings, host: str, port: int, workers: int, threads: int) -> None:
    """Serve until a signal says stop."""
    Server(
        settings,
        bind=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        workers=workers,
        threads=threads,
        worker_class=Worker,
        timeout=120,
        graceful_timeout=20,
        keepalive=30,
        control_socket_disable=True,
        forwarded_allow_ips="",  # what proxies say is for `trusted_proxies` alone to believe
        loglevel="warning",
        proc_name="portal",
        post_worker_init=watch_tasks,
    ).run()
