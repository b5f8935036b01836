"""Work that nobody waits for: a thread of this process, with the app's context and a database session of its own.

What is started here may be lost with the process, so it only hastens what a job would do later."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import structlog
from flask import Flask, current_app

log = structlog.get_logger(__name__)
EXTENSION = "portal.background"

Act = Callable[[], None]


def init_app(app: Flask, at_once: bool) -> None:
    """`at_once` runs it in place instead: for tests."""
    app.extensions[EXTENSION] = _in_place if at_once else _in_thread


def run(act: Act) -> None:
    """Do it soon. Its failure is logged, and nothing else."""
    start: Callable[[Act], object] = current_app.extensions[EXTENSION]
    start(act)


def together(acts: Sequence[Act], patience: float) -> None:
    """Do all of it, each in a thread of its own, and wait for them, but no longer than so many seconds: what takes
    longer goes on by itself."""
    if current_app.extensions[EXTENSION] is _in_place:
        for act in acts:
            _in_place(act)
        return
    ends = time.monotonic() + patience
    for thread in [_in_thread(act) for act in acts]:
        thread.join(max(0.0, ends - time.monotonic()))


def _in_thread(act: Act) -> threading.Thread:
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def work() -> None:
        with app.app_context():
            _in_place(act)

    thread = threading.Thread(target=work, name="portal-background", daemon=True)
    thread.start()
    return thread


def _in_place(act: Act) -> None:
    try:
        act()
    except Exception:
        log.exception("background_failed", act=getattr(act, "__qualname__", repr(act)))
