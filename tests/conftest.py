"""Fixtures for every test. What they stand on is in tests/support.

A test that asks for `app`, `client`, `server`, `page` or `database_url` runs once on SQLite and once on PostgreSQL;
PORTAL_TEST_DATABASES=sqlite narrows that for work at the desk. A test that asks for none of them runs once.
"""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from playwright.sync_api import Page, expect

from portal import create_app
from portal.base import clock as base_clock
from portal.base import hashing, names, site, webhooks
from portal.base.db import db
from portal.gateways.dns import FakeDns
from portal.gateways.webhooks import FakeWebhooks
from portal.models import OutboxState
from portal.operations import demo
from portal.settings import Settings
from tests.support import browsers, parts, servers
from tests.support.clients import Client
from tests.support.clocks import NOW, Clock
from tests.support.commands import Portal, typed
from tests.support.databases import Database, Postgresql, open_database
from tests.support.mails import Mailbox, MailServer
from tests.support.servers import Server

ROOT = Path(__file__).resolve().parents[1]
# Generated inputs have no stopwatch on a busy machine, and are the same on every run in CI.
hypothesis.settings.register_profile("portal", deadline=None, derandomize=parts.IN_CI)
hypothesis.settings.load_profile("portal")

DATABASES = os.environ.get("PORTAL_TEST_DATABASES", "sqlite,postgresql").split(",")
KEY = "k" * 48
COMMON: dict[str, Any] = {"secret_key": KEY, "testing": True, "public_url": "http://localhost"}
PATIENCE = 20_000  # milliseconds that a browser test waits for what it expects, on a busy machine
expect.set_options(timeout=PATIENCE)
WINDOW: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 900},
    "locale": "en-GB",
    "timezone_id": "UTC",
    "reduced_motion": "reduce",
}
# PORTAL_TEST_SLOW=350,4: browsers on a line of 350 ms, with a quarter of the processor.
SLOW = [int(each) for each in os.environ.get("PORTAL_TEST_SLOW", "").split(",") if each]

MakeApp = Callable[..., Flask]
LoadExample = Callable[[demo.Wanted], None]
Serve = Callable[..., Server]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks what the fixtures of a test say about it; measurements run only when asked for."""
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        if "bench" in item.keywords and "bench" not in config.option.markexpr:
            item.add_marker(pytest.mark.skip(reason="a measurement: make bench"))


# ---------------------------------------------------------------- time


@pytest.fixture
def now() -> datetime:
    """The instant at which every test starts: a Saturday, 2026-11-21T11:00Z."""
    return NOW


@pytest.fixture
def clock(now: datetime) -> Clock:
    """The clock of `app` and `client`: stands still at `now` until `clock.advance(days=1)` or `clock.at(instant)`."""
    return Clock(now)


# ---------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Database]]:
    """One migrated database of each kind, opened when the first test needs it."""
    opened: dict[str, Database | None] = {}

    def get(kind: str) -> Database:
        if kind not in opened:
            opened[kind] = open_database(kind, tmp_path_factory.mktemp(kind), migrate)
        return opened[kind] or parts.missing("PostgreSQL", "postgresql")

    yield get
    for each in opened.values():
        if each:
            each.close()


def migrate(url: str) -> None:
    """The database at this URL has the newest schema afterwards."""
    app = create_app(Settings(database_url=url, secret_key=KEY, testing=True))
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        db.engine.dispose()


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, databases: Callable[[str], Database]) -> Database:
    """The database of this test, freshly migrated and empty. `.kind` is sqlite or postgresql."""
    found = databases(request.param)
    found.restore()
    return found


@pytest.fixture
def database_url(database: Database) -> str:
    """The SQLAlchemy URL of `database`."""
    return database.url


@pytest.fixture
def elsewhere(database: Database, tmp_path: Path) -> Iterator[str]:
    """The URL of another database of the same kind, which is empty: not even tables are in it."""
    if not isinstance(database, Postgresql):
        yield f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}"
        return
    with database.another("elsewhere") as url:
        yield url


# ---------------------------------------------------------------- the program


@pytest.fixture
def make_app(database_url: str, tmp_path: Path) -> Iterator[MakeApp]:
    """`make_app(max_upload=10)`: an app of its own with these settings, on the test's database."""
    made: list[Flask] = []

    def make(**settings: Any) -> Flask:
        servers.keep_compiled(tmp_path)
        app = create_app(Settings(**COMMON | {"instance": tmp_path, "database_url": database_url} | settings))
        app.test_client_class = Client
        made.append(app)
        return app

    yield make
    for app in made:
        _disconnect(app)


def _disconnect(app: Flask) -> None:
    """Its database has no connection of it left."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def apps(databases: Callable[[str], Database]) -> Iterator[Callable[[Settings], Flask]]:
    """One app for each database, wired once and given the settings of one test after another: what it has compiled
    (addresses, templates, statements) is the same for all. What a test put in the place of a part is gone with it."""
    kept: dict[str, tuple[Flask, dict[str, Any], dict[str, Any], int]] = {}

    def get(settings: Settings) -> Flask:
        if settings.url not in kept:
            servers.keep_compiled(settings.instance)
            app = create_app(settings)
            app.test_client_class = Client
            kept[settings.url] = app, dict(app.extensions), dict(app.config), len(list(app.url_map.iter_rules()))
        app, extensions, config, rules = kept[settings.url]
        assert len(list(app.url_map.iter_rules())) == rules, "a test that adds routes is marked own_app"
        app.extensions.clear()
        app.extensions.update(
            extensions | {site.EXTENSION: settings, names.EXTENSION: FakeDns(), webhooks.EXTENSION: FakeWebhooks()}
        )
        app.config.clear()
        app.config.update(config)
        return app

    yield get
    for app, *_ in kept.values():
        _disconnect(app)


@pytest.fixture
def app(
    apps: Callable[[Settings], Flask], database: Database, tmp_path: Path, clock: Clock, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """The program on an empty database, its context open, so that queries and operations can be called at once. A test
    that adds routes to it is marked `own_app`.

    Mail that the test did not expect (it asks for no `mailbox`) fails it at its end."""
    own = request.node.get_closest_marker("own_app")
    settings = Settings(**COMMON, instance=tmp_path, database_url=database.url)
    app = request.getfixturevalue("make_app")() if own else apps(settings)
    app.extensions[base_clock.EXTENSION] = clock
    try:
        with app.app_context():
            yield app
            db.session.rollback()
            if "mailbox" not in request.fixturenames:
                # Mails of the example platform's past have gone long ago, and have no text.
                past = (OutboxState.SENT, OutboxState.BOUNCED)
                written = [each.subject for each in Mailbox().messages if each.body or each.state not in past]
                assert not written, "mail was written that the test did not ask for (mailbox)"
    finally:
        # PostgreSQL's connections are for the next test: making one takes longer than most of them. SQLite's would hold
        # a file that a test has replaced.
        if database.kind == "sqlite":
            _disconnect(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript: cookies, no redirects followed. Each request is a world of its own."""
    return app.test_client()


@pytest.fixture
def mailbox(app: Flask) -> Mailbox:
    """The mail that the program wrote: `.messages`, `.subjects`, `.to(address)`, `.only(address)`."""
    return Mailbox()


@pytest.fixture
def load_example(app: Flask, database: Database, now: datetime) -> LoadExample:
    """`load_example(demo.Wanted(24, days=40))`: the example platform of that size, and nothing else, is there. Loaded
    once and put back for every further test that wants the same."""

    def load(wanted: demo.Wanted) -> None:
        db.session.remove()
        state = f"example {wanted.workspaces} {wanted.seed} {wanted.days}"
        if database.keeps(state):
            database.restore(state)
            return
        database.restore()
        demo.load(wanted, now, hashing.hash_password, lambda step, done, total: None)
        db.session.remove()
        database.keep(state)

    return load


# ---------------------------------------------------------------- servers


@pytest.fixture(scope="session")
def running() -> Iterator[dict[str, Server]]:
    """The servers that outlive a test, by database URL."""
    found: dict[str, Server] = {}
    yield found
    for each in found.values():
        each.stop()


@pytest.fixture
def server(database_url: str, running: dict[str, Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    """`portal serve` with 2 processes × 4 threads on the test's database, its clock at `now`.

    Started once; the database is emptied before each test. Rows that the test writes by `app` are seen by it. It calls
    no jobs: it would move what tests after this one put there, which run on the same database."""
    if database_url not in running or running[database_url].process.poll() is not None:
        folder = tmp_path_factory.mktemp("server")
        running[database_url] = servers.serve(
            folder, database_url, fresh=True, NOW=NOW.isoformat(), WEBHOOK_LOOPBACK="true", JOBS="false"
        )
    return running[database_url]


@pytest.fixture
def serve(database_url: str, tmp_path: Path) -> Iterator[Serve]:
    """`serve(workers=4, threads=4, NOW="…")`: a server of the test's own on its database, with these settings."""
    started: list[Server] = []

    def start(**options: Any) -> Server:
        started.append(servers.serve(tmp_path, database_url, **options))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    """A real mail server: `.host`, `.port`, `.messages`, `.to(address)`, `.wait_for(count)`."""
    running = MailServer()
    yield running
    running.stop()


# ---------------------------------------------------------------- the browser


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, for pytest-playwright."""
    path = browsers.chromium() or parts.missing("Chromium", "chromium-headless-shell libatomic1")
    return {"executable_path": path, "args": browsers.ARGUMENTS, "headless": True}


@pytest.fixture
def browser_context_args(server: Server) -> dict[str, Any]:
    """Every page opens on `server`: page.goto("/admin/workspaces/")."""
    return WINDOW | {"base_url": server.url}


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A tab in Chromium on `server`. A script error or a breach of the content policy fails the test at its end."""
    page.set_default_timeout(PATIENCE)
    if SLOW:
        page.context.on("page", lambda tab: browsers.slow(tab, *SLOW))
        browsers.slow(page, *SLOW)
    complaints = browsers.listen(page)
    yield page
    assert not complaints, "the browser complained:\n" + "\n".join(complaints)


@pytest.fixture
def axe() -> Callable[..., None]:
    """`axe(page)`: asserts that axe-core finds no violation on the page as it stands."""
    return browsers.axe


@pytest.fixture
def portal(app: Flask, database_url: str, tmp_path: Path) -> Portal:
    """`portal("demo", "--wipe")`: the command on the test's database, at its instant."""

    def run(*words: str, answer: str = "") -> Any:
        done = typed(words, answer=answer, instance=tmp_path, url=database_url, key=KEY)
        db.session.rollback()
        return done

    return run
