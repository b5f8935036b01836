"""Who reads, and what they look for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import g, request

from portal.base import clock
from portal.rules.text import MOST_CHARACTERS, clean_line


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and when, as formats need to know it."""

    locale: str
    timezone: str
    now: datetime


def reader() -> Reader:
    """The person of this request."""
    return Reader(g.principal.locale, g.principal.timezone, clock.now())


def words(name: str = "q") -> str:
    """What the address searches for."""
    return clean_line(request.args.get(name, ""))[:MOST_CHARACTERS]
