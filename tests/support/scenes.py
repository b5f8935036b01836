"""What a route that changes something needs before it is asked, and what it must leave in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient

from portal.models import User
from tests.support.mails import Mailbox
from tests.support.people import COOKIE


@dataclass
class Scene:
    """Alice, who owns the platform, in her browser; what was written to anybody; what an address is to be given, and
    what stands behind it."""

    alice: User
    browser: FlaskClient
    mailbox: Mailbox
    values: dict[str, str] = field(default_factory=dict)
    query: str = ""

    def stranger(self) -> None:
        """Nobody is logged in."""
        self.browser.delete_cookie(COOKIE)


Fields = dict[str, Any]


@dataclass(frozen=True)
class Example:
    """`act` sets the scene and answers the fields of the form; `events` are the actions that sending it must record.
    None: it is not audited, for the `reason`."""

    act: Callable[[Scene], Fields]
    events: tuple[str, ...] = ()
    reason: str = ""
