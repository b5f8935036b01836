"""What a browser shows does not depend on the database: these tests take one, and those of the main job, which say so,
both. The tests of tests/web read the same pages on both."""

from collections.abc import Callable

import pytest

from tests.conftest import DATABASES
from tests.support.databases import Database


@pytest.fixture(params=DATABASES[:1])
def database(request: pytest.FixtureRequest, databases: Callable[[str], Database]) -> Database:
    """The database of this test, freshly migrated and empty."""
    found = databases(request.param)
    found.restore()
    return found
