"""Work that is killed at every one of its steps, by real processes: `until_done` starts one whose children do it, one
after the other. Each is killed before a COMMIT, the next one step further on, until one has nothing left to do."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event

from portal import create_app
from portal.base.clock import fixed_clock
from portal.base.db import db
from portal.jobs.invoices import invoices
from portal.operations.purging.purge import purge
from portal.rules.actors import Actor
from tests.support import processes
from tests.support.servers import ROOT

MOST = 500  # deaths, after which it plainly does not go on


def until_done(what: str, at: datetime, subject: str, *, database_url: str, folder: Path) -> int:
    """The work of this name (one of WORK) is done as of `at`; answers how many died over it."""
    values = {"INSTANCE": str(folder), "DATABASE_URL": database_url, "SECRET_KEY": "k" * 48}
    environment = processes.own_environment(**{"PORTAL_" + name: value for name, value in values.items()})
    words = [sys.executable, "-m", "tests.support.deaths", what, at.isoformat(), subject]
    ended = processes.start(words, log=folder / "log", env=environment, cwd=ROOT).wait(300)
    log = (folder / "log").read_text()
    assert ended == 0, log
    return int(log.rpartition("deaths ")[2])


def _purge(at: datetime, workspace: str) -> None:
    purge(workspace, Actor.job("purge", at), at_its_word=True)


def _invoices(at: datetime, _: str) -> None:
    done = invoices(fixed_clock(at))
    assert not done["failed"]


WORK: dict[str, tuple[Callable[[datetime, str], None], int]] = {"purge": (_purge, 3), "invoices": (_invoices, 0)}
"""What is done, and with how many commits each start of it begins, whatever was done before."""


def _die_in(commit: int, act: Callable[[], None]) -> None:
    """Does it, and is killed before its COMMIT of this number, counted from 1."""
    left = [commit]

    def count(_: Any) -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    db.engine.dispose(close=False)
    event.listen(db.engine, "commit", count)
    act()


def _main(what: str, at: str, subject: str) -> int:
    app, (work, every_start) = create_app(), WORK[what]
    for death in range(MOST):
        child = os.fork()
        if not child:
            with app.app_context():  # a step, and the one that it dies in
                _die_in(min(death + 1, every_start + 2), partial(work, datetime.fromisoformat(at), subject))
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if not os.WIFSIGNALED(status):
            sys.stdout.write(f"deaths {death}\n")
            sys.stdout.flush()
            return os.waitstatus_to_exitcode(status)
    return 3


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
