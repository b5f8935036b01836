"""A private PostgreSQL: its own cluster in a temporary folder, up in about a second, gone with the tests."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.support import processes

# A test's rows need not outlive a power cut; everything else is as installed.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB", "max_connections=100")


def programs() -> Path | None:
    """The newest folder with `initdb` and `postgres`; Debian keeps them off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _version(path: Path) -> int:
    numbers = re.findall(r"\d+", path.parent.parent.name)
    return int(numbers[0]) if numbers else 0


class Cluster:
    """One private cluster on a free loopback port."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.port = processes.free_port()
        # initdb and postgres refuse root, so root hands the folder to the user of the Debian package.
        self.user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
        self.log = self.folder / "log"
        self.log.touch()
        if self.user:
            owner = pwd.getpwnam(self.user)
            for path in (self.folder, self.log):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self._run("initdb", "-D", "data", "-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.process = self._launch()

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql://portal@127.0.0.1:{self.port}/{database}"

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """As a server's restart: SIGINT cuts every connection (fast), SIGQUIT is a crash (immediate)."""
        processes.stop(self.process, how)
        self.process = self._launch()

    def stop(self) -> None:
        """The server has ended and its folder is gone."""
        processes.stop(self.process, signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _launch(self) -> subprocess.Popen[bytes]:
        options = [part for each in FAST for part in ("-c", each)]
        process = processes.start(
            [self.programs / "postgres", "-D", "data", "-p", str(self.port), "-k", self.folder, *options],
            log=self.log,
            cwd=self.folder,
            user=self.user,
            stop_signal=signal.SIGINT,
        )
        processes.wait_for(process, self._ready, within=60, what=lambda: "PostgreSQL:\n" + self.log.read_text())
        return process

    def _ready(self) -> bool:
        ready = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "portal"]
        return subprocess.run(ready, check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        ids = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        done = subprocess.run(  # type: ignore[call-overload]
            [self.programs / program, *arguments], cwd=self.folder, capture_output=True, text=True, **ids
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")
