"""The purge of workspaces that were closed 90 days ago."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.jobs.runner import each, running, together, told
from portal.operations.purging.erase import erase
from portal.operations.purging.purge import purge as purge_one
from portal.operations.purging.watch import watch
from portal.queries import purges
from portal.rules.actors import Actor

ROWS = "rows"


@job(
    "purge",
    "Removes all data of workspaces that were closed 90 × 24 hours ago, and leaves a receipt.",
    every=timedelta(hours=1),
    after=timedelta(minutes=10),
)
def purge(clock: Clock) -> Counts:
    """How many workspaces were purged, and how many rows that were. An instant that a person has given is taken at its
    word; the machine's clock has to have been watched all the while."""
    now, run, rows = clock(), running(), Counter[str]()

    def tell(more: int) -> None:
        rows[ROWS] += more
        told(ROWS, more)

    def act(workspace: str) -> bool:
        if not run.at_its_word:
            watch(clock())
        return purge_one(
            workspace, Actor.job("purge", clock()), run=run.public_id, at_its_word=run.at_its_word, tell=tell
        )

    if not run.at_its_word:
        watch(now)
    done = each(purges.due(now), act, "purged")
    erase(now)
    return together(done, rows)
