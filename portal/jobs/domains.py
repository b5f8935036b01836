"""Custom domains: those that are not verified yet are looked up in DNS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from portal.operations import domains as operations


def domains(clock: Callable[[], datetime]) -> dict[str, int]:
    """How many came to which outcome (`rules.domains.Outcome`). Safe to repeat, in several processes at once."""
    return {found.value: count for found, count in operations.check_due(clock).items()}
