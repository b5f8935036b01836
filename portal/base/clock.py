"""The only place that asks the machine what time it is. Rules, queries and operations are given `now`."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask, current_app

EXTENSION = "portal.clock"


def system_clock() -> datetime:
    """The present instant, aware UTC."""
    return datetime.now(UTC)


def fixed_clock(instant: datetime) -> Callable[[], datetime]:
    """A clock that stands still, for demonstrations, benchmarks and tests."""
    return lambda: instant


def init_app(app: Flask, fixed: str) -> None:
    """The app's clock: the system's, or the fixed instant of PORTAL_NOW."""
    app.extensions[EXTENSION] = fixed_clock(datetime.fromisoformat(fixed)) if fixed else system_clock


def now() -> datetime:
    """The present instant of the app at work, aware UTC."""
    clock: Callable[[], datetime] = current_app.extensions[EXTENSION]
    return clock()
