"""The platform's screens in the browser, on an example platform that the tests of this folder share."""

import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portal.settings import Settings
from tests.conftest import DATABASES, KEY, NOW, migrate
from tests.support import examples, servers
from tests.support.databases import Database, Postgresql
from tests.support.examples import Example
from tests.support.servers import Server

OWNER = "owner@portal.example"


@pytest.fixture(scope="session")
def open_example(
    databases: Callable[[str], Database], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Example]]:
    """The example platform on a database of this kind; loaded when the first test needs it."""
    loaded: dict[str, Example] = {}

    def get(kind: str) -> Example:
        if kind not in loaded:
            folder = tmp_path_factory.mktemp("example")
            beside = databases(kind)  # never the database itself, which every other test empties
            if isinstance(beside, Postgresql):
                url = Postgresql(beside.cluster, migrate, "example").url
            else:
                url = f"sqlite:///{folder / 'portal.sqlite3'}"
                migrate(url)
            settings = Settings(instance=folder, database_url=url, secret_key=KEY, testing=True)
            loaded[kind] = examples.load(servers.serve(folder, url, NOW=NOW.isoformat()), settings, folder)
        return loaded[kind]

    yield get
    for each in loaded.values():
        each.server.process.send_signal(signal.SIGTERM)  # all at once; waiting comes after
    for each in loaded.values():
        each.server.stop()
        each.close()


@pytest.fixture(params=DATABASES[:1])
def example(request: pytest.FixtureRequest, open_example: Callable[[str], Example]) -> Example:
    """The example platform on one database."""
    return open_example(request.param)


@pytest.fixture
def server(example: Example) -> Server:
    """The server of the example platform."""
    return example.server


@pytest.fixture
def who() -> str:
    """Whose browser it is: the platform's owner, where a module or a test says nothing else. "": nobody's."""
    return OWNER


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], example: Example, who: str) -> dict[str, Any]:
    """Every page opens logged in."""
    cookies = [example.cookie(who)] if who else []
    return browser_context_args | {"storage_state": {"cookies": cookies, "origins": []}}
