"""The `portal` command as it is typed, on a test's database."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.support import warm
from tests.support.clocks import NOW
from tests.support.processes import own_environment

Portal = Callable[..., "subprocess.CompletedProcess[str]"]


def typed(
    words: tuple[str, ...], *, answer: str, instance: Path, url: str, key: str
) -> "subprocess.CompletedProcess[str]":
    """What came of it, at the tests' instant; `answer` is typed when it asks."""
    environment = own_environment(
        PORTAL_INSTANCE=str(instance),
        PORTAL_DATABASE_URL=url,
        PORTAL_SECRET_KEY=key,
        PORTAL_TESTING="true",
        PORTAL_NOW=NOW.isoformat(),
    )
    return warm.portal(*words, environment=environment, answer=answer)
