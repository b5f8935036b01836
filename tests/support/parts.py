"""Parts of the machine that some tests need: found, or the test is skipped, or, with CI=true, fails."""

import os
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def missing(part: str, package: str) -> NoReturn:
    """Skips the test that needs `part`; in CI, fails it."""
    text = f"{part} is missing on this machine: sudo apt-get install {package}"
    if IN_CI:
        pytest.fail(text, pytrace=False)
    pytest.skip(text)
