"""Portal as people run it: `portal serve`, real gunicorn processes, on a free port."""

import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support import processes, warm

ROOT = Path(__file__).resolve().parents[2]
COMPILED = ROOT / ".pytest_cache" / "templates"
PORTAL = Path(sys.executable).with_name("portal")


def keep_compiled(instance: Path) -> None:
    """The instance keeps compiled templates where all of the tests do: compiling is most of a server’s first second."""
    COMPILED.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        (instance / "templates").symlink_to(COMPILED)


@dataclass
class Server:
    """A running Portal. `url` has no slash at its end; `log` is what it printed."""

    url: str
    port: int
    log: Path
    process: processes.Running
    environment: dict[str, str]

    def stop(self) -> None:
        """It has ended, workers included."""
        processes.stop(self.process)

    def portal(self, *arguments: str, within: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Runs a `portal` command beside the server, on its database and instance folder."""
        return warm.portal(*arguments, environment=self.environment, within=within)


def serve(
    folder: Path, database_url: str, *, workers: int = 2, threads: int = 4, fresh: bool = False, **settings: str
) -> Server:
    """Starts Portal on a database that has its tables; returns when it answers. `fresh`: by an interpreter of its own,
    as people do.

    `settings` are those of Settings in capitals without PORTAL_ (`NOW="2026-11-21T11:00:00Z"`).
    """
    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    instance = folder / f"instance-{port}"
    instance.mkdir(parents=True, mode=0o700)
    keep_compiled(instance)
    values = {"INSTANCE": str(instance), "DATABASE_URL": database_url, "PUBLIC_URL": url, "SECRET_KEY": "k" * 48}
    values |= settings
    environment = processes.own_environment(**{"PORTAL_" + name: value for name, value in values.items()})
    log = folder / f"serve-{port}.log"
    words = ["serve", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--threads", str(threads)]
    process = (
        processes.start([PORTAL, *words], log=log, env=environment, cwd=ROOT)
        if fresh
        else warm.start(*words, log=log, env=environment)
    )
    processes.wait_for(
        process, lambda: processes.listens(port), within=60, what=lambda: "portal serve:\n" + log.read_text()
    )
    return Server(url, port, log, process, environment)


def fetch(url: str, within: float = 10.0) -> tuple[int, str]:
    """Status and body of a plain GET, redirects followed."""
    try:
        with urllib.request.urlopen(url, timeout=within) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
